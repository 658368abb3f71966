"""Killed at any instant, a store ends as if nothing had happened.

LEADWRIGHT_KILLS says how many kills there are; `make test-faults` asks for hundreds.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from leadwright.engine.importing.mapping import ColumnMapping
from leadwright.engine.importing.run import import_file
from leadwright.engine.store.database import Store, StoreError, open_store
from leadwright.tests.engine.store import faulty_work

KILLS = int(os.environ.get("LEADWRIGHT_KILLS", "12"))
LEADS = 120
KINDS = (("visited", "pricing"), ("visited", "docs"), ("requested", "demo"))


def written(folder: Path, chance: random.Random) -> list[Path]:
    """Files of leads and of events in turns; leads in later files differ, some events come in two files."""
    now = dt.datetime.now(dt.UTC)
    files = []
    for number in range(6):
        leads = folder / f"leads{number}.csv"
        with leads.open("w", newline="") as file:
            rows = [(f"lead {lead}", chance.choice((10, 60, 600))) for lead in range(LEADS)]
            csv.writer(file).writerows([("id", "size"), *rows])
        events = folder / f"events{number}.csv"
        with events.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("lead", "type", "object", "at"))
            for serial in range(150):
                type_, thing = chance.choice(
                    (("visited", "pricing"), ("visited", "docs"), ("requested", "demo"))
                )
                late = chance.randint(-1, 20_000)
                at = now - dt.timedelta(minutes=late, microseconds=number // 2 * 1000 + serial)
                writer.writerow((f"lead {chance.randrange(LEADS + 20)}", type_, thing, at.isoformat()))
        files += [leads, events]
    return files


def kept(store: Store) -> list[tuple[object, ...]]:
    return store.connection.execute(
        "SELECT _key, total, stage, disqualified, result, lines FROM score "
        "JOIN lead ON lead._id = score.lead ORDER BY _key"
    ).fetchall()


def events(store: Store) -> list[tuple[object, ...]]:
    return store.connection.execute("SELECT * FROM events ORDER BY lead, at, type, object").fetchall()


def load(store: Store, files: list[Path]) -> None:
    for path in files:
        import_file(store, path, ColumnMapping("id") if "leads" in path.name else faulty_work.EVENTS)


def killed(arguments: list[str], after: float) -> None:
    """Runs the work, and kills it so long after it has begun."""
    command = [sys.executable, "-m", "leadwright.tests.engine.store.faulty_work", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"go\n"
        time.sleep(after)
        process.kill()


def test_killed_at_any_instant_it_ends_as_if_nothing_had_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(KILLS)
    files = written(tmp_path, chance)
    db = tmp_path / "leads.db"
    open_store(db, create=True).close()
    at, points = 0, 10
    for number in range(KILLS):
        points = 10 + number // 7
        if number % 4 == 3:
            killed(["watch", str(db), str(points)], chance.uniform(0, 0.4))
        else:
            # Where the last kill interrupted a file, it is begun again; now and then one is skipped to.
            at = (at + chance.choice((0, 0, 1))) % len(files)
            todo = [str(path) for path in [*files[at:], *files[:at]]]
            # Two processes take longer to begin, and the one that is not killed must end as well.
            kind, longest = ("both", 1.5) if number % 4 == 1 else ("work", 0.6)
            killed([kind, str(db), str(points), *todo], chance.uniform(0, longest))
        with open_store(db) as store:
            assert store.connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    faulty_work.in_small_batches(monkeypatch.setattr)
    now = time.time_ns() // 1000 + 60_000_000
    with open_store(db) as store, open_store(tmp_path / "undisturbed.db", create=True) as undisturbed:
        for each in (store, undisturbed):
            load(each, files)
            faulty_work.score(each, points, now=now)
        assert events(store) == events(undisturbed)
        assert kept(store) == kept(undisturbed)


@pytest.mark.parametrize("points", [10, 11], ids=["the same rules", "a new version"])
def test_what_was_half_scored_is_finished_without_scoring_all_twice(tmp_path: Path, points: int) -> None:
    chance = random.Random(points)
    files = written(tmp_path, chance)
    with open_store(tmp_path / "leads.db", create=True) as store:
        import_file(store, files[0], ColumnMapping("id"))
        faulty_work.score(store, 10)
    for _ in range(3):
        killed(
            ["work", str(tmp_path / "leads.db"), str(points), *map(str, files[:4])], chance.uniform(0, 0.3)
        )
    now = time.time_ns() // 1000
    with open_store(tmp_path / "leads.db") as store:
        faulty_work.score(store, points, now=now)
        found = kept(store)
        faulty_work.score(store, points, now=now, whole=True)
        assert kept(store) == found


def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path) -> None:
    files = written(tmp_path, random.Random(1))
    with open_store(tmp_path / "leads.db", create=True) as store:
        import_file(store, files[0], ColumnMapping("id"))
        faulty_work.score(store, 10)
        before = kept(store)
        pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
        store.connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="disk is full"):
            load(store, files[1:])
        store.connection.execute("PRAGMA max_page_count = 1000000")
        assert kept(store) == before
        faulty_work.score(store, 10)


def test_two_writers_at_once_both_come_through(tmp_path: Path) -> None:
    files = written(tmp_path, random.Random(2))
    db = str(tmp_path / "leads.db")
    open_store(db, create=True).close()
    command = [sys.executable, "-m", "leadwright.tests.engine.store.faulty_work", "work", db, "10"]
    both = [
        subprocess.Popen([*command, *map(str, part)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for part in (files[:6], files[6:])
    ]
    assert [(each.communicate()[1], each.returncode) for each in both] == [(b"", 0), (b"", 0)]
    now = time.time_ns() // 1000
    with open_store(db) as store:
        faulty_work.score(store, 10, now=now)
        found = kept(store)
        faulty_work.score(store, 10, now=now, whole=True)
        assert kept(store) == found
        assert len(found) >= LEADS


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    files = written(tmp_path, random.Random(3))
    db = tmp_path / "leads.db"
    with open_store(db, create=True) as store:
        import_file(store, files[0], ColumnMapping("id"))
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = store.connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'lead'").fetchone()[
            0
        ]
        size = store.connection.execute("PRAGMA page_size").fetchone()[0]
    with db.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with pytest.raises((StoreError, sqlite3.DatabaseError)) as caught, open_store(db) as store:
        faulty_work.score(store, 10)
    assert isinstance(caught.value, StoreError)
    assert "damaged" in caught.value.message
