"""Opening the database that is the record of leads, events, rulesets and scores."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import quote

from .errors import StoreError, explained, guarded
from .schema import APPLICATION_ID, VERSION, migrate

if TYPE_CHECKING:
    from sqlite_utils import Database

_CACHE_KIB = 65_536
"""Enough that rows of a lead-ordered table land in pages still in memory; the same for any size."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. Use it in a `with` statement, or call `close`.

    One store serves one thread; threads open one each.
    """

    path: Path
    read_only: bool
    connection: sqlite3.Connection
    """In autocommit: writes belong into `transaction`."""

    @property
    def db(self) -> Database:
        """The same as sqlite-utils sees it. Made when asked for, as that library takes a tenth of a second
        to load, which reading and scoring can do without."""
        from sqlite_utils import Database

        return Database(self.connection, execute_plugins=False)

    def close(self) -> None:
        """Closes the database; what was committed stays."""
        self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turns what goes wrong with the database inside it into a `StoreError`."""
        with guarded(self.path):
            yield

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is kept, or, after any exception, nothing."""
        if self.read_only:
            raise StoreError(
                f"the database {self.path} was opened for reading only",
                "open it without asking for reading only",
            )
        connection = self.connection
        with self.guard():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


def open_store(
    path: str | os.PathLike[str], create: bool = False, read_only: bool = False, wait: float = 5.0
) -> Store:
    """Opens the database at `path`, brought up to this version's tables.

    With `create`, a file that is not there is made. `wait` is how many seconds to wait for another
    program that is writing. Raises `StoreError` where the database cannot be used.
    """
    path = Path(path)
    _check_file(path, create)
    with guarded(path):
        store = Store(path, read_only, _connect(path, read_only, wait))
        try:
            _prepare(store, create)
        except BaseException:
            store.close()
            raise
    return store


def _check_file(path: Path, create: bool) -> None:
    """Refuses what no database can be at. The file itself is left to SQLite: to open and close it here
    would take away the locks that other connections of this process hold on it."""
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a database", "name a file in it with --db")
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        if not create:
            raise StoreError(
                f"there is no database {path}",
                "import leads into it first, as in: leadwright import leads.csv --lead-id email",
            ) from None
        if not path.parent.is_dir():
            raise StoreError(f"there is no folder {path.parent}", "make the folder first") from None
        return
    except OSError as error:
        raise StoreError(
            f"the database {path} cannot be reached: {error.strerror}", "ask for the right to its folder"
        ) from None
    if not size and not create:
        raise explained("SQLITE_NOTADB", path)


def _connect(path: Path, read_only: bool, wait: float) -> sqlite3.Connection:
    address = "file:" + quote(str(path.absolute()))
    if read_only:
        return _connect_for_reading(address, path, wait)
    return sqlite3.connect(f"{address}?mode=rwc", timeout=wait, isolation_level=None, uri=True)


def _connect_for_reading(address: str, path: Path, wait: float) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{address}?mode=ro", timeout=wait, isolation_level=None, uri=True)
    try:
        connection.execute("PRAGMA user_version")
        connection.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.Error as error:
        connection.close()
        if not isinstance(error, sqlite3.OperationalError):
            raise
        # In a folder that may not be written to, SQLite cannot keep the files that go with a
        # write-ahead log; without a log left over, nothing else can be writing there either.
        if path.with_name(path.name + "-wal").exists():
            raise
        connection = sqlite3.connect(
            f"{address}?mode=ro&immutable=1", timeout=wait, isolation_level=None, uri=True
        )
    return connection


def _prepare(store: Store, create: bool) -> None:
    path, connection = store.path, store.connection
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    # One that was made but never got its tables, as after a kill, is as good as new.
    fresh = create and application == 0 and not store.db.table_names()
    if not fresh and application != APPLICATION_ID:
        raise StoreError(
            f"the database {path} belongs to another program",
            "name a database that Leadwright made with --db, or a new file to start one; "
            "to read leads from a table of this one, import it",
        )
    if version > VERSION:
        raise StoreError(
            f"the database {path} was made by a newer Leadwright (its tables are version {version}, "
            f"this one knows up to {VERSION})",
            "upgrade: pip install --upgrade leadwright",
        )
    if version < VERSION:
        if store.read_only:
            raise StoreError(
                f"the database {path} was made by an older Leadwright and cannot be upgraded while it is "
                "only read",
                "open it once for writing, for example with: leadwright fields",
            )
        store.db.enable_wal()
        migrate(connection)
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("PRAGMA foreign_keys = ON")
    # So that what may not be deleted may not be replaced either.
    connection.execute("PRAGMA recursive_triggers = ON")
    if not store.read_only:
        connection.execute("PRAGMA synchronous = NORMAL")
