"""Conditions as two-valued Python: an expression true where a condition is true, one where it is false.

Where neither is true the condition is unknown, so three values never meet at run time:
true(not c) = false(c), true(a and b) = true(a) and true(b), false(a and b) = false(a) or false(b).
"""

from __future__ import annotations

from collections.abc import Sequence

from ..plan import All, Any, Clause, Condition, Holds, Not
from .clauses_source import Expression, leaf_of
from .draft import Detail, Draft, Scope

_DEEPEST = 12
_DEAR = 4


def holds(draft: Draft, scope: Scope, condition: Condition, wanted: bool) -> Expression:
    """An expression that is truthy where, and only where, the condition's truth is `wanted`."""
    match condition:
        case All(items=items):
            return _joined(scope, draft, [holds(draft, scope, i, wanted) for i in items], wanted)
        case Any(items=items):
            return _joined(scope, draft, [holds(draft, scope, i, wanted) for i in items], not wanted)
        case Not(item=item):
            return holds(draft, scope, item, not wanted)
        case Holds(define=define):
            return _define(draft, scope, define, wanted)
        case _:
            return _clause(draft, scope, condition, wanted)


def _joined(scope: Scope, draft: Draft, items: Sequence[Expression], together: bool) -> Expression:
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
    name = draft.fresh("h")
    scope.add(f"{name} = {text}")
    return Expression(name, 0, 1)


def _define(draft: Draft, scope: Scope, define: int, wanted: bool) -> Expression:
    body = draft.plan.definitions[define].condition
    assert body is not None
    if draft.uses.asked.get(define, 0) < 2:
        return holds(draft, scope, body, wanted)
    name = draft.held.get((define, wanted))
    if name is None:
        whole = holds(draft, scope, body, wanted)
        name = draft.fresh("h")
        scope.add(f"{name} = {whole.text}")
        draft.held[define, wanted] = name
    return Expression(name, 0, 1)


def _clause(draft: Draft, scope: Scope, clause: Clause, wanted: bool) -> Expression:
    if draft.detail is Detail.FINDINGS and scope is draft.top:
        name = truth_name(draft, clause)
        return Expression(name if wanted else f"{name} is False", 0, 1)
    leaf = leaf_of(draft, scope, draft.kernel.test(clause))
    if not wanted:
        return leaf.false
    if scope is draft.top and leaf.true.cost >= _DEAR:
        return _shared(draft, clause, leaf.true)
    return leaf.true


def _shared(draft: Draft, clause: Clause, true: Expression) -> Expression:
    """A dear question that more than one clause asks is answered once."""
    test = draft.kernel.test(clause)
    if test not in draft.uses.repeated:
        return true
    name = draft.shared_tests.get(test)
    if name is None:
        name = draft.fresh("h")
        draft.top.add(f"{name} = {true.text}")
        draft.shared_tests[test] = name
    return Expression(name, 0, 1)


def truth_name(draft: Draft, clause: Clause) -> str:
    """The local that holds the truth of a clause, computed at its first use."""
    name = draft.truths.get(id(clause))
    if name is None:
        truth = leaf_of(draft, draft.top, draft.kernel.test(clause)).truth
        name = draft.fresh("c")
        draft.top.add(f"{name} = {truth}")
        draft.truths[id(clause)] = name
    return name
