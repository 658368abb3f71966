"""Stages that leads enter and leave, told to those who ask for it, with the score that is recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from leadwright.engine.outbox.deliveries import lay_out
from leadwright.engine.outbox.destinations import (
    TEMPLATES,
    Kind,
    add_destination,
    destinations,
    shipped_template,
)
from leadwright.engine.outbox.message import Message, body_of
from leadwright.engine.store.database import Store, open_store
from leadwright.tests.engine.handoffs.test_handoff_record import MINUTE, NOW, leads, score


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "leads.db", create=True) as store:
        add_destination(store, "all", Kind.FILE, str(tmp_path / "all"), NOW)
        kinds = ["stage.entered", "stage.left"]
        add_destination(store, "lake", Kind.FILE, str(tmp_path / "lake"), NOW, kinds=kinds)
        leads(store, [("old", 3)])
        score(store, "")
        yield store


def told(store: Store) -> list[tuple[object, ...]]:
    rows = store.connection.execute("SELECT kind, subject, data FROM message ORDER BY number").fetchall()
    found = [(kind, subject, json.loads(data)) for kind, subject, data in rows]
    return [(kind, lead, data["stage"], data.get("before", data.get("now"))) for kind, lead, data in found]


def test_a_first_scoring_tells_nothing_and_later_ones_each_change_once(store: Store) -> None:
    assert told(store) == []
    leads(store, [("new", 1)])
    score(store, "", NOW + MINUTE)
    assert told(store) == [("stage.entered", "new", "SQL", None)]
    leads(store, [("new", 0), ("old", 3)])
    score(store, "", NOW + 2 * MINUTE)
    score(store, "", NOW + 3 * MINUTE)
    assert told(store)[1:] == [("stage.left", "new", "SQL", None)]


def test_rising_leaves_the_lower_stage_and_falling_enters_none(store: Store) -> None:
    score(store, "", threshold=80)
    leads(store, [("new", 1)])
    score(store, "", NOW + MINUTE, threshold=80)
    leads(store, [("new", 3)])
    score(store, "", NOW + 2 * MINUTE, threshold=80)
    leads(store, [("new", 1)])
    score(store, "", NOW + 3 * MINUTE, threshold=80)
    assert told(store) == [
        ("stage.entered", "new", "MQL", None),
        ("stage.left", "new", "MQL", "SQL"),
        ("stage.entered", "new", "SQL", "MQL"),
        ("stage.left", "new", "SQL", "MQL"),
    ]
    data = json.loads(store.connection.execute("SELECT data FROM message ORDER BY number").fetchone()[0])
    assert data["score"] == 50
    assert [line["points"] for line in data["lines"]] == [50]


@pytest.mark.parametrize("chosen", [False, True])
def test_what_publishing_brings_is_told_only_where_it_was_chosen(store: Store, chosen: bool) -> None:
    score(store, "", NOW + MINUTE, threshold=90, ask=chosen)
    assert told(store) == ([("stage.left", "old", "SQL", "MQL")] if chosen else [])


def test_only_those_who_ask_are_told(store: Store) -> None:
    leads(store, [("new", 1)])
    score(store, "", NOW + MINUTE)
    for destination in destinations(store.connection):
        lay_out(store, destination, NOW + MINUTE)
    sent = store.connection.execute(
        "SELECT name FROM delivery JOIN destination ON destination.id = delivery.destination"
    ).fetchall()
    assert sent == [("lake",)]


def test_nothing_is_recorded_where_nobody_asks(tmp_path: Path) -> None:
    with open_store(tmp_path / "leads.db", create=True) as store:
        leads(store, [("old", 3)])
        score(store, "")
        leads(store, [("new", 1)])
        score(store, "", NOW + MINUTE)
        assert told(store) == []


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(("kind", "says"), [("entered", "zoe is SQL with"), ("left", "zoe left SQL with")])
def test_the_templates_that_are_shipped_say_it(template: str, kind: str, says: str) -> None:
    data = {"stage": "SQL", "now": "MQL", "before": "MQL", "score": 85, "lines": [], "track": "main"}
    body, _ = body_of(Message("msg_1", f"stage.{kind}", "zoe", data, NOW), {}, shipped_template(template))
    assert says in body
    assert "in MQL" in body
    assert "Nobody" not in body
