"""What is proved of random rulesets holds of random leads, and a lead that is shown breaks what it shows.

LEADWRIGHT_PROOFS=2000 tries so many rulesets, LEADWRIGHT_PROOFS_SECONDS=900 no new one after that time.
Windows, months, zones, filters, sums, averages, fading and
arithmetic are all among them.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from leadwright.engine import plan as p
from leadwright.engine.prove.answers import Verdict
from leadwright.engine.prove.case import Case, Occurrence
from leadwright.engine.prove.prover import Prover
from leadwright.engine.prove.questions import Engine, Question, Same, guaranteed
from leadwright.engine.values import DAY
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead

RULESETS = int(os.environ.get("LEADWRIGHT_PROOFS", "12"))
BATCH = 100
LEADS = 400 if RULESETS > 100 else 150
SECONDS = 3.0
ENDS = time.monotonic() + float(os.environ.get("LEADWRIGHT_PROOFS_SECONDS", "inf"))


def drawn(seed: int) -> p.Plan:
    """A small plan with guarantees of each sort."""
    draw = RandomPlan(seed, deep=2)
    plan = draw.plan()
    guarantees = []
    for number in range(2):
        condition = draw.condition(1, scores=True)
        guarantees.append(p.Guarantee(f"promise {number}", _expected(draw, plan), condition, draw.origin()))
    selection = p.Selection(draw.chance.randrange(len(plan.selectors)), None, draw.window())
    score = draw.score()
    trend = p.TrendOf(score, draw.odds(0.5), selection, None)
    guarantees.append(p.Guarantee("trend of events", trend, None, draw.origin()))
    field = draw.field(Kind.NUMBER)
    guarantees.append(
        p.Guarantee("trend of a field", p.TrendOf(score, draw.odds(0.5), None, field), None, draw.origin())
    )
    return replace(plan, guarantees=tuple(guarantees))


def _expected(draw: RandomPlan, plan: p.Plan) -> p.Expectation:
    score = p.Expectation(
        p.ExpectedOf.SCORE, None, draw.one("<=", ">", "<"), draw.one(0, 5, 20, 100), False, draw.origin()
    )
    disqualified = p.Expectation(p.ExpectedOf.DISQUALIFIED, None, "=", None, True, draw.origin())
    rule = p.Expectation(
        p.ExpectedOf.RULE, draw.chance.choice(plan.rules).identity, "=", None, True, draw.origin()
    )
    found = [score, disqualified, rule]
    if plan.stages:
        stage = draw.chance.choice(plan.stages)
        found.append(p.Expectation(p.ExpectedOf.STAGE, stage.track, "=", stage.name, True, draw.origin()))
    return draw.chance.choice(found)


def edited(plan: p.Plan, chance: random.Random) -> p.Plan:
    """The same plan with one rule changed a little."""
    number = chance.randrange(len(plan.rules))
    rule = plan.rules[number]
    if not rule.contributions or chance.random() < 0.3:
        return replace(plan, rules=plan.rules[:number] + plan.rules[number + 1 :])
    one, *others = rule.contributions
    change = chance.choice(
        (
            {"points": one.points + 1},
            {"most": None},
            {"least": None},
            {"most": (one.most or 0) + 1},
            {"decay": None},
        )
    )
    changed = replace(rule, contributions=(replace(one, **change), *others))
    return replace(plan, rules=(*plan.rules[:number], changed, *plan.rules[number + 1 :]))


def random_cases(plan: p.Plan, seed: int) -> list[Case]:
    """Random leads for all questions about a plan."""
    chance = random.Random(seed)
    found = []
    for number in range(LEADS):
        fields, happened = random_lead(plan, seed * 1_000 + number, events=chance.choice((3, 12)))
        events = tuple(Occurrence(one.type, one.at, one.object, one.properties) for one in happened)
        found.append(Case(fields, events, NOW + chance.choice((0, 0, 1, -DAY, 3 * DAY, 30 * DAY))))
    return found


def leads(plan: p.Plan, question: Question, cases: Sequence[Case], seed: int) -> Iterator[Case]:
    """The leads, each with what a question about two leads compares."""
    chance = random.Random(seed)
    trend = getattr(question, "trend", None)
    for case in cases:
        fields, events, now = case.fields, case.events, case.now
        if trend is None:
            yield case
        elif trend.events is not None:
            past = [one for one in events if one.at <= now]
            if past:
                yield replace(case, event=chance.choice(past))
        else:
            column = plan.fields[trend.field.field].column
            if type(fields.get(column)) in (int, float) and abs(fields[column]) < 1e6:
                yield replace(case, raised=(column, fields[column] + chance.choice((1, 0.5, 1000))))


def small_world(plan: p.Plan, seed: int) -> Iterator[Case]:
    """Every lead of a small world: three fields of three values each, and no event or one of a few."""
    chance = random.Random(seed)
    pools = []
    for field in chance.sample(plan.fields, 3):
        drawn = [random_lead(plan, chance.randrange(10**6), events=0)[0].get(field.column) for _ in range(2)]
        pools.append([(field.column, value) for value in (None, *drawn)])
    kinds = [("visited", "pricing"), ("visited", "docs/"), ("requested", None), ("Page Viewed", "docs/api")]
    ages = (0, DAY, 29 * DAY, 100 * DAY)
    single = [
        (Occurrence(type_, NOW - age, thing, {"amount": 2.5, "path": "pricing"}),)
        for type_, thing in kinds
        for age in ages
    ]
    for chosen in product(*pools):
        fields = {column: value for column, value in chosen if value is not None}
        for events in ((), *single):
            yield Case(fields, events, NOW)


def contradicted(plan: p.Plan, question: Question, cases: Sequence[Case], seed: int) -> Case | None:
    """A lead of a small world, or a random one, that the question is answered with no for; None where there
    is none among them."""
    if not hasattr(question, "trend") and (RULESETS > BATCH or seed % 4 == 0):
        found = next((case for case in small_world(plan, seed) if question.found(case)), None)
        if found is not None:
            return found
    counting = _counting(plan, question)
    for case in leads(plan, question, cases, seed):
        if counting is not None and not _is_taken(counting, case):
            continue
        if question.found(case):
            return case
    return None


def _counting(plan: p.Plan, question: Any) -> Engine | None:
    """What counts the events that a trend speaks of; None where it speaks of none."""
    if getattr(question, "trend", None) is None or question.trend.events is None:
        return None
    nowhere = plan.guarantees[0].origin
    point = p.Contribution(None, 1, None, None, None, nowhere)
    each = p.Each(question.trend.events, "each", None)
    counting = p.Rule("n", "n", None, each, (point,), (), None, nowhere)
    total = p.Score(None, None, None, None)
    nothing: dict[str, Any] = dict.fromkeys(
        ("stages", "tracks", "disqualifications", "groups", "grades", "outcomes", "scores", "guarantees"), ()
    )
    return Engine(replace(plan, rules=(counting,), total=total, **nothing))


def _is_taken(counting: Engine, case: Case) -> bool:
    """Whether the event more is one of those that a trend speaks of."""
    return counting.result(case, more=True).total > counting.result(case).total


@pytest.mark.parametrize("batch", range((RULESETS + BATCH - 1) // BATCH))
def test_no_lead_contradicts_what_is_proved(batch: int) -> None:
    verdicts: dict[str, int] = {}
    for seed in range(batch * BATCH, min((batch + 1) * BATCH, RULESETS)):
        if time.monotonic() > ENDS:
            break
        plan = drawn(seed)
        prover = Prover(SECONDS)
        questions = guaranteed(plan)
        changed = edited(plan, random.Random(seed))
        asked = [(prover, one) for one in questions]
        cases = random_cases(plan, seed)
        asked.append((Prover(SECONDS), Same(changed, replace(plan, guarantees=()))))
        for mine, question in asked:
            busy = time.process_time()
            answer = mine.ask(question)
            assert time.process_time() - busy < SECONDS * 3 + 5, (seed, question.name)
            verdicts[answer.verdict.value] = verdicts.get(answer.verdict.value, 0) + 1
            if answer.verdict is Verdict.PROVED:
                assert contradicted(plan, question, cases, seed) is None, (seed, question.name)
            if answer.verdict is Verdict.NOT_SO:
                assert answer.case is not None
                assert question.found(answer.case), (seed, question.name)
    assert not verdicts or set(verdicts) >= {"proved", "not so"}, verdicts
    print(verdicts)


@pytest.mark.parametrize("seed", [1029])
def test_what_once_was_proved_wrongly_is_not(seed: int) -> None:
    """1029: numbers in a range that holds none once ruled out every lead, so that anything was proved."""
    plan = drawn(seed)
    for question in guaranteed(plan):
        if Prover(SECONDS).ask(question).verdict is Verdict.PROVED:
            assert contradicted(plan, question, random_cases(plan, seed), seed) is None, question.name
