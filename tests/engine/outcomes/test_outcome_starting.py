"""`leadwright new` from data: what it asks about, how it ranks, how many leads reach the top."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from leadwright.engine.catalogue import FieldFacts
from leadwright.engine.starters.choosing import keeps_records
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.engine.outcomes.conftest import Run
from leadwright.tests.engine.outcomes.made_up import AT


@pytest.mark.parametrize(
    "name",
    [
        "Lead Number",
        "leadId",
        "owner_id",
        "Do Not Email",
        "do_not_call",
        "opt_out",
        "createdAt",
        "phone",
        "Zip",
    ],
)
def test_what_keeps_records_is_not_asked_about(name: str) -> None:
    assert keeps_records(FieldFacts(name, Kind.TEXT, 100, {"a": 50, "b": 50}, complete=True))


def test_fields_that_say_something_are(folder: Path) -> None:
    assert not keeps_records(FieldFacts("industry", Kind.TEXT, 100, {"a": 50, "b": 50}, complete=True))
    assert not keeps_records(FieldFacts("idea", Kind.YES_NO, 100, {"yes": 50, "no": 50}, complete=True))
    numbers = {str(number): 1 for number in range(100)}
    assert keeps_records(FieldFacts("account", Kind.NUMBER, 100, numbers, complete=True))


def test_a_new_ruleset_is_ranked_by_outcomes_and_the_top_stage_is_small(folder: Path, run: Run) -> None:
    run("new", "n.rules")
    text = (folder / "n.rules").read_text(encoding="utf-8")
    assert "outcome won when became customer" in text
    assert "phase" not in text.split("# Tests say", maxsplit=1)[0].split("ruleset", maxsplit=1)[1]
    assert "owner" not in text.split("ruleset", maxsplit=1)[1]
    run("check", "n.rules")
    run("test", "n.rules")
    run("score", "n.rules", "--at", "2026-09-20")
    with closing(sqlite3.connect("leads.db")) as connection, connection:
        asked = "SELECT count(*), sum(stage = 'SQL') FROM score"
        leads, top = connection.execute(asked).fetchone()
    assert top <= 0.25 * leads
    assert json.loads(run("measure", "n.rules", "--at", AT, "--json"))["auc"]["value"] > 0.55
