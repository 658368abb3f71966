"""Ids that a system has merged into others: a column in which each record lists the ids that it once had."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..store.database import Store
from ..store.records.identity import Whose, add_alias, ids_known, kept_out, name_leads
from ..store.records.lead_keys import lead_key
from ..store.records.merging import merge
from .values.cells import cell_text
from .values.choices import json_list
from .values.columns import Choice, Hint, Setting

BATCH = 2_000
_MOST_SHOWN = 3
_NAMED_SO = re.compile(r"merged.*\b(?:ids?|vids)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[;,|\s]+")
_SINCE = re.compile(r"(\d+):\d{10,13}", re.ASCII)
"""An id with the instant of its merge, as HubSpot has them in `hs_calculated_merged_vids`."""


@dataclass(slots=True)
class MergedCounts:
    """How many leads were merged into others, how many ids that were no leads were added to one, and which
    ids were left as they are, since the file contradicts itself or what is known."""

    leads: int = 0
    ids: int = 0
    against: int = 0
    examples: list[str] = field(default_factory=list)


def is_named_so(column: str) -> bool:
    """Whether a column is called as those are in which systems list merged ids."""
    return _NAMED_SO.search(column.replace("_", " ")) is not None


def likely_merged_ids(columns: Iterable[str]) -> Hint | None:
    """What to say where one of some columns probably lists merged ids."""
    for column in columns:
        if is_named_so(column):
            way = Choice((Setting("merged_ids", None, column),), "to merge those leads into the row's")
            return Hint(f"{column} seems to list ids of leads that were merged into others", (way,))
    return None


def former_ids(cell: object, sign: str | None, prefix: str | None) -> list[str]:
    """The ids in a cell, as they are kept: a list, or texts with `sign` between, else any usual one."""
    text = cell_text(cell).strip()
    listed = json_list(text)
    if listed is None:
        listed = text.split(sign) if sign else _BETWEEN.split(text)
    found = []
    for entry in listed:
        dated = _SINCE.fullmatch(entry.strip())
        key = lead_key(dated[1] if dated is not None else entry)
        key = key.removeprefix(prefix).strip() if prefix else key
        if key:
            found.append(key)
    return found


class MergedIds:
    """The merged ids of one file: gathered outside the database, then brought in. Use it in a `with`
    statement. Without a `place`, the column's, it does nothing."""

    def __init__(self, store: Store, place: int | None, sign: str | None, prefix: str | None) -> None:
        self.store = store
        self.place = place
        self.sign = sign
        self.prefix = prefix
        self.counts = MergedCounts()

    def __enter__(self) -> MergedIds:
        if self.place is not None:
            with self.store.guard():
                self._drop()
                # An id that two records list has none of them as its `key`.
                self.store.connection.execute(
                    "CREATE TEMP TABLE incoming_merged (former TEXT PRIMARY KEY, key TEXT)"
                )
        return self

    def __exit__(self, *_: object) -> None:
        if self.place is not None:
            with self.store.guard():
                self._drop()

    def _drop(self) -> None:
        self.store.connection.execute("DROP TABLE IF EXISTS temp.incoming_merged")

    def add(self, keys: Sequence[str], cells: Sequence[object]) -> None:
        """Gathers what rows say, each with the id of its lead."""
        pairs = [
            (former, key)
            for key, cell in zip(keys, cells, strict=True)
            for former in former_ids(cell, self.sign, self.prefix)
            if former != key
        ]
        if pairs:
            with self.store.guard():
                self.store.connection.executemany(
                    "INSERT INTO temp.incoming_merged VALUES (?, ?) ON CONFLICT (former) DO UPDATE SET "
                    "key = iif(key IS excluded.key, key, NULL)",
                    pairs,
                )

    def bring_in(self, who: str, progress: Callable[[float], None]) -> MergedCounts:
        """Merges the leads that have such ids into those that list them, and gives these the ids that no lead
        has. An id with a row of its own in the file, of another lead, or listed by two is left as it is."""
        if self.place is None:
            return self.counts
        self._leave("key IS NULL OR former IN (SELECT key FROM temp.incoming_lead)")
        # An id can have come to a lead that another row merges: what is left is tried once more.
        for last in (False, True):
            total = self._scalar("SELECT ifnull(max(rowid), 0) FROM temp.incoming_merged")
            for pairs, upto in self._batches():
                with self.store.transaction() as connection:
                    self._bring(connection, pairs, who, last)
                progress(min(1.0, upto / total))
        return self.counts

    def _bring(
        self, connection: sqlite3.Connection, pairs: list[tuple[str, str]], who: str, last: bool
    ) -> None:
        known = ids_known(connection, [key for pair in pairs for key in pair])
        out = kept_out(connection, [former for former, _ in pairs])
        now, done = time.time_ns() // 1000, []
        for former, key in pairs:
            if former in out or key not in known or _is_same(known, former, key):
                done.append((former,))
                continue
            # Merges of this batch may have moved either.
            whose = ids_known(connection, [former, key])
            if self._one(connection, whose, (former, key), who, now):
                done.append((former,))
            elif last:
                self._note([former], 1)
        connection.executemany("DELETE FROM temp.incoming_merged WHERE former = ?", done)

    def _one(
        self,
        connection: sqlite3.Connection,
        whose: dict[str, Whose],
        pair: tuple[str, str],
        who: str,
        now: int,
    ) -> bool:
        """Whether the two ids are one lead's now."""
        former, key = pair
        lead, other = whose[key], whose.get(former)
        if other is None:
            add_alias(connection, lead, former, now, who)
            self.counts.ids += 1
        elif other.lead != lead.lead:
            if other.alias is not None:
                return False
            name_leads(connection, "SELECT _key FROM main.lead WHERE _id = ?", (lead.lead,))
            merge(connection, lead.lead, other.lead, of=lead.alias, who=who, now=now)
            self.counts.leads += 1
        return True

    def _leave(self, which: str) -> None:
        """Leaves ids as they are."""
        with self.store.guard():
            rows = self.store.connection.execute(
                f"SELECT former FROM temp.incoming_merged WHERE {which} ORDER BY rowid LIMIT ?",
                (_MOST_SHOWN,),
            ).fetchall()
            gone = self.store.connection.execute(f"DELETE FROM temp.incoming_merged WHERE {which}").rowcount
        self._note([former for (former,) in rows], gone)

    def _note(self, examples: list[str], count: int) -> None:
        self.counts.against += count
        self.counts.examples += examples[: _MOST_SHOWN - len(self.counts.examples)]

    def _batches(self) -> Iterator[tuple[list[tuple[str, str]], int]]:
        after = 0
        while True:
            with self.store.guard():
                rows = self.store.connection.execute(
                    "SELECT rowid, former, key FROM temp.incoming_merged WHERE rowid > ? "
                    "ORDER BY rowid LIMIT ?",
                    (after, BATCH),
                ).fetchall()
            if not rows:
                return
            after = rows[-1][0]
            yield [(former, key) for _, former, key in rows], after

    def _scalar(self, sql: str) -> int:
        with self.store.guard():
            return int(self.store.connection.execute(sql).fetchone()[0])


def _is_same(known: dict[str, Whose], former: str, key: str) -> bool:
    return former in known and known[former].lead == known[key].lead
