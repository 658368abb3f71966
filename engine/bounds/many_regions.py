"""The regions of a blank number, of many leads at once: the values at which clauses turn, as arrays.

As `candidates` and `regions` find them for one lead, from the same values.
An array has an entry for each lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from ..plan import Calculation, Clause, DefineValue, FieldValue, Plan
from ..plan.lower import Comparison, Kernel, Known, Rounded, Term
from ..values import Prepared
from .candidates import HALF, LARGEST, reads, undone

Doubles = NDArray[np.float64]
Tell = Callable[[Term], Sequence[Prepared]]
"""Gives what is known of a term that does not read the field, of each lead."""
Answer = Callable[[int, Iterable[Sequence[Prepared]]], Sequence[bool | None]]
"""Gives the truth of a clause, by its place, for rows of what it reads."""

_CODES = {False: 0, None: 1, True: 2}


class ManyTurns:
    """Finds the values of a number field at which clauses turn, of several leads; see `candidates.Turns`."""

    def __init__(self, kernel: Kernel, field: int, size: int, tell: Tell) -> None:
        self._plan: Plan = kernel.plan
        self._kernel, self._field, self._tell = kernel, field, tell
        self._size = size

    def values(self, clauses: Sequence[Clause]) -> Doubles:
        """The values with their neighbours, in ascending order: a column for each lead, some values twice."""
        with np.errstate(all="ignore"):
            found = [self._all(0.0), *(edge for clause in clauses for edge in self._of_clause(clause))]
            finite = [_finite(one) + 0.0 for one in found]
            # Clauses that read the same mostly turn at the same values.
            edges = np.array(list({one.tobytes(): one for one in finite}.values()))
            below, above = np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)
            near = [edges, below, above, np.nextafter(below, -np.inf), np.nextafter(above, np.inf)]
        near.append(np.array([self._all(-LARGEST), self._all(LARGEST)]))
        whole = np.concatenate(near)
        whole[~np.isfinite(whole)] = 0.0
        whole.sort(axis=0)
        return whole

    def _all(self, value: float) -> Doubles:
        return np.full(self._size, value)

    def _known(self, term: Term) -> Doubles:
        """A number of each lead, not a number where there is none."""
        told = self._tell(term)
        return np.array([float(one) if isinstance(one, int | float) else np.nan for one in told])

    def _of_clause(self, clause: Clause) -> Iterator[Doubles]:
        for predicate in self._kernel.predicates(clause):
            if isinstance(predicate, Known):
                yield from self._back(predicate.value, [])
            elif isinstance(predicate, Comparison):
                sides: tuple[tuple[Term, Term], ...]
                sides = ((predicate.left, predicate.right), (predicate.right, predicate.left))
                for side, other in sides:
                    if reads(self._plan, side, self._field):
                        yield from self._back(side, [self._known(other)])

    def _back(self, term: Term, targets: list[Doubles]) -> list[Doubles]:
        """The values of the field at which a term that reads it once comes to one of the targets."""
        match term:
            case FieldValue():
                return targets
            case Rounded(of=of):
                return self._back(of, [one + step for one in targets for step in (-HALF, 0.0, HALF)])
            case DefineValue(define=define):
                body = self._plan.definitions[define].value
                assert body is not None
                return self._back(body, targets)
            case Calculation():
                ends = [self._all(-LARGEST), self._all(LARGEST)]
                return self._calculated(term, [*targets, *ends])
        return []

    def _calculated(self, term: Calculation, targets: list[Doubles]) -> list[Doubles]:
        within_left = bool(reads(self._plan, term.left, self._field))
        inner, other = (term.left, term.right) if within_left else (term.right, term.left)
        value = self._known(other)
        found = [_finite(undone(term.operator, value, one, within_left, _divided)) for one in targets]
        return self._back(inner, [*found, self._all(0.0)])


def _divided(number: Doubles, by: Doubles) -> Doubles:
    return np.where(by != 0.0, number / by, 0.0)


def _finite(numbers: Doubles) -> Doubles:
    """Numbers that are none as 0, which is a value that is tried anyhow."""
    return np.clip(np.where(np.isnan(numbers), 0.0, numbers), -LARGEST, LARGEST)


def told_apart(
    values: Doubles,
    blank: Prepared,
    asked: Sequence[tuple[int, int, Sequence[Sequence[Prepared]]]],
    answer: Answer,
) -> tuple[list[list[int]], NDArray[np.bool_]]:
    """For each lead the truths of all clauses as numbers: first where the field is blank, then the different
    ones at its values; and of which leads there may be others between two of the values.

    Each clause is asked by its place, where in what it reads the field stands, and what else it reads, a list
    for each of these with an entry for each lead.
    """
    count, size = len(values) + 1, values.shape[1]
    flat = [value for row in values.T.tolist() for value in (blank, *row)]
    codes = np.zeros((size, count), np.int64)
    turned = np.zeros((size, count - 2), np.int8)
    for place, at, others in asked:
        read: list[Iterable[Prepared]] = [
            chain.from_iterable(repeat(one, count) for one in column) for column in others
        ]
        read.insert(at, flat)
        told = answer(place, zip(*read, strict=True))
        mine = np.fromiter(map(_CODES.__getitem__, told), np.int8, len(flat)).reshape(size, count)
        turned += mine[:, 2:] != mine[:, 1:-1]
        codes = codes * 3 + mine
    with np.errstate(all="ignore"):
        far = np.nextafter(values[:-1], np.inf) < values[1:]
    unsure: NDArray[np.bool_] = np.any((turned > 1) & far.T, axis=1)
    codes[:, 1:].sort(axis=1)
    first = np.ones(codes.shape, np.bool_)
    first[:, 2:] = codes[:, 2:] != codes[:, 1:-1]
    cuts = np.cumsum(first.sum(axis=1))[:-1]
    different = [one.tolist() for one in np.split(codes[first], cuts)]
    return different, unsure


def truths_of(code: int, count: int) -> tuple[bool | None, ...]:
    """The truths that a number stands for."""
    found: list[bool | None] = []
    for _ in range(count):
        code, one = divmod(code, 3)
        found.append((False, None, True)[one])
    return tuple(reversed(found))
