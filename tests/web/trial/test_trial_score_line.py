"""The line of one lead's score: zero, the score and the thresholds where they belong."""

from __future__ import annotations

import datetime as dt

from leadwright import load
from leadwright.engine.explain.decision import Decision
from leadwright.engine.plan import Plan
from leadwright.web.tryout.score_line import score_line

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)


def _decided(rules: str, employees: int) -> tuple[Plan, Decision]:
    ruleset = load(rules)
    return ruleset.plan, ruleset({"employees": employees}, [], NOW)


RULES = """score from -50 to 100
when employees >= 100 then +40
when employees < 10 then -20
stage MQL when score >= {mql}
stage SQL when score >= 85
"""


def test_all_stands_in_proportion_to_the_rulesets_own_range() -> None:
    plan, decision = _decided(RULES.format(mql=25), 200)
    line = score_line(plan, decision, (plan, decision))
    assert line is not None
    assert (line.zero, line.x, line.live_x) == (100, 180, None)
    assert (line.left, line.width) == (100, 80)
    assert [(flag.threshold.stage, flag.x, flag.live_x) for flag in line.flags] == [
        ("MQL", 150, None),
        ("SQL", 270, None),
    ]


def test_a_score_below_zero_reaches_to_the_left_of_it() -> None:
    plan, decision = _decided(RULES.format(mql=25), 5)
    line = score_line(plan, decision, None)
    assert line is not None
    assert (line.left, line.x, line.width) == (60, 60, 40)


def test_what_is_live_stands_beside_what_differs() -> None:
    live = _decided(RULES.format(mql=25).replace("+40", "+10"), 200)
    plan, decision = _decided(RULES.format(mql=50), 200)
    line = score_line(plan, decision, live)
    assert line is not None
    assert (line.x, line.live_x) == (180, 120)
    assert [flag.live_x for flag in line.flags] == [150, None]


def test_names_that_have_no_room_beside_each_other_stand_below() -> None:
    plan, decision = _decided(RULES.format(mql=80), 200)
    line = score_line(plan, decision, None)
    assert line is not None
    assert [flag.row for flag in line.flags] == [0, 1]
    assert line.rows == 2


def test_rules_without_a_range_have_room_for_all_that_is_shown() -> None:
    plan, decision = _decided("when employees >= 100 then +400\nstage MQL when score >= 40\n", 200)
    line = score_line(plan, decision, None)
    assert line is not None
    assert (line.zero, line.x) == (0, 300)


def test_there_is_none_where_no_stage_asks_for_a_score() -> None:
    plan, decision = _decided("when employees >= 100 then +40\nstage MQL when employees > 3\n", 200)
    assert score_line(plan, decision, None) is None
