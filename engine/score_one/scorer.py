"""Scores one lead: facts made ready, and the functions generated for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from threading import Lock, local
from typing import Any, NamedTuple

from ..due.clocks import Clocks
from ..explain.plan_index import PlanIndex
from ..plan import Clause, Plan, Stage
from ..plan.calendar import BEGINNING, EARLIEST, LATEST
from ..plan.holding import asking_plan, selectors_read
from ..values import Prepared, instant_of
from .codegen import Detail
from .event_classes import EventClasses
from .event_reader import EventReader
from .facts import Event, EventRow, Facts, FactsError, ValueReader, fields_reader, given_fields
from .function import GeneratedFunction, Unforeseen, generate


class Result(NamedTuple):
    """What is decided, without reasons: scores in the plan's order, the stage of each track or None."""

    total: int
    scores: tuple[int, ...]
    stages: tuple[str | None, ...]
    disqualified: bool


class Scorer:
    """Scores by one plan. Pure but for functions that are generated when first needed; safe in threads.

    Instants are datetimes or whole microseconds since 1970-01-01T00:00Z.
    """

    def __init__(self, plan: Plan, classes: EventClasses | None = None) -> None:
        """`classes` are those of another plan, where this one is a part of it and reads the same rows."""
        self.plan = plan
        self.parts = PlanIndex(plan)
        self.classes = EventClasses(plan) if classes is None else classes
        self._columns = tuple(field.column for field in plan.fields)
        self._programs: list[GeneratedFunction | None] = [None] * len(Detail)
        self._lock = Lock()

    @cached_property
    def _events(self) -> EventReader:
        return EventReader(self.classes)

    @cached_property
    def fields(self) -> Callable[[Sequence[object]], tuple[Prepared, ...]]:
        """Prepared fields of values given in the order of the plan's fields."""
        return fields_reader([ValueReader(field.kind, field.default) for field in self.plan.fields])

    @cached_property
    def clocks(self) -> Clocks:
        """What in the plan looks at the clock."""
        return Clocks(self.parts.kernel, self.parts.values)

    @cached_property
    def holdings(self) -> dict[int, Holding]:
        """The stages that hold, by their numbers."""
        stages = enumerate(self.plan.stages)
        return {number: Holding(self, stage) for number, stage in stages if stage.until is not None}

    def is_held(self, stage: int, fields: Sequence[Prepared], rows: Sequence[EventRow], now: int) -> bool:
        """Whether a lead is in a stage that holds, by its number, where now decides nothing."""
        return self.holdings[stage].holds(fields, rows, now)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every clause on leads, in the order of `truths`."""
        return self.parts.clauses

    # --- facts ----------------------------------------------------------------------------------

    def facts(self, lead: Mapping[str, object], events: Iterable[Event | Mapping[str, object]] = ()) -> Facts:
        """A lead made ready: fields by their names in the data, events in any order.

        Raises FactsError for an event without a type or a readable instant.
        """
        given = given_fields(lead, self._columns)
        rows = self._events.rows(events)
        return Facts(self.fields(given), rows, len(self.classes.known), given)

    # --- answers --------------------------------------------------------------------------------

    def score(self, facts: Facts, now: dt.datetime | int) -> Result:
        """Scores, stages, and whether the lead is disqualified."""
        return Result._make(self.run(Detail.SCORE, facts, instant(now)))

    def truths(self, facts: Facts, now: dt.datetime | int) -> tuple[bool | None, ...]:
        """Whether each of `clauses` is true, false or (None) unknown."""
        truths: tuple[bool | None, ...] = self.clauses_at(facts, instant(now))[9]
        return truths

    # --- generated functions --------------------------------------------------------------------

    def run(self, detail: Detail, facts: Facts, now: int) -> Any:
        """What the generated function of a level of detail gives; see `program`."""
        return self._program(detail, facts).run(facts.fields, facts.events, now)

    def clauses_at(self, facts: Facts, now: int) -> Any:
        """What `run` gives at the detail EXPLAIN, for whoever does not ask for stages: of those that hold, no
        past is looked through, so that a lead may seem to have left them."""
        return self._program(Detail.EXPLAIN, facts).without_past(facts.fields, facts.events, now)

    def _program(self, detail: Detail, facts: Facts) -> GeneratedFunction:
        program = self._programs[detail]
        if program is None or program.classes < facts.classes:
            program = self.program(detail)
        return program

    def runner(self, detail: Detail) -> Callable[[Sequence[Prepared], Sequence[EventRow], int], Any]:
        """`run(fields, rows, now)` for facts that were made ready without `facts`, as bulk scoring does.

        It knows classes of events that come up later too.
        """
        function = self.program(detail).run

        def run(fields: Sequence[Prepared], rows: Sequence[EventRow], now: int) -> Any:
            nonlocal function
            try:
                return function(fields, rows, now)
            except Unforeseen:
                function = self.program(detail).run
                return function(fields, rows, now)

        return run

    def program(self, detail: Detail) -> GeneratedFunction:
        """The generated function of a level of detail, up to date with all classes of events known."""
        with self._lock:
            program = self._programs[detail]
            if program is None or program.classes < len(self.classes.known):
                program = generate(self.parts, self.classes, detail, self.is_held)
                self._programs[detail] = program
        return program


def instant(now: dt.datetime | int) -> int:
    """An instant in microseconds; FactsError outside of the years 1 to 9999."""
    if isinstance(now, int):
        if EARLIEST <= now <= LATEST:
            return now
    else:
        try:
            return instant_of(now)
        except OverflowError:
            pass
    raise FactsError("the instant of evaluation lies outside of the years 1 to 9999 in UTC")


# --- stages that hold -------------------------------------------------------------------------------


class Held(NamedTuple):
    """Whether a lead is in a stage that holds, and since when: None for as long as anything is known."""

    found: bool
    since: int | None


_OUT = Held(False, None)


class Holding:
    """One stage that holds, of one plan: whether a lead that neither comes in nor goes out now is in it, and
    since when.

    Nothing is remembered from one scoring to the next. Where the instant itself does not decide, the lead's
    past is walked back to the latest instant that does.
    """

    def __init__(self, scorer: Scorer, stage: Stage) -> None:
        from ..due.timeline import Timeline  # few rulesets have such a stage

        plan = asking_plan(scorer.plan, stage)
        self.asking = Scorer(plan, scorer.classes)
        """What asks its two conditions, and nothing else."""
        self.timeline = Timeline(self.asking.clocks, scorer.classes, selectors_read(plan))
        self._run = self.asking.runner(Detail.SCORE)
        self._last = local()

    def decides(self, fields: Sequence[Prepared], rows: Sequence[EventRow], at: int) -> bool | None:
        """What an instant decides: in, out, or (None) nothing."""
        comes_in, goes_out = self._run(fields, rows, at)[2]
        return False if goes_out is not None else True if comes_in is not None else None

    def holds(self, fields: Sequence[Prepared], rows: Sequence[EventRow], now: int) -> bool:
        """Whether a lead is in the stage, now deciding nothing."""
        for _, found in self._walk(fields, rows, now).back():
            if found is not None:
                return found
        return False

    def stay(
        self, fields: Sequence[Prepared], rows: Sequence[EventRow], now: int, *, decided: bool | None
    ) -> Held:
        """Whether a lead is in the stage now, and since when without a gap; `decided` is what now decides."""
        if decided is False:
            return _OUT
        walk = self._walk(fields, rows, now)
        held = Held(True, walk.latest) if decided else _OUT
        for since, found in walk.back():
            if found is False:
                break
            if found is True:
                held = Held(True, since)
        return held

    def _walk(self, fields: Sequence[Prepared], rows: Sequence[EventRow], now: int) -> _Walk:
        """The way back from now. Whoever explains a decision asks for it after whoever made it."""
        last = getattr(self._last, "walk", None)
        if last is None or last[0] is not fields or last[1] is not rows or last[2] != now:
            last = self._last.walk = (fields, rows, now, _Walk(self, fields, rows, now))
        walk: _Walk = last[3]
        return walk


class _Walk:
    """One lead's past in the eyes of a stage; `latest` is its last instant up to now, None without any."""

    def __init__(
        self, holding: Holding, fields: Sequence[Prepared], rows: Sequence[EventRow], now: int
    ) -> None:
        self._holding = holding
        self._fields = fields
        self._rows = holding.timeline.rows(rows, now)
        self._instants = holding.timeline.instants(fields, self._rows, now)
        self._known: list[tuple[int | None, bool | None]] = []
        self.latest = self._instants.pop() if self._instants else None

    def back(self) -> Iterator[tuple[int | None, bool | None]]:
        """What earlier instants decide, from the latest back, each with the instant since which it is so;
        the last is what was before all of them. What was found before is not found again."""
        known = self._known
        yield from known
        decides, fields, rows, instants = self._holding.decides, self._fields, self._rows, self._instants
        while instants:
            at = instants.pop()
            while rows and rows[-1][0] > at:
                rows.pop()
            known.append((at, decides(fields, rows, at)))
            yield known[-1]
        if not known or known[-1][0] is not None:
            known.append((None, decides(fields, (), BEGINNING)))
            yield known[-1]
