"""Clauses as two-valued Python: where they are true, where they are false."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...grammar.spec.operators import CONTRARY, MIRROR
from ...grammar.syntax.nodes import Kind
from ..plan import (
    Between,
    Clause,
    Compare,
    Constant,
    DaysBetween,
    FieldValue,
    IsKnown,
    IsYes,
    Last,
    Matches,
    Next,
    OneOf,
    Range,
    SignalValue,
    Value,
    Within,
)
from ..values import DAY
from .draft import Draft, Operand, Scope
from .texts_source import asked_of_text
from .thresholds import unrounded
from .values_source import is_computed, operand, pair, subject_of

_PYTHON = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class Expression:
    """Python that is truthy or not. `loose` is what binds loosest in it: 0 nothing, 1 `and`, 2 `or`.

    `gate` is a local that is truthy wherever the expression is, "" for the expression itself; `parts` are
    what `and` joins in it, where it joins anything.
    """

    text: str
    loose: int
    cost: int
    depth: int = 0
    gate: str = ""
    parts: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A clause: where it is true, where it is false, and its truth as True, False or None."""

    true: Expression
    false: Expression
    truth: str


def leaf_of(draft: Draft, scope: Scope, clause: Clause) -> Leaf:
    """The expressions of a clause."""
    match clause:
        case Compare():
            return _comparison(draft, scope, clause)
        case Between():
            return _between(draft, scope, clause)
        case OneOf(patterns=patterns) if patterns or not clause.constants:
            return _text(draft, scope, clause)
        case OneOf():
            return _constants(draft, scope, clause)
        case Matches():
            return _text(draft, scope, clause)
        case IsKnown(value=value, known=known):
            return _known(operand(draft, scope, value), known)
        case IsYes(value=value):
            yes = operand(draft, scope, value)
            return _leaf([yes] if yes.nullable else [], yes.text, f"not {yes.text}", 1, sure=True)
        case Within():
            return _within(draft, scope, clause)


def _leaf(asked: Sequence[Operand], core: str, contrary: str, cost: int, sure: bool = False) -> Leaf:
    """A clause on these operands. `sure`: the core is falsy where an operand is None, without an error."""
    subjects = list(dict.fromkeys(subject_of(side) for side in asked if side.nullable))
    known = [f"{subject} is not None" for subject in subjects]
    unknown = " or ".join(f"{subject} is None" for subject in subjects)
    cost += len(known)
    false = " and ".join([*known, contrary])
    true = core if sure else " and ".join([*known, core])
    bare = 0 if sure or not known else 1
    return Leaf(
        Expression(true, bare, cost),
        Expression(false, 1 if known else 0, cost),
        f"None if {unknown} else {core}" if unknown else core,
    )


def _comparison(draft: Draft, scope: Scope, clause: Compare) -> Leaf:
    operator, left, right = clause.operator, clause.left, clause.right
    if isinstance(left, Constant):
        operator, left, right = MIRROR[operator], right, left
    if isinstance(right, Constant) and right.value is not None:
        if is_computed(draft, left):
            assert isinstance(right.value, float | int)
            number = operand(draft, scope, left)
            return _leaf([number], *unrounded(operator, number.text, float(right.value)), 2)
        if draft.is_brief and operator not in ("=", "!=") and (age := _age(draft, scope, left)) is not None:
            assert isinstance(right.value, float | int)
            return _days_ago(draft, operator, age, right.value)
        if isinstance(left, SignalValue) and _is_some(operator, right.value):
            return _counted(_compare(operator, *pair(draft, scope, left, right)), operand(draft, scope, left))
        if (place := _stands_in(draft, scope, left)) is not None and operator not in ("=", "!="):
            return _compare(operator, Operand(draft.stand_in(place), False), operand(draft, scope, right))
    return _compare(operator, *pair(draft, scope, left, right))


def _is_some(operator: str, least: object) -> bool:
    return isinstance(least, float | int) and (
        (operator == ">=" and least >= 1) or (operator == ">" and least >= 0)
    )


def _counted(leaf: Leaf, count: Operand) -> Leaf:
    """A leaf that is true of no count of 0."""
    if count.nullable or not count.whole:
        return leaf
    return replace(leaf, true=replace(leaf.true, gate=count.text))


def _age(draft: Draft, scope: Scope, value: Value) -> Operand | None:
    """The instant of an event whose whole days of age are compared."""
    if isinstance(value, DaysBetween) and not value.until and isinstance(value.of, SignalValue):
        return operand(draft, scope, value.of)
    return None


def _days_ago(draft: Draft, operator: str, event: Operand, days: float) -> Leaf:
    """Whole days are fewer than n where the event is later than n days ago."""
    limit = math.ceil(days) if operator in (">=", "<") else math.floor(days) + 1
    edge = draft.moment(-limit * DAY)
    later, earlier = f"{event.text} > {edge}", f"{event.text} <= {edge}"
    return _leaf([event], *((later, earlier) if operator in ("<", "<=") else (earlier, later)), 1)


