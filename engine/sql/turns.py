"""The instants of leads' pasts at which a condition can turn, as rows: those of `due.timeline`.

An instant too many does no harm, so what depends on an event is taken as it comes, without asking more of it
than its selector. Each is a moment (of an event, a property, a field or the rules) and so much time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind, Unit
from ..due.clocks import Age
from ..due.timeline import Timeline, moment_of
from ..plan import Constant, FieldValue
from ..plan.calendar import BEGINNING
from ..plan.lower import Comparison, Edge
from ..result_columns import SqlNames
from ..values import DAY, MICROSECONDS
from .events import AT, LEAD, SOURCE, EventSteps
from .leads import SOURCE as LEADS
from .leads import Leads
from .month_turns import FROM, MONTHS, all_rows, months_after, rows_of_numbers
from .steps import SqlStep, with_instants
from .tables import mapped_column, table
from .terms import Term, all_of, column, compared, computed, passed_on, plus, when, whole
from .zoned import start_of


class DaysOneByOne(Exception):
    """Something can turn on every day after a moment."""


@frozen
class _Turn:
    """So many days after the day of a moment (0 where it is no day), so many months after that, by the
    calendar, and so many microseconds: before the months where there are any."""

    days: int
    months: int
    length: int


@dataclass(slots=True)
class _Moments:
    """Moments that are read of the rows of one step, and for each of them its turns."""

    terms: list[tuple[Term | None, Term]] = field(default_factory=list)
    turns: list[tuple[int, _Turn]] = field(default_factory=list)

    def add(self, asked: Term | None, moment: Term, turns: list[_Turn]) -> None:
        """A moment of each row for which something is true (None: of all), with its turns."""
        self.terms.append((asked, moment))
        self.turns += [(len(self.terms) - 1, one) for one in turns]

    def term(self, places: str) -> Term:
        """The moment whose place another step gives."""
        pairs = []
        for place, (asked, moment) in enumerate(self.terms):
            this = compared("=", column("place", places), whole(place))
            pairs.append((this if asked is None else all_of([this, asked]), moment))
        return when(*pairs)


class TurningEvents(EventSteps):
    """The events of the leads in a step, also those after now, whose instants are left out in the end."""

    among = ""

    def _first(self) -> SqlStep:
        same = compared("=", mapped_column(self.mapping.event_lead, SOURCE), column(LEAD, self.among))
        query = exp.select(passed_on(LEAD, self.among), *self.columns(), copy=False).from_(self.among)
        query.join(table(self.mapping.events, SOURCE), on=same, copy=False)
        return SqlStep(self.base, query.where(self.of_types(), copy=False))


class Turns:
    """The instants at which something can turn for the leads of a step, in the eyes of one timeline."""

    def __init__(self, leads: Leads, timeline: Timeline, names: SqlNames, moment: str) -> None:
        """`leads` are those of the plan of the timeline; `moment` is how the column of instants is called."""
        self._leads = leads
        self._dialect = leads.dialect
        self._timeline = timeline
        self._names = names
        self._moment = moment
        self._found: list[exp.Select] = []
        self._moved: list[exp.Select] = []

    def steps(self, among: str, events: TurningEvents) -> list[SqlStep]:
        """Steps whose last one has a row for each lead of a step and each instant. With them comes
        `BEGINNING`, before which nothing has happened.

        Raises `ClocksChangeOften` and `DaysOneByOne`.
        """
        events.among = among
        steps: list[SqlStep] = []
        first = exp.alias_(self._dialect.bigint(whole(BEGINNING)), self._moment)
        self._found.append(exp.select(column(LEAD), first).from_(among))
        rows = [(at,) for at in sorted(set(self._of_constants())) if at > BEGINNING]
        if rows:
            steps += self._rows("fixed", (self._moment,), rows)
            every = exp.select(passed_on(LEAD, among), passed_on(self._moment, steps[-1].name)).from_(among)
            self._found.append(_crossed(every, steps))
        of_events = self._of_events(events)
        if of_events.turns:
            made, last = events.finish()
            steps += [*made, *self._turned(of_events, exp.select(passed_on(LEAD, last)).from_(last))]
        of_fields = self._of_fields()
        if of_fields.turns:
            leads = exp.select(passed_on(LEAD, among)).from_(among)
            same = compared("=", mapped_column(self._leads.mapping.lead_id, LEADS), column(LEAD, among))
            leads.join(table(self._leads.mapping.leads, LEADS), on=same, copy=False)
            steps += self._turned(of_fields, leads)
        if self._moved:
            zone = self._leads.plan.zone
            made, last_of_all = months_after(self._dialect, self._names, zone, self._moved, self._moment)
            steps += made
            self._found.append(last_of_all)
        return [*steps, *self._together()]

    def _together(self) -> Iterator[SqlStep]:
        """All that was found, each instant of a lead once."""
        turns = self._names.fresh("turns")
        yield SqlStep(turns, all_rows(self._found))
        at = column(self._moment)
        query = exp.select(column(LEAD), at).from_(turns)
        query.where(
            compared(">=", at.copy(), whole(BEGINNING)),
            compared("<=", at.copy(), self._leads.instants.now()),
            copy=False,
        )
        query.group_by(column(LEAD), at.copy(), copy=False)
        yield SqlStep(self._names.fresh("moments"), with_instants(query))

    # --- moments --------------------------------------------------------------------------------

    def _of_events(self, events: TurningEvents) -> _Moments:
        found = _Moments()
        for selector in sorted(self._timeline.read):
            after = self._timeline.after(frozenset([selector]))
            if after.daily:
                raise DaysOneByOne
            is_one = events.is_of(selector)
            turns = [_Turn(0, 0, length) for length in sorted(after.lengths)]
            turns += [_Turn(0, _months(amount, unit), more) for amount, unit, more in after.months]
            found.add(is_one, column(AT), turns)
            for of, clock in after.filters:
                self._add(found, is_one.copy(), events.property_of(of.name, of.kind), clock)
        return found

    def _of_fields(self) -> _Moments:
        found = _Moments()
        for clock in self._timeline.of_fields:
            of = moment_of(clock)
            assert isinstance(of, FieldValue)
            self._add(found, None, self._leads.read(of.field), clock)
        return found

    def _of_constants(self) -> Iterator[int]:
        for clock in self._timeline.of_constants:
            of = moment_of(clock)
            assert isinstance(of, Constant)
            _turns_of(clock)
            yield from self._timeline.turnings(clock, of.value, 0)

    def _add(self, found: _Moments, asked: Term | None, value: Term, clock: Comparison | Age) -> None:
        kind, turns = _turns_of(clock)
        if kind is not Kind.DATE:
            found.add(asked, value, turns)
            return
        for days in sorted({one.days for one in turns}):
            start = start_of(self._leads.plan.zone, self._dialect, plus(value.copy(), days))
            found.add(
                None if asked is None else asked.copy(), start, [one for one in turns if one.days == days]
            )

    # --- steps ----------------------------------------------------------------------------------

    def _turned(self, moments: _Moments, rows: exp.Select) -> Iterator[SqlStep]:
        """Takes in what the turns of moments of some rows come to; the steps that it takes."""
        even = [(place, one.length) for place, one in moments.turns if not one.months]
        if even:
            yield from (lengths := self._rows("lengths", ("place", "length"), even))
            at = exp.alias_(_later(moments, lengths[-1].name), self._moment)
            self._found.append(_crossed(rows.copy().select(at, copy=False), lengths))
        uneven = [(place, one.months, one.length) for place, one in moments.turns if one.months]
        if uneven:
            yield from (months := self._rows("months", ("place", "months", "length"), uneven))
            terms = [exp.alias_(_later(moments, months[-1].name), FROM), passed_on(MONTHS, months[-1].name)]
            self._moved.append(_crossed(rows.copy().select(*terms, copy=False), months))

    def _rows(
        self, preferred: str, columns: tuple[str, ...], rows: Sequence[tuple[int, ...]]
    ) -> list[SqlStep]:
        return rows_of_numbers(self._names, self._dialect, preferred, columns, rows)


def _later(moments: _Moments, places: str) -> Term:
    """A moment and the length that stands beside its place."""
    return computed("+", moments.term(places), column("length", places))


def _crossed(query: exp.Select, rows: list[SqlStep]) -> exp.Select:
    return query.join(exp.to_table(rows[-1].name), join_type="cross", copy=False)


def _months(amount: int, unit: Unit) -> int:
    return amount * (12 if unit is Unit.YEAR else 1)


def _turns_of(clock: Comparison | Age) -> tuple[Kind, list[_Turn]]:
    """When a moment passes a clock, as `flips` and `days_turning` say; the kind of the moment."""
    if isinstance(clock, Comparison):
        edge, kind = clock.right, clock.left.kind
        assert isinstance(edge, Edge)
        past = 0 if clock.operator in (">", "<=") else 1
        days, length = (past, 0) if kind is Kind.DATE else (0, past)
        if edge.unit in MICROSECONDS:
            return kind, [_Turn(days, 0, length - edge.amount * MICROSECONDS[edge.unit])]
        return kind, [_Turn(days, -_months(edge.amount, edge.unit), length)]
    if clock.limits is None:
        raise DaysOneByOne
    kind, limits = clock.of.kind, clock.limits
    coming = [days for days in limits if days >= 0]
    if kind is Kind.DATE:
        later = [1, *(1 - days for days in coming)] if clock.until else [0, *limits]
        return kind, [_Turn(days, 0, 0) for days in later]
    if clock.until:
        return kind, [_Turn(0, 0, 1 - days * DAY) for days in (0, *coming)]
    return kind, [_Turn(0, 0, days * DAY) for days in (0, *limits)]
