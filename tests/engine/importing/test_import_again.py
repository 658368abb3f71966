"""A file that was imported before, wholly or in part: only what is new comes in."""

import random
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from leadwright.engine.importing import known_events, spill, staging
from leadwright.engine.importing.gathering import EVENT
from leadwright.engine.importing.known_events import KnownEvents
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.run import import_file
from leadwright.engine.importing.spill import Spill, memory_of
from leadwright.engine.store.database import Store, open_store

EVENTS = ColumnMapping("who", events=(EventColumns("when", type="what", properties=("note",)),))
ALL = (
    "SELECT _key, at, type, key, properties FROM event JOIN lead ON _id = lead "
    "JOIN event_kind ON event_kind.id = kind"
)


def lines_of(chance: random.Random, count: int) -> list[str]:
    return [
        f"l{chance.randrange(40)},{chance.choice(('visited', 'opened'))},"
        f"2026-01-{chance.randint(1, 9):02}T10:00:00Z,{chance.choice(('', 'a', 'b'))}\n"
        for _ in range(count)
    ]


def bring_in(folder: Path, store: Store, lines: list[str]) -> tuple[int, int]:
    file = folder / "events.csv"
    file.write_text("who,what,when,note\n" + "".join(lines), encoding="utf-8")
    report = import_file(store, file, EVENTS)
    return report.events_added, report.events_known


def stored(store: Store) -> list[Any]:
    return sorted(store.connection.execute(ALL).fetchall(), key=repr)


@pytest.mark.parametrize("seed", range(4))
def test_looking_for_what_is_there_changes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(staging, "EVENT_BATCH", 20)
    looked: list[int] = []
    look = KnownEvents.others

    def others(self: KnownEvents, *given: Any) -> Any:
        found = look(self, *given)
        looked.append(len(given[-1]) - len(found))
        return found

    def told(name: str) -> tuple[list[Any], list[tuple[int, int]]]:
        chance = random.Random(seed)
        first, second = lines_of(chance, 300), lines_of(chance, 60)
        mixed = [*first, *second]
        chance.shuffle(mixed)
        with open_store(tmp_path / f"{name}.db", create=True) as store:
            counts = [bring_in(tmp_path, store, lines) for lines in (first, first, mixed, second, mixed)]
            return stored(store), counts

    monkeypatch.setattr(KnownEvents, "others", lambda _, __, ___, batch: batch)
    by_trying = told("tried")
    monkeypatch.setattr(KnownEvents, "others", others)
    assert told("looked") == by_trying
    assert sum(looked) > 300
    # Two whose mixed numbers are the same are told apart all the same.
    monkeypatch.setattr(known_events, "_FACTORS", np.zeros(3, np.uint64))
    assert told("mixed up") == by_trying


def test_what_another_program_changed_meanwhile_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    with open_store(path, create=True) as store:
        bring_in(tmp_path, store, lines_of(random.Random(1), 50))
        known = KnownEvents()
        rows = dict(store.connection.execute("SELECT _key, _id FROM lead"))
        known.note_leads(store.connection, rows)
        lead, at, kind, key = store.connection.execute("SELECT lead, at, kind, key FROM event").fetchone()
        batch = np.array([(at, key, -1, 0, kind)], EVENT)
        ids = [name for name, number in rows.items() if number == lead]
        assert not len(known.others(store.connection, ids, batch))
        other = sqlite3.connect(path)
        with other:
            other.execute("DELETE FROM event WHERE lead = ?", (lead,))
            other.execute("DELETE FROM lead WHERE _id = ?", (lead,))
        other.close()
        assert len(known.others(store.connection, ids, batch)) == 1


def test_all_is_on_the_disk_at_the_end(tmp_path: Path) -> None:
    with open_store(tmp_path / "leads.db", create=True) as store:
        commits: list[int] = []
        asked = False

        def note(statement: str) -> None:
            nonlocal asked
            if statement == "COMMIT" and not asked:
                asked = True
                commits.append(store.connection.execute("PRAGMA synchronous").fetchone()[0])
                asked = False

        store.connection.set_trace_callback(note)
        bring_in(tmp_path, store, lines_of(random.Random(1), 50))
        store.connection.set_trace_callback(None)
        normal, full = 1, 2
        assert normal in commits
        assert commits[-1] == full
        assert store.connection.execute("PRAGMA synchronous").fetchone()[0] == full


def test_rows_wait_in_a_file_where_they_are_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(name: str) -> list[Any]:
        file = tmp_path / "leads.csv"
        file.write_text("id,name\n" + "".join(f"l{one},name {one}\n" for one in range(900)), encoding="utf-8")
        with open_store(tmp_path / f"{name}.db", create=True) as store:
            import_file(store, file, ColumnMapping("id"))
            bring_in(tmp_path, store, lines_of(random.Random(2), 500))
            leads = store.connection.execute('SELECT _id, _key, "name" FROM lead ORDER BY 1').fetchall()
            return [*leads, *stored(store)]

    in_memory = told("memory")
    files: list[Any] = []
    scratch = spill.scratch_file
    monkeypatch.setattr(spill, "scratch_file", lambda: files.append(scratch()) or files[-1])
    monkeypatch.setattr(spill, "_MOST_IN_MEMORY", 100)
    assert told("file") == in_memory
    assert len(files) >= 3
    assert all(file.closed for file in files)


def test_items_come_back_in_their_order_from_memory_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "_MOST_IN_MEMORY", 10)
    waiting: Spill[bytes] = Spill(bytes, bytes)
    items = [bytes([number]) * number for number in range(1, 9)]
    for item in items:
        waiting.add(item, len(item))
    assert list(waiting.take()) == items
    waiting.close()
    same = "x" * 1000
    assert memory_of([same] * 50) < memory_of([f"{same}{number}" for number in range(50)])
    assert memory_of([]) == 0
