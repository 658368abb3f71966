"""Rows on their way in: gathered outside the database, put in order, then merged batch by batch.

Gathering first has three uses: what stands twice in one file is told from what was imported before;
events reach the store in the order that it keeps them in, which is many times quicker than any other; and
each batch is one transaction, so that a kill leaves whole batches. All of it is in SQLite's temporary
files, so that memory does not grow with the file.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..store.database import Store
from ..store.records.freshness import mark_changed
from ..store.records.history import former_values, note_former, noting_late
from ..store.records.leads import StoredField, quoted

LEAD_BATCH = 10_000
EVENT_BATCH = 50_000

EventRow = tuple[str, int, int, int, str | None]
"""Lead's own id, instant, number of the kind, key, properties."""


@dataclass(slots=True)
class Merged:
    """What a merge did."""

    leads_added: int = 0
    leads_changed: int = 0
    events_added: int = 0
    events_known: int = 0


class Staging:
    """The gathered rows of one file. Use it in a `with` statement: at its end they are gone."""

    def __init__(self, store: Store, fields: list[StoredField]) -> None:
        self.store = store
        self.fields = fields
        self.connection = store.connection
        self.now = time.time_ns() // 1000

    def __enter__(self) -> Staging:
        columns = "".join(f", v{place}" for place in range(len(self.fields)))
        with self.store.guard():
            self._drop()
            # What is gathered need not survive a kill.
            self.connection.execute("PRAGMA temp.journal_mode = OFF")
            self.connection.execute("PRAGMA temp.cache_size = -32768")
            self.connection.execute(f"CREATE TEMP TABLE incoming_lead (key TEXT PRIMARY KEY{columns})")
            self.connection.execute(
                "CREATE TEMP TABLE incoming_event (lead TEXT, at INT, kind INT, key INT, properties TEXT)"
            )
        return self

    def __exit__(self, *_: object) -> None:
        with self.store.guard():
            self._drop()

    def _drop(self) -> None:
        self.connection.execute("DROP TABLE IF EXISTS temp.incoming_lead")
        self.connection.execute("DROP TABLE IF EXISTS temp.incoming_event")

    def add(self, leads: Iterable[tuple[object, ...]], events: Iterable[EventRow]) -> None:
        """Gathers rows of leads (id, then a value a field) and of events. A later value of a lead holds."""
        count = len(self.fields)
        marks = ", ?" * count
        updates = ", ".join(f"v{place} = ifnull(excluded.v{place}, v{place})" for place in range(count))
        conflict = f"(key) DO UPDATE SET {updates}" if count else "DO NOTHING"
        with self.store.guard():
            self.connection.execute("BEGIN")
            try:
                self.connection.executemany(
                    f"INSERT INTO temp.incoming_lead VALUES (?{marks}) ON CONFLICT {conflict}", leads
                )
                self.connection.executemany("INSERT INTO temp.incoming_event VALUES (?, ?, ?, ?, ?)", events)
            finally:
                self.connection.execute("COMMIT")

    def merge_leads(self, progress: Callable[[float], None]) -> tuple[int, int, int]:
        """Brings the gathered leads in: how many there were, were added, were changed."""
        total = self._scalar("SELECT ifnull(max(rowid), 0) FROM temp.incoming_lead")
        added = changed = 0
        for first in range(1, total + 1, LEAD_BATCH):
            between = (first, first + LEAD_BATCH - 1)
            with self.store.transaction() as connection:
                new = self._scalar(
                    "SELECT count(*) FROM temp.incoming_lead AS i WHERE rowid BETWEEN ? AND ? "
                    "AND NOT EXISTS (SELECT 1 FROM main.lead WHERE _key = i.key)",
                    between,
                )
                former = former_values(connection, self.fields, self._differing(), between)
                written = connection.execute(self._upsert(), (self.now, *between)).fetchall()
                if written:
                    mark_changed(connection, (lead for (lead,) in written))
                    note_former(connection, former)
            added += new
            changed += len(written) - new
            progress(min(1.0, between[1] / total))
        return total, added, changed

    def _upsert(self) -> str:
        names = [quoted(field.column) for field in self.fields]
        columns = "".join(f", {name}" for name in names)
        values = "".join(f", v{place}" for place in range(len(names)))
        source = (
            f"INSERT INTO main.lead (_key, _changed{columns}) SELECT key, ?{values} FROM temp.incoming_lead "
            "WHERE rowid BETWEEN ? AND ? ORDER BY rowid ON CONFLICT (_key) DO "
        )
        if not names:
            return source + "NOTHING RETURNING _id"
        updates = "".join(f", {name} = ifnull(excluded.{name}, lead.{name})" for name in names)
        differs = _differs((f"excluded.{name}", f"lead.{name}") for name in names)
        return f"{source}UPDATE SET _changed = excluded._changed{updates} WHERE {differs} RETURNING _id"

    def _differing(self) -> str:
        """The leads that are there already and of which the gathered rows between two say something else."""
        pairs = [(f"v{place}", f"lead.{quoted(field.column)}") for place, field in enumerate(self.fields)]
        return (
            "FROM temp.incoming_lead AS i JOIN main.lead ON lead._key = i.key "
            f"WHERE i.rowid BETWEEN ? AND ? AND ({_differs(pairs)})"
        )

    def merge_events(self, progress: Callable[[float], None]) -> Merged:
        """Brings the gathered events in, making the leads that are not there yet."""
        merged = Merged()
        total = self._scalar("SELECT count(*) FROM temp.incoming_event")
        done = 0
        for batch in self._ordered_batches():
            with self.store.transaction() as connection:
                self._merge_batch(connection, batch, merged)
            done += len(batch)
            progress(done / total)
        merged.events_known = total - merged.events_added
        return merged

    def _ordered_batches(self) -> Iterator[list[EventRow]]:
        """The events in order, equal ones told apart by how many stood before them."""
        with self.store.guard():
            rows = self.connection.execute(
                "SELECT lead, at, kind, key, properties FROM temp.incoming_event ORDER BY lead, at, kind, key"
            )
            last, ordinal = None, 0
            while found := rows.fetchmany(EVENT_BATCH):
                for place, row in enumerate(found):
                    same = row[:4]
                    if same != last:
                        last, ordinal = same, 0
                    elif row[3] >= 0:
                        ordinal += 1
                        found[place] = (*row[:3], row[3] + ordinal, row[4])
                yield found

    def _merge_batch(self, connection: sqlite3.Connection, batch: list[EventRow], merged: Merged) -> None:
        keys = list(dict.fromkeys(row[0] for row in batch))
        before = connection.total_changes
        connection.executemany(
            "INSERT OR IGNORE INTO main.lead (_key, _changed) VALUES (?, ?)",
            ((key, self.now) for key in keys),
        )
        merged.leads_added += connection.total_changes - before
        ids: dict[str, int] = dict(
            connection.execute(
                "SELECT _key, _id FROM main.lead WHERE _key IN (SELECT value FROM json_each(?))",
                (json.dumps(keys),),
            )
        )
        had = _event_counts(connection, ids.values())
        with noting_late(connection):
            # Not by the total of changes, which takes in what is noted.
            added = connection.executemany(
                "INSERT OR IGNORE INTO main.event VALUES (?, ?, ?, ?, ?)",
                ((ids[lead], at, kind, key, properties) for lead, at, kind, key, properties in batch),
            ).rowcount
        merged.events_added += added
        if added:
            mark_changed(connection, self._touch(connection, ids, had if added < len(batch) else None))

    def _touch(
        self, connection: sqlite3.Connection, ids: dict[str, int], had: dict[int, int] | None
    ) -> list[int]:
        """Notes on the leads that got an event when they did, and which they are; `had` None: all of them."""
        touched = list(ids.values())
        if had is not None:
            have = _event_counts(connection, ids.values())
            touched = [lead for lead in ids.values() if have.get(lead) != had.get(lead)]
        connection.executemany(
            "UPDATE main.lead SET _changed = ? WHERE _id = ? AND _changed <> ?",
            ((self.now, lead, self.now) for lead in touched),
        )
        return touched

    def _scalar(self, sql: str, parameters: tuple[object, ...] = ()) -> int:
        with self.store.guard():
            return int(self.connection.execute(sql, parameters).fetchone()[0])


def _differs(pairs: Iterable[tuple[str, str]]) -> str:
    """A test in SQL whether one of the new values is known and another than the old."""
    return " OR ".join(f"({new} IS NOT NULL AND {new} IS NOT {old})" for new, old in pairs)


def _event_counts(connection: sqlite3.Connection, leads: Iterable[int]) -> dict[int, int]:
    return dict(
        connection.execute(
            "SELECT lead, count(*) FROM main.event WHERE lead IN (SELECT value FROM json_each(?)) "
            "GROUP BY lead",
            (json.dumps(list(leads)),),
        )
    )
