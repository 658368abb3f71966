"""Going through conditions and values. Apart from the walks of the back end, which is not loaded to lint."""

from __future__ import annotations

from collections.abc import Iterator

from .. import plan as p


def items_of(condition: p.Condition) -> tuple[p.Condition, ...]:
    """The conditions directly within one; defines are not entered."""
    match condition:
        case p.All(items=items) | p.Any(items=items):
            return items
        case p.Not(item=item):
            return (item,)
    return ()


def leaves(condition: p.Condition) -> Iterator[p.Clause | p.Holds]:
    """The clauses and uses of defines in a condition, in order."""
    match condition:
        case p.All() | p.Any() | p.Not():
            for item in items_of(condition):
                yield from leaves(item)
        case _:
            yield condition


def clauses(condition: p.Condition) -> Iterator[p.Clause]:
    """The clauses in a condition, in order."""
    return (leaf for leaf in leaves(condition) if not isinstance(leaf, p.Holds))


def holds(condition: p.Condition) -> Iterator[int]:
    """The defines that a condition asks for."""
    return (leaf.define for leaf in leaves(condition) if isinstance(leaf, p.Holds))


def subject(clause: p.Clause) -> p.Value:
    """What a clause asks about."""
    return clause.left if isinstance(clause, p.Compare) else clause.value


def operands(clause: p.Clause) -> tuple[p.Value, ...]:
    """What a clause asks about, and what it is compared with."""
    match clause:
        case p.Compare(left=left, right=right):
            return (left, right)
        case p.Between(value=value, low=low, high=high):
            return (value, low, high)
        case p.OneOf(value=value, constants=constants):
            return (value, *constants)
    return (clause.value,)


def values(value: p.Value) -> Iterator[p.Value]:
    """A value and all that it is made of; defines are not entered."""
    yield value
    match value:
        case p.Calculation(left=left, right=right):
            yield from values(left)
            yield from values(right)
        case p.DaysBetween(of=of) | p.Domain(of=of):
            yield from values(of)
