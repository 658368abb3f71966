"""Opening a database: what is refused, in which words, and what survives."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from leadwright.engine.store.database import StoreError, explain, open_store
from leadwright.engine.store.schema import APPLICATION_ID, VERSION


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database as it is when new, closed."""
    path = tmp_path / "leads.db"
    open_store(path, create=True).close()
    return path


def refusal(path: Path, **options: bool) -> StoreError:
    with pytest.raises(StoreError) as caught:
        open_store(path, **options).close()
    assert caught.value.hint
    return caught.value


def test_new_database_is_ours_strict_and_in_wal(path: Path) -> None:
    with open_store(path) as store:
        ask = store.connection.execute
        assert ask("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert ask("PRAGMA user_version").fetchone() == (VERSION,)
        assert ask("PRAGMA journal_mode").fetchone() == ("wal",)
        assert ask("PRAGMA foreign_keys").fetchone() == (1,)
        loose = ask("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict").fetchall()
        assert [name for (name,) in loose if not name.startswith("sqlite_")] == []


def write_text(path: Path) -> None:
    path.write_text("email,title\n")


def write_foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE invoice (id)")
    connection.close()


def write_other(path: Path) -> None:
    open_store(path, create=True).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (lambda path: None, {}, "there is no database"),
        (lambda path: path.mkdir(), {"create": True}, "is a folder"),
        (write_text, {"create": True}, "is not a database"),
        (lambda path: path.touch(), {}, "is not a database"),
        (write_foreign, {"create": True}, "belongs to another program"),
        (write_other, {}, "was made by another version of Leadwright"),
    ],
)
def test_what_is_no_database_of_ours_is_refused(tmp_path: Path, make, options, message) -> None:
    path = tmp_path / "leads.db"
    make(path)
    assert message in refusal(path, **options).message


def test_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"there is no folder {tmp_path / 'not'}" in refusal(tmp_path / "not" / "a.db", create=True).message


def test_creation_that_was_broken_off_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    assert path.stat().st_size
    with open_store(path, create=True) as store:
        assert store.connection.execute("SELECT count(*) FROM lead").fetchone() == (0,)


def test_damage_is_named_when_met(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    with pytest.raises(StoreError, match="damaged"), open_store(path) as store, store.guard():
        store.connection.execute("SELECT * FROM lead").fetchall()


def test_opening_twice_leaves_the_locks_of_the_first(path: Path) -> None:
    with open_store(path) as one:
        with one.transaction() as connection:
            connection.execute("INSERT INTO lead VALUES (1, 'ann', 0, 0)")
        with open_store(path, read_only=True) as two:
            assert two.connection.execute("SELECT count(*) FROM lead").fetchone() == (1,)
        # A closing connection removes the log when it finds no lock of another one on the file.
        assert path.with_name("leads.db-wal").exists()


def test_lock_is_named_and_nothing_is_changed(path: Path) -> None:
    with (
        open_store(path) as one,
        open_store(path, wait=0.0) as two,
        one.transaction(),
        pytest.raises(StoreError, match="in use by another program"),
        two.transaction(),
    ):
        pass


def test_reading_only_reads_and_never_writes(path: Path) -> None:
    with open_store(path, read_only=True) as store:
        assert store.connection.execute("SELECT count(*) FROM lead").fetchone() == (0,)
        with pytest.raises(StoreError, match="for reading only"), store.transaction():
            pass


def test_file_that_may_not_be_written_is_named(path: Path) -> None:
    with open_store(path) as store:
        store.connection.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="may only be read"), store.transaction() as connection:
            connection.execute("UPDATE state SET data = 1")


def test_full_disk_keeps_what_was_there(path: Path) -> None:
    with open_store(path) as store:
        with store.transaction() as connection:
            connection.execute("INSERT INTO lead VALUES (1, 'ann', 0, 0)")
        pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
        store.connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="disk is full"), store.transaction() as connection:
            connection.executemany(
                "INSERT INTO lead (_key, _changed) VALUES (?, 0)", ((str(n) * 50,) for n in range(9999))
            )
        assert store.connection.execute("SELECT _key FROM lead").fetchall() == [("ann",)]


def test_mistakes_of_our_own_are_not_dressed_up(path: Path) -> None:
    with open_store(path) as store, pytest.raises(sqlite3.OperationalError), store.guard():
        store.connection.execute("SELECT nothing FROM nowhere")


def test_every_failure_of_sqlite_has_a_hint() -> None:
    for name in ("SQLITE_BUSY_SNAPSHOT", "SQLITE_IOERR_WRITE", "SQLITE_CANTOPEN_ISDIR", "SQLITE_NOTADB"):
        error = sqlite3.OperationalError("x")
        error.sqlite_errorname = name
        explained = explain(error, Path("leads.db"))
        assert explained is not None
        assert "leads.db" in explained.message
        assert explained.hint
