"""How leads spread, by stage and score and by a grade beside another score, against each lead alone."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from leadwright import load
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_many.spread import Spread, spread
from leadwright.engine.score_one.facts import Facts
from leadwright.tests.engine.evaluate.random_plans import NOW
from leadwright.tests.engine.evaluate.test_evaluate_judging import judging

RULES = """
score fit from -50 to 100
score engagement
rule "Size" when size >= 0 then +5 fit
rule "Large" when size >= 50 then +40 fit
rule "Huge" when size >= 90 then +40 fit
rule "Small" when size < 20 then -30 fit
rule "Visits" when visits >= 1 then +1 engagement
rule "More visits" when visits >= 5 then +{points} engagement
rule "Bounced" when visits = 0 then -7 engagement
disqualify when visits = 9
stage MQL when fit >= 40
stage SQL when fit >= 80 and engagement >= 1
grade fit: A from 80, B from 40, C from 0, D otherwise
"""


def spread_of(text: str, leads: list[dict[str, int]]) -> tuple[Spread, Evaluator, list[Facts]]:
    plan = load(text).plan
    evaluator = Evaluator(plan)
    facts = [evaluator.facts(lead) for lead in leads]
    return spread(judging(evaluator, facts, [[] for _ in leads], NOW)), evaluator, facts


def some_leads(count: int) -> list[dict[str, int]]:
    chance = random.Random(count)
    leads = [{"size": chance.randrange(100), "visits": chance.randrange(10)} for _ in range(count)]
    return [{name: value for name, value in lead.items() if chance.random() < 0.9} for lead in leads]


@pytest.mark.parametrize(("count", "points"), [(1, 9), (40, 9), (300, 9), (300, 0), (300, 900)])
def test_each_lead_is_in_the_one_cell_of_its_grade_and_its_other_score(count: int, points: int) -> None:
    found, evaluator, facts = spread_of(RULES.format(points=points), some_leads(count))
    decisions = [evaluator.decide(one, NOW) for one in facts]
    grid = found.grid
    assert grid is not None
    assert (grid.score, list(grid.labels), grid.other) == ("fit", ["A", "B", "C", "D"], "engagement")
    wanted = Counter((one.grades["fit"], one.scores["engagement"]) for one in decisions)
    for label, row in zip(grid.labels, grid.rows, strict=True):
        for (low, high), leads in zip(grid.bands, row, strict=True):
            inside = [wanted[label, score] for score in range(low, high + 1)]
            assert leads == sum(inside)
    assert sum(map(sum, grid.rows)) == count
    assert 1 <= len(grid.bands) <= 5
    widths = {high - low + 1 for low, high in grid.bands}
    assert len(widths) == 1
    assert str(widths.pop()).rstrip("0") in ("1", "2", "5")
    assert all(low == before + 1 for (_, before), (low, _) in zip(grid.bands, grid.bands[1:], strict=False))


@pytest.mark.parametrize("count", [1, 300])
def test_leads_by_stage_and_score_are_those_decided_one_by_one(count: int) -> None:
    found, evaluator, facts = spread_of(RULES.format(points=9), some_leads(count))
    decisions = [evaluator.decide(one, NOW) for one in facts]
    assert found.track == "main"
    assert found.leads == Counter((one.stages["main"], one.total) for one in decisions)


def test_there_is_no_grid_without_a_grade_or_another_score_or_leads() -> None:
    without_grade = RULES.format(points=1).partition("grade")[0]
    assert spread_of(without_grade, some_leads(9))[0].grid is None
    one_score = "score fit\nwhen size > 5 then +5 fit\ngrade fit: A from 5, B otherwise\n"
    assert spread_of(one_score, some_leads(9))[0].grid is None
    nobody = spread_of(RULES.format(points=1), [])[0]
    assert (nobody.grid, nobody.leads) == (None, {})
