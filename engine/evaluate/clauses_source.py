"""The predicates of the kernel as two-valued Python: where they are true, where they are false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...grammar.spec.operators import CONTRARY, MIRROR
from ...grammar.syntax.nodes import Kind
from ..plan import Constant, FieldValue, Last, Range, SignalValue
from ..plan.lower import (
    Both,
    Comparison,
    Edge,
    Either,
    InSet,
    Known,
    Opposite,
    Term,
    Test,
)
from .draft import Draft, Operand, Scope
from .texts_source import asked_of_text
from .values_source import operand, pair, subject_of

_PYTHON = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_LOWER = (">", ">=")
_UPPER = ("<", "<=")


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
    """A test: where it is true and where it is false; where its operands are known, `core` says which, and
    `unknown` is where they are not. Several tests at once have no core."""

    true: Expression
    false: Expression
    core: str = ""
    contrary: str = ""
    unknown: str = ""

    @property
    def truth(self) -> str:
        """Its truth as True, False or None."""
        if not self.core:
            return f"True if {self.true.text} else False if {self.false.text} else None"
        return f"None if {self.unknown} else {self.core}" if self.unknown else self.core


def leaf_of(draft: Draft, scope: Scope, test: Test) -> Leaf:
    """The expressions of a test."""
    match test:
        case Comparison():
            return _comparison(draft, scope, test)
        case InSet():
            return _text(draft, scope, test)
        case Known(value=value):
            return _known(operand(draft, scope, value))
        case Opposite(item=item):
            leaf = leaf_of(draft, scope, item)
            return Leaf(leaf.false, leaf.true, leaf.contrary, leaf.core, leaf.unknown)
        case Both(items=items):
            return _chained(draft, scope, items) or _joined(draft, scope, items, " and ", " or ")
        case Either(items=items):
            return _among(draft, scope, items) or _joined(draft, scope, items, " or ", " and ")


def _leaf(asked: Sequence[Operand], core: str, contrary: str, cost: int, sure: bool = False) -> Leaf:
    """A test of these operands. `sure`: the core is falsy where an operand is None, without an error."""
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
        core,
        contrary,
        unknown,
    )


# --- comparisons ------------------------------------------------------------------------------


def _comparison(draft: Draft, scope: Scope, test: Comparison) -> Leaf:
    operator, left, right = test.operator, test.left, test.right
    if isinstance(right, Constant) and right.value is True and operator == "=":
        yes = operand(draft, scope, left)
        return _leaf([yes] if yes.nullable else [], yes.text, f"not {yes.text}", 1, sure=True)
    if isinstance(right, Constant) and isinstance(left, SignalValue) and _is_some(operator, right.value):
        return _counted(_compare(operator, *pair(draft, scope, left, right)), operand(draft, scope, left))
    if (place := _stands_in(draft, scope, left, right)) is not None and operator not in ("=", "!="):
        return _compare(operator, Operand(draft.stand_in(place), False), operand(draft, scope, right))
    return _compare(operator, *pair(draft, scope, left, right))


def _compare(operator: str, left: Operand, right: Operand) -> Leaf:
    core = f"{left.text} {_PYTHON[operator]} {right.text}"
    contrary = f"{left.text} {_PYTHON[CONTRARY[operator]]} {right.text}"
    bare = "//" not in core and "day_in(" not in core and not (left.nullable and right.nullable)
    whole = left.whole and right.whole
    return _leaf([left, right], core, contrary, 1 if whole else 2, sure=operator == "=" and bare)


def _is_some(operator: str, least: object) -> bool:
    return isinstance(least, float | int) and (
        (operator == ">=" and least >= 1) or (operator == ">" and least >= 0)
    )


def _counted(leaf: Leaf, count: Operand) -> Leaf:
    """A leaf that is true of no count of 0."""
    if count.nullable or not count.whole:
        return leaf
    return replace(leaf, true=replace(leaf.true, gate=count.text))


def _stands_in(draft: Draft, scope: Scope, value: Term, beside: Term | None = None) -> int | None:
    """The field, where it is a number or text read so often that asking whether it is known costs more."""
    if beside is not None and not (isinstance(beside, Constant) and beside.value is not None):
        return None
    if draft.is_brief and scope is draft.top and isinstance(value, FieldValue):
        field = draft.plan.fields[value.field]
        if value.field in draft.uses.common and field.default is None:
            return value.field if field.kind in (Kind.NUMBER, Kind.TEXT) else None
    return None


# --- several at once --------------------------------------------------------------------------


def _joined(draft: Draft, scope: Scope, items: Sequence[Test], word: str, contrary: str) -> Leaf:
    leaves = [leaf_of(draft, scope, item) for item in items]
    cost = sum(leaf.true.cost for leaf in leaves)
    true = word.join(f"({leaf.true.text})" for leaf in leaves)
    false = contrary.join(f"({leaf.false.text})" for leaf in leaves)
    return Leaf(Expression(f"({true})", 0, cost), Expression(f"({false})", 0, cost))


def _chained(draft: Draft, scope: Scope, items: Sequence[Test]) -> Leaf | None:
    """`low <= value <= high`, where one value lies between two that are always known."""
    if not (len(items) == 2 and all(isinstance(item, Comparison) for item in items)):
        return None
    low, high = (item for item in items if isinstance(item, Comparison))
    if low.left != high.left or low.operator not in _LOWER or high.operator not in _UPPER:
        return None
    value, least = pair(draft, scope, low.left, low.right)
    again, most = pair(draft, scope, high.left, high.right)
    if value != again or least.nullable or most.nullable:
        return None

    def between(text: str) -> str:
        signs = (MIRROR[low.operator], _PYTHON[high.operator])
        return f"{least.text} {signs[0]} {text} {signs[1]} {most.text}"

    core = between(value.text)
    cost = 2 + sum(isinstance(side, Edge) for side in (low.right, high.right))
    leaf = _leaf([value], core, f"not {core}", cost)
    if (place := _stands_in(draft, scope, low.left)) is not None and low.left.kind is Kind.NUMBER:
        return replace(leaf, true=Expression(between(draft.stand_in(place)), 0, 2))
    return leaf


def _among(draft: Draft, scope: Scope, items: Sequence[Test]) -> Leaf | None:
    """Equal to one of several constants; the same value beside each, a day beside days."""
    sides: list[tuple[Operand, Operand]] = []
    for item in items:
        if not (isinstance(item, Comparison) and item.operator == "=" and isinstance(item.right, Constant)):
            return None
        sides.append(pair(draft, scope, item.left, item.right))
    by_value: dict[str, list[str]] = {}
    for value, constant in sides:
        by_value.setdefault(value.text, []).append(constant.text)
    texts = [
        f"{text} == {among[0]}" if len(among) == 1 else f"{text} in ({', '.join(among)})"
        for text, among in by_value.items()
    ]
    core = f"({' or '.join(texts)})" if len(texts) > 1 else texts[0]
    return _leaf([value for value, _ in sides], core, f"not ({core})", 3)


# --- texts, what is known, windows --------------------------------------------------------------


def _text(draft: Draft, scope: Scope, test: InSet) -> Leaf:
    value = operand(draft, scope, test.value)
    core, cost = asked_of_text(draft, value.text, test)
    sure = core.startswith((f"{value.text} == ", f"{value.text} in "))
    contrary = core.replace(" == ", " != ", 1) if sure and len(test.patterns) == 1 else f"not {core}"
    leaf = _leaf([value], core, contrary, cost, sure=sure)
    place = _stands_in(draft, scope, test.value)
    if not sure and place is not None and not any(pattern.matches("") for pattern in test.patterns):
        true, cost = asked_of_text(draft, draft.stand_in(place), test)
        return replace(leaf, true=Expression(true, 0, cost))
    return leaf


def _known(value: Operand) -> Leaf:
    if not value.nullable:
        return _leaf([], "True", "False", 0)
    return _leaf([], f"{value.text} is not None", f"{value.text} is None", 1)


def in_selection(draft: Draft, window: Last | Range | None) -> str | None:
    """Whether the event in hand, which is not after now, lies in a window; None where it always does."""
    match window:
        case None | Range(start=None, end=None):
            return None
        case Last(amount=amount, unit=unit):
            return f"at > {draft.edge(-amount, unit)}"
        case Range(start=None, end=end):
            return f"at < {end}"
        case Range(start=start, end=None):
            return f"at >= {start}"
        case Range(start=start, end=end):
            return f"{start} <= at < {end}"
