"""What bad input gets: each a sentence that says what is wrong and what to do, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from leadwright.tests.engine.outcomes.conftest import Run
from leadwright.tests.engine.outcomes.made_up import AT, RULES

LEADS = "id,created\n" + "".join(f"l{number},2026-01-0{1 + number % 5}\n" for number in range(1, 41))
EVENTS = """id,at,type,object
l1,2026-01-10,visited,home
l1,2026-01-20,became,customer
l1,2026-01-25,became,customer
l2,2025-12-01,became,customer
l3,2026-03-20,became,customer
l4,2026-01-12,became,customer
"""
ODD = """event visited
field created: date
when visited then +5
outcome won when became customer within 30 days born created
"""


@pytest.fixture
def odd(folder: Path, run: Run) -> Path:
    """Forty leads: one won twice, one before it came, one after the day that is looked from."""
    (folder / "odd.csv").write_text(LEADS, encoding="utf-8")
    (folder / "happened.csv").write_text(EVENTS, encoding="utf-8")
    (folder / "odd.rules").write_text(ODD, encoding="utf-8")
    run("import", "odd.csv", "--lead-id", "id", "--db", "odd.db")
    happened = ("--at", "at", "--type", "type", "--object", "object")
    run("import", "happened.csv", "--lead-id", "id", *happened, "--db", "odd.db")
    return folder


def test_outcomes_that_cannot_be_are_counted_and_said(odd: Path, run: Run) -> None:
    asked = ("odd.rules", "--at", "2026-03-01", "--age", "0d", "--db", "odd.db")
    data = json.loads(run("measure", *asked, "--json"))
    left = data["left_out"]
    assert (left["won_before_birth"], left["won_in_future"], left["won_twice"]) == (1, 1, 1)
    assert (data["won"]["count"], data["won"]["of"]) == (2, 39)
    said = run("measure", *asked)
    assert "1 won before they came, which cannot be." in said
    assert "1 win only after this day." in said
    assert "1 won more than once: the first time counts." in said


def test_a_win_before_the_first_event_is_counted_and_said(odd: Path, run: Run) -> None:
    """Without a day on which leads came, that is their first event that is no outcome."""
    more = "id,at,type,object\nl5,2026-01-05,became,customer\nl5,2026-01-09,visited,home\n"
    (odd / "more.csv").write_text(more, encoding="utf-8")
    happened = ("--at", "at", "--type", "type", "--object", "object")
    run("import", "more.csv", "--lead-id", "id", *happened, "--db", "odd.db")
    (odd / "plain.rules").write_text(ODD.replace(" born created", ""), encoding="utf-8")
    asked = ("plain.rules", "--at", "2026-03-01", "--age", "0d", "--db", "odd.db")
    left = json.loads(run("measure", *asked, "--json"))["left_out"]
    assert (left["won_before_birth"], left["never_born"]) == (1, 38)
    assert "38 have no day on which they came" in run("measure", *asked)


def test_two_wins_are_too_few_to_learn_from(odd: Path, run: Run) -> None:
    asked = ("odd.rules", "--as-of", "2026-03-01", "--db", "odd.db", "--write", "new.rules")
    said = run("learn", *asked)
    assert "Too few outcomes: 2 winners that can be judged, and at least 30 are needed." in said
    assert not (odd / "new.rules").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--keep", "Demos"), 'there is no rule "Demos" whose points could stay'),
        (("--use", "shoe"), 'there is neither a field nor an event "shoe"'),
        (("--exclude", "shoe"), 'there is neither a field nor an event "shoe"'),
        (("--as-of", "once"), "which is no instant"),
        (("--outcome", "sold"), 'the rules have no outcome "sold"'),
        (("--since", "2030-01-01"), "Too few outcomes: 0 winners"),
    ],
)
def test_learning_says_what_it_cannot_do(
    folder: Path, run: Run, options: tuple[str, ...], sentence: str
) -> None:
    at = () if "--as-of" in options else ("--as-of", AT)
    code = 0 if sentence.startswith("Too few") else 2
    assert sentence in run("learn", "r.rules", *at, *options, "--write", "new.rules", code=code)
    assert not (folder / "new.rules").exists()


@pytest.mark.parametrize("command", ["measure", "learn", "backtest"])
def test_rules_with_errors_are_not_looked_at(folder: Path, run: Run, command: str) -> None:
    (folder / "bad.rules").write_text(RULES + "when then +5\n", encoding="utf-8")
    days = ("--from", "2026-01-01", "--to", "2026-06-01") if command == "backtest" else ()
    wants = ("--write", "new.rules") if command == "learn" else ()
    said = run(command, "bad.rules", *days, *wants, code=1)
    assert "1 error" in said
    assert not (folder / "new.rules").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--costs", "costs.csv"), "--costs needs --by"),
        (("--by", "source", "--costs", "none.csv"), "the costs file none.csv cannot be read"),
        (("--by", "shoe"), 'there is no field "shoe"'),
        (("--only", "source"), '--only needs a field and a value, and has "source"'),
        (("--only", "shoe=3"), 'there is no field "shoe"'),
        (("--only", "source=moon"), 'no lead has the value "moon"'),
        (("--age", "-1d"), "is not a length of time"),
    ],
)
def test_measuring_says_what_it_cannot_do(
    folder: Path, run: Run, options: tuple[str, ...], sentence: str
) -> None:
    assert sentence in run("measure", "r.rules", "--at", AT, *options, code=2)


def test_a_leak_is_named_and_never_used_unasked(folder: Path, run: Run) -> None:
    said = run("learn", "r.rules", "--as-of", AT)
    assert "phase is left out: known for 100% of the winners and 0% of the others." in said
    (folder / "leak.rules").write_text(
        RULES.replace("event visited", "event visited\nfield phase: text")
        + 'rule "Phase" when phase = "closing" then +50\n',
        encoding="utf-8",
    )
    data = json.loads(run("learn", "leak.rules", "--as-of", AT, "--json"))
    assert "Phase" not in {one["name"] for one in data["changes"]}


def test_an_outcome_without_a_day_is_measured_as_it_is_now_and_not_replayed(folder: Path, run: Run) -> None:
    undated = RULES.replace("became customer within 60 days", 'phase = "closing"')
    undated = undated.replace("event visited", "event visited\nfield phase: text")
    (folder / "u.rules").write_text(undated, encoding="utf-8")
    assert "as they are now. It is not known when won was reached" in run("measure", "u.rules", "--at", AT)
    days = ("--from", "2026-01-01", "--to", "2026-06-01")
    assert "the past cannot be replayed" in run("backtest", "u.rules", *days, "--at", AT, code=2)


def test_a_rule_whose_points_are_always_cut_off_does_nothing(folder: Path, run: Run) -> None:
    (folder / "full.rules").write_text(
        """group "Site" at most 10 {
    when visited home then +10
    rule "Pricing" when visited pricing then +5
}
rule "Demo" when requested demo then +10
score from 0 to 20
stage SQL when score >= 20
outcome won when became customer within 60 days
""",
        encoding="utf-8",
    )
    rules = json.loads(run("measure", "full.rules", "--at", AT, "--json"))["rules"]
    idle = {one["rule"]: one["idle"] for one in rules}
    assert idle["Pricing"] == "its points are always cut off by a cap or a range"
    assert idle["Demo"] is None


def test_a_field_of_which_every_lead_has_another_value_is_told_apart_soon(folder: Path, run: Run) -> None:
    sources = "".join(f"nobody {number},2026-02,1\n" for number in range(20_000))
    (folder / "costs.csv").write_text("source,month,cost\n100001,2026-01,3\n" + sources, encoding="utf-8")
    asked = ("--by", "owner_id", "--costs", "costs.csv", "--json")
    data = json.loads(run("measure", "r.rules", "--at", AT, *asked))
    assert len(data["groups"]) == 30
    assert {group["won"]["of"] for group in data["groups"]} == {1}
    assert len(data["unassigned_cost"]) >= 20_000
