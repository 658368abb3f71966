"""What is measured over the events of a block, a column of one value a lead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...grammar.syntax.nodes import Unit
from ..plan import Aggregation, Measure, Selection
from ..plan.calendar import month_number
from ..zone import Zone
from .block import Places
from .block_events import BlockEvents, Part, all_of
from .columns import NEVER, Bools, Column, InstantLists, Ints, Numbered, Scattered, numbered_range

LATE = np.iinfo(np.int64).max
"""Later than any instant."""

_PERIODS = 1 << 24
"""More than there are days."""

_FEW_OBJECTS = 64


class Measured:
    """Measures what a plan asks of one block, just as the generated functions measure one lead."""

    def __init__(self, block_events: BlockEvents) -> None:
        self.block_events = block_events
        self.zone = block_events.plan.zone
        self.size = len(block_events.block)
        self.at = block_events.events.at
        self.lead = block_events.events.lead

    def column(self, measure: Measure) -> Column | InstantLists:
        """The column of a measure."""
        picked = self.block_events.of(measure.events)
        match measure.aggregation:
            case Aggregation.COUNT:
                return numbered_range(self._count(picked))
            case Aggregation.SEEN:
                return numbered_range(np.minimum(self._count(picked), 1))
            case Aggregation.FIRST:
                return _instants(self.first(picked))
            case Aggregation.LAST:
                return _instants(self._last(picked))
            case Aggregation.FIRST_PERIOD:
                return _instants(self._first_period(picked, measure.per))
            case Aggregation.PERIODS:
                places = all_of(picked)
                return numbered_range(
                    self._distinct(places, _periods(self.at[places], measure.per, self.zone))
                )
            case Aggregation.DISTINCT:
                return numbered_range(self._objects(measure.events, picked))
            case Aggregation.FOLLOWED:
                found = self._followed(measure, picked)
                return Numbered(found.astype(np.uint8), (False, True))
            case Aggregation.INSTANTS | Aggregation.LATEST:
                return self._gathered(measure, picked)
            case Aggregation.FADED:
                raise AssertionError("what fades is summed from its instants")
        return self._number(measure, picked)

    def first(self, parts: Sequence[Part]) -> Ints:
        """The instant of each lead's first event, `LATE` without any."""
        found = np.full(self.size, LATE)
        for part in parts:
            if isinstance(part, slice) and self.block_events.is_one_kind(part):
                # Where a place is set more than once the last value stays, which here is the first event.
                one = np.full(self.size, LATE)
                one[self.lead[part][::-1]] = self.at[part][::-1]
                np.minimum(found, one, out=found)
            else:
                np.minimum.at(found, self.lead[part], self.at[part])
        return found

    # --- events ---------------------------------------------------------------------------------

    def _count(self, parts: Sequence[Part]) -> Ints:
        counts = np.zeros(self.size, np.int64)
        for part in parts:
            counts += np.bincount(self.lead[part], minlength=self.size)
        return counts

    def _last(self, parts: Sequence[Part]) -> Ints:
        found = np.full(self.size, NEVER)
        for part in parts:
            if isinstance(part, slice) and self.block_events.is_one_kind(part):
                one = np.full(self.size, NEVER)
                one[self.lead[part]] = self.at[part]
                np.maximum(found, one, out=found)
            else:
                np.maximum.at(found, self.lead[part], self.at[part])
        return found

    def _first_period(self, parts: Sequence[Part], unit: Unit | None) -> Ints:
        """The latest instant within each lead's first period."""
        lead, at = self._latest(parts, unit)
        found = np.full(self.size, NEVER)
        first = np.ones(len(lead), np.bool_)
        first[1:] = lead[1:] != lead[:-1]
        found[lead[first]] = at[first]
        return found

    def _latest(self, parts: Sequence[Part], unit: Unit | None) -> tuple[Ints, Ints]:
        """The latest event of each lead in each period, in order: leads, instants."""
        places = all_of(parts)
        lead, at = self.lead[places].astype(np.int64), self.at[places]
        periods = lead * _PERIODS + _periods(at, unit, self.zone)
        order = np.lexsort((at, periods))
        lead, at, periods = lead[order], at[order], periods[order]
        latest = np.ones(len(lead), np.bool_)
        latest[:-1] = periods[1:] != periods[:-1]
        return lead[latest], at[latest]

    def _gathered(self, measure: Measure, parts: Sequence[Part]) -> InstantLists:
        if measure.aggregation is Aggregation.LATEST:
            lead, at = self._latest(parts, measure.per)
        else:
            places = all_of(parts)
            order = np.lexsort((self.at[places], self.lead[places]))
            lead, at = self.lead[places][order].astype(np.int64), self.at[places][order]
        return InstantLists(np.bincount(lead, minlength=self.size).astype(np.int32), at)

    def _distinct(self, places: Places, numbers: Ints) -> Ints:
        """How many different numbers, from 0 and below `_PERIODS`, each lead has."""
        pairs = np.unique(self.lead[places].astype(np.int64) * _PERIODS + numbers)
        return np.bincount(pairs // _PERIODS, minlength=self.size)

    # --- what is read of events -----------------------------------------------------------------

    def _objects(self, selection: Selection, parts: Sequence[Part]) -> Ints:
        places = all_of(parts)
        known, objects = self.block_events.objects(selection, places)
        places, objects = places[known], objects[known]
        most = int(objects.max()) if len(objects) else 0
        if most <= _FEW_OBJECTS:
            seen = np.zeros((most + 1, self.size), np.bool_)
            seen[objects, self.lead[places]] = True
            counts: Ints = seen.sum(axis=0, dtype=np.int64)
            return counts
        return self._distinct(places, objects)

    def _number(self, measure: Measure, parts: Sequence[Part]) -> Column:
        """A measure of a property that is a number, added up in the order of time."""
        assert measure.of is not None
        places = self.block_events.gathered(parts)
        known, numbers = self.block_events.property(places, measure.of)
        lead, numbers = self.lead[places[known]], numbers[known]
        if measure.aggregation in (Aggregation.MIN, Aggregation.MAX):
            none = np.inf if measure.aggregation is Aggregation.MIN else -np.inf
            found = np.full(self.size, none)
            (np.minimum if measure.aggregation is Aggregation.MIN else np.maximum).at(found, lead, numbers)
            return _numbers(np.where(found == none, np.nan, found))
        with np.errstate(all="ignore"):
            found = np.bincount(lead, weights=numbers, minlength=self.size)
            if measure.aggregation is Aggregation.AVG:
                counts = np.bincount(lead, minlength=self.size)
                found = np.where(counts > 0, found / np.maximum(counts, 1), np.nan)
        return _numbers(np.where(np.isfinite(found), found, np.nan))

    def _followed(self, measure: Measure, parts: Sequence[Part]) -> Bools:
        """Whether a second event came in time after a first one, which must be another event."""
        assert measure.then is not None
        first, then = (
            self.block_events.gathered(some) for some in (parts, self.block_events.of(measure.then))
        )
        places = np.concatenate([first, then])
        is_then = np.repeat([False, True], [len(first), len(then)])
        # Firsts come before what is at the same instant, so that none is overlooked.
        order = np.lexsort((is_then, self.at[places], self.lead[places]))
        places, is_then = places[order], is_then[order]
        lead, at = self.lead[places], self.at[places]
        firsts = np.flatnonzero(~is_then)
        nearest = np.maximum.accumulate(np.where(is_then, -1, np.arange(len(places))))
        earlier = np.full(len(places) + 1, -1)
        earlier[firsts[1:]] = firsts[:-1]
        mine = np.flatnonzero(is_then)
        before = nearest[mine]
        itself = (before >= 0) & (places[before] == places[mine])
        before = np.where(itself, earlier[before], before)
        mine, before = mine[before >= 0], before[before >= 0]
        good = (lead[before] == lead[mine]) & (at[mine] - at[before] <= measure.within)
        found = np.zeros(self.size, np.bool_)
        found[lead[mine[good]]] = True
        return found


def _instants(found: Ints) -> Column:
    """Instants, those that stand for none being unknown."""
    return Scattered((np.where(found == LATE, NEVER, found),))


def _numbers(found: NDArray[np.float64]) -> Column:
    """Numbers, unknown where they are none; often there are few different ones."""
    different, codes = np.unique(found, return_inverse=True)
    values = [None if np.isnan(number) else number for number in different.tolist()]
    return Numbered(codes.astype(np.uint16), values)


def _periods(at: Ints, unit: Unit | None, zone: Zone) -> Ints:
    """The numbers of days, ISO weeks (1970 began on a Thursday) or months, none of them negative."""
    days = zone.days(at)
    if unit is Unit.WEEK:
        return (days + 3) // 7 + _PERIODS // 2
    if unit is Unit.MONTH:
        different, which = np.unique(days, return_inverse=True)
        months = np.fromiter((month_number(day) for day in different.tolist()), np.int64, len(different))
        return months[which]
    return days + _PERIODS // 2
