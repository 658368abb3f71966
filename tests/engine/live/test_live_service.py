"""Stored and scored while it runs, and stopped cleanly."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from leadwright.engine.cli.commands.watch import Watch
from leadwright.engine.live import applying, bringing
from leadwright.engine.live.applying import Applied
from leadwright.engine.live.bringing import Bringing, Scoring
from leadwright.engine.live.figures import source_figures
from leadwright.engine.live.inbox import Inbox, InboxFull, StoredRequest
from leadwright.engine.live.service import Live
from leadwright.engine.live.sources import add_source
from leadwright.engine.store.database import Store, StoreError, only_one, open_store
from leadwright.engine.store.records.events import count_events
from leadwright.tests.web.small import small_database


def row(*messages: dict[str, object]) -> StoredRequest:
    return StoredRequest(time.time_ns() // 1000, 1, "events", "{}", json.dumps(messages))


DEMO = {"lead": "L2", "type": "requested", "object": "demo", "id": "1"}


def until(true: Callable[[], bool]) -> None:
    for _ in range(12_000):
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


@contextmanager
def brought_in(
    database: Path, scoring: Callable[[Store], Scoring] | None = None
) -> Iterator[tuple[Inbox, Bringing]]:
    """An inbox that is emptied by threads of this process, until the end of the block."""
    inbox = Inbox(database, lambda: None)
    made = Bringing(database, scoring, lambda applied: inbox.remove(applied.up_to, applied.size))
    made.start()
    try:
        yield inbox, made
    finally:
        made.stop()
        inbox.close()


def watching(store: Store) -> Scoring:
    return Watch(store, None)


def test_an_acknowledged_event_is_in_the_score_soon_and_that_is_counted(database: Path) -> None:
    live = Live(database, watching)
    live.start()
    with open_store(database, read_only=True) as store:
        assert score_of(store, "L2") == 0
        live.inbox.put(row(DEMO))
        until(lambda: score_of(store, "L2") == 40)
        until(lambda: source_figures(store)[0].lag("scored") is not None)
        figures = source_figures(store)[0]
        assert figures.counts["stored"] == 1
        assert figures.lag("stored") is not None
    until(lambda: live.inbox.kept == 0)
    live.stop()


def test_where_nothing_was_ever_scored_nothing_is_said_of_scores(tmp_path: Path) -> None:
    looked: list[None] = []

    class Nothing:
        def look(self) -> None:
            looked.append(None)

    with open_store(tmp_path / "leads.db", create=True) as store:
        add_source(store, "shop", "events", who="test", address="here")
        with brought_in(tmp_path / "leads.db", lambda _: Nothing()) as (inbox, _):
            inbox.put(row(DEMO))
            until(lambda: source_figures(store)[0].lag("stored") is not None)
            before = len(looked)
            until(lambda: len(looked) > before + 1)
            assert source_figures(store)[0].lag("scored") is None


def test_a_stop_finishes_what_is_under_way_and_keeps_the_rest(database: Path) -> None:
    live = Live(database)
    live.start()
    for number in range(20):
        live.inbox.put(row({**DEMO, "id": f"more {number}"}))
    live.stop()
    assert not multiprocessing.active_children()
    with pytest.raises(InboxFull):
        live.inbox.put(row(DEMO))
    # Where something was left over, that alone has it brought in.
    inbox = Inbox(database, lambda: None)
    inbox.put(row(DEMO))
    inbox.close()
    again = Live(database)
    again.start()
    with open_store(database, read_only=True) as store:
        until(lambda: count_events(store) == 6 + 21)
    again.stop()


def test_nothing_is_started_for_a_database_that_nobody_sends_to(database: Path) -> None:
    live = Live(database)
    live.start()
    assert not multiprocessing.active_children()
    live.stop()


def test_what_brings_in_is_started_again_when_it_is_killed(
    database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    live = Live(database)
    live.start()
    live.inbox.put(row(DEMO))
    with open_store(database, read_only=True) as store:
        until(lambda: count_events(store) == 7)
        (killed,) = multiprocessing.active_children()
        killed.kill()
        live.inbox.put(row({**DEMO, "id": "2"}))
        until(lambda: count_events(store) == 8)
    live.stop()
    assert "is started again" in caplog.text


@pytest.mark.parametrize(("few", "stored"), [(200, 7), (1, 8)])
def test_where_few_wait_others_have_their_turn(
    few: int, stored: int, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "_FEW", few)
    inbox = Inbox(database, lambda: None)
    inbox.put(row(DEMO))
    # So long that only the stop ends it.
    monkeypatch.setattr(bringing, "_GATHERING", 600.0)
    made = Bringing(
        database, None, lambda _: inbox.put(row({**DEMO, "id": "2"})) if inbox.kept < 100 else None
    )
    made.start()
    with open_store(database, read_only=True) as store:
        until(lambda: count_events(store) >= 7)
        until(lambda: count_events(store) == stored)
        made.stop()
        assert count_events(store) == stored
    inbox.close()


@pytest.mark.parametrize("resting", [0.0, 1e6])
def test_scoring_rests_while_messages_wait_and_goes_on_once_none_does(
    resting: float, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "_RESTING", resting)
    monkeypatch.setattr(applying, "_MOST_REQUESTS", 1)
    happened: list[str] = []

    class Looks:
        def look(self) -> None:
            time.sleep(0.001)
            happened.append("look")

    def done(applied: Applied) -> None:
        happened.append("full" if applied.full else "stored")
        # Long enough for another look.
        looks = happened.count("look")
        for _ in range(0 if resting and looks else 12_000):
            if happened.count("look") > looks:
                break
            time.sleep(0.01)

    inbox = Inbox(database, lambda: None)
    for number in range(9):
        inbox.put(row({**DEMO, "id": str(number)}))
    made = Bringing(database, lambda _: Looks(), done)
    made.start()
    until(lambda: happened.count("full") == 9)
    looks = happened.count("look")
    until(lambda: happened.count("look") > looks)
    made.stop()
    inbox.close()
    assert "stored" not in happened
    assert (looks >= 8) == (resting == 0)


def test_one_program_at_a_time_brings_messages_in(database: Path, caplog: pytest.LogCaptureFixture) -> None:
    with open_store(database, read_only=True) as store, ExitStack() as stack:
        with only_one(database, "live", "bringing messages into"):
            inbox, _ = stack.enter_context(brought_in(database))
            inbox.put(row(DEMO))
            until(lambda: "another program is bringing messages into" in caplog.text)
            assert count_events(store) == 6
        until(lambda: count_events(store) == 7)


def test_a_database_that_is_busy_loses_nothing(database: Path) -> None:
    with open_store(database) as other, ExitStack() as stack:
        with other.transaction():
            inbox, _ = stack.enter_context(brought_in(database))
            # An import at work holds the record for itself; the inbox takes what comes all the same.
            for number in range(5):
                inbox.put(row({**DEMO, "id": str(number)}))
            assert count_events(other) == 6
        until(lambda: count_events(other) == 11)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Inbox(tmp_path / "nowhere" / "leads.db", lambda: None)
