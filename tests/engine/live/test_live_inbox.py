"""The inbox: on the disk before it is acknowledged, many requests a commit, full with a word."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from leadwright.engine.live.inbox import Inbox, InboxFull, StoredRequest, inbox_path
from leadwright.engine.store.database import StoreError

ROW = StoredRequest(1, 1, "events", "{}", "[1]")


def kept(database: Path) -> list[str]:
    with sqlite3.connect(inbox_path(database)) as connection:
        found = [text for (text,) in connection.execute("SELECT messages FROM request ORDER BY id")]
    connection.close()
    return found


def test_what_is_put_is_there_for_everyone_when_put_returns(tmp_path: Path) -> None:
    arrived = threading.Event()
    inbox = Inbox(tmp_path / "leads.db", arrived.set)
    inbox.put(ROW)
    assert arrived.is_set()
    assert kept(tmp_path / "leads.db") == ["[1]"]
    inbox.close()
    again = Inbox(tmp_path / "leads.db", arrived.set)
    again.put(ROW)
    again.close()
    assert kept(tmp_path / "leads.db") == ["[1]", "[1]"]


def test_many_at_once_share_a_commit(tmp_path: Path) -> None:
    commits: list[None] = []
    inbox = Inbox(tmp_path / "leads.db", lambda: commits.append(None))
    # While another program holds the lock, all of them gather.
    other = sqlite3.connect(inbox_path(tmp_path / "leads.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    threads = [
        threading.Thread(target=inbox.put, args=(StoredRequest(1, 1, "events", "{}", f"[{n}]"),))
        for n in range(40)
    ]
    for thread in threads:
        thread.start()
    other.execute("COMMIT")
    other.close()
    for thread in threads:
        thread.join()
    inbox.close()
    assert sorted(kept(tmp_path / "leads.db")) == sorted(f"[{n}]" for n in range(40))
    assert len(commits) < 40


def test_a_full_inbox_says_so_and_takes_again_what_has_room(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "leads.db", lambda: None, most_kept=10)
    for _ in range(3):
        inbox.put(ROW)
    with pytest.raises(InboxFull):
        inbox.put(ROW)
    inbox.remove(2, 10)
    inbox.put(ROW)
    inbox.close()
    # Full is measured by what lies there, whenever the program was started.
    again = Inbox(tmp_path / "leads.db", lambda: None, most_kept=9)
    with pytest.raises(InboxFull):
        again.put(ROW)
    again.close()
    assert kept(tmp_path / "leads.db") == ["[1]", "[1]"]


def test_a_disk_that_refuses_is_told_to_each_who_waits(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "leads.db", lambda: None)
    inbox._connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError, match="the disk is full"):
        inbox.put(StoredRequest(1, 1, "events", "{}", "x" * 100_000))
    inbox._connection.execute("PRAGMA max_page_count = 100000")
    inbox.put(ROW)
    inbox.close()
    assert kept(tmp_path / "leads.db") == ["[1]"]
