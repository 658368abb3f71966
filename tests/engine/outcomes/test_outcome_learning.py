"""Measuring and learning from made-up leads: what is found, what is left out, what is said."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
from leadwright import load
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.outcomes.learn.conditions import gathered
from leadwright.engine.outcomes.learn.event_conditions import event_conditions, event_names
from leadwright.engine.outcomes.rows import all_lives, lives_of, looked_at, rows_of
from leadwright.engine.outcomes.scored_leads import reads_calendar
from leadwright.engine.store.database import open_store
from leadwright.engine.store.scoring.lead_blocks import lead_blocks
from leadwright.engine.store.scoring.outcome_inputs import Question, ready
from leadwright.engine.store.scoring.outcome_questions import learn, measure
from leadwright.engine.values import DAY
from leadwright.tests.engine.outcomes.conftest import Run
from leadwright.tests.engine.outcomes.made_up import AT, RULES, files


def history(seed: int = 1) -> dict[str, dict[str, object]]:
    """Of each lead when it was born and won, and whether it asked for a demo, in plain Python."""
    found: dict[str, dict[str, object]] = {}
    for row in csv.DictReader(files(seed=seed)[1].splitlines()):
        at = dt.datetime.fromisoformat(row["at"])
        one = found.setdefault(row["id"], {"won": None, "demo": False})
        if row["type"] == "became":
            one["won"] = at
        else:
            one["born"] = min(at, one.get("born", at))  # type: ignore[type-var]
            one["demo"] = one["demo"] or row["type"] == "requested"
    return found


def test_figures_are_those_of_plain_python(folder: Path, run: Run) -> None:
    data = json.loads(run("measure", "r.rules", "--at", AT, "--age", "1d", "--json"))
    end = dt.datetime.fromisoformat(AT).replace(tzinfo=dt.UTC)
    ripe = won = demo = demo_won = 0
    for one in history().values():
        at = one["born"] + dt.timedelta(days=1)  # type: ignore[operator]
        if at + dt.timedelta(days=60) > end:
            continue
        wins = one["won"] is not None and one["won"] <= at + dt.timedelta(days=60)  # type: ignore[operator]
        ripe, won = ripe + 1, won + wins
        demo, demo_won = demo + bool(one["demo"]), demo_won + (wins and bool(one["demo"]))
    assert (data["won"]["of"], data["won"]["count"]) == (ripe, won)
    rule = next(one for one in data["rules"] if one["rule"] == "Demo")
    assert (rule["leads"], rule["won"]) == (demo, demo_won)
    assert data["rules"][0] == {**data["rules"][0], "rule": "Never", "idle": "matches no lead"}
    assert sum(band["of"] for band in data["bands"]) == ripe
    assert data["funnel"]["leads"] == sum(
        one["born"] + dt.timedelta(days=60) <= end
        for one in history().values()  # type: ignore[operator]
    )
    assert data["months"][0]["month"] == "2026-01"


def test_a_proposal_finds_what_was_planted_and_leaves_out_what_leaks(folder: Path, run: Run) -> None:
    data = json.loads(run("learn", "r.rules", "--as-of", AT, "--json"))
    changes = {one["name"]: one for one in data["changes"]}
    assert changes["Demo"]["new"] > changes["Demo"]["old"] == 10
    assert changes["Hospitals"]["new"] <= 5
    assert changes["Hospitals"]["failing_test"] == "a hospital"
    assert changes["Demo"]["edit"] == {
        "op": "set",
        "key": "rule:Demo",
        "path": "then.0.points",
        "old": "+10",
        "new": f"+{changes['Demo']['new']}",
    }
    assert [one["condition"] for one in data["new_rules"]] == ["visited integrations"]
    assert data["new_rules"][0]["new"] > 0
    assert {one["name"]: one["sort"] for one in data["left_out"]} == {"phase": "refused"}
    assert "industry" in data["unproven"]
    judged = data["evaluation"]
    assert judged["later_part"]
    assert judged["auc_proposed"]["value"] > judged["auc_now"]["value"] + 0.05
    text = data["text"]
    assert 'rule "Hospitals" when industry = "hospital" then +30' in text
    assert 'rule "visited integrations"\nwhen visited integrations\nthen +' in text


def test_writing_makes_a_ruleset_that_is_checked_and_compared(folder: Path, run: Run) -> None:
    said = run("learn", "r.rules", "--as-of", AT, "--write", "draft.rules")
    assert "Wrote draft.rules. See: leadwright diff r.rules draft.rules" in said
    assert "Tests are never changed." in said
    assert "phase is left out" in said
    run("check", "draft.rules")
    run("test", "draft.rules")
    assert "rule Demo" in run("diff", "r.rules", "draft.rules", "--at", AT)
    again = run("learn", "r.rules", "--as-of", AT, "--write", "draft.rules", code=2)
    assert "is there already" in again


def test_what_is_named_is_kept_left_out_or_used(folder: Path, run: Run) -> None:
    data = json.loads(
        run(
            "learn",
            "r.rules",
            "--as-of",
            AT,
            "--keep",
            "Demo",
            "--exclude",
            "visited",
            "--use",
            "phase",
            "--json",
        )
    )
    assert "Demo" not in {one["name"] for one in data["changes"]}
    assert not any("visited" in one["condition"] for one in data["new_rules"])
    assert any(one["condition"].startswith("phase") for one in data["new_rules"])
    assert [one["name"] for one in data["left_out"]] == ["visited"]


def test_too_few_outcomes_propose_nothing_and_say_so(folder: Path, run: Run) -> None:
    said = run("learn", "r.rules", "--as-of", "2026-04-01", "--write", "draft.rules")
    assert "Too few outcomes" in said
    assert "Nothing was written to draft.rules." in said
    assert not (folder / "draft.rules").exists()


@pytest.mark.parametrize(
    ("rules", "options", "sentence"),
    [
        ("when visited then +5", (), "do not say what counts as success"),
        ("when visited then +5\noutcome won when died", (), 'no lead has reached "won"'),
        ("when visited then +5\noutcome won when visited", ("--outcome", "x"), 'no outcome "x"'),
        ("when visited then +5\noutcome won when visited", (), 'every lead has reached "won"'),
        ("when visited then +5\noutcome won when became", ("--at", "2025-01-01"), "lies after the instant"),
        ("when visited then +5\noutcome won when became", ("--within", "soon"), "is not a length of time"),
        ("when visited then +5\noutcome won when became", ("--within", "900d"), "are younger than 900 days"),
        ("when visited then +5\noutcome won when became", ("--born", "industry"), "holds no dates"),
        (
            "when visited then +5\noutcome won when became",
            ("--born", "birth"),
            "neither a field nor an event",
        ),
        (
            "when visited then +5\noutcome won when became",
            ("--since", "2030-01-01"),
            "no lead lies in this time",
        ),
        ("when visited then +5\noutcome won when", (), "error"),
    ],
)
def test_what_cannot_be_measured_is_said(
    folder: Path, run: Run, rules: str, options: tuple[str, ...], sentence: str
) -> None:
    (folder / "bad.rules").write_text(f"event visited\nevent became\nevent died\n{rules}\n", encoding="utf-8")
    at = () if "--at" in options else ("--at", AT)
    result = run("measure", "bad.rules", *at, *options, code=1 if sentence == "error" else 2)
    assert sentence in result
    assert "Traceback" not in result


@pytest.mark.parametrize(
    ("costs", "sentence"),
    [
        (
            "source,month,cost,currency\nweb,2026-01,5,EUR\nfair,2026-01,5,USD\n",
            "more than one currency: EUR and USD",
        ),
        ("source,cost\nweb,5\n", "needs the columns source, month and cost"),
        ("source,month,cost\nweb,spring,5\n", 'line 2 of costs.csv has no month: "spring"'),
        ("source,month,cost\nweb,2026-01,-5\n", 'line 2 of costs.csv has no cost: "-5"'),
    ],
)
def test_costs_that_cannot_be_read_are_said(folder: Path, run: Run, costs: str, sentence: str) -> None:
    (folder / "costs.csv").write_text(costs, encoding="utf-8")
    options = ("--by", "source", "--costs", "costs.csv")
    assert sentence in run("measure", "r.rules", "--at", AT, *options, code=2)


def test_cost_per_qualified_lead_and_what_belongs_to_nobody(folder: Path, run: Run) -> None:
    (folder / "costs.csv").write_text(
        "source,month,cost,currency\nfair,2026-02,900,EUR\nfair,2026-03,900,EUR\nradio,2026-02,70,EUR\n",
        encoding="utf-8",
    )
    data = json.loads(
        run(
            "measure",
            "r.rules",
            "--at",
            AT,
            "--by",
            "source",
            "--costs",
            "costs.csv",
            "--age",
            "1d",
            "--json",
        )
    )
    fair = next(one for one in data["groups"] if one["value"] == "fair")["cost"]
    assert fair["spent"] == 1_800
    assert fair["low"] < fair["per_qualified"] < fair["high"]
    assert data["unassigned_cost"] == {"radio": 70.0}
    assert data["currency"] == "EUR"


def test_from_python(folder: Path) -> None:
    with open_store(folder / "leads.db") as store:
        found = measure(load(RULES), store, at=dt.date(2026, 12, 1), within=dt.timedelta(days=60))
        assert found.order is not None
        assert 0.6 < found.order.low < found.order.value < found.order.high
        proposal = learn(load(RULES), store, as_of=AT)
        assert proposal.text == proposal.text_with(proposal.taken) != RULES
        assert proposal.evaluation is not None


AGES = """when days since visited < 2 then +3
for each visited in last 3 days then +2 fading 30% every 1 day
"""
DATES = """field trial_ends: date
field created: datetime
define near: days until trial_ends
when trial_ends in next 3 days then +2
when trial_ends in last 1 week then +4
when trial_ends is unknown then +3
when days since trial_ends >= 2 then +7
when near between 1 and 9 then +6
when created in last 36 hours then +5
when days since created >= 1 and created in last 3 days then -4
"""
HOLDING = RULES.replace(
    "stage SQL when score >= 30",
    "stage SQL when score >= 20 until score < 7",
)
CALENDAR = RULES + "when days(visited) >= 1 then +3\nwhen visited since 2026-03-01 then +2\n"


CALENDARS = [
    "field d: date\nwhen d in next 3 hours then +1",
    "field d: date\nwhen d in last 2 months then +1",
    "field d: date\nwhen d since 2026-01-01 then +1",
    "field d: date\nwhen d in next 3 days and d >= 2026-01-01 then +1",
    "field t: datetime\nwhen days since t >= 3 and t < 2026-01-01 then +1",
    'ruleset "x" in "America/New_York"\nfield d: date\nwhen days since d >= 3 then +1',
]


def test_a_stage_that_holds_is_entered_once_and_kept(folder: Path) -> None:
    """What a visit brings about for good is the same as having visited at all."""
    found = []
    for condition in ("visited pricing", "visited pricing in last 1 day until visited nowhere"):
        rules = load(RULES.replace("score >= 30", condition))
        with open_store(folder / "leads.db") as store:
            found.append(measure(rules, store, at=dt.date(2026, 12, 1), within=dt.timedelta(days=60)))
    once, held = found
    assert held.stages == once.stages
    assert held.stages[1][1].of > 100
    assert once.funnel is not None
    assert held.funnel is not None
    assert held.funnel.steps == once.funnel.steps
    assert np.array_equal(held.funnel.entered, once.funnel.entered)


@pytest.mark.parametrize(
    "rules",
    [
        RULES,
        RULES + AGES,
        RULES + DATES,
        RULES + DATES + AGES,
        HOLDING + AGES,
        HOLDING + AGES + DATES,
    ],
)
def test_leads_moved_to_one_instant_are_what_each_is_at_its_own(folder: Path, rules: str) -> None:
    evaluator = Evaluator(load(rules).plan)
    assert not reads_calendar(evaluator.plan)
    assert all(reads_calendar(load(one).plan) for one in (CALENDAR, *CALENDARS))
    with open_store(folder / "leads.db") as store, lead_blocks(store) as blocks:
        scorer = blocks.scorer(evaluator)
        for block in blocks():
            at = np.arange(len(block)) * DAY // 4 * 1_009 // 1_000 + 1_767_225_600_000_000
            at_once, one_by_one = scorer.at(block, at), scorer.one_by_one(block, at)
            assert np.array_equal(at_once.total, one_by_one.total)
            assert np.array_equal(at_once.fires, one_by_one.fires)
            assert np.allclose(at_once.given, one_by_one.given)
            assert np.array_equal(at_once.stages["main"], one_by_one.stages["main"])
            assert len(np.unique(at_once.total)) > 3


def test_conditions_on_events_match_whom_the_rules_say_they_match(folder: Path) -> None:
    plan = load(RULES).plan
    with open_store(folder / "leads.db") as store, ready(plan, store, Question(AT, age="8d")) as found:
        end = found.asked.at
        lives = all_lives(lives_of(found.scorer, found.outcomes, block, end) for block in found.blocks())
        rows = rows_of(lives, found.outcomes, found.asked)
        names = event_names({"visited", "requested"}, {}, set())
        listed = event_conditions(found.blocks(), rows, found.scorer.kinds, names)
        conditions = gathered([], listed, len(rows))
        text = RULES + "\n".join(f"when {one} then +1" for one in conditions.texts)
        scorer = found.blocks.scorer(Evaluator(load(text).plan))
        look = looked_at(scorer, found.blocks(), rows, found.blocks.known)
    assert np.array_equal(look.fires[:, len(plan.rules) :], conditions.matches > 0)
    told = {one for one, *_ in listed}
    assert {"visited pricing", "visited >= 3", "visited followed by requested within 5 minutes"} <= told
    assert any(one.startswith("days since first ") for one in told)
