"""Conditions as two-valued Python: where they are true, and where they are false."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ...grammar.frozen import frozen
from ...grammar.spec.operators import CONTRARY, MIRROR
from ...grammar.syntax.nodes import Kind
from ..plan import All, Any, Clause, Condition, Constant, FieldValue, Holds, Last, Not, Range, SignalValue
from ..plan.lower import Both, Comparison, Edge, Either, InSet, Known, Opposite, Term, Test
from .codegen import CodegenContext, CodegenScope, Detail, Operand
from .values_source import asked_of_text, operand, pair, subject_of

_PYTHON = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_LOWER = (">", ">=")
_UPPER = ("<", "<=")


@frozen
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


@frozen
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


def leaf_of(context: CodegenContext, scope: CodegenScope, test: Test) -> Leaf:
    """The expressions of a test."""
    match test:
        case Comparison():
            return _comparison(context, scope, test)
        case InSet():
            return _text(context, scope, test)
        case Known(value=value):
            return _known(operand(context, scope, value))
        case Opposite(item=item):
            leaf = leaf_of(context, scope, item)
            return Leaf(leaf.false, leaf.true, leaf.contrary, leaf.core, leaf.unknown)
        case Both(items=items):
            return _chained(context, scope, items) or _joined(context, scope, items, " and ", " or ")
        case Either(items=items):
            return _among(context, scope, items) or _joined(context, scope, items, " or ", " and ")


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


def _comparison(context: CodegenContext, scope: CodegenScope, test: Comparison) -> Leaf:
    operator, left, right = test.operator, test.left, test.right
    if isinstance(right, Constant) and right.value is True and operator == "=":
        yes = operand(context, scope, left)
        return _leaf([yes] if yes.nullable else [], yes.text, f"not {yes.text}", 1, sure=True)
    if isinstance(right, Constant) and isinstance(left, SignalValue) and _is_some(operator, right.value):
        return _counted(_compare(operator, *pair(context, scope, left, right)), operand(context, scope, left))
    if (place := _stands_in(context, scope, left, right)) is not None and operator not in ("=", "!="):
        return _compare(operator, Operand(context.stand_in(place), False), operand(context, scope, right))
    return _compare(operator, *pair(context, scope, left, right))


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


def _stands_in(
    context: CodegenContext, scope: CodegenScope, value: Term, beside: Term | None = None
) -> int | None:
    """The field, where it is a number or text read so often that asking whether it is known costs more."""
    if beside is not None and not (isinstance(beside, Constant) and beside.value is not None):
        return None
    if context.is_brief and scope is context.top and isinstance(value, FieldValue):
        field = context.plan.fields[value.field]
        if value.field in context.uses.common and field.default is None:
            return value.field if field.kind in (Kind.NUMBER, Kind.TEXT) else None
    return None


# --- several at once --------------------------------------------------------------------------


def _joined(
    context: CodegenContext, scope: CodegenScope, items: Sequence[Test], word: str, contrary: str
) -> Leaf:
    leaves = [leaf_of(context, scope, item) for item in items]
    cost = sum(leaf.true.cost for leaf in leaves)
    true = word.join(f"({leaf.true.text})" for leaf in leaves)
    false = contrary.join(f"({leaf.false.text})" for leaf in leaves)
    return Leaf(Expression(f"({true})", 0, cost), Expression(f"({false})", 0, cost))


def _chained(context: CodegenContext, scope: CodegenScope, items: Sequence[Test]) -> Leaf | None:
    """`low <= value <= high`, where one value lies between two that are always known."""
    if not (len(items) == 2 and all(isinstance(item, Comparison) for item in items)):
        return None
    low, high = (item for item in items if isinstance(item, Comparison))
    if low.left != high.left or low.operator not in _LOWER or high.operator not in _UPPER:
        return None
    value, least = pair(context, scope, low.left, low.right)
    again, most = pair(context, scope, high.left, high.right)
    if value != again or least.nullable or most.nullable:
        return None

    def between(text: str) -> str:
        signs = (MIRROR[low.operator], _PYTHON[high.operator])
        return f"{least.text} {signs[0]} {text} {signs[1]} {most.text}"

    core = between(value.text)
    cost = 2 + sum(isinstance(side, Edge) for side in (low.right, high.right))
    leaf = _leaf([value], core, f"not {core}", cost)
    if (place := _stands_in(context, scope, low.left)) is not None and low.left.kind is Kind.NUMBER:
        return replace(leaf, true=Expression(between(context.stand_in(place)), 0, 2))
    return leaf


def _among(context: CodegenContext, scope: CodegenScope, items: Sequence[Test]) -> Leaf | None:
    """Equal to one of several constants; the same value beside each, a day beside days."""
    sides: list[tuple[Operand, Operand]] = []
    for item in items:
        if not (isinstance(item, Comparison) and item.operator == "=" and isinstance(item.right, Constant)):
            return None
        sides.append(pair(context, scope, item.left, item.right))
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


def _text(context: CodegenContext, scope: CodegenScope, test: InSet) -> Leaf:
    value = operand(context, scope, test.value)
    core, cost = asked_of_text(context, value.text, test)
    sure = core.startswith((f"{value.text} == ", f"{value.text} in "))
    contrary = core.replace(" == ", " != ", 1) if sure and len(test.patterns) == 1 else f"not {core}"
    leaf = _leaf([value], core, contrary, cost, sure=sure)
    place = _stands_in(context, scope, test.value)
    if not sure and place is not None and not any(pattern.matches("") for pattern in test.patterns):
        true, cost = asked_of_text(context, context.stand_in(place), test)
        return replace(leaf, true=Expression(true, 0, cost))
    return leaf


def _known(value: Operand) -> Leaf:
    if not value.nullable:
        return _leaf([], "True", "False", 0)
    return _leaf([], f"{value.text} is not None", f"{value.text} is None", 1)


def in_selection(context: CodegenContext, window: Last | Range | None) -> str | None:
    """Whether the event in hand, which is not after now, lies in a window; None where it always does."""
    match window:
        case None | Range(start=None, end=None):
            return None
        case Last(amount=amount, unit=unit):
            return f"at > {context.edge(-amount, unit)}"
        case Range(start=None, end=end):
            return f"at < {end}"
        case Range(start=start, end=None):
            return f"at >= {start}"
        case Range(start=start, end=end):
            return f"{start} <= at < {end}"


_DEEPEST = 12
_DEAR = 4


def holds(context: CodegenContext, scope: CodegenScope, condition: Condition, wanted: bool) -> Expression:
    """An expression that is truthy where, and only where, the condition's truth is `wanted`."""
    match condition:
        case All(items=items):
            return _joined_conditions(
                scope, context, [holds(context, scope, i, wanted) for i in items], wanted
            )
        case Any(items=items):
            return _joined_conditions(
                scope, context, [holds(context, scope, i, wanted) for i in items], not wanted
            )
        case Not(item=item):
            return holds(context, scope, item, not wanted)
        case Holds(define=define):
            return _define(context, scope, define, wanted)
        case _:
            return _clause(context, scope, condition, wanted)


