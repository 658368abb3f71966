"""Stored and scored while it runs, and stopped cleanly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from leadwright.engine.cli.commands.watch import Watch
from leadwright.engine.live import service
from leadwright.engine.live.figures import source_figures
from leadwright.engine.live.inbox import Inbox, InboxFull, Row
from leadwright.engine.live.service import Live
from leadwright.engine.live.sources import add_source
from leadwright.engine.store.database import Store, StoreError, only_one, open_store
from leadwright.engine.store.records.events import count_events
from leadwright.tests.web.small import small_database


def row(*messages: dict[str, object]) -> Row:
    return Row(time.time_ns() // 1000, 1, "events", "{}", json.dumps(messages))


DEMO = {"lead": "L2", "type": "requested", "object": "demo", "id": "1"}


def until(true: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it has not come to that")


def score_of(store: Store, lead: str) -> int:
    found: int = store.connection.execute(
        "SELECT total FROM score JOIN lead ON lead._id = score.lead WHERE _key = ?", (lead,)
    ).fetchone()[0]
    return found


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = small_database(tmp_path)
    with open_store(path) as store:
        add_source(store, "shop", "events", who="test", address="here")
    return path


def test_an_acknowledged_event_is_in_the_score_soon_and_that_is_counted(database: Path) -> None:
    live = Live(database, lambda store: Watch(store, None))
    live.start()
    with open_store(database, read_only=True) as store:
        assert score_of(store, "L2") == 0
        live.inbox.put(row(DEMO))
        until(lambda: score_of(store, "L2") == 40)
        until(lambda: source_figures(store)[0].lag("scored") is not None)
        figures = source_figures(store)[0]
        assert figures.counts["stored"] == 1
        assert figures.lag("stored") is not None
    live.stop()


def test_where_nothing_was_ever_scored_nothing_is_said_of_scores(tmp_path: Path) -> None:
    looked: list[None] = []

    class Nothing:
        def look(self) -> None:
            looked.append(None)

    with open_store(tmp_path / "leads.db", create=True) as store:
        add_source(store, "shop", "events", who="test", address="here")
        live = Live(tmp_path / "leads.db", lambda _: Nothing())
        live.inbox.put(row(DEMO))
        live.start()
        until(lambda: source_figures(store)[0].lag("stored") is not None)
        before = len(looked)
        until(lambda: len(looked) > before + 1)
        assert source_figures(store)[0].lag("scored") is None
        live.stop()


def test_a_stop_finishes_what_is_under_way_and_keeps_the_rest(database: Path) -> None:
    others = set(threading.enumerate())
    live = Live(database)
    live.inbox.put(row(DEMO))
    live.start()
    for number in range(20):
        live.inbox.put(row({**DEMO, "id": f"more {number}"}))
    live.stop()
    left = set(threading.enumerate()) - others
    assert not [thread for thread in left if thread.name in ("applier", "inbox", "scoring")]
    with pytest.raises(InboxFull):
        live.inbox.put(row(DEMO))
    again = Live(database)
    again.start()
    with open_store(database, read_only=True) as store:
        until(lambda: count_events(store) == 6 + 21)
    again.stop()


@pytest.mark.parametrize(("few", "stored"), [(200, 7), (1, 8)])
def test_where_few_wait_others_have_their_turn(
    few: int, stored: int, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_FEW", few)
    # So long that only the stop ends it.
    monkeypatch.setattr(service, "_GATHERING", 600.0)
    live = Live(database)
    live.inbox.put(row(DEMO))
    live.start()
    with open_store(database, read_only=True) as store:
        until(lambda: count_events(store) >= 7)
        live.inbox.put(row({**DEMO, "id": "2"}))
        until(lambda: count_events(store) == stored)
        live.stop()
        assert count_events(store) == stored


def test_one_program_at_a_time_brings_messages_in(database: Path, caplog: pytest.LogCaptureFixture) -> None:
    live = Live(database)
    with only_one(database, "live", "bringing messages into"), open_store(database, read_only=True) as store:
        live.start()
        live.inbox.put(row(DEMO))
        until(lambda: "another program is bringing messages into" in caplog.text)
        assert count_events(store) == 6
    with open_store(database, read_only=True) as store:
        until(lambda: count_events(store) == 7)
    live.stop()


def test_a_database_that_is_busy_loses_nothing(database: Path) -> None:
    live = Live(database)
    with open_store(database) as other:
        with other.transaction():
            live.start()
            # An import at work holds the record for itself; the inbox takes what comes all the same.
            for number in range(5):
                live.inbox.put(row({**DEMO, "id": str(number)}))
            assert count_events(other) == 6
        until(lambda: count_events(other) == 11)
    live.stop()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Inbox(tmp_path / "nowhere" / "leads.db", lambda: None)
