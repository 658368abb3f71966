"""A fresh store, and a short way to import texts into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns, Reading
from leadwright.engine.importing.report import ImportReport
from leadwright.engine.importing.run import import_file
from leadwright.engine.store.database import Store, open_store


class RulesetEditor:
    """A store, a folder, and imports from the one into the other."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder

    def write(self, content: str | bytes, name: str = "data.csv") -> Path:
        """A file of the folder."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def leads(self, content: str | bytes, *, name: str = "data.csv", **reading: Any) -> ImportReport:
        """Imports leads known by the column `id`."""
        return import_file(self.store, self.write(content, name), ColumnMapping("id"), Reading(**reading))

    def events(self, content: str | bytes, *, name: str = "data.csv", **options: Any) -> ImportReport:
        """Imports events from the columns `id`, `type` and `at`, others as told or as there are."""
        told = {key: options.pop(key) for key in ("object", "key", "properties") if key in options}
        mapping = ColumnMapping("id", events=(EventColumns("at", type="type", **told),))
        return import_file(self.store, self.write(content, name), mapping, Reading(**options))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the store holds."""
        return self.store.connection.execute(sql).fetchall()

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """All of leads and events, without their numbers and when they came."""
        columns = [row[0] for row in self.rows('SELECT "column" FROM field ORDER BY "column"')]
        listed = "".join(f', "{column}"' for column in columns)
        return {
            "leads": self.rows(f"SELECT _key{listed} FROM lead ORDER BY _key"),
            "events": self.rows("SELECT * FROM events ORDER BY lead, at, type, object, properties"),
        }


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RulesetEditor]:
    """A desk with an empty store."""
    with open_store(tmp_path / "leads.db", create=True) as store:
        yield RulesetEditor(store, tmp_path)
