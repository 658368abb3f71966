"""From an event to a line that another system reads: scored, handed off, recorded and sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from leadwright.engine.cli.program import run

RULES = """
list sales: "ana@acme.example", "ben@acme.example"
rule "Demo" when requested demo then +50
stage SQL when score >= 50
handoff "To sales" of SQL to sales in turn{tell}
"""


@pytest.mark.parametrize(("tell", "told"), [("", ["all", "some"]), (", tell all", ["all"])])
def test_a_handoff_is_told_to_whom_it_names_or_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: str, told: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.rules").write_text(RULES.format(tell=tell))
    Path("leads.csv").write_text("email,company\nzoe@x.example,Acme\n")
    Path("events.csv").write_text("lead,type,object,at\nzoe@x.example,requested,demo,2026-01-15T12:00Z\n")
    assert run(["import", "leads.csv", "--lead-id", "email"]) == 0
    assert run(["score", "in.rules", "--at", "2026-01-15T11:00Z"]) == 0
    for name, more in (("all", ["--field", "company"]), ("some", ["--kind", "handoff"]), ("late", [])):
        kind = ["--kind", "handoff.overdue"] if name == "late" else []
        assert run(["destination", "add", name, "--file", f"{name}.jsonl", *more, *kind]) == 0
    assert (
        run(
            [
                "import",
                "events.csv",
                "--lead-id",
                "lead",
                "--at",
                "at",
                "--type",
                "type",
                "--object",
                "object",
            ]
        )
        == 0
    )
    assert run(["score", "in.rules", "--at", "2026-01-15T13:00Z"]) == 0
    assert run(["outbox", "send"]) == 0
    assert sorted(path.stem for path in Path().glob("*.jsonl")) == told
    (event,) = map(json.loads, Path("all.jsonl").read_text().splitlines())
    assert event["subject"] == "zoe@x.example"
    assert event["data"] == {
        "ruleset": "in", "version": 1, "handoff": "To sales", "stage": "SQL", "track": "main", "score": 50,
        "lines": [{"text": "Demo", "score": None, "points": 50}], "why": "turn", "due": None,
        "owner": {"address": "ana@acme.example", "name": "ana@acme.example"},
        "lead": {"id": "zoe@x.example", "fields": {"company": "Acme"}},
    }  # fmt: skip
