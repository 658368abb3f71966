"""The parts of what a stage that holds asks about the past, each followed through time on its own.

A part is a clause, or what a rule pays for events. Few events make a difference to it, so that there are few
instants at which it can differ, and the whole is put together from the parts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...grammar.syntax.nodes import Kind
from ..due.timeline import Timeline
from ..plan import Aggregation, Constant, FieldValue, Last, Measure, Plan, Range, Selection, SignalValue
from ..plan.calendar import BEGINNING
from ..plan.holding import selectors_read
from ..plan.lower import Comparison
from ..plan.walk import clauses, conditions, operands, selections
from ..score_one import Detail
from ..score_one.event_classes import EventClasses
from ..score_one.facts import MEMO_LIMIT
from ..score_one.scorer import Scorer
from ..values import DAY, MICROSECONDS, Prepared
from .block import MOST, Block, Events, Places, Properties
from .block_events import BlockEvents, Filters, all_of
from .block_measures import Measured
from .column_scorer import ColumnScorer
from .columns import NEVER, Bools, Column, InstantLists, Ints, Scattered, numbered_range
from .layout import by_time
from .lru import LruBytes
from .past_leads import Some, joined
from .steps import Line, Steps, different, most_leads
from .truths import FALSE, TRUE, UNKNOWN

_MOST_EVENTS = 1 << 19
"""About how many moved events are looked at together."""

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
        self.is_fixed = not self._timeline.fields_turn and not selectors_read(plan)
        """Whether its value is always the same."""
        self._needs = self.evaluator.parts.meanings.needs
        self._moves = _can_be_moved(plan)
        self._longest = _longest_window(self._needs[1].values())
        self._filters: Filters = {}
        self._classes: dict[tuple[str, str | None], tuple[int, ...]] = {}
        self._starts: dict[tuple[Prepared, ...], int] = {}
        self._courses: dict[tuple[int, tuple[Prepared, ...]], Course] = {}
        self._rows: dict[tuple[tuple[str, str | None], str], tuple[Any, ...] | None] = {}

    def of_columns(self, judging: ColumnScorer) -> NDArray[Any]:
        """Its value, of many leads."""
        raise NotImplementedError

    def of_result(self, result: Any) -> int:
        """Its value, from what the generated function gives."""
        raise NotImplementedError

    @cached_property
    def _run(self) -> Callable[..., Any]:
        return self.evaluator.runner(Detail.PLAIN)

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
        for place in self._kinds(some.block.events):
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
        own, lead = joined([some.of_kind(place) for place in self._kinds(some.block.events)])
        at = some.block.events.at[own]
        line = Line(len(some), int(at.min()), int(at.max()) + window)
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
        kinds = self._kinds(events)
        if not kinds:
            return self._courses_of_fields(some, asked) if self._timeline.fields_turn else None
        if self._moves and all(self._lengths(events, kind) is not None for kind in kinds):
            return None
        return self.one_by_one(some, asked)

    def steps(self, some: Some, line: Line, asked: Bools, start: NDArray[Any]) -> Steps:
        """Its value over time, changing for those alone who are asked for."""
        if not asked.any():
            return Steps(line.starts, start)
        events = some.block.events
        own, turned = [], []
        for place in self._kinds(events):
            mine, lead = some.of_kind(place)
            chosen = asked[lead]
            mine, lead = mine[chosen], lead[chosen]
            at = events.at[mine]
            own.append((mine, lead))
            turns = line.places(lead, at)
            lengths = self._lengths(events, place)
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
        self, some: Some, line: Line, happened: tuple[Places, Ints], of: Ints, places: Ints
    ) -> NDArray[Any]:
        """Its value for leads at places of a line, after what happened to them that makes a difference."""
        gauges = self._needs[1]
        if all(gauge.aggregation in _COUNTED for gauge in gauges.values()):
            return self._counted(some, line, of, places)
        own, lead = happened
        at = line.places(lead, some.block.events.at[own])
        order = by_time(at)
        own, at = own[order], at[order]
        begin = np.searchsorted(at, _window_starts(line, of, places, self._longest), "right")
        end = np.searchsorted(at, places, "right")
        values = np.empty(len(places), np.int64)
        for portion in _portions(end - begin):
            rows = (of[portion], line.instants(places[portion]), begin[portion], end[portion])
            values[portion] = self.of_columns(self._moved(some, own, rows))
        return values

    # --- from instants alone --------------------------------------------------------------------

    def _counted(self, some: Some, line: Line, of: Ints, places: Ints) -> NDArray[Any]:
        columns = self._field_columns(some, of)
        for key, gauge in self._needs[1].items():
            columns[key] = self._gauge(some, line, of, places, gauge)
        return self.of_columns(self._judging(len(places), columns))

    def _selected(self, some: Some, selection: Selection) -> tuple[Places, Ints]:
        """The events of a selection, whatever its window, and which lead's each is."""
        events, known = some.block.events, self.evaluator.classes.known
        kinds, whole = [], selection.where is None
        for place in self._kinds(events):
            taken = {selection.selector in known[code].selectors for code in self._codes(events, place)}
            kinds += [place] if True in taken else []
            whole = whole and len(taken) == 1
        own, lead = joined([some.of_kind(place) for place in kinds])
        if whole:
            return own, lead
        picking = BlockEvents(self.evaluator, some.block, some.now, self._filters)
        picked = np.zeros(len(events.at), np.bool_)
        picked[all_of(picking.of(Selection(selection.selector, selection.where, None)))] = True
        return own[picked[own]], lead[picked[own]]

    def _gauge(self, some: Some, line: Line, of: Ints, places: Ints, gauge: Measure) -> Column | InstantLists:
        """What is measured of events for leads at places of a line."""
        own, lead = self._selected(some, gauge.events)
        at = np.sort(line.places(lead, some.block.events.at[own]))
        begin = np.searchsorted(at, _window_starts(line, of, places, _length(gauge.events)), "right")
        end = np.searchsorted(at, places, "right")
        counts = end - begin
        match gauge.aggregation:
            case Aggregation.COUNT:
                return numbered_range(counts)
            case Aggregation.SEEN:
                return numbered_range(np.minimum(counts, 1))
            case Aggregation.INSTANTS:
                each = np.repeat(places - _SAME, counts)
                return InstantLists(counts.astype(np.int32), at[_each(begin, counts)] - each)
        picked = begin if gauge.aggregation is Aggregation.FIRST else end - 1
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
        source = own[_each(begin, end - begin)]
        at, kind = events.at[source] - instants[row] + _SAME, events.kind[source]
        order = np.lexsort((at, kind))
        source, row = source[order], row[order]
        starts = np.searchsorted(kind[order], np.arange(len(events.kinds) + 1)).astype(np.int64)
        told = None if events.told is None else events.told[source]
        then = Block(
            np.arange(len(of)),
            {},
            Events(
                events.kinds,
                events.named,
                starts,
                at[order],
                row.astype(np.uint16),
                told,
                events.properties,
            ),
        )
        measured = Measured(BlockEvents(self.evaluator, then, _SAME, self._filters))
        columns = self._field_columns(some, of)
        columns |= {key: measured.column(gauge) for key, gauge in self._needs[1].items()}
        return self._judging(len(of), columns)

    def _field_columns(self, some: Some, of: Ints) -> dict[Hashable, Column | InstantLists]:
        found: dict[Hashable, Column | InstantLists] = {}
        for key, number in self._needs[0].items():
            found[key] = some.column(number).taken(of)
        return found

    def _judging(self, size: int, columns: Mapping[Hashable, Column | InstantLists]) -> ColumnScorer:
        return ColumnScorer(
            self.evaluator,
            self.evaluator.parts.meanings,
            size,
            _SAME,
            columns=columns,
            kept=LruBytes(_NO_LIMIT),
            tell=_silent,
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
        events = self._rows_of(some, asked)
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

    def _rows_of(self, some: Some, asked: Bools) -> list[list[Any]]:
        """The events of some leads that make a difference, in the order of time."""
        events = some.block.events
        own, lead = joined([some.of_kind(place) for place in self._kinds(events)])
        own, lead = own[asked[lead]], lead[asked[lead]]
        numbers = np.array(events.kinds, np.int64)[events.kind[own]]
        order = np.lexsort((numbers, events.at[own], lead))
        own, lead = own[order], lead[order]
        told = np.full(len(own), -1) if events.told is None else events.told[own]
        found: list[list[Any]] = [[] for _ in range(len(some))]
        columns = (lead, events.at[own], events.kind[own], told)
        for of, at, kind, number in zip(*(one.tolist() for one in columns), strict=True):
            rest = self._row(events.names[kind], events.properties[number] if number >= 0 else "")
            if rest is not None:
                found[of].append((at, *rest))
        return [self._timeline.rows(rows, some.now) for rows in found]

    def _row(self, kind: tuple[str, str | None], properties: Properties) -> tuple[Any, ...] | None:
        """The row of an event but for its instant, None where it is not read."""
        if not isinstance(properties, str):
            return self._new_row(kind, properties)
        key = (kind, properties)
        if key not in self._rows:
            if len(self._rows) >= MEMO_LIMIT:
                self._rows.clear()
            self._rows[key] = self._new_row(kind, json.loads(properties) if properties else {})
        return self._rows[key]

    def _new_row(self, kind: tuple[str, str | None], given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        row = self.evaluator.classes.row(0, *kind, given)
        return None if row is None else row[1:]

    # --- which events ---------------------------------------------------------------------------

    def _kinds(self, events: Events) -> list[int]:
        """The places of the kinds of events that may make a difference."""
        return [place for place in range(len(events.kinds)) if self._is_read(events, place)]

    def _is_read(self, events: Events, place: int) -> bool:
        return any(self._timeline.reads(code) for code in self._codes(events, place))

    def _lengths(self, events: Events, place: int) -> set[int] | None:
        """So long after events of a kind something can differ; None where that is not all."""
        found: set[int] = set()
        for code in self._codes(events, place):
            lengths = self._timeline.lengths(code)
            if lengths is None:
                return None
            found.update(lengths)
        return found

    def _codes(self, events: Events, place: int) -> Collection[int]:
        """The classes of the events of a kind."""
        name = events.names[place]
        found = self._classes.get(name)
        if found is None:
            classes = self.evaluator.classes
            if classes.properties_decide(name[0]):
                which = slice(*events.starts[place : place + 2].tolist())
                told = [-1] if events.told is None else np.unique(events.told[which]).tolist()
                return {classes.code(*name, events.given(number)) for number in told}
            found = self._classes[name] = (classes.code(*name, {}),)
        return found


class ClausePart(Part):
    """A clause: its truth. `meaning` is the key under which answers to it are kept."""

    def __init__(self, plan: Plan, classes: EventClasses, events: int, meaning: Hashable) -> None:
        super().__init__(plan, classes, events)
        self._meaning = meaning

    def start(self, some: Some) -> NDArray[Any]:
        known = some.judging.known(self._meaning) if self.is_fixed and some.judging is not None else None
        if known is None:
            return super().start(some)
        return np.broadcast_to(known, len(some.block))[some.leads]

    def of_columns(self, judging: ColumnScorer) -> NDArray[Any]:
        return np.broadcast_to(judging.truth(self.plan.stages[0].condition), judging.leads)

    def of_result(self, result: Any) -> int:
        true, false = result[2]
        return TRUE if true is not None else FALSE if false is not None else UNKNOWN


class PaidPart(Part):
    """What a rule gives a score for the events that it pays for."""

    def of_columns(self, judging: ColumnScorer) -> NDArray[Any]:
        return judging.score(None)

    def of_result(self, result: Any) -> int:
        points: int = result[0]
        return points


def events_needed(evaluator: Scorer, clause: Any) -> int:
    """At least so many events it takes for a clause to be answered as without any but otherwise."""
    test = evaluator.parts.kernel.test(clause)
    if not isinstance(test, Comparison) or not isinstance(test.left, SignalValue):
        return 1
    counts = evaluator.plan.signals[test.left.signal].aggregation in (Aggregation.COUNT, Aggregation.DISTINCT)
    if not counts or not isinstance(test.right, Constant) or not isinstance(test.right.value, int | float):
        return 1
    least = test.right.value
    if test.operator not in (">=", ">") or least <= 0:
        return 1
    return max(1, int(np.ceil(least)))


def _can_be_moved(plan: Plan) -> bool:
    """Whether all that a plan reads of events is what they are and how long ago they were."""
    if any(signal.aggregation is Aggregation.PERIODS for signal in plan.signals):
        return False
    if any(rule.each is not None and rule.each.once is not None for rule in plan.rules):
        return False
    if any(isinstance(selection.window, Range) for selection in selections(plan)):
        return False
    asked = (operand for one in conditions(plan) for clause in clauses(one) for operand in operands(clause))
    return not any(
        operand.kind in (Kind.DATE, Kind.DATETIME) and not isinstance(operand, Constant | FieldValue)
        for operand in asked
    )


def _longest_window(gauges: Iterable[Measure]) -> int | None:
    """How far back from an instant events count, None for without end."""
    read = (one for gauge in gauges for one in (gauge.events, gauge.then) if one is not None)
    lengths = [_length(one) for one in read]
    known = [length for length in lengths if length is not None]
    return max(known, default=0) if len(known) == len(lengths) else None


def _length(selection: Selection) -> int | None:
    window = selection.window
    if isinstance(window, Last) and window.unit in MICROSECONDS:
        return window.amount * MICROSECONDS[window.unit]
    return None


def _window_starts(line: Line, of: Ints, places: Ints, length: int | None) -> Ints:
    """The places after which events count, for leads at places of a line."""
    begins: Ints = of * line.span
    return begins if length is None else np.maximum(places - length, begins)


def _each(begin: Ints, counts: Ints) -> Ints:
    """All places from each beginning on, so many of each."""
    found: Ints = np.arange(int(counts.sum())) + np.repeat(begin - (np.cumsum(counts) - counts), counts)
    return found


def _portions(counts: Ints) -> Iterator[slice]:
    """Rows with so many events each, in portions that are not too large."""
    total = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = int(total[start - 1]) if start else 0
        stop = int(np.searchsorted(total, before + _MOST_EVENTS, "right"))
        stop = min(max(stop, start + 1), start + MOST)
        yield slice(start, stop)
        start = stop


def _silent(_what: str, _share: float) -> None:
    return
