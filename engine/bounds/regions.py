"""The values of a blank field, split into regions: within one, no clause tells two values apart."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ...grammar.syntax.nodes import Kind
from ..plan import FieldValue
from ..plan.lower import Term, is_reasoned_about, terms
from ..score_one.clause_function import ClauseRun, clause_function, value_function
from ..values import Prepared
from . import words
from .candidates import Turns, reads

if TYPE_CHECKING:
    from ..explain.plan_index import PlanIndex
    from ..score_many.semantic_keys import Input

    Columns = Mapping[Input, Sequence[Prepared]]
    """What is known of several leads: of each thing that clauses read, the values."""

Truth = bool | None
Truths = tuple[Truth, ...]
Choices = tuple[Truths, ...]
"""The truths of some clauses in each region of a field, the blank one first."""

MOST = 512
"""Fields with more regions are not split."""
_MOST_KEPT = 16_384
_MANY = 8
"""So many leads are looked at in arrays."""
_MOST_PLACES = 39
"""So many truths of three values have a number of 64 bits."""
_AT_ONCE = 1_024


class Region(NamedTuple):
    """Values of a field that clauses do not tell apart: one of them, and the truths of the clauses."""

    value: Prepared
    truths: Truths


class FieldRegions:
    """Splits the values of the fields of one plan. What was found is kept for other leads."""

    def __init__(self, parts: PlanIndex) -> None:
        self.parts = parts
        self._clause_functions: dict[int, ClauseRun] = {}
        self._value_functions: dict[Term, tuple[ClauseRun, tuple[Input, ...]]] = {}
        self._others: dict[tuple[int, tuple[int, ...]], tuple[Input, ...]] = {}
        self._cache: dict[object, list[Region] | None] = {}

    def inputs(self, place: int) -> tuple[Input, ...]:
        """What a clause reads, by its place."""
        return self.parts.semantic_keys.inputs(self.parts.clauses[place])

    def reads_once(self, place: int, field: int) -> bool:
        """Whether no comparison of a clause reads a field twice."""
        plan = self.parts.plan
        for predicate in self.parts.kernel.predicates(self.parts.clauses[place]):
            sides = (getattr(predicate, name, None) for name in ("left", "right", "value"))
            if sum(reads(plan, side, field) for side in sides if side is not None) > 1:
                return False
        return True

    def answer(self, place: int, rows: Iterable[Sequence[Prepared]], now: int) -> list[Truth]:
        """The truth of a clause for each row of its inputs."""
        ask = self._clause_functions.get(place)
        if ask is None:
            ask = self._clause_functions[place] = clause_function(
                self.parts, self.parts.clauses[place], self.inputs(place)
            )
        return ask(rows, now)

    def split(
        self, field: int, places: tuple[int, ...], blank: Prepared, known: dict[Input, Prepared], now: int
    ) -> list[Region] | None:
        """The regions of a field by the clauses at some places, the first being that it stays blank.

        None where there are too many. `known` is what is known of all else that these clauses read.
        """
        others = self._others.get((field, places))
        if others is None:
            read = (one for place in places for one in self.inputs(place))
            others = tuple(dict.fromkeys(one for one in read if not _is_field(one, field)))
            self._others[field, places] = others
        key = (field, places, blank, now, *[known[one] for one in others])
        if key not in self._cache:
            if len(self._cache) >= _MOST_KEPT:
                self._cache.clear()
            self._cache[key] = _Splitting(self, field, places, known=known, now=now).regions(blank)
        return self._cache[key]

    def of_many(
        self, field: int, places: tuple[int, ...], blank: Prepared, known: Columns, now: int
    ) -> list[Choices | None]:
        """As `split`, of several leads at once: the truths of each region.

        `known` has a column for each thing that these clauses read besides the field; without any, all leads
        are alike, and one is named.
        """
        size = len(next(iter(known.values()))) if known else 1
        kind = self.parts.plan.fields[field].kind
        if kind is Kind.NUMBER and known and size >= _MANY and len(places) <= _MOST_PLACES:
            found: list[Choices | None] = []
            for start in range(0, size, _AT_ONCE):
                some = {one: column[start : start + _AT_ONCE] for one, column in known.items()}
                found += self._numbers(field, places, blank, some, now)
            return found
        return [self._choices(field, places, blank, _row(known, at), now) for at in range(size)]

    def _choices(
        self, field: int, places: tuple[int, ...], blank: Prepared, known: dict[Input, Prepared], now: int
    ) -> Choices | None:
        split = self.split(field, places, blank, known, now)
        return None if split is None else tuple(one.truths for one in split)

    def _numbers(
        self, field: int, places: tuple[int, ...], blank: Prepared, known: Columns, now: int
    ) -> list[Choices | None]:
        from .many_regions import ManyTurns, told_apart, truths_of  # numpy takes long to load

        size = len(next(iter(known.values())))

        def tell(term: Term) -> Sequence[Prepared]:
            ask, read = self._told(term)
            return ask(zip(*[known[one] for one in read], strict=True) if read else [()] * size, now)

        turns = ManyTurns(self.parts.kernel, field, size, tell)
        asked = []
        for place in places:
            read = self.inputs(place)
            at = next(n for n, one in enumerate(read) if _is_field(one, field))
            asked.append((place, at, [known[one] for n, one in enumerate(read) if n != at]))
        values = turns.values([self.parts.clauses[place] for place in places])
        codes, unsure = told_apart(values, blank, asked, lambda place, rows: self.answer(place, rows, now))
        different: dict[tuple[int, ...], Choices | None] = {}
        found: list[Choices | None] = []
        for at, row in enumerate(codes):
            if unsure[at]:
                found.append(self._choices(field, places, blank, _row(known, at), now))
                continue
            key = tuple(row)
            if key not in different:
                truths = tuple(truths_of(code, len(places)) for code in dict.fromkeys(row))
                different[key] = None if len(truths) > MOST else truths
            found.append(different[key])
        return found

    def value(self, term: Term, known: dict[Input, Prepared], now: int) -> Prepared:
        """What is known of a term."""
        tell, read = self._told(term)
        value: Prepared = tell([tuple(known[one] for one in read)], now)[0]
        return value

    def _told(self, term: Term) -> tuple[ClauseRun, tuple[Input, ...]]:
        """What tells of a term, and what that reads."""
        found = self._value_functions.get(term)
        if found is None:
            gathered = self.parts.semantic_keys.inputs_of(term)
            found = self._value_functions[term] = (value_function(self.parts, term, gathered), gathered)
        return found


class _Splitting:
    """Splits one field on one lead."""

    def __init__(
        self,
        of: FieldRegions,
        field: int,
        places: tuple[int, ...],
        *,
        known: dict[Input, Prepared],
        now: int,
    ) -> None:
        self._of, self._parts = of, of.parts
        self._field, self._places = field, places
        self._known, self._now = known, now
        self._kind = of.parts.plan.fields[field].kind
        self._clauses = [self._parts.clauses[place] for place in places]

    def regions(self, blank: Prepared) -> list[Region] | None:
        """The regions, the blank one first."""
        values = self._values()
        if values is None:
            return None
        found: dict[Truths, Prepared] = {}
        truths_of = self._truths([blank, *values])
        for value, truths in zip([blank, *values], truths_of, strict=True):
            found.setdefault(truths, value)
        if self._kind in (Kind.NUMBER, Kind.DATE, Kind.DATETIME):
            self._between(values, truths_of[1:], found)
        elif self._kind is Kind.TEXTS:
            self._several(found)
        if len(found) > MOST:
            return None
        return [Region(value, truths) for truths, value in found.items()]

    def _values(self) -> list[Prepared] | None:
        kernel = self._parts.kernel
        if not all(is_reasoned_about(one) for each in self._clauses for one in kernel.predicates(each)):
            return None
        if self._kind is Kind.YES_NO:
            return [True, False]
        if self._kind in (Kind.TEXT, Kind.TEXTS):
            found = words.texts(kernel, self._field, self._clauses, self._tell)
            if found is None or self._kind is Kind.TEXT:
                return None if found is None else [*found]
            return [*[(one,) for one in found], *self._whole_lists()]
        return [*Turns(kernel, self._field, self._now, self._tell).values(self._clauses)]

    def _whole_lists(self) -> list[Prepared]:
        """The lists of texts that a field is compared with as a whole."""
        return [
            value
            for clause in self._clauses
            for predicate in self._parts.kernel.predicates(clause)
            for side in terms(predicate)
            if not reads(self._parts.plan, side, self._field) and isinstance(value := self._tell(side), tuple)
        ]

    def _tell(self, term: Term) -> Prepared:
        return self._of.value(term, self._known, self._now)

    def _truths(self, values: Sequence[Prepared]) -> list[Truths]:
        """The truths of all clauses, for each value of the field."""
        columns = []
        for place in self._places:
            read = self._of.inputs(place)
            at = next(n for n, one in enumerate(read) if _is_field(one, self._field))
            row = [None if n == at else self._known[one] for n, one in enumerate(read)]
            rows = [(*row[:at], value, *row[at + 1 :]) for value in values]
            columns.append(self._of.answer(place, rows, self._now))
        return list(zip(*columns, strict=True))

    def _between(
        self, values: Sequence[Prepared], truths_of: Sequence[Truths], found: dict[Truths, Prepared]
    ) -> None:
        """Adds what lies between two values whose truths differ in more than one clause."""
        ranks = [_rank(value) for value in values]
        waiting = [(ranks[n], truths_of[n], ranks[n + 1], truths_of[n + 1]) for n in range(len(ranks) - 1)]
        while waiting:
            low, below, high, above = waiting.pop()
            if high - low < 2 or sum(a is not b for a, b in zip(below, above, strict=True)) < 2:
                continue
            middle = (low + high) // 2
            value = _at(middle, self._kind)
            truths = self._truths([value])[0]
            found.setdefault(truths, value)
            waiting += [(low, below, middle, truths), (middle, truths, high, above)]

    def _several(self, found: dict[Truths, Prepared]) -> None:
        """Adds what lists of several texts come to."""
        singles = [value for value in found.values() if isinstance(value, tuple) and len(value) == 1]
        waiting: list[tuple[str, ...]] = [()]
        while waiting and len(found) <= MOST:
            texts = waiting.pop()
            longer = [(*texts, *one) for one in singles if one[0] not in texts]
            for value, truths in zip(longer, self._truths(longer), strict=True):
                if len(texts) == 0 or truths not in found:
                    found.setdefault(truths, value)
                    waiting.append(value)


def _is_field(one: Input, number: int) -> bool:
    return isinstance(one, FieldValue) and one.field == number


def _rank(value: Prepared) -> int:
    """The place of a number among all doubles, or of a day or an instant among these."""
    if not isinstance(value, float):
        assert isinstance(value, int)
        return value
    bits = int(struct.unpack("<q", struct.pack("<d", value))[0])
    return bits if bits >= 0 else -(bits & 0x7FFF_FFFF_FFFF_FFFF)


def _at(rank: int, kind: Kind) -> Prepared:
    """The value at a place."""
    if kind is not Kind.NUMBER:
        return rank
    bits = rank if rank >= 0 else (-rank) | (1 << 63)
    value = float(struct.unpack("<d", struct.pack("<Q", bits))[0])
    assert math.isfinite(value)
    return value


def _row(known: Columns, at: int) -> dict[Input, Prepared]:
    """What is known of one of several leads."""
    return {one: column[at] for one, column in known.items()}
