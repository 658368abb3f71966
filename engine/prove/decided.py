"""What a plan decides of a possible lead: which rules fire, scores, stages, grades, as formulas."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import cached_property

import z3

from ...grammar.syntax.nodes import Kind, Unit
from ..plan import (
    Aggregation,
    Calculation,
    Condition,
    Constant,
    Contribution,
    DaysBetween,
    Domain,
    Each,
    Expectation,
    ExpectedOf,
    FieldValue,
    Last,
    Measure,
    Plan,
    ScoreValue,
    Selection,
    SignalValue,
    Stage,
    Value,
)
from ..plan.adding_up import Pay, Register, RegisterKind, Settle, decayed, steps
from ..plan.lower import Comparison, Edge, Predicate, lowered, predicates
from ..plan.lower import Known as IsKnown
from ..plan.measures import of_each
from ..plan.walk import clauses, conditions
from ..values import DAY, MICROSECONDS
from .clock import Mark, mark_of
from .conditions import Conditions, constant
from .entities import TextEntity
from .happenings import Cell, Happenings
from .kleene import (
    TRUE,
    Formula,
    Known,
    Truth,
    all_of,
    any_of,
    asked,
    chosen,
    compared,
    exact,
    none_of,
    total_of,
)
from .lead import LARGEST, Cells, Lead
from .loose import Loose, TooMuchError

MOST_STEPS = 40
"""How many steps of fading are followed one by one."""

MOST_ORDERED = 12
"""How many results of arithmetic are held against each other."""

_MOMENTS = (Aggregation.FIRST, Aggregation.LAST)


class Decided(Conditions):
    """One plan on one possible lead."""

    def __init__(self, plan: Plan, lead: Lead, happenings: Happenings, loose: Loose, exactly: bool) -> None:
        super().__init__(plan, happenings.clock, loose, exactly)
        self.lead = lead
        self.happenings = happenings
        self._values: dict[Value, Known] = {}

    # --- values -------------------------------------------------------------------------------------

    def text(self, term: Value) -> TextEntity:
        if isinstance(term, FieldValue):
            return self.lead.text(self.plan.fields[term.field])
        if isinstance(term, Domain):
            of = self.body(term.of)
            if isinstance(of, FieldValue):
                return self.lead.text(self.plan.fields[of.field], of_domain=True)
        raise TypeError(term)

    def value(self, term: Value) -> Known:
        found = self._values.get(term)
        if found is None:
            found = self._values[term] = self._value(term)
        return found

    def _value(self, term: Value) -> Known:
        match term:
            case Constant(kind=kind, value=value):
                return Known(constant(kind, value), TRUE)
            case FieldValue(field=number):
                return self.lead.field(self.plan.fields[number])
            case ScoreValue(score=None):
                return Known(self.total, TRUE)
            case ScoreValue(score=int(number)):
                return Known(self.scores[number], TRUE)
            case SignalValue(signal=number):
                return self._signal(self.plan.signals[number])
            case Calculation():
                return self._calculation(term)
            case DaysBetween():
                return self._days(term)
        raise TypeError(term)

    def _calculation(self, term: Calculation) -> Known:
        left, right = self._number(term.left), self._number(term.right)
        known = all_of((left.known, right.known))
        a, b = left.value, right.value
        match term.operator:
            case "+":
                result = a + b
            case "-":
                result = a - b
            case "*":
                result = a * b
            case _:
                known = all_of((known, b != 0))
                result = self.loose.real(("quotient", a.sexpr(), b.sexpr()))
                self.loose.rules.append(z3.Implies(b != 0, result * b == a))
        if self.exactly:
            self.loose.narrowed = True
            return Known(result, known)
        return self._rounded_result(result, known)

    def _rounded_result(self, result: Formula, known: Formula) -> Known:
        """A result in doubles: within a share of the true one, and unknown where it is too large."""
        self.loose.say("numbers are worked out of others")
        found = self.loose.real(("result", result.sexpr()))
        size = z3.If(result >= 0, result, -result)
        slack = size * exact(2.0**-50) + exact(1e-300)
        fits = any_of((size <= exact(LARGEST), self.loose.truth(("fits", result.sexpr()))))
        self.loose.rules += [found - result <= slack, result - found <= slack]
        # Rounding keeps order.
        for other, rounded in self.loose.rounded[-MOST_ORDERED:]:
            self.loose.rules.append(z3.Implies(other <= result, rounded <= found))
            self.loose.rules.append(z3.Implies(result <= other, found <= rounded))
        self.loose.rounded.append((result, found))
        return Known(found, all_of((known, fits)))

    def _number(self, value: Value) -> Known:
        found = self.value(self.body(value))
        return Known(z3.ToReal(found.value), found.known) if found.value.sort() == z3.IntSort() else found

    def _days(self, term: DaysBetween) -> Known:
        of = self.body(term.of)
        if isinstance(of, SignalValue):
            return self._days_since_event(term, of)
        found = self.value(of)
        self.clock.asked = True
        now = Mark("fixed", 0)
        if of.kind is Kind.DATE:
            today = self.clock.day(now)
            days = found.value - today if term.until else today - found.value
            return Known(days, all_of((found.known, days >= 0)))
        length = found.value - self.clock.now if term.until else self.clock.now - found.value
        days = self.loose.whole(("days", length.sexpr()))
        self.loose.rules += [days * DAY <= length, length < (days + 1) * DAY]
        return Known(days, all_of((found.known, length >= 0)))

    def _days_since_event(self, term: DaysBetween, of: SignalValue) -> Known:
        self.loose.say("days since an event are compared with something that is no plain number")
        key = (term.until, self._key_of(self.plan.signals[of.signal]))
        days = self.loose.whole(("days since", key))
        self.loose.rules.append(days >= 0)
        return Known(days, self._signal(self.plan.signals[of.signal]).known)

    # --- events -------------------------------------------------------------------------------------

    def cells(self, selection: Selection) -> Cells:
        """The cells whose events a selection takes."""
        return self.happenings.taken(self.plan, selection)

    def _key_of(self, measure: Measure) -> Hashable:
        cells = self.cells(measure.events)
        return measure.aggregation, cells, self.lead.owner(cells).name

    def _signal(self, measure: Measure) -> Known:
        cells = self.cells(measure.events)
        match measure.aggregation:
            case Aggregation.COUNT:
                return Known(self.lead.count(cells), TRUE)
            case Aggregation.SEEN:
                return Known(z3.If(self.lead.any(cells), 1, 0), TRUE)
            case Aggregation.PERIODS:
                return Known(self._periods(measure.events, measure.per or Unit.DAY), TRUE)
            case Aggregation.DISTINCT:
                return Known(self._objects(measure.events), TRUE)
            case Aggregation.FOLLOWED:
                assert measure.then is not None
                return Known(self.lead.followed(cells, self.cells(measure.then), measure.within), TRUE)
            case Aggregation.FIRST | Aggregation.LAST:
                self.loose.say("the instant of an event is compared with something other than now")
                key = ("instant", self._key_of(measure))
                return Known(self.loose.whole(key), self.lead.any(cells))
        assert measure.of is not None
        return self.lead.measured(measure.aggregation, cells, measure.of)

    def _periods(self, selection: Selection, unit: Unit) -> Formula:
        window, most = selection.window, None
        if isinstance(window, Last) and window.unit in MICROSECONDS:
            length = window.amount * MICROSECONDS[window.unit]
            shortest = {Unit.DAY: DAY, Unit.WEEK: 7 * DAY}.get(unit, 28 * DAY)
            # Where clocks change, a day can be shorter than others.
            slack = 1 if self.plan.zone.is_utc else 2
            most = -(-length // shortest) + slack
        return self.lead.periods(self.cells(selection), unit, most)

    def _objects(self, selection: Selection) -> Formula:
        selector = self.plan.selectors[selection.selector]
        by = {
            feed.type: [one.by for one in selector.feeds if one.type == feed.type] for feed in selector.feeds
        }

        def seen(cell: Cell) -> Hashable | None:
            given = [cell.objects[one] for one in by[cell.type] if cell.objects[one].given]
            if not given:
                return None
            return ("any",) if len(by) > 1 or len(given) > 1 else (given[0].matched, given[0].more)

        def limit(cell: Cell) -> int | None:
            given = next(cell.objects[one] for one in by[cell.type] if cell.objects[one].given)
            return None if given.more or len(by) > 1 or len(by[cell.type]) > 1 else len(given.texts)

        return self.lead.objects(self.cells(selection), seen, limit)

    def predicate(self, one: Predicate) -> Truth:
        """When a predicate is true; the age of an event is asked of the cells themselves."""
        if isinstance(one, Comparison):
            age = _age(self.plan, one)
            if age is not None:
                return self._aged(one, *age)
        if isinstance(one, IsKnown) and isinstance(one.value, SignalValue):
            known = self.value(one.value).known
            return Truth(known, none_of(known))
        return super().predicate(one)

    def _aged(self, one: Comparison, measure: Measure, marks: tuple[Mark, ...]) -> Truth:
        there = self.lead.any(self.cells(measure.events))
        if len(marks) == 2:  # so many whole days: not after the one, after the other
            younger, older = (self._after(measure, mark) for mark in marks)
            holds = all_of((none_of(younger), older))
            return asked(holds if one.operator == "=" else none_of(holds), there)
        after = self._after(measure, marks[0])
        return asked(after if one.operator in (">", ">=") else none_of(after), there)

    def _after(self, measure: Measure, mark: Mark) -> Formula:
        """Whether the latest, or the first, of some events lies after a mark; some being there."""
        if measure.aggregation is Aggregation.LAST:
            return self.lead.any(self.happenings.taken(self.plan, measure.events, (("after", mark),)))
        return none_of(self.lead.any(self.happenings.taken(self.plan, measure.events, (("until", mark),))))

    # --- rules --------------------------------------------------------------------------------------

    @cached_property
    def fires(self) -> list[Formula]:
        """Whether each rule fires."""
        found = []
        for rule in self.plan.rules:
            condition = TRUE if rule.condition is None else self.truth(rule.condition).yes
            events = TRUE if rule.each is None else self.lead.any(self.cells(rule.each.events))
            found.append(all_of((condition, events)))
        return found

    def _paid(self, step: Pay) -> Formula:
        if step.fixed is not None:
            return z3.IntVal(step.fixed)
        each, contribution = step.rule.each, step.contribution
        assert each is not None
        return clamped(self._each(each, contribution), contribution.least, contribution.most)

    def _each(self, each: Each, contribution: Contribution) -> Formula:
        points, decay = contribution.points, contribution.decay
        measure = of_each(each, decays=decay is not None)
        cells = self.cells(each.events)
        if decay is None:
            if measure.aggregation is Aggregation.COUNT:
                return self.lead.count(cells) * points
            assert each.once is not None
            return self._periods(each.events, each.once) * points
        left = decayed(points, decay)
        if (
            len(left) <= MOST_STEPS
            and measure.aggregation is not Aggregation.FIRST_PERIOD
            and (measure.aggregation is not Aggregation.LATEST)
        ):
            return self._faded(each, measure, left, decay.every)
        self.loose.say("points fade in more steps, or in other ways, than are followed")
        most: Formula = z3.IntVal(points)
        if measure.aggregation is Aggregation.INSTANTS:
            most = self.lead.count(cells) * points
        elif measure.aggregation is Aggregation.LATEST:
            assert each.once is not None
            most = self._periods(each.events, each.once) * points
        found = self.loose.whole(
            ("faded", measure.aggregation, cells, left, decay.every, each.once, self.lead.owner(cells).name)
        )
        self.loose.rules += [found >= 0, found <= most] if points >= 0 else [found <= 0, found >= most]
        return found

    def _faded(self, each: Each, measure: Measure, left: tuple[int, ...], every: int) -> Formula:
        """What is left of points by the age of events, step by step."""
        if not left:
            return z3.IntVal(0)
        ages = [
            self.lead.count(self.happenings.taken(self.plan, each.events, step_of(number, every)))
            for number in range(len(left))
        ]
        if measure.aggregation is Aggregation.INSTANTS:
            return total_of(count * points for count, points in zip(ages, left, strict=True))
        found: Formula = z3.IntVal(0)
        pairs = list(zip(ages, left, strict=True))
        if measure.aggregation is Aggregation.LAST:
            for count, points in reversed(pairs):
                found = z3.If(count > 0, z3.IntVal(points), found)
            return found
        for count, points in pairs:
            found = z3.If(count > 0, z3.IntVal(points), found)
        older = (("until", Mark("fixed", -len(left) * every)),)
        return z3.If(self.lead.any(self.happenings.taken(self.plan, each.events, older)), z3.IntVal(0), found)

    # --- scores -------------------------------------------------------------------------------------

    @cached_property
    def registers(self) -> dict[Register, Formula]:
        """What has been gathered for groups, scores and the total, each within its bounds."""
        parts: dict[Register, list[Formula]] = {}
        settled: dict[Register, Formula] = {}
        for step in steps(self.plan):
            if isinstance(step, Pay):
                paid = chosen(self.fires[step.number], self._paid(step), z3.IntVal(0))
                parts.setdefault(step.into, []).append(paid)
                continue
            settled[step.register] = self._settled(step, total_of(parts.get(step.register, [])))
            if step.into is not None:
                parts.setdefault(step.into, []).append(settled[step.register])
        return settled

    def _settled(self, step: Settle, gathered: Formula) -> Formula:
        return clamped(gathered, step.least, step.most)

    @cached_property
    def scores(self) -> list[Formula]:
        """The named scores, after their ranges."""
        return [
            self.registers[Register(RegisterKind.SCORE, number)] for number in range(len(self.plan.scores))
        ]

    @cached_property
    def total(self) -> Formula:
        """The total, after its range."""
        return self.registers[Register(RegisterKind.TOTAL, 0)]

    def score(self, number: int | None) -> Formula:
        """A score, None for the total."""
        return self.total if number is None else self.scores[number]

    # --- decisions ----------------------------------------------------------------------------------

    @cached_property
    def disqualified(self) -> Formula:
        """Whether the lead is disqualified."""
        return any_of(self.truth(one.condition).yes for one in self.plan.disqualifications)

    def level(self, track: str) -> Formula:
        """Which stage of a track the lead is in: 1 for the lowest, 0 for none."""
        found: Formula = z3.IntVal(0)
        for number, stage in enumerate(self.ladder(track)):
            found = chosen(self._is_in(stage), z3.IntVal(number + 1), found)
        return chosen(self.disqualified, z3.IntVal(0), found)

    def _is_in(self, stage: Stage) -> Formula:
        """Whether a stage is reached, or held.

        In between, where neither of its conditions is true, the lead's past decides, which is left open.
        """
        comes = self.truth(stage.condition).yes
        if stage.until is None:
            return comes
        self.loose.say(f"the stage {stage.name} holds until something ends it")
        return all_of((none_of(self.truth(stage.until).yes), any_of((comes, self.held(stage)))))

    def held(self, stage: Stage) -> Formula:
        """Whether the past of a lead has it in a stage that holds, where now decides nothing."""
        return self.loose.truth(("held", id(self.plan), stage.track, stage.name, self.lead.name))

    def ladder(self, track: str) -> list[Stage]:
        """The stages of a track, from the lowest."""
        return [stage for stage in self.plan.stages if stage.track == track]

    def expected(self, one: Expectation) -> Formula:
        """Whether what is expected of a decision is so."""
        met = self._met(one)
        return none_of(met) if one.negated else met

    def _met(self, one: Expectation) -> Formula:
        match one.of:
            case ExpectedOf.SCORE:
                number = None if one.subject is None else self._score_number(one.subject)
                assert isinstance(one.value, int)
                return compared(one.operator, self.score(number), z3.IntVal(one.value))
            case ExpectedOf.STAGE:
                track = one.subject or "main"
                names = [stage.name for stage in self.ladder(track)]
                wanted = 0 if one.value is None else names.index(str(one.value)) + 1
                return self.level(track) == wanted
            case ExpectedOf.GRADE:
                return self._graded(one.subject, str(one.value))
            case ExpectedOf.TAG:
                return any_of(
                    fires
                    for rule, fires in zip(self.plan.rules, self.fires, strict=True)
                    if one.subject in rule.tags
                )
            case ExpectedOf.RULE:
                return self.rule_fires(str(one.subject))
            case ExpectedOf.DISQUALIFIED:
                return self.disqualified
        raise TooMuchError("who takes a lead over is not followed")

    def rule_fires(self, identity: str) -> Formula:
        """Whether the rule of an identity fires; one that is not in force never does."""
        rules = zip(self.plan.rules, self.fires, strict=True)
        return any_of(fires for rule, fires in rules if rule.identity == identity)

    def _score_number(self, name: str) -> int:
        return next(number for number, score in enumerate(self.plan.scores) if score.name == name)

    def _graded(self, subject: str | None, label: str) -> Formula:
        number = None if subject is None else self._score_number(subject)
        grade = next(one for one in self.plan.grades if one.score == number)
        return self.grade(number) == [*(name for name, _ in grade.bands), grade.otherwise].index(label)

    def grade(self, number: int | None) -> Formula:
        """Which band of its grade a score is in, from the highest, counted from 0."""
        grade = next(one for one in self.plan.grades if one.score == number)
        found: Formula = z3.IntVal(len(grade.bands))
        for place, (_, start) in reversed(list(enumerate(grade.bands))):
            found = z3.If(self.score(number) >= start, z3.IntVal(place), found)
        return found


def clamped(points: Formula, least: int | None, most: int | None) -> Formula:
    """Points within bounds."""
    if most is not None:
        points = z3.If(points > most, z3.IntVal(most), points)
    return points if least is None else z3.If(points < least, z3.IntVal(least), points)


# --- what is asked of events --------------------------------------------------------------------------


def step_of(number: int, every: int) -> tuple[tuple[str, Mark], ...]:
    """The events that are so many whole steps old."""
    after = ("after", Mark("fixed", -(number + 1) * every))
    return (after,) if not number else (after, ("until", Mark("fixed", -number * every)))


def _age(plan: Plan, one: Comparison) -> tuple[Measure, tuple[Mark, ...]] | None:
    """A question about the age of an event: what is measured, and the marks that answer it."""
    left, right = one.left, one.right
    if isinstance(left, SignalValue) and isinstance(right, Edge):
        measure = plan.signals[left.signal]
        if measure.aggregation in _MOMENTS and one.operator in (">", "<="):
            return measure, (mark_of(right),)
    if isinstance(left, DaysBetween) and not left.until and isinstance(left.of, SignalValue):
        days = right.value if isinstance(right, Constant) else None
        if isinstance(days, int | float) and days == int(days) and days >= 0 and one.operator in ("=", "!="):
            measure = plan.signals[left.of.signal]
            return measure, (Mark("fixed", -int(days) * DAY), Mark("fixed", -(int(days) + 1) * DAY))
    return None


def ask(happenings: Happenings, plan: Plan, others: Iterator[Condition]) -> None:
    """Takes in all that a plan, and other conditions, ask of events."""
    for signal in plan.signals:
        happenings.ask(plan, signal.events, of=signal.of)
        if signal.then is not None:
            happenings.ask(plan, signal.then)
    for rule in plan.rules:
        if rule.each is None:
            continue
        happenings.ask(plan, rule.each.events)
        for contribution in rule.contributions:
            if contribution.decay is not None:
                count = len(decayed(contribution.points, contribution.decay))
                if count <= MOST_STEPS:
                    every = contribution.decay.every
                    marks = [Mark("fixed", -every * (number + 1)) for number in range(count)]
                    happenings.ask(plan, rule.each.events, marks)
    for condition in (*conditions(plan), *others):
        for clause in clauses(condition):
            for predicate in predicates(lowered(plan, clause)):
                age = _age(plan, predicate) if isinstance(predicate, Comparison) else None
                if age is not None:
                    happenings.ask(plan, age[0].events, age[1])
