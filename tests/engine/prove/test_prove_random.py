"""What is proved of random rulesets holds of random leads, and a lead that is shown breaks what it shows.

LEADWRIGHT_PROOFS=2000 tries so many rulesets, from the seed LEADWRIGHT_PROOFS_FIRST on;
LEADWRIGHT_PROOFS_SECONDS=900 begins no new one after that time. Windows, months, zones, filters, sums,
averages, fading and arithmetic are all among them.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from dataclasses import replace

import pytest
from leadwright.engine import plan as p
from leadwright.engine.prove.answers import Verdict
from leadwright.engine.prove.prover import Prover
from leadwright.engine.prove.questions import Question, Same, Trend, guaranteed
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.engine.evaluate.random_plans import RandomPlan
from leadwright.tests.engine.prove.oracle import Oracle

FIRST = int(os.environ.get("LEADWRIGHT_PROOFS_FIRST", "0"))
RULESETS = int(os.environ.get("LEADWRIGHT_PROOFS", "12"))
BATCH = 100
LARGE = 40
"""Of so many rulesets one is larger."""
HOLDING = 21
"""Of so many rulesets one has stages that hold."""
ENDS = time.monotonic() + float(os.environ.get("LEADWRIGHT_PROOFS_SECONDS", "inf"))


def drawn(seed: int, *, small: bool) -> p.Plan:
    """A plan with guarantees: of each sort, or, of a small one, of two sorts."""
    draw = RandomPlan(seed, deep=2, small=small, holding=seed % HOLDING == 3)
    plan = draw.plan()
    guarantees = []
    for number in range(1 if small else 2):
        condition = draw.condition(1, scores=True)
        guarantees.append(p.Guarantee(f"promise {number}", _expected(draw, plan), condition, draw.origin()))
    selection = p.Selection(draw.chance.randrange(len(plan.selectors)), None, draw.window())
    score = draw.score()
    trend = p.TrendOf(score, draw.odds(0.5), selection, None)
    if not small or seed % 2:
        guarantees.append(p.Guarantee("trend of events", trend, None, draw.origin()))
    field = draw.field(Kind.NUMBER)
    trend = p.TrendOf(score, draw.odds(0.5), None, field)
    if not small or not seed % 2:
        guarantees.append(p.Guarantee("trend of a field", trend, None, draw.origin()))
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
    """The same plan with one rule changed a little, or what ends a stage that holds."""
    holding = [number for number, stage in enumerate(plan.stages) if stage.until is not None]
    if holding and chance.random() < 0.5:
        number = chance.choice(holding)
        stage = plan.stages[number]
        assert stage.until is not None
        until = chance.choice((None, p.Not(p.Not(stage.until, stage.origin), stage.origin)))
        stages = (*plan.stages[:number], replace(stage, until=until), *plan.stages[number + 1 :])
        return replace(plan, stages=stages)
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


def asked(seed: int, *, small: bool) -> tuple[p.Plan, list[tuple[Prover, Question]]]:
    """A plan, and what is asked of it and of an edit of it."""
    plan = drawn(seed, small=small)
    seconds = 0.25 if small else 0.5
    prover, other = Prover(seconds), Prover(seconds)
    changed = edited(plan, random.Random(seed))
    same = Same(changed, replace(plan, guarantees=()))
    return plan, [*((prover, one) for one in guaranteed(plan)), (other, same)]


@pytest.mark.parametrize("batch", range((RULESETS + BATCH - 1) // BATCH))
def test_no_lead_contradicts_what_is_proved(batch: int) -> None:
    verdicts: Counter[str] = Counter()
    for seed in range(FIRST + batch * BATCH, FIRST + min((batch + 1) * BATCH, RULESETS)):
        if time.monotonic() > ENDS:
            break
        plan, questions = asked(seed, small=seed % LARGE != 0)
        oracle = Oracle(plan, seed)
        for prover, question in questions:
            busy = time.process_time()
            answer = prover.ask(question)
            assert time.process_time() - busy < prover.budget.seconds * 3 + 5, (seed, question.name)
            verdicts[answer.verdict.value] += 1
            if answer.verdict is Verdict.PROVED:
                assert oracle.contradiction(question) is None, (seed, question.name)
            if answer.verdict is Verdict.NOT_SO:
                assert answer.case is not None
                assert question.found(answer.case), (seed, question.name)
        verdicts["rulesets"] += 1
    # A batch that time cut short may be too small to have both.
    if verdicts["rulesets"] >= 12:
        assert {"proved", "not so"} <= set(verdicts), verdicts
    print(dict(verdicts))


@pytest.mark.parametrize("seed", [1029])
def test_what_once_was_proved_wrongly_is_not(seed: int) -> None:
    """1029: numbers in a range that holds none once ruled out every lead, so that anything was proved."""
    plan, questions = asked(seed, small=False)
    oracle = Oracle(plan, seed)
    for prover, question in questions:
        if prover.ask(question).verdict is Verdict.PROVED:
            assert oracle.contradiction(question) is None, question.name


@pytest.mark.parametrize("seed", [3, 4, 5, 24, 40])
def test_the_search_for_contradictions_sees_what_the_engine_sees(seed: int) -> None:
    plan, questions = asked(seed, small=seed % LARGE != 0)
    oracle, chance = Oracle(plan, seed), random.Random(seed)
    for _, question in questions:
        verdicts = list(oracle.verdicts(question))
        for case, breaks in chance.sample(verdicts, min(len(verdicts), 20)):
            # An event that a trend does not speak of may do anything to a score.
            speaks_not = isinstance(question, Trend) and question.trend.events is not None and not breaks
            assert speaks_not or question.found(case) is breaks, question.name
