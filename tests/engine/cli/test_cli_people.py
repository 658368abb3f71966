"""`leadwright people`, and what `leadwright score` says of handoffs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from leadwright.engine.cli.program import run

RULES = """
when points >= 1 then +50
stage SQL when score >= 50
list team: "ana@acme.example", "ben@acme.example"
handoff "Large" of SQL when points >= 5 to team in turn
handoff "Small" of SQL when points <= 2 to "ana@acme.example"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.rules").write_text(RULES)
    Path("one.csv").write_text("id,points\nfirst,5\n")
    assert run(["import", "one.csv", "--lead-id", "id"]) == 0
    capsys.readouterr()


def test_people_are_added_changed_listed_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["people", "add", "ana@acme.example", "--name", "Ana", "--limit", "3"]) == 0
    assert run(["people", "add", "ANA@acme.example"]) == 2
    assert "known already" in capsys.readouterr().err
    assert run(["people", "set", "Ana@acme.example", "--limit", "", "--zone", "Europe/Berlin"]) == 0
    assert run(["people", "set", "ana@acme.example", "--hours", "late"]) == 2
    assert "09:00-17:00" in capsys.readouterr().err
    assert run(["people", "list", "--json"]) == 0
    (ana,) = json.loads(capsys.readouterr().out)
    assert (ana["name"], ana["limit"], ana["zone"]) == ("Ana", "", "Europe/Berlin")
    Path("people.csv").write_text("address,name,away_to\nben@acme.example,Ben,2026-02-01\n")
    assert run(["people", "import", "people.csv"]) == 0
    assert run(["people", "list"]) == 0
    assert "2026-02-01" in capsys.readouterr().out
    assert run(["people", "remove", "ben@acme.example"]) == 0
    assert run(["people", "remove", "ben@acme.example"]) == 2


def test_score_says_who_got_leads(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", "r.rules", "--at", "2026-01-15"]) == 0
    assert "Handed off" not in capsys.readouterr().out
    Path("more.csv").write_text("id,points\na,5\nb,6\nc,7\nd,1\ne,3\n")
    assert run(["import", "more.csv", "--lead-id", "id"]) == 0
    assert run(["people", "add", "ben@acme.example", "--limit", "1"]) == 0
    capsys.readouterr()
    assert run(["score", "r", "--at", "2026-01-16"]) == 0
    said = capsys.readouterr().out
    assert "Handed off 4 leads: ana@acme.example +3, ben@acme.example +1." in said
    assert "1 lead unassigned" in said
    assert run(["score", "r", "--at", "2026-01-16", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["handed_off"]["people"] == []


def test_a_first_scoring_hands_off_where_it_is_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", "r.rules", "--hand-off", "--at", "2026-01-15"]) == 0
    assert "Handed off 1 lead: ana@acme.example +1." in capsys.readouterr().out


def test_check_counts_the_leads_that_no_handoff_would_take(capsys: pytest.CaptureFixture[str]) -> None:
    def checked() -> str:
        assert run(["check", "r.rules", "--output-format", "concise"]) == 0
        return next(line for line in capsys.readouterr().out.splitlines() if "handoff-leaves-some" in line)

    assert "goes to nobody" in checked()
    assert "now" not in checked(), "nobody was scored"
    Path("two.csv").write_text("id,points\nsecond,3\nthird,4\nfourth,2\nfifth,0\n")
    assert run(["import", "two.csv", "--lead-id", "id"]) == 0
    assert run(["score", "r.rules", "--all"]) == 0
    capsys.readouterr()
    assert "goes to nobody: 2 of the 4 in SQL now" in checked()
