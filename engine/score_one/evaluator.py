"""The front of evaluation: facts made ready, scored, decided, and asked when they can next change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from ..explain.decision import Decision
from ..explain.plan_index import PlanIndex
from ..plan import Clause, Plan
from ..plan.calendar import EARLIEST, LATEST
from ..values import Prepared, instant_of, moment_of
from .codegen import Detail
from .event_classes import EventClasses
from .event_reader import EventReader
from .facts import Event, Facts, FactsError, Row, ValueReader, fields_reader, given_fields
from .function import GeneratedFunction, Unforeseen, generate

if TYPE_CHECKING:
    from ..bounds.finder import Finder
    from ..due.due_times import DueTimes
    from ..explain.build_decision import Frame
    from ..explain.explainer import Explainer
    from .holding import Holding


class Result(NamedTuple):
    """What is decided, without reasons: scores in the plan's order, the stage of each track or None."""

    total: int
    scores: tuple[int, ...]
    stages: tuple[str | None, ...]
    disqualified: bool


class Evaluator:
    """Evaluates one plan. Pure but for functions that are generated when first needed; safe in threads.

    Instants are datetimes or whole microseconds since 1970-01-01T00:00Z.
    """

    def __init__(self, plan: Plan, classes: EventClasses | None = None) -> None:
        """`classes` are those of another plan, where this one is a part of it and reads the same rows."""
        self.plan = plan
        self.parts = PlanIndex(plan)
        self.classes = EventClasses(plan) if classes is None else classes
        # Due times are found with an evaluator, so their module loads this one first.
        from ..due.next_change import Clocks

        self.clocks = Clocks(self.parts.kernel, self.parts.values)
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
    def explainer(self) -> Explainer:
        """What explains the conditions."""
        from ..explain.explainer import Explainer

        return Explainer(self.parts)

    @cached_property
    def wakes(self) -> DueTimes:
        """What says when time alone could change a decision."""
        from ..due.due_times import DueTimes

        return DueTimes(self)

    @cached_property
    def frame(self) -> Frame:
        """What is the same in every decision."""
        from ..explain.build_decision import Frame

        return Frame(self.parts)

    @cached_property
    def possible(self) -> Finder:
        """What says what scores and stages could be, whatever blank fields turn out to be."""
        from ..bounds.finder import Finder

        return Finder(self)

    @cached_property
    def holdings(self) -> dict[int, Holding]:
        """The stages that hold, by their numbers."""
        from .holding import Holding

        stages = enumerate(self.plan.stages)
        return {number: Holding(self, stage) for number, stage in stages if stage.until is not None}

    def is_held(self, stage: int, fields: Sequence[Prepared], rows: Sequence[Row], now: int) -> bool:
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
        return Result._make(self.run(Detail.PLAIN, facts, instant(now)))

    def truths(self, facts: Facts, now: dt.datetime | int) -> tuple[bool | None, ...]:
        """Whether each of `clauses` is true, false or (None) unknown."""
        truths: tuple[bool | None, ...] = self.run(Detail.FINDINGS, facts, instant(now))[9]
        return truths

    def decide(self, facts: Facts, now: dt.datetime | int, *, gains: bool = False) -> Decision:
        """The decision, each part of which is computed when it is read; with `gains`, it says too what would
        bring points that are short for a stage."""
        return self._decide(self, facts, instant(now), gains=gains)

    @cached_property
    def _decide(self) -> Callable[..., Decision]:
        from ..explain.build_decision import decide

        return decide

    def next_change(self, facts: Facts, now: dt.datetime | int) -> dt.datetime | None:
        """When time alone can next change a clause or a line: never too late, and exact but in rare cases."""
        from ..due.next_change import next_change

        found = next_change(self, facts, instant(now))
        return None if found is None else moment_of(found)

    # --- generated functions --------------------------------------------------------------------

    def run(self, detail: Detail, facts: Facts, now: int) -> Any:
        """What the generated function of a level of detail gives; see `program`."""
        program = self._programs[detail]
        if program is None or program.classes < facts.classes:
            program = self.program(detail)
        return program.run(facts.fields, facts.events, now)

    def runner(self, detail: Detail) -> Callable[[Sequence[Prepared], Sequence[Row], int], Any]:
        """`run(fields, rows, now)` for facts that were made ready without `facts`, as bulk scoring does.

        It knows classes of events that come up later too.
        """
        function = self.program(detail).run

        def run(fields: Sequence[Prepared], rows: Sequence[Row], now: int) -> Any:
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
