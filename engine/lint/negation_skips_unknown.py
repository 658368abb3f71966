"""A denial that is not true of leads whose field is blank, though a reader may think it is."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from ...grammar.syntax.nodes import Kind
from .. import plan as p
from ..plan.walk import subject
from .about_data import facts_of
from .study import Study, What, said

CODE = "negation-skips-unknown"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at denials of one field, unless the same condition asks something positive of the field too."""
    if study.catalogue is None:
        return
    for root in study.roots:
        if root.what is What.FILTER:
            continue
        denied = list(_denied(study, root.condition, root.condition, True))
        settled = {field for _, field, negative in denied if not negative}
        for at, field, negative in denied:
            if negative and field not in settled and id(at) not in study.judged:
                yield from _said(study, at, field)


def _denied(
    study: Study, condition: p.Condition, at: p.Condition, positive: bool
) -> Iterator[tuple[p.Condition, int, bool]]:
    """Each clause about a field: what of it is written together, the field, whether it is denied."""
    match condition:
        case p.Not(item=item):
            yield from _denied(study, item, condition if positive else item, not positive)
        case p.All(items=items) | p.Any(items=items):
            for item in items:
                yield from _denied(study, item, item if positive else at, positive)
        case p.Holds(define=define):
            if not positive:
                yield from _denied(study, study.logic.reader.body(define), at, positive)
        case p.IsKnown(value=value):
            for field in _fields(study, value):
                yield condition, field, False
        case _:
            value = subject(condition)
            differs = isinstance(condition, p.Compare) and condition.operator == "!="
            for field in _fields(study, value):
                yield at, field, differs is positive


def _fields(study: Study, value: p.Value) -> Iterator[int]:
    value = study.logic.subjects.resolve(value)
    if isinstance(value, p.Domain):
        value = study.logic.subjects.resolve(value.of)
    if isinstance(value, p.FieldValue):
        yield value.field


def _said(study: Study, at: p.Condition, field: int) -> Iterator[Diagnostic]:
    facts, its = facts_of(study, field), study.plan.fields[field]
    if facts is None or study.catalogue is None or its.default is not None or not facts.known:
        return
    skipped = study.catalogue.leads - facts.known
    if skipped > 0:
        leads = "one lead" if skipped == 1 else f"{skipped:,} leads"
        otherwise = {Kind.YES_NO: "no", Kind.NUMBER: "0", Kind.TEXT: '"..."'}.get(its.kind)
        default = (
            f", or declare field {its.name}: {its.kind.value}, otherwise {otherwise}" if otherwise else ""
        )
        yield said(
            CODE,
            at.origin,
            f"{at.origin.text} is not true of {leads} whose {its.name} is unknown",
            f"to take them in, write ({at.origin.text} or {its.name} is unknown){default}",
        )
