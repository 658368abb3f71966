"""A text or number asked for that no lead has, while the data holds every value there is."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ...grammar.nodes import Kind
from .. import plan as p
from ..catalogue import FieldFacts
from . import intervals
from .about_data import asked_fields, facts_of, keys_of, near
from .study import Study, said
from .texts import Texts

CODE = "value-not-in-data"
MOST_TRIED = 200_000
"""No more patterns with a star times values are tried than this."""


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at each clause about a field; lists by name have a lint of their own."""
    keys: dict[tuple[int, bool], dict[str, str]] = {}
    for _, clause, value, field in asked_fields(study):
        facts = facts_of(study, field.field)
        if facts is None or not facts.known or id(clause) in study.judged:
            continue
        if isinstance(clause, p.IsKnown | p.IsYes):
            continue
        if value.kind is Kind.TEXT and facts.complete:
            place = (field.field, isinstance(value, p.Domain))
            if place not in keys:
                keys[place] = keys_of(facts, value)
            yield from _text(study, clause, keys[place])
        elif value.kind is Kind.NUMBER and facts.low is not None and facts.high is not None:
            yield from _number(study, clause, facts, facts.low, facts.high)


def _text(study: Study, clause: p.Clause, keys: dict[str, str]) -> Iterator[Diagnostic]:
    for pattern in _patterns(study, clause):
        if pattern.exact is None and len(keys) > MOST_TRIED:
            continue
        if pattern.exact in keys or (pattern.exact is None and any(pattern.matches(key) for key in keys)):
            continue
        if pattern.exact == "":
            continue
        asked = "*".join(pattern.parts)
        found = near(asked, keys) if pattern.exact is not None else None
        yield said(
            CODE,
            clause.origin,
            f'no lead has "{asked}" here: {clause.origin.text}',
            f'did you mean "{found}"?' if found else "see what there is: leadwright fields",
        )


def _patterns(study: Study, clause: p.Clause) -> tuple[p.Pattern, ...]:
    match clause:
        case p.Compare("=" | "!=", _, right):
            constant = study.logic.subjects.resolve(right)
            if isinstance(constant, p.Constant) and isinstance(constant.value, str):
                return (p.Pattern((constant.value,)),)
        case p.OneOf(_, patterns, _, None):
            return patterns
        case p.Matches(_, pattern):
            return (pattern,)
    return ()


def _number(
    study: Study, clause: p.Clause, facts: FieldFacts, low: float, high: float
) -> Iterator[Diagnostic]:
    if isinstance(clause, p.Between) and study.logic.reader.opened(clause) is not None:
        return
    if not isinstance(clause, p.Compare | p.Between | p.OneOf):
        return
    asked = study.logic.reader.asked(clause)
    if len(asked) != 1 or isinstance(asked[0].true, Texts) or isinstance(asked[0].false, Texts):
        return
    held = intervals.span(low, high)
    if not intervals.meet(asked[0].true, held):
        of = "no lead there is"
    elif not intervals.meet(asked[0].false, held) and not _touches(asked[0].false, low, high):
        of = f"every lead whose {facts.name} is known"
    else:
        return
    yield said(
        CODE,
        clause.origin,
        f"{clause.origin.text} is true of {of}: the data has {low:,g} to {high:,g}",
        "see what there is: leadwright fields",
    )


def _touches(outside: intervals.Numbers, low: float, high: float) -> bool:
    """Whether the border lies right at the smallest or largest value, as where `>= 1` is meant to say any."""
    return any(interval.high[0] == low or interval.low[0] == high for interval in outside)
