"""Why a condition is always true or never: its smallest culprit, and the reason in words."""

from __future__ import annotations

import math
from itertools import combinations

from .. import plan as p
from ..plan.walk import subject
from .context import LintContext, points_of
from .proof.domains import Numbers, highest, lowest, whole
from .proof.logic import Logic
from .proof.reach import NONE
from .proof.texts import TextSet
from .proof.variables import SIZES, Variable

MOST_PAIRED = 60
"""Of more conditions joined by `and` than this no pair is looked for."""


def culprits(logic: Logic, condition: p.Condition) -> tuple[p.Condition, ...]:
    """Of a condition that is never true: the one part, or the two, that cannot be true."""
    if not isinstance(condition, p.All):
        return (condition,)
    items = joined(condition)
    for item in items:
        if logic.never(item):
            return culprits(logic, item)
    if len(items) <= MOST_PAIRED:
        for pair in combinations(items, 2):
            if logic.exclude(*pair):
                return pair
    return (condition,)


def joined(condition: p.All | p.Any) -> tuple[p.Condition, ...]:
    """All that is joined by the same word, through brackets."""
    found: list[p.Condition] = []
    for item in condition.items:
        if isinstance(item, p.All | p.Any) and type(item) is type(condition):
            found.extend(joined(item))
        else:
            found.append(item)
    return tuple(found)


def why_never(context: LintContext, condition: p.Condition) -> tuple[p.Origin, str, str | None]:
    """The place and a sentence that says why a condition is never true; more of the reason for a hint."""
    found = culprits(context.logic, condition)
    if len(found) == 2:
        first, second = found
        return second.origin, f"{first.origin.text} and {second.origin.text} are never true together", None
    return _why(context, found[0], False)


def why_always(context: LintContext, condition: p.Condition) -> tuple[p.Origin, str, str | None]:
    """The place and a sentence that says why a condition is always true; more of the reason for a hint."""
    return _why(context, condition, True)


def asks_score(condition: p.Condition) -> bool:
    """Whether a clause compares a score with what is fixed."""
    while isinstance(condition, p.Not):
        condition = condition.item
    match condition:
        case p.Compare(_, p.ScoreValue(), p.Constant()) | p.Between(
            p.ScoreValue(), p.Constant(), p.Constant()
        ):
            return True
    return False


def _why(context: LintContext, condition: p.Condition, always: bool) -> tuple[p.Origin, str, str | None]:
    said = f"{condition.origin.text} is {'always' if always else 'never'} true"
    clause = condition
    while isinstance(clause, p.Not):
        clause, always = clause.item, not always
    reason, limits = _reason(context, clause, always)
    return condition.origin, f"{said}: {reason}" if reason else said, limits


def _reason(context: LintContext, clause: p.Condition, always: bool) -> tuple[str | None, str | None]:
    if isinstance(clause, p.Between) and context.logic.reader.opened(clause) is not None:
        return None, None
    if not isinstance(clause, p.Compare | p.Between | p.OneOf):
        return None, None
    value = subject(clause)
    asked = context.logic.reader.asked(clause)[0]
    its = context.logic.variables[asked.variable]
    outside = asked.false if always else asked.true
    if isinstance(outside, TextSet) or isinstance(its.base.values, TextSet):
        return (None if outside else "no text is blank; a blank one is unknown"), None
    if isinstance(value, p.ScoreValue):
        return reach_sentence(context, value.score, outside)
    if isinstance(value, p.DaysBetween):
        return "a number of days is whole, and never below 0", None
    return _of_events(its, outside), None


def _of_events(variable: Variable, outside: Numbers) -> str | None:
    if variable.measure not in SIZES or isinstance(variable.base.values, TextSet):
        return None
    most = highest(variable.base.values)
    if math.isfinite(most) and highest(outside) > most:
        if variable.measure is p.Aggregation.PERIODS:
            return f"so long a time touches at most {most:.0f} days"
        return "there is only one object to count"
    return "a count is whole, and never below 0"


# --- scores -----------------------------------------------------------------------------------


def reach_sentence(context: LintContext, score: int | None, outside: Numbers) -> tuple[str, str | None]:
    """Why no lead has so many points: what can be had at most (or at least), and what limits it."""
    reach = context.reach.scores.of(score).ranged
    name = None if score is None else context.plan.scores[score].name
    of = f" of {name}" if name else ""
    outside = whole(outside)
    if lowest(outside) > reach.high:
        return f"a lead can have at most {points_of(reach.high)}{of}", limits(context, score, "high")
    if highest(outside) < reach.low:
        return f"no lead can have fewer than {points_of(reach.low)}{of}", limits(context, score, "low")
    return f"a lead has between {reach.low:,.0f} and {points_of(reach.high)}{of}", None


def limits(context: LintContext, score: int | None, end: str) -> str:
    """What keeps a score from going further up (`high`) or down (`low`)."""
    scores = context.reach.scores
    found = scores.of(score)
    verb = "ends" if end == "high" else "begins"
    if getattr(found.given, end) != getattr(found.ranged, end):
        name = "the total" if score is None else context.plan.scores[score].name
        return f"the range of {name} {verb} at {getattr(found.ranged, end):,.0f}"
    if score is not None or not scores.named:
        return "that is what all rules for it give together"
    bound = "at most" if end == "high" else "at least"
    parts = []
    for its, part in zip(context.plan.scores, scores.named, strict=True):
        ranged = getattr(part.given, end) != getattr(part.ranged, end)
        limit = ", its range" if ranged else ""
        parts.append(f"{its.name} gives {bound} {getattr(part.ranged, end):,.0f}{limit}")
    if scores.direct != NONE:
        parts.append(f"rules without a score give {bound} {getattr(scores.direct, end):,.0f}")
    return "; ".join(parts)
