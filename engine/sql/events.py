"""A lead's events as they happened: read once, known for what they are, measured by one grouping."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from ...grammar.syntax.nodes import Kind, Unit
from ..plan import Last, Plan, Range, Selection, Selector
from ..plan.lower import begin_of
from ..plan.walk import selections
from ..result_columns import SqlNames
from ..values import DAY
from .conditions import in_range, truth_of
from .dialects import Dialect
from .instants import SqlInstants
from .scope import SqlScope
from .steps import SqlStep, Steps, with_instants
from .tables import TableMapping, column_of, mapped_column, property_column, table
from .terms import (
    Term,
    UnsupportedSql,
    all_of,
    any_of,
    call,
    coalesce,
    column,
    compared,
    over,
    when,
    whole,
)
from .texts import literal, matching
from .zoned import since_year_one

LEAD, AT, TYPE, OBJECT, NUMBER = "lead_id", "happened_at", "event_type", "event_object", "event_number"
"""The columns of an event in all steps, whatever the table calls them."""
SOURCE = "e"
"""The table of events where it is read."""


class EventSteps(SqlScope):
    """The events of one plan, seen from an instant."""

    def __init__(
        self, plan: Plan, dialect: Dialect, instants: SqlInstants, mapping: TableMapping, names: SqlNames
    ) -> None:
        self.base = names.fresh("happened")
        super().__init__(plan, dialect, Steps(dialect, names, self.base, ("recognised",)), instants)
        self.mapping = mapping
        self._read: dict[str, str] = {}
        self._flags: dict[int, exp.Column] = {}
        self._objects: dict[int, exp.Column] = {}
        self._periods: dict[Unit, exp.Column] = {}
        self._latest: dict[tuple[Selection, Unit], exp.Column] = {}

    def keys(self) -> list[exp.Column]:
        """What tells apart of whom an event is."""
        return [column(LEAD)]

    def carried(self) -> list[exp.Column]:
        """What else is the same for all events of theirs, and is passed on."""
        return []

    # --- what is read of an event -----------------------------------------------------------------

    def at(self) -> Term:
        """The event's instant."""
        return column(AT)

    def property_of(self, name: str, kind: Kind) -> Term:
        """A property as a kind."""
        own, theirs = column_of(name, kind), property_column(self.mapping, name, kind)
        if own not in self._read and theirs in self._read.values():
            raise UnsupportedSql(
                f'the mapping names the column "{theirs}" for two things that the rules read',
                f"name another, or none: the property {name} is then read from {own}",
            )
        self._read[own] = theirs
        return self.dialect.list_column(column(own)) if kind is Kind.TEXTS else column(own)

    def _key(self, by: str | None) -> Term:
        if by is not None:
            return self.property_of(by, Kind.TEXT)
        self._read[OBJECT] = self.mapping.event_object
        return column(OBJECT)

    def order(self) -> list[Term]:
        """The order of time, and that of events at one instant."""
        self._read[NUMBER] = self.mapping.event_number
        return [column(AT), column(NUMBER)]

    def field(self, number: int) -> Term:
        """Never asked: filters read properties only."""
        raise AssertionError(number)

    def signal(self, number: int) -> Term:
        """Never asked: filters read properties only."""
        raise AssertionError(number)

    def score(self, number: int | None) -> Term:
        """Never asked: filters read properties only."""
        raise AssertionError(number)

    def holds(self, define: int) -> Term:
        """Never asked: filters read properties only."""
        raise AssertionError(define)

    # --- selections ---------------------------------------------------------------------------------

    def selected(self, selection: Selection) -> Term:
        """Whether a selection takes the event; NULL for no."""
        asked = [self.is_of(selection.selector)]
        if isinstance(selection.window, Last):
            asked.append(compared(">", self.at(), self.instants.edge(begin_of(selection.window))))
        elif isinstance(selection.window, Range) and selection.window != Range(None, None):
            asked.append(in_range(self.at(), selection.window.start, selection.window.end))
        if selection.where is not None:
            asked.append(truth_of(self, selection.where))
        return all_of(asked)

    def is_of(self, number: int) -> Term:
        """Whether a selector takes the event; NULL for no."""
        if number not in self._flags:
            selector = self.plan.selectors[number]
            asked = any_of(
                [all_of(list(self._feed(selector, place))) for place in range(len(selector.feeds))]
            )
            self._flags[number] = self.steps.add(f"is_{self.called(number)}", asked)
        return self._flags[number].copy()

    def _feed(self, selector: Selector, place: int) -> Iterator[Term]:
        feed = selector.feeds[place]
        yield compared("=", column(TYPE), literal(feed.type))
        if selector.object is not None:
            yield matching(self.dialect, self._key(feed.by), (selector.object,))

    def called(self, number: int) -> str:
        """What a selector can be called in a name."""
        selector = self.plan.selectors[number]
        return " ".join([selector.name, *(selector.object.parts if selector.object is not None else ())])

    def object_of(self, number: int) -> Term:
        """The object of the event in the eyes of a selector, which takes the event."""
        if number not in self._objects:
            selector = self.plan.selectors[number]
            keys = [
                when((all_of(list(self._feed(selector, place))), self._key(feed.by)))
                for place, feed in enumerate(selector.feeds)
            ]
            first = keys[0]
            for key in keys[1:]:
                first = coalesce(first, key)
            self._objects[number] = self.steps.add(f"object_of_{self.called(number)}", first)
        return self._objects[number].copy()

    def period(self, unit: Unit) -> Term:
        """Something that is the same for all events of one day, ISO week or month."""
        if unit not in self._periods:
            days = 7 * DAY if unit is Unit.WEEK else DAY
            since = exp.Paren(this=since_year_one(self.plan.zone, self.at()))
            number = self.dialect.divided(since, days)
            period = self.dialect.month(number) if unit is Unit.MONTH else number
            self._periods[unit] = self.steps.add(f"{unit.value}_of_event", period)
        return self._periods[unit].copy()

    def latest(self, selection: Selection, unit: Unit) -> Term:
        """Whether an event that the selection takes is its latest of a day, week or month."""
        key = (selection, unit)
        if key not in self._latest:
            taken = when((self.selected(selection), self.period(unit)))
            place = over(call("ROW_NUMBER"), [*self.keys(), taken], [self.dialect.descending(self.at())])
            name = f"is_latest_{self.called(selection.selector)}_of_{unit.value}"
            self._latest[key] = self.steps.add(name, compared("=", place, whole(1)))
        return self._latest[key].copy()

    def others_before(self, selection: Selection, within: int) -> Term:
        """More than 0 where another event of the selection happened at this instant or so long before."""
        term = self.dialect.others_before(self.selected(selection), self.keys(), self.at(), within)
        return self.steps.add(f"{self.called(selection.selector)}_before", term).copy()

    # --- steps --------------------------------------------------------------------------------------

    def finish(self) -> tuple[list[SqlStep], str]:
        """The steps, and the name of the last."""
        steps, last = self.steps.finish()
        return [self._first(), *steps], last

    def _first(self) -> SqlStep:
        lead = exp.alias_(mapped_column(self.mapping.event_lead, SOURCE), LEAD)
        query = exp.select(lead, *self.columns(), copy=False).from_(table(self.mapping.events, SOURCE))
        relevant = [*self.relevant(self.instants.now()), *self.lasting()]
        return SqlStep(self.base, with_instants(query.where(*relevant, copy=False)))

    def columns(self) -> list[Term]:
        """The columns of an event but its lead, each under its own name."""
        mapping = self.mapping
        own = {AT: mapping.event_at, TYPE: mapping.event_type, **self._read}
        return [exp.alias_(mapped_column(theirs, SOURCE), ours) for ours, theirs in own.items()]

    def relevant(self, now: Term) -> Iterator[Term]:
        """Whether an event has happened, and is of a type that is asked about."""
        yield compared("<=", mapped_column(self.mapping.event_at, SOURCE), now)
        yield self.of_types()

    def of_types(self) -> Term:
        """Whether an event is of a type that is asked about."""
        read = [self.plan.selectors[one.selector] for one in selections(self.plan)]
        types = {feed.type for selector in read for feed in selector.feeds}
        kinds = [literal(type_) for type_ in sorted(types)]
        return exp.In(this=mapped_column(self.mapping.event_type, SOURCE), expressions=kinds)

    def lasting(self) -> Iterator[Term]:
        """Whether an event is in some window, where all that is asked looks back no further."""
        all_selections = list(selections(self.plan))
        windows = [selection.window for selection in all_selections]
        lasting = [begin_of(window) for window in windows if isinstance(window, Last)]
        if len(lasting) == len(windows):
            at = mapped_column(self.mapping.event_at, SOURCE)
            yield compared(">", at, self.instants.earliest(lasting))
