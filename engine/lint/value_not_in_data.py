"""A text or number asked for that no lead has, while the data holds every value there is."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from ...grammar.syntax.nodes import Kind
from .. import plan as p
from . import intervals
from .about_data import FEWEST_KNOWN, Keys, asked_fields, facts_of, has_match, written
from .study import Study, said
from .texts import Texts

CODE = "value-not-in-data"
MOST_VALUES = 20_000
"""Patterns with a star are not tried on more values than this."""


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at each clause about a field; lists by name have a lint of their own."""
    keys = Keys(study)
    for _, clause, value, field in asked_fields(study):
        facts = facts_of(study, field)
        if facts is None or not facts.known or id(clause) in study.judged:
            continue
        if value.kind is Kind.TEXT:
            known = keys.of(field, value)
            if known is not None:
                yield from _text(study, clause, keys, known, facts.known >= FEWEST_KNOWN)
        elif value.kind is Kind.NUMBER and facts.known >= FEWEST_KNOWN:
            yield from _number(study, clause, field)


def _text(
    study: Study, clause: p.Clause, keys: Keys, known: dict[str, str], enough: bool
) -> Iterator[Diagnostic]:
    patterns = _patterns(study, clause)
    for index, pattern in enumerate(patterns):
        if pattern.exact == "" or (pattern.exact is None and len(known) > MOST_VALUES):
            continue
        if has_match(pattern, known):
            continue
        at, asked = written(clause.origin, index, len(patterns)) or (clause.origin, "*".join(pattern.parts))
        near = keys.near(asked, known) if pattern.exact is not None else None
        if near or enough:
            hint = f'did you mean "{near}"?' if near else "see what there is: leadwright fields"
            yield said(CODE, at, f'no lead has "{asked}" here', hint)


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


def _number(study: Study, clause: p.Clause, field: int) -> Iterator[Diagnostic]:
    facts, its = facts_of(study, field), study.plan.fields[field]
    if facts is None or facts.low is None or facts.high is None:
        return
    if not isinstance(clause, p.Compare | p.Between | p.OneOf):
        return
    if isinstance(clause, p.Between) and study.logic.reader.opened(clause) is not None:
        return
    asked = study.logic.reader.asked(clause)
    if len(asked) != 1 or isinstance(asked[0].true, Texts) or isinstance(asked[0].false, Texts):
        return
    low, high = facts.low, facts.high
    if isinstance(its.default, int | float):
        low, high = min(low, its.default), max(high, its.default)
    held = intervals.span(low, high)
    if not intervals.meet(asked[0].true, held):
        of = "no lead there is"
    elif not intervals.meet(asked[0].false, held) and not _touches(asked[0].false, low, high):
        of = f"every lead whose {its.name} is known"
    else:
        return
    message = f"{clause.origin.text} is true of {of}: the data has {low:,g} to {high:,g}"
    yield said(CODE, clause.origin, message, "see what there is: leadwright fields")


def _touches(outside: intervals.Numbers, low: float, high: float) -> bool:
    """Whether the border lies right at the smallest or largest value, as where `>= 1` is meant to say any."""
    return any(interval.high[0] == low or interval.low[0] == high for interval in outside)