def _joined_conditions(
    scope: CodegenScope, context: CodegenContext, items: Sequence[Expression], together: bool
) -> Expression:
    if not items:
        return Expression(repr(together), 0, 0)
    if len(items) == 1:
        return items[0]
    ordered = sorted(items, key=lambda item: item.cost)
    depth = max(item.depth for item in items) + 1
    loosest = 1 if together else 2
    texts = [f"({item.text})" if item.loose > loosest else item.text for item in ordered]
    text = (" and " if together else " or ").join(texts)
    cost = sum(item.cost for item in items)
    if depth < _DEEPEST:
        parts = [part for item in ordered for part in item.parts or [item]] if together else []
        return Expression(text, loosest, cost, depth, parts=tuple(parts))
    name = context.fresh("h")
    scope.add(f"{name} = {text}")
    return Expression(name, 0, 1)


def _define(context: CodegenContext, scope: CodegenScope, define: int, wanted: bool) -> Expression:
    body = context.plan.definitions[define].condition
    assert body is not None
    if context.uses.asked.get(define, 0) < 2:
        return holds(context, scope, body, wanted)
    name = context.held.get((define, wanted))
    if name is None:
        whole = holds(context, scope, body, wanted)
        name = context.fresh("h")
        scope.add(f"{name} = {whole.text}")
        context.held[define, wanted] = name
    return Expression(name, 0, 1)