def _stands_in(draft: Draft, scope: Scope, value: Value) -> int | None:
    """The field, where it is a number or text read so often that asking whether it is known costs more."""
    if draft.is_brief and scope is draft.top and isinstance(value, FieldValue):
        field = draft.plan.fields[value.field]
        if value.field in draft.uses.common and field.default is None:
            return value.field if field.kind in (Kind.NUMBER, Kind.TEXT) else None
    return None


def _compare(operator: str, left: Operand, right: Operand) -> Leaf:
    core = f"{left.text} {_PYTHON[operator]} {right.text}"
    contrary = f"{left.text} {_PYTHON[CONTRARY[operator]]} {right.text}"
    bare = "//" not in core and not (left.nullable and right.nullable)
    whole = left.whole and right.whole
    return _leaf([left, right], core, contrary, 1 if whole else 2, sure=operator == "=" and bare)


def _between(draft: Draft, scope: Scope, clause: Between) -> Leaf:
    low = _compare(">=", *pair(draft, scope, clause.value, clause.low))
    high = _compare("<=", *pair(draft, scope, clause.value, clause.high))
    if isinstance(clause.low, Constant) and isinstance(clause.high, Constant):
        value, least = pair(draft, scope, clause.value, clause.low)
        again, most = pair(draft, scope, clause.value, clause.high)
        if value == again:
            core = f"{least.text} <= {value.text} <= {most.text}"
            leaf = _leaf([value, least, most], core, f"not {core}", 3)
            if (place := _stands_in(draft, scope, clause.value)) is not None:
                core = f"{least.text} <= {draft.stand_in(place)} <= {most.text}"
                return replace(leaf, true=Expression(core, 0, 2))
            return leaf
    true = f"{low.true.text} and {high.true.text}"
    false = f"({low.false.text} or {high.false.text})"
    return Leaf(Expression(true, 1, 4), Expression(false, 0, 4), _three(true, false))


def _three(true: str, false: str) -> str:
    return f"True if {true} else False if {false} else None"


def _text(draft: Draft, scope: Scope, clause: OneOf | Matches) -> Leaf:
    value = operand(draft, scope, clause.value)
    core, cost = asked_of_text(draft, value.text, clause)
    sure = core.startswith((f"{value.text} == ", f"{value.text} in "))
    leaf = _leaf([value], core, f"not {core}", cost, sure=sure)
    place = _stands_in(draft, scope, clause.value)
    patterns = (clause.pattern,) if isinstance(clause, Matches) else clause.patterns
    if not sure and place is not None and not any(pattern.matches("") for pattern in patterns):
        true, cost = asked_of_text(draft, draft.stand_in(place), clause)
        return replace(leaf, true=Expression(true, 0, cost))
    return leaf


def _constants(draft: Draft, scope: Scope, clause: OneOf) -> Leaf:
    """Equal to one of several constants; the same value beside each, a day beside days."""
    sides = [pair(draft, scope, clause.value, constant) for constant in clause.constants]
    by_value: dict[str, list[str]] = {}
    for value, constant in sides:
        by_value.setdefault(value.text, []).append(constant.text)
    texts = [
        f"{text} == {among[0]}" if len(among) == 1 else f"{text} in ({', '.join(among)})"
        for text, among in by_value.items()
    ]
    core = f"({' or '.join(texts)})" if len(texts) > 1 else texts[0]
    return _leaf([value for value, _ in sides], core, f"not ({core})", 3)


def _known(value: Operand, known: bool) -> Leaf:
    if not value.nullable:
        return _leaf([], repr(known), repr(not known), 0)
    here, gone = f"{value.text} is not None", f"{value.text} is None"
    return _leaf([], *((here, gone) if known else (gone, here)), 1)


def _within(draft: Draft, scope: Scope, clause: Within) -> Leaf:
    value = operand(draft, scope, clause.value)
    core, cost = in_window(draft, clause, value.text)
    return _leaf([value], core, f"not {core}", cost)


def in_window(draft: Draft, clause: Within, at: str) -> tuple[str, int]:
    """Whether a known moment lies in a window, and what asking costs."""
    window = clause.window
    if clause.value.kind is not Kind.DATE:
        match window:
            case Last():
                return f"{draft.edge(window)} < {at} <= now", 3
            case Next():
                return f"now < {at} <= {draft.edge(window)}", 3
            case Range(start=start, end=end):
                return _in_range(start, end, at), 2
    match window:
        case Last():
            return f"{draft.edge(window)} // {DAY} < {at} <= {draft.today()}", 4
        case Next():
            return f"{draft.today()} <= {at} <= {draft.edge(window)} // {DAY}", 4
        case Range(start=start, end=end):
            first, stop = (None if edge is None else -(-edge // DAY) for edge in (start, end))
            return _in_range(first, stop, at), 2


def _in_range(start: int | None, end: int | None, at: str) -> str:
    if start is None:
        return "(True)" if end is None else f"({at} < {end})"
    return f"({start} <= {at})" if end is None else f"({start} <= {at} < {end})"


def in_selection(draft: Draft, window: Last | Range | None) -> str | None:
    """Whether the event in hand, which is not after now, lies in a window; None where it always does."""
    match window:
        case None | Range(start=None, end=None):
            return None
        case Last():
            return f"at > {draft.edge(window)}"
        case Range(start=start, end=end):
            return _in_range(start, end, "at")
