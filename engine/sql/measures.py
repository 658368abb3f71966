"""What is measured over a lead's events: one grouping of them, one aggregate a signal."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ...grammar.syntax.nodes import Kind, Unit
from ..plan import Aggregation, Decay, Each, Last, Measure, Selection
from ..plan.lower import begin_of
from ..result_columns import SqlNames
from .dialects import Dialect
from .events import AT, LEAD, NUMBER, EventSteps
from .instants import edge_name
from .steps import SqlStep, with_instants
from .terms import Term, all_of, call, column, compared, computed, is_known, over, when, whole


class Measures:
    """The aggregates over the events of each lead, and for want of an ordered one, sums by recursion."""

    def __init__(self, events: EventSteps, names: SqlNames) -> None:
        self._events = events
        self._dialect: Dialect = events.dialect
        self._names = names
        self._made: dict[str, str] = {}
        self._columns: list[Term] = []
        self._sums: list[_RecursiveSum] = []
        self.called = names.fresh("signals")
        self._own_names = SqlNames([LEAD])

    @property
    def are_any(self) -> bool:
        """Whether anything is measured at all."""
        return bool(self._columns)

    # --- signals ------------------------------------------------------------------------------------

    def signal(self, signal: Measure) -> Term:
        """The signal, as the table of leads joined with `called` reads it."""
        taken = self._events.selected(signal.events)
        preferred = self.preferred(signal.aggregation.value, signal.events)
        at = self._events.at()
        match signal.aggregation:
            case Aggregation.COUNT:
                return self.counted(preferred, call("COUNT", when((taken, whole(1)))))
            case Aggregation.DISTINCT:
                objects = when((taken, self._events.object_of(signal.events.selector)))
                return self.counted(preferred, exp.Count(this=exp.Distinct(expressions=[objects])))
            case Aggregation.PERIODS:
                days = when((taken, self._events.period(Unit.DAY)))
                return self.counted(preferred, exp.Count(this=exp.Distinct(expressions=[days])))
            case Aggregation.FIRST:
                return self._add(preferred, call("MIN", when((taken, at))))
            case Aggregation.LAST:
                return self._add(preferred, call("MAX", when((taken, at))))
            case Aggregation.FOLLOWED:
                assert signal.then is not None
                assert signal.within is not None
                before = compared(">", self._events.others_before(signal.events, signal.within), whole(0))
                pair = all_of([self._events.selected(signal.then), before])
                found = self._add(preferred, self._dialect.any_true(pair))
                return compared("=", exp.Coalesce(this=found, expressions=[whole(0)]), whole(1))
            case _:
                return self._number(signal, taken, preferred)

    def _number(self, signal: Measure, taken: Term, preferred: str) -> Term:
        assert signal.of is not None
        amount = self._events.property_of(signal.of, Kind.NUMBER)
        if signal.aggregation in (Aggregation.MIN, Aggregation.MAX):
            return self._add(preferred, call(signal.aggregation.value.upper(), when((taken, amount))))
        counts = all_of([taken, is_known(amount.copy())])
        total = self._sum(preferred, amount, counts)
        total = self._dialect.finite(total)
        if signal.aggregation is Aggregation.SUM:
            # The sum of none is 0, one that is not finite is unknown.
            some = compared(">", self._how_many(preferred, counts), whole(0))
            return when((some, total), otherwise=self._dialect.double(whole(0)))
        return self._average(total, self._how_many(preferred, counts))

    def _average(self, total: Term, number: Term) -> Term:
        count = self._dialect.double(call("NULLIF", number, whole(0)))
        return self._dialect.arithmetic("/", total, count)

    def _how_many(self, preferred: str, counts: Term) -> Term:
        return self.counted(f"{preferred}_of", call("COUNT", when((counts.copy(), whole(1)))))

    def _sum(self, preferred: str, amount: Term, counts: Term) -> Term:
        order = self._events.order()
        if not self._dialect.sums_in_steps:
            return self._add(preferred, self._dialect.sum_in_order(amount, counts.copy(), order))
        found = _RecursiveSum(
            self._names.fresh(f"amounts_{preferred}"), self._names.fresh(f"sums_{preferred}")
        )
        found.number = self._how_many(preferred, counts)
        found.amount, found.counts = amount, counts.copy()
        self._sums.append(found)
        return column("total", found.sums)

    # --- what rules pay for ---------------------------------------------------------------------------

    def paid(self, each: Each) -> Term:
        """How many events a rule pays for, or (`latest`, `first`) the instant of the one."""
        taken = self._events.selected(each.events)
        if each.which == "latest":
            return self._add(
                self.preferred("latest", each.events), call("MAX", when((taken, self._events.at())))
            )
        if each.which == "first":
            return self._add(
                self.preferred("first", each.events),
                call("MIN", when((self._payable(each), self._events.at()))),
            )
        if each.once is None:
            return self.counted(self.preferred("count", each.events), call("COUNT", when((taken, whole(1)))))
        periods = when((taken, self._events.period(each.once)))
        name = self.preferred(f"{each.once.value}s", each.events)
        return self.counted(name, exp.Count(this=exp.Distinct(expressions=[periods])))

    def faded(self, each: Each, points: int, decay: Decay) -> Term:
        """What is left of the points of all events that a rule pays for."""
        left = decayed(self._dialect, points, decay, self._events.instants.now(), self._events.at())
        total = self._dialect.bigint(call("SUM", when((self._payable(each), left))))
        return self.counted(self.preferred("points", each.events), total)

    def _payable(self, each: Each) -> Term:
        taken = self._events.selected(each.events)
        if each.once is None:
            return taken
        return all_of([taken, self._events.latest(each.events, each.once)])

    # --- columns ------------------------------------------------------------------------------------

    def preferred(self, what: str, selection: Selection) -> str:
        """How something measured of a selection would best be called."""
        called, window = self._events.called(selection.selector), selection.window
        if isinstance(window, Last):
            return f"{what} {called} {edge_name(begin_of(window))}"
        return f"{what} {called}"

    def counted(self, preferred: str, aggregate: Term) -> Term:
        """A measure that is 0 for a lead without events."""
        return exp.Coalesce(this=self._add(preferred, aggregate), expressions=[whole(0)])

    def _add(self, preferred: str, aggregate: Term) -> Term:
        written = aggregate.sql()
        if written not in self._made:
            name = self._own_names.fresh(preferred)
            self._made[written] = name
            self._columns.append(exp.alias_(aggregate, name, copy=False))
        return column(self._made[written], self.called)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self._columns)

    # --- steps --------------------------------------------------------------------------------------

    def finish(self) -> list[SqlStep]:
        """The steps from the events to what was measured of them."""
        steps, last = self._events.finish()
        own = self._events.keys()
        keys = [*own, *self._events.carried()]
        query = exp.select(*keys, *self._columns, copy=False).from_(last)
        query.group_by(*(key.copy() for key in keys), copy=False)
        steps.append(SqlStep(self.called, with_instants(query)))
        for one in self._sums:
            steps += one.steps(self._dialect, last, [key.name for key in own])
        return steps

    def join(self, query: exp.Select, keys: Sequence[Term]) -> exp.Select:
        """Joins a query of leads, each known by its keys, with what was measured."""
        if not self.are_any:
            return query
        query.join(exp.to_table(self.called), on=self._same(self.called, keys), join_type="left", copy=False)
        return self.join_sums(query, keys)

    def join_sums(self, query: exp.Select, keys: Sequence[Term]) -> exp.Select:
        """Joins it with the sums by recursion alone."""
        for one in self._sums:
            last = compared("=", column("place", one.sums), one.number.copy())
            asked = all_of([self._same(one.sums, keys), last])
            query.join(exp.to_table(one.sums), on=asked, join_type="left", copy=False)
        return query

    def _same(self, step: str, keys: Sequence[Term]) -> Term:
        pairs = zip(self._events.keys(), keys, strict=True)
        return all_of([compared("=", column(own.name, step), key.copy()) for own, key in pairs])


class _RecursiveSum:
    """A sum in the order of time, one event after the other."""

    def __init__(self, amounts: str, sums: str) -> None:
        self.amounts = amounts
        self.sums = sums
        self.amount: Term
        self.counts: Term
        self.number: Term

    def steps(self, dialect: Dialect, events: str, keys: Sequence[str]) -> list[SqlStep]:
        """The amounts, numbered; then their sums up to each."""
        place = over(call("ROW_NUMBER"), [column(key) for key in keys], [column(AT), column(NUMBER)])
        own = [column(key) for key in keys]
        numbered = exp.select(*own, exp.alias_(self.amount, "amount"), exp.alias_(place, "place"), copy=False)
        numbered = with_instants(numbered.from_(events).where(self.counts, copy=False))
        first = (
            exp.select(*own, exp.alias_(column("amount"), "total"), column("place"))
            .from_(self.amounts)
            .where(compared("=", column("place"), whole(1)))
        )
        added = dialect.arithmetic("+", column("total", self.sums), column("amount", self.amounts))
        following = all_of(
            [
                *(compared("=", column(key, self.amounts), column(key, self.sums)) for key in keys),
                compared(
                    "=", column("place", self.amounts), computed("+", column("place", self.sums), whole(1))
                ),
            ]
        )
        amounts = [column(key, self.amounts) for key in keys]
        then = exp.select(*amounts, added, column("place", self.amounts), copy=False)
        then = then.from_(self.sums).join(self.amounts, on=following)
        both = exp.union(first, then, distinct=False)
        return [SqlStep(self.amounts, numbered), SqlStep(self.sums, both, is_recursive=True)]


def decayed(dialect: Dialect, points: int, decay: Decay, now: Term, at: Term) -> Term:
    """What is left of points at an event's age, in whole numbers, cut toward zero."""
    steps = dialect.divided(exp.Paren(this=computed("-", now, at)), decay.every)
    size = abs(points)
    if decay.percent is None:
        left = [(whole(age), whole(size >> age)) for age in range(size.bit_length())]
        term = when(*left, otherwise=whole(0), of=steps) if left else whole(0)
    else:
        kept = computed("-", whole(100), computed("*", whole(decay.percent), exp.Paren(this=steps)))
        product = computed("*", whole(size), dialect.greatest(kept, whole(0)))
        term = dialect.divided(exp.Paren(this=product), 100)
    return exp.Neg(this=exp.Paren(this=term)) if points < 0 else term