def _clause(context: CodegenContext, scope: CodegenScope, clause: Clause, wanted: bool) -> Expression:
    if context.detail is Detail.EXPLAIN and scope is context.top:
        name = truth_name(context, clause)
        return Expression(name if wanted else f"{name} is False", 0, 1)
    leaf = leaf_of(context, scope, context.kernel.test(clause))
    if not wanted:
        return leaf.false
    if scope is context.top and leaf.true.cost >= _DEAR:
        return _shared(context, clause, leaf.true)
    return leaf.true


def _shared(context: CodegenContext, clause: Clause, true: Expression) -> Expression:
    """A dear question that more than one clause asks is answered once."""
    test = context.kernel.test(clause)
    if test not in context.uses.repeated:
        return true
    name = context.shared_tests.get(test)
    if name is None:
        name = context.fresh("h")
        context.top.add(f"{name} = {true.text}")
        context.shared_tests[test] = name
    return Expression(name, 0, 1)


def truth_name(context: CodegenContext, clause: Clause) -> str:
    """The local that holds the truth of a clause, computed at its first use."""
    name = context.truths.get(id(clause))
    if name is None:
        truth = leaf_of(context, context.top, context.kernel.test(clause)).truth
        name = context.fresh("c")
        context.top.add(f"{name} = {truth}")
        context.truths[id(clause)] = name
    return name


Nested = tuple[tuple[Expression, ...], Sequence[str]]
"""Expressions all of which must hold, and the lines for where they do."""

_DEEPEST_NESTING = 3


def write_nested(scope: CodegenScope, rules: Sequence[Nested], gates: tuple[str, ...] = ()) -> None:
    """Adds the lines of all rules, in an order of its own, those that share a gate behind it.

    `gates` are those that the lines stand behind already.
    """
    depth = len(gates)
    asked = [{_gate(part) for part in parts}.difference(gates) for parts, _ in rules]
    often = Counter(gate for each in asked for gate in each)
    behind: dict[str, list[Nested]] = {}
    for rule, each in zip(rules, asked, strict=True):
        gate = max(sorted(each), key=often.__getitem__, default="")
        if often[gate] > 1 and depth < _DEEPEST_NESTING:
            behind.setdefault(gate, []).append(rule)
        else:
            _write(scope, rule, depth)
    for gate, those in behind.items():
        if len(those) == 1:
            _write(scope, those[0], depth)
            continue
        scope.add(f"if {gate}:", depth)
        settled = (gate, f"{gate} >= 1", f"{gate} > 0")
        inner = [(tuple(p for p in parts if p.text not in settled), lines) for parts, lines in those]
        write_nested(scope, inner, (*gates, gate))


def _gate(part: Expression) -> str:
    return part.gate or part.text


def _write(scope: CodegenScope, rule: Nested, depth: int) -> None:
    parts, lines = rule
    if not parts:
        for line in lines:
            scope.add(line, depth)
        return
    test = " and ".join(
        f"({part.text})" if part.loose > 1 and len(parts) > 1 else part.text for part in parts
    )
    if len(lines) == 1:
        scope.add(f"if {test}: {lines[0]}", depth)
        return
    scope.add(f"if {test}:", depth)
    for line in lines:
        scope.add(line, depth + 1)
