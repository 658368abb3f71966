"""What the engine says of many leads about one plan's questions: a search for a lead that an answer is wrong
about. It knows nothing of formulas.

All leads are made ready once, and every question asks one small function for each of them.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

from leadwright.engine import plan as p
from leadwright.engine.prove.case import Case, Occurrence
from leadwright.engine.prove.questions import Promise, Question, Same, Trend
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.score_one.event_classes import EventClasses
from leadwright.engine.score_one.facts import Event, EventRow, ready
from leadwright.engine.score_one.scorer import Result, Scorer
from leadwright.engine.values import DAY, moment_of
from leadwright.tests.engine.evaluate.random_plans import NOW, random_lead

LEADS = 400
"""How many random leads a question is held against."""

_DRAWN = 80
"""How many sets of fields, and how many timelines, those leads are put together of."""

_COMPARE = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

Run = Callable[[Sequence[Any], Sequence[EventRow], int], Any]


class Fields(NamedTuple):
    """The fields of a lead, as given and made ready."""

    given: dict[str, Any]
    ready: tuple[Any, ...]


class Timeline(NamedTuple):
    """The events of a lead, as given and made ready, and the same with one more."""

    events: tuple[Occurrence, ...]
    rows: list[EventRow]
    more: Occurrence | None
    rows_and_more: list[EventRow]


class Made(NamedTuple):
    """A lead at an instant, and by how much more a number of it may be."""

    fields: Fields
    timeline: Timeline
    now: int
    rise: float


class Oracle:
    """Leads of a small world, all of them, and random ones, made ready for all questions about a plan."""

    def __init__(self, plan: p.Plan, seed: int) -> None:
        self.plan = plan
        self._chance = random.Random(seed)
        self._scorer = Scorer(plan, EventClasses(_everything(plan)))
        self._leads = [*self._random(), *self._small_world()]

    def contradiction(self, question: Question) -> Case | None:
        """A lead that breaks what was proved; None where no lead here does."""
        breaks = self._breaks(question)
        return next((self._case(lead, question) for lead in self._leads if breaks(lead)), None)

    def verdicts(self, question: Question) -> Iterator[tuple[Case, bool]]:
        """Every lead, and whether it breaks what a question asks."""
        breaks = self._breaks(question)
        for lead in self._leads:
            if (case := self._case(lead, question)) is not None:
                yield case, breaks(lead)

    # --- leads ------------------------------------------------------------------------------------

    def _random(self) -> Iterator[Made]:
        drawn = [
            random_lead(self.plan, self._chance.getrandbits(48), self._chance.choice((3, 12)))
            for _ in range(_DRAWN)
        ]
        fields = [self._fields(given) for given, _ in drawn]
        told = [
            tuple(Occurrence(one.type, one.at, one.object, one.properties) for one in events)
            for _, events in drawn
        ]
        more = self._more([one for events in told for one in events if one.at <= NOW - DAY])
        timelines = [self._timeline(events, self._chance.choice(more) if more else None) for events in told]
        for _ in range(LEADS):
            now = NOW + self._chance.choice((0, 0, 1, -DAY, 3 * DAY, 30 * DAY))
            rise = self._chance.choice((1, 0.5, 1000))
            yield Made(self._chance.choice(fields), self._chance.choice(timelines), now, rise)

    def _more(self, past: list[Occurrence]) -> list[Occurrence]:
        """Which events may come to a lead: some, and all that a guarantee speaks of, of some others."""
        some = self._chance.sample(past, min(len(past), 60))
        found = some[:10]
        for one in self.plan.guarantees:
            if isinstance(one.promise, p.TrendOf) and one.promise.events is not None:
                count, nothing = self._counts(one.promise.events), self._fields({})
                found += [event for event in some if count(nothing, self._rows((event,)), NOW)]
        return found

    def _small_world(self) -> Iterator[Made]:
        """Three fields of three values each, and no event or one of a few."""
        pools = []
        for field in self._chance.sample(self.plan.fields, 3):
            drawn = [random_lead(self.plan, self._chance.getrandbits(48), 0)[0] for _ in range(2)]
            pools.append([(field.column, None), *((field.column, one.get(field.column)) for one in drawn)])
        every = [
            self._fields({column: value for column, value in chosen if value is not None})
            for chosen in product(*pools)
        ]
        kinds = [
            ("visited", "pricing"),
            ("visited", "docs/"),
            ("requested", None),
            ("Page Viewed", "docs/api"),
        ]
        single = [
            Occurrence(type_, NOW - age, thing, {"amount": 2.5, "path": "pricing"})
            for type_, thing in kinds
            for age in (0, DAY, 29 * DAY, 100 * DAY)
        ]
        timelines = [self._timeline(events, self._chance.choice(single)) for events in ((), *zip(single))]
        yield from (Made(*both, NOW, 1) for both in product(every, timelines))

    def _fields(self, given: dict[str, Any]) -> Fields:
        return Fields(given, self._scorer.facts(given).fields)

    def _timeline(self, events: tuple[Occurrence, ...], more: Occurrence | None) -> Timeline:
        rows = self._rows(events)
        return Timeline(events, rows, more, rows if more is None else self._rows((*events, more)))

    def _rows(self, events: tuple[Occurrence, ...]) -> list[EventRow]:
        given = [Event(one.type, moment_of(one.at), one.object, one.properties) for one in events]
        return list(self._scorer.facts({}, given).events)

    def _case(self, lead: Made, question: Question) -> Case | None:
        """A lead as the question takes it; None where it says nothing of this one."""
        fields, timeline, now, rise = lead
        case = Case(fields.given, timeline.events, now)
        if not isinstance(question, Trend):
            return case
        if question.trend.events is not None:
            return None if timeline.more is None else replace(case, event=timeline.more)
        assert question.trend.field is not None
        field = self.plan.fields[question.trend.field.field]
        value = fields.given.get(field.column)
        return replace(case, raised=(field.column, value + rise)) if _can_rise(value) else None

    # --- what the engine says ---------------------------------------------------------------------

    def _runs(self, plan: p.Plan) -> Run:
        return Scorer(plan, self._scorer.classes).runner(Detail.SCORE)

    def _breaks(self, question: Question) -> Callable[[Made], bool]:
        if isinstance(question, Promise):
            return self._breaks_promise(question)
        if isinstance(question, Trend):
            return self._breaks_trend(question)
        assert isinstance(question, Same)
        return self._differs(question)

    def _breaks_promise(self, question: Promise) -> Callable[[Made], bool]:
        meets = self._meets(question.promise)
        condition = question.guarantee.condition
        if condition is None:
            return lambda lead: not meets(lead)
        asked = (p.Disqualification("", condition, question.guarantee.origin),)
        run = self._runs(replace(self.plan, stages=(), tracks=(), disqualifications=asked))
        return lambda lead: run(*_now(lead))[3] and not meets(lead)

    def _meets(self, expected: p.Expectation) -> Callable[[Made], bool]:
        plan, number = self.plan, 0
        if expected.of is p.ExpectedOf.RULE:
            rule = next(one for one in plan.rules if one.identity == expected.subject)
            run = self._runs(_counting(plan, rule))
            met: Callable[[Result], bool] = lambda result: result[0] > 0  # noqa: E731
        else:
            of_stage = expected.of is p.ExpectedOf.STAGE
            run = self._runs(plan if of_stage else _without_stages(plan))
            if expected.of is p.ExpectedOf.SCORE:
                compare, value = _COMPARE[expected.operator], expected.value
                met = lambda result: compare(result[0], value)  # noqa: E731
            elif of_stage:
                number = plan.tracks.index(expected.subject or "main")
                met = lambda result: result[2][number] == expected.value  # noqa: E731
            else:
                assert expected.of is p.ExpectedOf.DISQUALIFIED
                met = lambda result: bool(result[3])  # noqa: E731
        return lambda lead: met(run(*_now(lead))) is not expected.negated

    def _breaks_trend(self, question: Trend) -> Callable[[Made], bool]:
        run, trend = self._runs(_without_stages(self.plan)), question.trend

        def score(*lead: Any) -> int:
            result = run(*lead)
            found: int = result[0] if trend.score is None else result[1][trend.score]
            return found

        def breaks(before: int, after: int) -> bool:
            return after > before if trend.rises else after < before

        if trend.events is not None:
            count = self._counts(trend.events)

            def one_more(lead: Made) -> bool:
                fields, (_, rows, more, with_it), now, _ = lead
                if more is None or more.at > now or count(fields, rows, now) >= count(fields, with_it, now):
                    return False
                return breaks(score(fields.ready, rows, now), score(fields.ready, with_it, now))

            return one_more
        assert trend.field is not None
        place = trend.field.field
        field = self.plan.fields[place]

        def higher(lead: Made) -> bool:
            fields, timeline, now, rise = lead
            value = fields.given.get(field.column)
            if not _can_rise(value):
                return False
            raised = (*fields.ready[:place], ready(field.kind, value + rise), *fields.ready[place + 1 :])
            return breaks(score(fields.ready, timeline.rows, now), score(raised, timeline.rows, now))

        return higher

    def _counts(self, selection: p.Selection) -> Callable[[Fields, list[EventRow], int], int]:
        """How many events a selection takes."""
        each = p.Each(selection, "each", None)
        nowhere = self.plan.guarantees[0].origin
        run = self._runs(_counting(self.plan, p.Rule("n", "n", None, each, (), (), None, nowhere)))
        return lambda fields, rows, now: int(run(fields.ready, rows, now)[0])

    def _differs(self, question: Same) -> Callable[[Made], bool]:
        new, old = (self._runs(plan) for plan in question.plans)
        return lambda lead: bool(new(*_now(lead)) != old(*_now(lead)))


def _now(lead: Made) -> tuple[tuple[Any, ...], list[EventRow], int]:
    return lead.fields.ready, lead.timeline.rows, lead.now


def _can_rise(value: object) -> bool:
    return type(value) in (int, float) and abs(value) < 1e6  # type: ignore[arg-type]


def _without_stages(plan: p.Plan) -> p.Plan:
    """A plan with the same scores. To look through a past for a stage that holds takes far longer."""
    return replace(plan, stages=(), tracks=())


def _counting(plan: p.Plan, rule: p.Rule) -> p.Plan:
    """A plan whose total says how often a rule fires."""
    point = p.Contribution(None, 1, None, None, None, rule.origin)
    nothing: dict[str, Any] = dict.fromkeys(("stages", "tracks", "disqualifications", "groups", "grades"), ())
    alone = replace(rule, contributions=(point,), group=None)
    return replace(plan, rules=(alone,), total=p.Score(None, None, None, None), **nothing)


def _everything(plan: p.Plan) -> p.Plan:
    """A plan that reads of events all that the plan and its guarantees do."""
    rules = [
        p.Rule("n", "n", None, p.Each(one.promise.events, "each", None), (), (), None, one.origin)
        for one in plan.guarantees
        if isinstance(one.promise, p.TrendOf) and one.promise.events is not None
    ]
    return replace(plan, rules=(*plan.rules, *rules))
