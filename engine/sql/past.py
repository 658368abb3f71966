"""Stages that hold, as SQL: where now decides nothing, the latest instant of a lead's past that does.

The two conditions are asked at each instant at which one of them can turn, as they are asked of leads now: by
steps of the same kind, with a row for each lead and instant in the place of one for each lead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sqlglot import exp

from ..plan import Plan, Stage
from ..plan.calendar import BEGINNING
from ..plan.lower import Edge
from ..result_columns import SqlNames
from ..score_one.scorer import Holding, Scorer
from ..values import DAY, MICROSECONDS
from .conditions import truth_of
from .dialects import Dialect
from .events import LEAD, SOURCE, EventSteps
from .instants import SqlInstants
from .leads import SOURCE as LEADS
from .leads import Leads
from .measures import Measures
from .month_turns import ClocksChangeOften
from .months import Months
from .outcome import add_rules, add_scores
from .steps import Beside, SqlStep, Steps
from .tables import mapped_column, table
from .terms import (
    Term,
    UnsupportedSql,
    all_of,
    bracketed,
    call,
    coalesce,
    column,
    compared,
    is_known,
    is_null,
    passed_on,
    plus,
    truth,
    when,
    whole,
)
from .turns import DaysOneByOne, TurningEvents, Turns
from .zoned import instant_of, shown

_AEON = 10_000 * 366
"""Days that are added so that no day is negative."""


class HeldStages:
    """The stages of a plan that hold, with the steps through the past of those whom now does not decide."""

    def __init__(self, leads: Leads, names: SqlNames) -> None:
        self._leads = leads
        self._names = names
        self.width = 0
        """How many columns the widest step of a past has, once the steps of the leads are made."""

    def add(self) -> Mapping[int, Term]:
        """Whether a lead is in each of the stages, by their numbers."""
        leads = self._leads
        held = [(number, one) for number, one in enumerate(leads.plan.stages) if one.until is not None]
        found: dict[int, Term] = {}
        holdings = Scorer(leads.plan).holdings if held else {}
        for number, stage in held:
            assert stage.until is not None
            ends, begins = truth_of(leads, stage.until), truth_of(leads, stage.condition)
            decided = leads.steps.add(
                f"{stage.name} now",
                when((ends, truth(False)), (begins, truth(True))),
                f"stage {stage.name}, line {stage.origin.line}: what now decides",
                phase="held",
            )
            make = partial(self._past, stage, holdings[number], decided.name)
            before = leads.steps.join(f"{stage.name} before", "held", LEAD, make)
            found[number] = coalesce(decided.copy(), before)
        return found

    def _past(self, stage: Stage, holding: Holding, decided: str, before: str) -> Beside:
        """The steps from one of leads, of whom a column says what now decides, to what their past does."""
        dialect, names = self._leads.dialect, self._names
        among = names.fresh(f"undecided {stage.name}")
        # Grouped, though each lead is there once: Spark fails to plan joins in which the instants stand
        # twice, as they may in the steps before, where others follow by a condition.
        query = exp.select(column(LEAD)).from_(before).where(is_null(column(decided)))
        query.group_by(column(LEAD), copy=False)
        past = _Past(self._leads, holding.asking.plan, names)
        try:
            steps = [SqlStep(among, query), *past.steps(holding, among)]
        except DaysOneByOne:
            why = "the days that it counts may end it on every day"
            raise _refused(dialect, stage, why) from None
        except ClocksChangeOften:
            why = f"clocks of {self._leads.plan.zone.name} change too often to count months by them"
            raise _refused(dialect, stage, why) from None
        self.width = max(self.width, past.width)
        return Beside(steps, past.lead, past.held)


def _refused(dialect: Dialect, stage: Stage, why: str) -> UnsupportedSql:
    return UnsupportedSql(
        f"{dialect.label} cannot tell whether the stage {stage.name} still holds a lead: {why}",
        "score with Leadwright and write the stages back: leadwright export --scores",
        stage.origin,
    )


class _Past:
    """The past of some leads in the eyes of a plan that asks two conditions. `held` is the column that says
    what they come to, `lead` that of the lead."""

    def __init__(self, leads: Leads, plan: Plan, names: SqlNames) -> None:
        self._now = leads.instants
        self._mapping, self._dialect, self._plan, self._names = leads.mapping, leads.dialect, plan, names
        self._moment = names.fresh("moment")
        self.lead, self.held = names.fresh("lead"), names.fresh("held")
        self.width = 0

    def steps(self, holding: Holding, among: str) -> list[SqlStep]:
        """The steps, the last of which has a row for each of the leads."""
        plan, dialect, names, mapping = self._plan, self._dialect, self._names, self._mapping
        instants = _PastInstants(dialect, names, plan, self._moment)
        events = _PastEvents(plan, dialect, instants, mapping, names)
        measures = Measures(events, names)
        leads = _PastLeads(plan, dialect, instants, mapping=mapping, names=names, measures=measures)
        scores = {number: names.fresh("score") for number in (None, *range(len(plan.scores)))}
        add_scores(leads, add_rules(leads), scores)
        begins, ends = (
            leads.steps.add(preferred, truth_of(leads, one.condition), phase="decided")
            for preferred, one in zip(("begins", "ends"), plan.stages, strict=True)
        )
        turning = TurningEvents(plan, dialect, self._now, mapping, names)
        own = Leads(plan, dialect, self._now, mapping=mapping, names=names, measures=measures)
        moments = Turns(own, holding.timeline, names, self._moment).steps(among, turning)
        made, last = leads.finish()
        before = measures.finish() if measures.are_any else []
        self.width = max(leads.width, measures.width)
        seen = instants.steps_after(moments[-1].name)
        return [*moments, *seen, *before, *made, self._decided(last, begins, ends)]

    def _decided(self, last: str, begins: Term, ends: Term) -> SqlStep:
        """Whether the latest instant that decides is one at which a lead came in."""
        moment = column(self._moment)
        goes_out = call("MAX", when((ends, moment)))
        comes_in = call("MAX", when((ends.copy(), exp.Null()), (begins, moment.copy())))
        inside = coalesce(compared(">", comes_in, goes_out), is_known(comes_in.copy()))
        query = exp.select(exp.alias_(column(LEAD), self.lead), exp.alias_(inside, self.held)).from_(last)
        return SqlStep(self._names.fresh("past"), query.group_by(column(LEAD), copy=False))


class _PastInstants(SqlInstants):
    """Instants seen from each moment of the past, as columns beside it."""

    def __init__(self, dialect: Dialect, names: SqlNames, plan: Plan, moment: str) -> None:
        self._names = names
        self._zone = plan.zone
        self.moment = column(moment)
        self._own: dict[str, str] = {}
        self.seen = names.fresh("seen")
        self._base = names.fresh("past_moments")
        self._steps = Steps(dialect, names, self._base, ("calendar",))
        self._months: Months | None = None
        super().__init__(dialect)
        self._columns.clear()

    def now(self) -> Term:
        return self.moment.copy()

    def white_space(self) -> Term:
        return self._dialect.white_space()

    def beside(self) -> list[exp.Column]:
        """The columns that stand beside the moment."""
        return [column(name) for name in self._own.values()]

    def steps_after(self, moments: str) -> list[SqlStep]:
        """The steps after one of moments, the last of which is `seen`."""
        first = SqlStep(self._base, exp.select("*").from_(moments))
        steps, last = self._steps.finish()
        query = exp.select(column(LEAD), self.moment.copy(), copy=False).from_(last)
        query.select(*(exp.alias_(term, self._own[name]) for name, term in self._columns.items()), copy=False)
        return [first, *steps, SqlStep(self.seen, query)]

    def steps(self) -> list[SqlStep]:
        """Never asked: the steps come after those of the moments."""
        raise AssertionError

    def _add(self, name: str, make: Callable[[], Term]) -> Term:
        if name not in self._columns:
            self._columns[name] = make()
            self._own[name] = self._names.fresh(name)
        return column(self._own[name])

    def _now(self) -> Term:
        return self.moment.copy()

    def _today(self) -> Term:
        return self._day_of(self.moment.copy())

    def _edge(self, edge: Edge) -> Term:
        if edge.unit in MICROSECONDS:
            return plus(self.moment.copy(), edge.amount * MICROSECONDS[edge.unit])
        if self._months is None:
            wall = self._steps.add("wall", shown(self._zone, self.moment.copy()))
            self._months = Months(self._dialect, self._steps, wall, 0)
        there = self._months.edge(edge)
        return there if self._zone.is_utc else instant_of(self._zone, self._steps.add("wall_there", there))

    def _edge_day(self, edge: Edge) -> Term:
        return self._day_of(self._steps.add("edge", self._edge(edge)))

    def _day_of(self, instant: Term) -> Term:
        later = plus(shown(self._zone, instant), _AEON * DAY)
        return plus(self._dialect.divided(bracketed(later), DAY), -_AEON)


class _PastEvents(EventSteps):
    """For each moment the events up to it, or one row without an event."""

    instants: _PastInstants

    def keys(self) -> list[exp.Column]:
        return [column(LEAD), column(self.instants.moment.name)]

    def carried(self) -> list[exp.Column]:
        return self.instants.beside()

    def _first(self) -> SqlStep:
        seen, moment = self.instants.seen, self.instants.moment.name
        here = column(moment, seen)
        asked = [
            compared("=", mapped_column(self.mapping.event_lead, SOURCE), column(LEAD, seen)),
            # Before everything nothing has happened, whatever the data says.
            compared(">", here, whole(BEGINNING)),
            *self.relevant(here.copy()),
            *self.lasting(),
        ]
        for one in [read for term in asked for read in term.find_all(exp.Column) if not read.table]:
            one.set("table", exp.to_identifier(seen))
        names = (LEAD, moment, *(one.name for one in self.instants.beside()))
        own = [passed_on(name, seen) for name in names]
        query = exp.select(*own, *self.columns(), copy=False).from_(seen)
        query.join(table(self.mapping.events, SOURCE), on=all_of(asked), join_type="left", copy=False)
        return SqlStep(self.base, query)


class _PastLeads(Leads):
    """For each moment its lead with what was measured up to it."""

    instants: _PastInstants

    def _first(self) -> exp.Select:
        source = self.measures.called if self.measures.are_any else self.instants.seen
        keys = [column(LEAD, source), column(self.instants.moment.name, source)]
        names = (*(key.name for key in keys), *(one.name for one in self.instants.beside()))
        own = [passed_on(name, source) for name in names]
        query = exp.select(*own, *self.facts(), copy=False).from_(source)
        same = compared("=", mapped_column(self.mapping.lead_id, LEADS), keys[0].copy())
        query.join(table(self.mapping.leads, LEADS), on=same, copy=False)
        return self.measures.join_sums(query, [key.copy() for key in keys])
