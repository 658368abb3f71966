"""The parts of what a stage that holds asks about the past, each followed through time on its own.

A part is a clause, or what a rule pays for events. Few events make a difference to it, so that there are few
instants at which it can differ, and the whole is put together from the parts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..due.timeline import Timeline
from ..plan import Aggregation, Measure, Plan, Selection
from ..plan.calendar import BEGINNING
from ..plan.holding import selectors_read
from ..progress import no_progress
from ..score_one.codegen import Detail
from ..score_one.event_classes import EventClasses
from ..score_one.facts import MEMO_LIMIT
from ..score_one.scorer import Scorer
from ..values import DAY, Prepared
from .block import Block, Events, Places
from .block_events import BlockEvents, Filters, all_of
from .block_measures import Measured
from .column_scorer import ColumnScorer
from .columns import NEVER, Bools, Column, InstantLists, Ints, Scattered, numbered_range
from .layout import by_time
from .lru import LruBytes
from .past_events import EventsRead
from .past_leads import Some, joined
from .past_windows import can_be_moved, longest_window, places_from, portions, window_length, window_starts
from .steps import Steps, TimeSpan, different, most_leads
from .truths import FALSE, TRUE, UNKNOWN

_SAME = 10_000 * DAY
"""The instant to which all are moved; any would do."""

_NO_LIMIT = 1 << 62

_COUNTED = frozenset(
    (Aggregation.COUNT, Aggregation.SEEN, Aggregation.FIRST, Aggregation.LAST, Aggregation.INSTANTS)
)
"""What follows from the instants of events alone."""


class Course(NamedTuple):
    """A value over time: the instants at which it can have changed, and the values from then on."""

    instants: Sequence[int]
    values: Sequence[int]


class Part:
    """A part of what is asked, by a plan that asks nothing else.

    `events` takes at least so many events to make a difference.
    """

    def __init__(self, plan: Plan, classes: EventClasses, events: int) -> None:
        self.plan = plan
        self.evaluator = Scorer(plan, classes)
        self.least = events
        self._timeline = Timeline(self.evaluator.clocks, classes, selectors_read(plan))
        self._read = EventsRead(self.evaluator.classes, self._timeline)
        self.is_fixed = not self._timeline.fields_turn and not selectors_read(plan)
        """Whether its value is always the same."""
        self._needs = self.evaluator.parts.semantic_keys.needs
        self._moves = can_be_moved(plan)
        self._longest = longest_window(self._needs[1].values())
        self._filters: Filters = {}
        self._starts: dict[tuple[Prepared, ...], int] = {}
        self._courses: dict[tuple[int, tuple[Prepared, ...]], Course] = {}

    def of_columns(self, column_scorer: ColumnScorer) -> NDArray[Any]:
        """Its value, of many leads."""
        raise NotImplementedError

    def of_result(self, result: Any) -> int:
        """Its value, from what the generated function gives."""
        raise NotImplementedError

    @cached_property
    def _run(self) -> Callable[..., Any]:
        return self.evaluator.runner(Detail.SCORE)

    def value(self, fields: Sequence[Prepared], rows: Sequence[Any], at: int) -> int:
        """Its value, of one lead at one instant."""
        return self.of_result(self._run(fields, rows, at))

    # --- what can differ ------------------------------------------------------------------------

    def start(self, some: Some) -> NDArray[Any]:
        """Its value before anything happened."""
        which, different_fields = self._by_fields(some)
        table = [self._start(fields) for fields in different_fields]
        return np.array(table, np.int64)[which]

    def happened(self, some: Some) -> Ints:
        """How many events of each lead there are that may make a difference."""
        found = np.zeros(len(some), np.int64)
        for place in self._read.kinds(some.block.events):
            found += np.bincount(some.of_kind(place)[1], minlength=len(some))
        return found

    def can_differ(self, some: Some) -> Bools:
        """Whose value may ever have been another than at the start."""
        if self._timeline.fields_turn:
            return np.ones(len(some), np.bool_)
        enough = self.happened(some) >= self.least
        if self.least > 1 and self._longest is not None and enough.any():
            enough &= self._close_together(some, self._longest)
        return enough

    def _close_together(self, some: Some, window: int) -> Bools:
        """To whom ever happened as much as it takes within one window."""
        found = np.zeros(len(some), np.bool_)
        own, lead = joined([some.of_kind(place) for place in self._read.kinds(some.block.events)])
        at = some.block.events.at[own]
        line = TimeSpan(len(some), int(at.min()), int(at.max()) + window)
        if len(some) > most_leads(line.before, line.now):
            return np.ones(len(some), np.bool_)
        places = np.sort(line.places(lead, at))
        firsts = places[: len(places) - self.least + 1]
        near = places[self.least - 1 :] - firsts < window
        found[firsts[near] // line.span] = True
        return found

    # --- over time ------------------------------------------------------------------------------

    def courses(self, some: Some, asked: Bools) -> Sequence[Course] | None:
        """Its course for each lead, empty for those who are not asked for; None where it is found at once."""
        events = some.block.events
        kinds = self._read.kinds(events)
        if not kinds:
            return self._courses_of_fields(some, asked) if self._timeline.fields_turn else None
        if self._moves and all(self._read.lengths(events, kind) is not None for kind in kinds):
            return None
        return self.one_by_one(some, asked)

    def steps(self, some: Some, line: TimeSpan, asked: Bools, start: NDArray[Any]) -> Steps:
        """Its value over time, changing for those alone who are asked for."""
        if not asked.any():
            return Steps(line.starts, start)
        events = some.block.events
        own, turned = [], []
        for place in self._read.kinds(events):
            mine, lead = some.of_kind(place)
            chosen = asked[lead]
            mine, lead = mine[chosen], lead[chosen]
            at = events.at[mine]
            own.append((mine, lead))
            turns = line.places(lead, at)
            lengths = self._read.lengths(events, place)
            assert lengths is not None
            turned += [turns[at <= some.now - length] + length for length in lengths]
        places = different([line.starts, *turned])
        if len(places) == len(line.starts):
            return Steps(places, start)
        of = places // line.span
        first = np.zeros(len(places), np.bool_)
        first[np.searchsorted(places, line.starts)] = True
        values = np.empty(len(places), np.int64)
        values[first] = start
        later = np.flatnonzero(~first)
        values[later] = self._found(some, line, joined(own), of[later], places[later])
        return Steps(places, values).changes(line)

    def _found(
        self, some: Some, line: TimeSpan, happened: tuple[Places, Ints], of: Ints, places: Ints
    ) -> NDArray[Any]:
        """Its value for leads at places of a line, after what happened to them that makes a difference."""
        measures = self._needs[1]
        if all(measure.aggregation in _COUNTED for measure in measures.values()):
            return self._counted(some, line, of, places)
        own, lead = happened
        at = line.places(lead, some.block.events.at[own])
        order = by_time(at)
        own, at = own[order], at[order]
        begin = np.searchsorted(at, window_starts(line, of, places, self._longest), "right")
        end = np.searchsorted(at, places, "right")
        values = np.empty(len(places), np.int64)
        for portion in portions(end - begin):
            rows = (of[portion], line.instants(places[portion]), begin[portion], end[portion])
            values[portion] = self.of_columns(self._moved(some, own, rows))
        return values

    # --- from instants alone --------------------------------------------------------------------

    def _counted(self, some: Some, line: TimeSpan, of: Ints, places: Ints) -> NDArray[Any]:
        columns = self._field_columns(some, of)
        for key, measure in self._needs[1].items():
            columns[key] = self._measured_column(some, line, of, places, measure)
        return self.of_columns(self._column_scorer(len(places), columns))

    def _selected(self, some: Some, selection: Selection) -> tuple[Places, Ints]:
        """The events of a selection, whatever its window, and which lead's each is."""
        events, known = some.block.events, self.evaluator.classes.known
        kinds, whole = [], selection.where is None
        for place in self._read.kinds(events):
            taken = {selection.selector in known[code].selectors for code in self._read.codes(events, place)}
            kinds += [place] if True in taken else []
            whole = whole and len(taken) == 1
        own, lead = joined([some.of_kind(place) for place in kinds])
        if whole:
            return own, lead
        block_events = BlockEvents(self.evaluator, some.block, some.now, self._filters)
        picked = np.zeros(len(events.at), np.bool_)
        picked[all_of(block_events.of(Selection(selection.selector, selection.where, None)))] = True
        return own[picked[own]], lead[picked[own]]

    def _measured_column(
        self, some: Some, line: TimeSpan, of: Ints, places: Ints, measure: Measure
    ) -> Column | InstantLists:
        """What is measured of events for leads at places of a line."""
        own, lead = self._selected(some, measure.events)
        at = np.sort(line.places(lead, some.block.events.at[own]))
        begin = np.searchsorted(at, window_starts(line, of, places, window_length(measure.events)), "right")
        end = np.searchsorted(at, places, "right")
        counts = end - begin
        match measure.aggregation:
            case Aggregation.COUNT:
                return numbered_range(counts)
            case Aggregation.SEEN:
                return numbered_range(np.minimum(counts, 1))
            case Aggregation.INSTANTS:
                each = np.repeat(places - _SAME, counts)
                return InstantLists(counts.astype(np.int32), at[places_from(begin, counts)] - each)
        picked = begin if measure.aggregation is Aggregation.FIRST else end - 1
        found = np.full(len(places), NEVER)
        there = np.flatnonzero(counts > 0)
        found[there] = at[picked[there]] - places[there] + _SAME
        return Scattered((found,))

    # --- from events that are moved -------------------------------------------------------------

    def _moved(self, some: Some, own: Places, rows: tuple[Ints, Ints, Ints, Ints]) -> ColumnScorer:
        """Judges leads at instants, whose events stand in `own` from a beginning to an end, as leads of their
        own."""
        of, instants, begin, end = rows
        events = some.block.events
        row = np.repeat(np.arange(len(of)), end - begin)
        source = own[places_from(begin, end - begin)]
        at, kind = events.at[source] - instants[row] + _SAME, events.kind[source]
        order = np.lexsort((at, kind))
        source, row = source[order], row[order]
        starts = np.searchsorted(kind[order], np.arange(len(events.kinds) + 1)).astype(np.int64)
        property_set = None if events.property_set is None else events.property_set[source]
        then = Block(
            np.arange(len(of)),
            {},
            Events(
                events.kinds,
                events.named,
                starts,
                at[order],
                row.astype(np.uint16),
                property_set,
                events.properties,
            ),
        )
        measured = Measured(BlockEvents(self.evaluator, then, _SAME, self._filters))
        columns = self._field_columns(some, of)
        columns |= {key: measured.column(measure) for key, measure in self._needs[1].items()}
        return self._column_scorer(len(of), columns)

    def _field_columns(self, some: Some, of: Ints) -> dict[Hashable, Column | InstantLists]:
        found: dict[Hashable, Column | InstantLists] = {}
        for key, number in self._needs[0].items():
            found[key] = some.column(number).taken(of)
        return found

    def _column_scorer(self, size: int, columns: Mapping[Hashable, Column | InstantLists]) -> ColumnScorer:
        return ColumnScorer(
            self.evaluator,
            self.evaluator.parts.semantic_keys,
            size,
            _SAME,
            columns=columns,
            kept=LruBytes(_NO_LIMIT),
            tell=no_progress,
        )

    # --- from fields alone ----------------------------------------------------------------------

    def _by_fields(self, some: Some) -> tuple[Ints, Sequence[tuple[Prepared, ...]]]:
        """The different fields that are read, those that are not being unknown, and which each lead has."""
        numbers = list(self._needs[0].values())
        columns = [some.column(number) for number in numbers]
        nothing: list[Prepared] = [None] * len(self.plan.fields)
        if not columns:
            return np.zeros(len(some), np.int64), [tuple(nothing)]
        codes, values = columns[0].codes.astype(np.int64), [(value,) for value in columns[0].values]
        for column in columns[1:]:
            there, codes = np.unique(codes * len(column.values) + column.codes, return_inverse=True)
            pairs = (divmod(one, len(column.values)) for one in there.tolist())
            values = [(*values[before], column.values[own]) for before, own in pairs]
        found = []
        for some_values in values:
            fields = list(nothing)
            for number, value in zip(numbers, some_values, strict=True):
                fields[number] = value
            found.append(tuple(fields))
        return codes, found

    def _start(self, fields: tuple[Prepared, ...]) -> int:
        found = self._starts.get(fields)
        if found is None:
            if len(self._starts) >= MEMO_LIMIT:
                self._starts.clear()
            found = self._starts[fields] = self.value(fields, (), BEGINNING)
        return found

    def _courses_of_fields(self, some: Some, asked: Bools) -> Sequence[Course]:
        which, different_fields = self._by_fields(some)
        found = [self._course(fields, some.now) for fields in different_fields]
        nothing = Course((), ())
        pairs = zip(which.tolist(), asked.tolist(), strict=True)
        return [found[number] if is_asked else nothing for number, is_asked in pairs]

    def _course(self, fields: tuple[Prepared, ...], now: int) -> Course:
        found = self._courses.get((now, fields))
        if found is None:
            if len(self._courses) >= MEMO_LIMIT:
                self._courses.clear()
            instants = self._timeline.instants(fields, (), now)
            values = [self.value(fields, (), at) for at in instants]
            found = self._courses[now, fields] = Course(instants, values)
        return found

    # --- one by one -----------------------------------------------------------------------------

    def one_by_one(self, some: Some, asked: Bools) -> Sequence[Course]:
        """Its course for each lead, found of each on its own."""
        which, different_fields = self._by_fields(some)
        chosen = np.flatnonzero(asked)
        events = self._read.rows_of(some, asked)
        found = [Course((), ())] * len(some)
        for lead, number in zip(chosen.tolist(), which[chosen].tolist(), strict=True):
            fields, rows = different_fields[number], events[lead]
            instants = self._timeline.instants(fields, rows, some.now)
            values, known = [], 0
            for at in instants:
                while known < len(rows) and rows[known][0] <= at:
                    known += 1
                values.append(self.value(fields, rows[:known], at))
            found[lead] = Course(instants, values)
        return found


class ClausePart(Part):
    """A clause: its truth. `meaning` is the key under which answers to it are kept."""

    def __init__(self, plan: Plan, classes: EventClasses, events: int, meaning: Hashable) -> None:
        super().__init__(plan, classes, events)
        self._meaning = meaning

    def start(self, some: Some) -> NDArray[Any]:
        known = (
            some.column_scorer.known(self._meaning)
            if self.is_fixed and some.column_scorer is not None
            else None
        )
        if known is None:
            return super().start(some)
        return np.broadcast_to(known, len(some.block))[some.leads]

    def of_columns(self, column_scorer: ColumnScorer) -> NDArray[Any]:
        return np.broadcast_to(column_scorer.truth(self.plan.stages[0].condition), column_scorer.leads)

    def of_result(self, result: Any) -> int:
        true, false = result[2]
        return TRUE if true is not None else FALSE if false is not None else UNKNOWN


class PaidPart(Part):
    """What a rule gives a score for the events that it pays for."""

    def of_columns(self, column_scorer: ColumnScorer) -> NDArray[Any]:
        return column_scorer.score(None)

    def of_result(self, result: Any) -> int:
        points: int = result[0]
        return points
