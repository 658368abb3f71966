"""From a model of the solver to made-up leads: several, as a model leaves open what the engine looks at."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import cache
from itertools import product
from typing import NamedTuple

import z3

from ...grammar.syntax.nodes import Kind
from ..values import DAY
from .budget import look_at_clock
from .case import Case, Given, Occurrence, given
from .entities import TextEntity
from .happenings import Cell, Objects
from .kleene import Known
from .lead import Lead
from .texts import UnsureError

MOST_EVENTS = 400
_MINUTE = 60_000_000

SPREADS = ("late", "days", "even", "early", "weeks")
"""How events of a cell are put in time: as late as can be, a day apart, evenly, as early as can be."""


class Way(NamedTuple):
    """How what a model leaves open is filled in: where events lie in time, whether their objects differ, and
    which of several sorts of events come first."""

    spread: str
    different: bool
    rank: int


class Maker:
    """Makes leads of one model."""

    def __init__(self, model: z3.ModelRef, lead: Lead, more: Lead | None = None) -> None:
        self.model = model
        self.lead = lead
        self.more = more
        self.happenings = lead.happenings
        self.now = self._whole(lead.clock.now)
        # Asking a model takes longer than all else, and all ways ask the same.
        self._ends = cache(self._ends_of)
        self._numbers = cache(self._numbers_of)

    def cases(self) -> Iterator[Case]:
        """Leads that the model may mean."""
        try:
            fields = self._fields()
        except UnsureError:
            return
        counted = [
            (self.happenings.cells[cell], amount)
            for cell, number in sorted(self.lead.numbers().items())
            if (amount := self._whole(number)) > 0
        ]
        if sum(amount for _, amount in counted) > MOST_EVENTS:
            return
        if any(low > high for low, high in (self._ends(cell) for cell, _ in counted)):
            return
        made: list[list[Occurrence]] = []
        for spread, different, backwards in product(SPREADS, (True, False), (False, True)):
            events = [
                event
                for rank, (cell, amount) in enumerate(counted)
                for event in self._events(cell, amount, Way(spread, different, -rank if backwards else rank))
            ]
            if self.more is not None or events not in made:
                made.append(events)
                yield from self._with_more(Case(fields, tuple(events), self.now), spread)

    def _with_more(self, case: Case, spread: str) -> Iterator[Case]:
        more = self.more
        if more is None:
            yield case
        elif more.where is not None:
            cell = self.happenings.cells[self._whole(more.where)]
            low, high = self._ends(cell)
            if low > high:
                return
            numbers = {
                of: (
                    self._real(more.added(of))
                    if z3.is_true(self.model.eval(more.has_added(of), model_completion=True))
                    else None
                )
                for of in cell.passed.ranges
            }
            for different in (False, True):
                for event in self._events(cell, 1, Way(spread, different, 0), numbers):
                    yield Case(case.fields, case.events, case.now, event=event)
        else:
            key = more.raised
            assert isinstance(key, tuple)
            known = more.read_fields()[key]
            assert isinstance(known, Known)
            value = given(key[1], self.model.eval(known.value, model_completion=True))
            yield Case(case.fields, case.events, case.now, raised=(key[0], value))

    # --- values -----------------------------------------------------------------------------------

    def _whole(self, term: z3.ArithRef) -> int:
        found = self.model.eval(term, model_completion=True)
        assert isinstance(found, z3.IntNumRef)
        number: int = found.as_long()
        return number

    def _real(self, term: z3.ArithRef) -> float:
        number = given(Kind.NUMBER, self.model.eval(term, model_completion=True))
        assert isinstance(number, int | float)
        return float(number)

    def _is(self, term: z3.BoolRef) -> bool:
        return bool(z3.is_true(self.model.eval(term, model_completion=True)))

    def _fields(self) -> dict[str, Given]:
        fields: dict[str, Given] = {}
        read = self.lead.read_fields()
        domains: dict[Hashable, str] = {}
        for key, entity in read.items():
            assert isinstance(key, tuple)
            if len(key) == 4 and key[3] and self._is(entity.known):
                assert isinstance(entity, TextEntity)
                domains[key[:3]] = entity.text(self.model) or ""
        for key, entity in read.items():
            assert isinstance(key, tuple)
            column, kind, default, *of_domain = key
            if (of_domain and of_domain[0]) or not self._is(entity.known):
                continue
            if isinstance(entity, Known):
                fields[column] = given(kind, self.model.eval(entity.value, model_completion=True))
            elif entity.several:
                fields[column] = entity.texts(self.model)
            else:
                text = entity.text(self.model)
                domain = domains.get((column, kind, default))
                fields[column] = f"x@{domain}" if domain and not entity.sets else text
        return fields

    # --- events -----------------------------------------------------------------------------------

    def _events(
        self,
        cell: Cell,
        amount: int,
        way: Way,
        numbers: dict[str, float | None] | None = None,
    ) -> Iterator[Occurrence]:
        low, high = self._ends(cell)
        sets = [numbers] if numbers is not None else self._numbers(cell, amount)
        filters = self.happenings.types[cell.type].classes
        assert filters is not None
        for index in range(amount):
            look_at_clock()
            wanted = sets[index] if index < len(sets) else {}
            properties = filters.properties(cell.passed, wanted)
            if properties is None:
                properties = filters.properties(cell.passed, {}) or {}
            thing: str | None = None
            for by, objects in cell.objects.items():
                text = self._object(objects, index if way.different else 0)
                if by is None:
                    thing = text
                elif text is not None:
                    properties[by] = text
            yield Occurrence(cell.type, _placed((low, high), index, amount, way), thing, properties)

    def _ends_of(self, cell: Cell) -> tuple[int, int]:
        """The first and the last instant of a cell."""
        # The model may have months as no calendar has them, the engine has not.
        number_at, now = self.lead.clock.number_at, self.now
        lows = [number_at(now, low) for low, _ in cell.after if low is not None]
        highs = [number_at(now, high) for _, high in cell.after if high is not None]
        high = min([self.now, *highs])
        return max(lows, default=high - 3_000 * DAY) + 1, high

    def _object(self, objects: Objects, index: int) -> str | None:
        if not objects.given:
            return None
        if not objects.more:
            return objects.texts[index % len(objects.texts)]
        text = objects.texts[0] if objects.texts else "x"
        if index:
            for other in (f"{text}{index}", f"{index}{text}", f"{text[:-1]}{index}{text[-1:]}"):
                if all(one.matches(other) for one in objects.matched):
                    return other
        return text

    def _numbers_of(self, cell: Cell, amount: int) -> list[dict[str, float | None]]:
        """The numbers of each event of a cell, so that they come to what the model says."""
        sets: list[dict[str, float | None]] = [{} for _ in range(amount)]
        for of in cell.passed.ranges:
            key = frozenset((cell.number,))
            having = self.lead.measure("with", of, key)
            if having is None:
                continue
            count = self._whole(having)
            low, high = self.lead.measure("least", of, key), self.lead.measure("greatest", of, key)
            total = self.lead.measure("sum in", of, key)
            values = _spread_out(
                count,
                None if low is None else self._real(low),
                None if high is None else self._real(high),
                None if total is None else self._real(total),
            )
            for index in range(amount):
                sets[index][of] = values[index] if index < count else None
        return sets


def _spread_out(count: int, low: float | None, high: float | None, total: float | None) -> list[float]:
    """So many numbers with a least, a greatest and a sum."""
    if count == 0:
        return []
    if total is None:
        first = low if low is not None else high if high is not None else 1.0
        return [first] * (count - 1) + [high if high is not None else first]
    if count == 1:
        return [total]
    if low is None or high is None:
        return [total / count] * count
    if count == 2:
        return [low, high]
    between = (total - low - high) / (count - 2)
    return [low, high, *([between] * (count - 2))]


def _placed(ends: tuple[int, int], index: int, amount: int, way: Way) -> int:
    """Where the event of an index stands between two instants."""
    low, high = ends
    spread, _, rank = way
    room = high - low
    match spread:
        case "late":
            at = high - index - max(rank, 0) * _MINUTE if rank >= 0 else high - index
        case "early":
            at = low + index + abs(rank) * _MINUTE
        case "days":
            at = high - index * DAY - abs(rank) * _MINUTE
        case "weeks":
            at = high - index * 7 * DAY - abs(rank) * _MINUTE
        case _:
            at = high - room * index // max(amount, 1)
    if rank < 0 and spread in ("late", "days", "weeks"):
        at = at - (10 + rank) * _MINUTE if rank > -10 else at
    return at if low <= at <= high else low + (at - low) % (room + 1)
