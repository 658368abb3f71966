"""An import on trial: what it would do, found by doing it to a copy of the database."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from ..progress import Progress, no_progress
from ..store.database import Store, StoreError, open_store
from .mapping import ColumnMapping, Reading
from .report import ImportReport
from .run import import_file

_PAGES = 16_384
"""Pages of the database that are copied between two reports of progress: 64 MiB."""


class NoRoom(StoreError):
    """There is no room for a copy of the database."""


def rehearse_import(
    store: Store,
    path: Path,
    mapping: ColumnMapping,
    reading: Reading,
    *,
    beside: Path,
    rejects: Path,
    label: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """What `import_file` would do now with the same file. The database stays as it is.

    It is copied into the folder `beside`, and the file is imported into the copy, which is then removed. What
    would not be read is in `rejects`. Raises what `import_file` raises, and `NoRoom`.
    """
    tell = progress or no_progress
    with TemporaryDirectory(prefix="copy-", dir=beside) as folder:
        copy = Path(folder) / "leads.db"
        _copy(store, copy, tell)
        with open_store(copy) as copied:
            # Nobody needs the copy after a power failure.
            copied.connection.execute("PRAGMA synchronous = OFF")
            not_read = Path(folder) / "rejects.csv"
            report = import_file(
                copied, path, mapping, reading, rejects=not_read, label=label, progress=progress
            )
            if report.rejected:
                not_read.replace(rejects)
            else:
                rejects.unlink(missing_ok=True)
    return report


def _copy(store: Store, copy: Path, tell: Progress) -> None:
    """Copies the database as it is at one moment, whoever writes to it meanwhile."""
    size, free = store.path.stat().st_size, shutil.disk_usage(copy.parent).free
    if free < 2 * size:
        raise NoRoom(
            f"there is no room for a copy of the database, which has {size >> 20:,} MiB",
            "make room, or import without a look at what that would do",
        )
    with store.guard(), closing(sqlite3.connect(copy)) as target:
        store.connection.execute("BEGIN")
        try:
            store.connection.backup(
                target,
                pages=_PAGES,
                progress=lambda _status, left, all_: tell(
                    "looking at what is known", 1 - left / max(all_, 1)
                ),
            )
        finally:
            store.connection.execute("ROLLBACK")
