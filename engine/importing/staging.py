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
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..store.database import Store, StoreError
from ..store.records.freshness import mark_changed
from ..store.records.history import former_values, note_former, noting_late
from ..store.records.identity import Owners, name_leads, whose_ids
from ..store.records.leads import GATHERED, StoredField, quoted
from ..store.records.merging import FILLED_ROWS, claim, fill_gaps, survivors
from .ahead import ahead
from .gathering import EVENT, Events, Gathered, Properties
from .known_events import KnownEvents, firsts_of_leads
from .lead_rows import Columns, LeadRows, flat

_CORRECT = (
    " ON CONFLICT (lead, key) WHERE key < 0 DO UPDATE SET at = excluded.at, kind = excluded.kind, "
    "properties = excluded.properties WHERE at IS NOT excluded.at OR kind IS NOT excluded.kind "
    "OR properties IS NOT excluded.properties ON CONFLICT DO NOTHING"
)

_KEYS_OF_BATCH = "SELECT key FROM temp.incoming_lead WHERE rowid BETWEEN ? AND ?"

Texts = list[str | None]

LEAD_BATCH = 10_000
EVENT_BATCH = 20_000
"""Rows a transaction: who else writes waits for one at most, and larger ones are no quicker."""

_PAGES_IN_LOG = 16_000
"""64 MiB."""

CLEAR, BLANK = b"", b" "
"""In the place of a value: it is unknown now, whatever was known; it is blank. None leaves it as it is."""


@dataclass(slots=True)
class Merged:
    """What a merge did."""

    leads_added: int = 0
    leads_changed: int = 0
    rows_unknown: int = 0
    nameless: int = 0
    events_added: int = 0
    events_known: int = 0
    events_corrected: int = 0
    blank: dict[str, int] = field(default_factory=dict)
    """How many leads of each field had a value that is blank in the file."""


class Staging:
    """The gathered rows of one file. Use it in a `with` statement: at its end they are gone.

    `clearing` names the fields that some rows have no readable value of: there, `CLEAR` or `BLANK` stands in
    its place, and whether `BLANK` clears what is known is up to `keep_blank`. `partial`: a row may lack
    cells. `keyed`: events have keys of their source, so that one can be a correction. `together`: the
    table `temp.incoming_lead` is to hold all leads before they are merged, and not only those of a batch.
    Once all is gathered, `ids` are those of the leads by the numbers that events are gathered with.
    """

    def __init__(
        self,
        store: Store,
        fields: list[StoredField],
        *,
        clearing: Collection[str] = (),
        keep_blank: bool = False,
        partial: bool = False,
        keyed: bool = False,
        together: bool = False,
    ) -> None:
        self.store = store
        self.fields = fields
        self.clearing = clearing
        self.keep_blank = keep_blank
        self.partial = partial
        self.keyed = keyed
        self.together = together
        self.ids: Sequence[str] = ()
        self.leads = LeadRows()
        self.properties = Properties()
        self.events = Gathered()
        self.known = KnownEvents()
        self._left_out: set[int] = set()
        self.connection = store.connection
        self.now = time.time_ns() // 1000

    def __enter__(self) -> Staging:
        columns = "".join(f", {GATHERED}{place}" for place in range(len(self.fields)))
        with self.store.guard():
            self._drop()
            # What is gathered need not survive a kill.
            self.connection.execute("PRAGMA temp.journal_mode = OFF")
            self.connection.execute("PRAGMA temp.cache_size = -32768")
            self.connection.execute(f"CREATE TEMP TABLE incoming_lead (key TEXT PRIMARY KEY{columns})")
        return self

    def __exit__(self, *_: object) -> None:
        self.leads.close()
        self.properties.close()
        self.events.close()
        with self.store.guard():
            self._drop()

    def _drop(self) -> None:
        self.connection.execute("DROP TABLE IF EXISTS temp.incoming_lead")

    @contextmanager
    def in_bulk(self) -> Iterator[None]:
        """Lets more gather in the log before it is brought into the database: a page that is written to again
        and again goes there once. No batch is reported as stored, so none has to wait for the disk; all of
        them are on it at the end."""
        (usual,) = self.connection.execute("PRAGMA wal_autocheckpoint").fetchone()
        self.connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_IN_LOG}")
        try:
            with self.store.relaxed():
                yield
            self.store.make_durable()
        finally:
            self.connection.execute(f"PRAGMA wal_autocheckpoint = {usual:d}")

    def add_leads(self, numbers: NDArray[np.int32], columns: Columns) -> None:
        """Gathers rows of leads, each with the number of its id: the ids, then the values of each field. A
        later value of a lead holds."""
        self.leads.add(numbers, columns)

    def settle_leads(self) -> int:
        """Puts together what several rows say of one lead; gives how many leads there are."""
        self.together = self.together or not self.leads.each_once
        if not self.together:
            return self.leads.count
        for columns in self.leads.batches(LEAD_BATCH):
            self._stage(columns)
        return self._scalar("SELECT count(*) FROM temp.incoming_lead")

    def _stage(self, columns: Columns) -> None:
        count = len(self.fields)
        updates = ", ".join(f"{GATHERED}{place} = {self._later(place)}" for place in range(count))
        conflict = f"(key) DO UPDATE SET {updates}" if count else "DO NOTHING"
        insert = "INSERT INTO temp.incoming_lead"
        with self.store.guard(), self._whole():
            insert_many(
                self.connection, insert, ["?"] * (count + 1), flat(columns), f" ON CONFLICT {conflict}"
            )

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """One transaction, where there is none yet."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("COMMIT")

    def add_events(
        self,
        leads: NDArray[np.int32],
        at: NDArray[np.int64],
        kinds: NDArray[np.int32],
        keys: NDArray[np.int64],
        properties: NDArray[np.int64],
    ) -> None:
        """Gathers events, each with the number of its lead's id."""
        events = np.empty(len(leads), EVENT)
        events["lead"], events["at"], events["kind"] = leads, at, kinds
        events["key"], events["properties"] = keys, properties
        self.events.add(events)

    def _later(self, place: int) -> str:
        """What a later row of a lead makes of a value: nothing does not take away what the file said,
        and a value that cannot be read counts for more than a blank."""
        new, old = f"excluded.{GATHERED}{place}", f"{GATHERED}{place}"
        if self.fields[place].name not in self.clearing:
            return f"ifnull({new}, {old})"
        is_blank, is_unread = f"{new} = x'{BLANK.hex()}'", f"{new} = x'{CLEAR.hex()}'"
        nothing = (
            f"{new} IS NULL OR ({is_blank} AND {old} IS NOT NULL) "
            f"OR ({is_unread} AND {old} IS NOT NULL AND {old} IS NOT x'{BLANK.hex()}')"
        )
        return f"CASE WHEN {nothing} THEN {old} ELSE {new} END"

    def leave_unknown_out(self) -> int:
        """Forgets what is gathered, `together`, of leads that are not in the database; gives how many rows
        that were."""
        with self.store.guard():
            gone = self.connection.execute(
                "DELETE FROM temp.incoming_lead AS incoming "
                "WHERE NOT EXISTS (SELECT 1 FROM main.lead WHERE _key = incoming.key) "
                "AND NOT EXISTS (SELECT 1 FROM main.alias WHERE alias.key = incoming.key)"
            ).rowcount
            known = self._known_ids(self.ids)
        self._left_out = {number for number, key in enumerate(self.ids) if key not in known}
        out = np.zeros(len(self.ids), bool)
        out[list(self._left_out)] = True
        return gone + sum(int(out[block["lead"]].sum()) for block in self.events.blocks())

    def _known_ids(self, ids: Sequence[str]) -> dict[str, int]:
        """The rows of those leads that are in the database, by their ids; those of aliases, too."""
        found: dict[str, int] = {}
        if not self.connection.execute("SELECT EXISTS (SELECT 1 FROM main.lead)").fetchone()[0]:
            return found
        for first in range(0, len(ids), EVENT_BATCH):
            rows = self.connection.execute(
                "SELECT _key, _id FROM main.lead WHERE _key IN (SELECT value FROM json_each(?1)) UNION ALL "
                "SELECT key, lead FROM main.alias WHERE key IN (SELECT value FROM json_each(?1))",
                (json.dumps(ids[first : first + EVENT_BATCH]),),
            )
            found.update(rows)
        return found

    def merge_leads(self, progress: Callable[[float], None]) -> Merged:
        """Brings the gathered leads in."""
        merged = Merged()
        if not self.together:
            self._merge_each(merged, progress)
            return merged
        total = self._scalar("SELECT ifnull(max(rowid), 0) FROM temp.incoming_lead")
        for first in range(1, total + 1, LEAD_BATCH):
            between = (first, first + LEAD_BATCH - 1)
            with self.store.transaction() as connection:
                self._merge_staged(connection, between, merged)
            progress(min(1.0, between[1] / total))
        return merged

    def _merge_each(self, merged: Merged, progress: Callable[[float], None]) -> None:
        """Brings leads in of which each has one row. What is new goes where it belongs at once; only where a
        batch has others they are compared with what is there."""
        done, some_new = 0, True
        for columns in self.leads.batches(LEAD_BATCH):
            count, before = len(columns[0]), merged.leads_added
            with self.store.transaction() as connection:
                added = self._insert_new(connection, columns) if some_new else 0
                merged.leads_added += added
                if added < count:
                    self._stage(columns)
                    self._merge_staged(connection, (1, count), merged)
                    connection.execute("DELETE FROM temp.incoming_lead")
            some_new = merged.leads_added > before
            done += count
            progress(done / self.leads.count)

    def _insert_new(self, connection: sqlite3.Connection, columns: Columns) -> int:
        """Inserts those leads that are not there yet; gives how many."""
        ids, *values = columns
        for place, field_ in enumerate(self.fields):
            if field_.name in self.clearing:
                values[place] = [None if type(value) is bytes else value for value in values[place]]
        names = "".join(f", {quoted(field_.column)}" for field_ in self.fields)
        last = "SELECT ifnull(max(_id), 0) FROM main.lead"
        before: int = connection.execute(last).fetchone()[0]
        added = insert_many(
            connection,
            f"INSERT INTO main.lead (_key, _changed{names})",
            ["?", f"{self.now:d}", *["?"] * len(values)],
            flat([ids, *values]),
            " ON CONFLICT (_key) DO NOTHING",
        )
        if added:
            mark_changed(connection, range(before + 1, connection.execute(last).fetchone()[0] + 1))
        return added

    def _merge_staged(self, connection: sqlite3.Connection, between: tuple[int, int], merged: Merged) -> None:
        new = self._count_batch(connection, between, merged)
        former = former_values(connection, self.fields, self._news(), self._differing(), between)
        written = connection.execute(self._upsert(), (self.now, *between)).fetchall()
        self._claim_filled(connection, between)
        if written:
            leads = [lead for (lead,) in written]
            mark_changed(connection, leads)
            note_former(connection, former)
            fill_gaps(connection, survivors(connection, leads))
        name_leads(connection, _KEYS_OF_BATCH, between)
        merged.leads_added += new
        merged.leads_changed += len(written) - new

    def _claim_filled(self, connection: sqlite3.Connection, between: tuple[int, int]) -> None:
        """What a merge filled in and the file says of the lead itself is the lead's own from now on."""
        columns = "".join(f", {GATHERED}{place}" for place in range(len(self.fields)))
        rows = connection.execute(
            f"SELECT lead._id{columns} FROM temp.incoming_lead AS i JOIN main.lead ON lead._key = i.key "
            f"WHERE i.rowid BETWEEN ? AND ? AND lead._id IN ({FILLED_ROWS})",
            between,
        ).fetchall()
        for row, *values in rows:
            said = zip(self.fields, values, strict=True)
            claim(connection, row, {one.name for one, value in said if isinstance(value, str | float | int)})

    def _count_batch(self, connection: sqlite3.Connection, between: tuple[int, int], merged: Merged) -> int:
        """How many leads of a batch are new; adds those with a value that is blank now to the counts."""
        clearing = [(place, field) for place, field in enumerate(self.fields) if field.name in self.clearing]
        blank = "".join(
            f", sum({GATHERED}{place} = x'{BLANK.hex()}' AND lead.{quoted(field.column)} IS NOT NULL)"
            for place, field in clearing
        )
        new, *counts = connection.execute(
            f"SELECT sum(lead._id IS NULL){blank} FROM temp.incoming_lead AS i "
            "LEFT JOIN main.lead ON lead._key = i.key WHERE i.rowid BETWEEN ? AND ?",
            between,
        ).fetchone()
        for (_, field_), count in zip(clearing, counts, strict=True):
            if count:
                merged.blank[field_.name] = merged.blank.get(field_.name, 0) + count
        return int(new or 0)

    # What a gathered value does to a stored one. NULL stands for a cell that a row does not have.

    def _clears(self, place: int) -> str:
        """A test whether a gathered value makes unknown what is known."""
        return (
            f"{GATHERED}{place} = x'{CLEAR.hex()}'"
            if self.keep_blank
            else f"typeof({GATHERED}{place}) = 'blob'"
        )

    def _value(self, place: int) -> str:
        """A gathered value as its column takes it."""
        if self.fields[place].name not in self.clearing:
            return f"{GATHERED}{place}"
        return f"CASE WHEN typeof({GATHERED}{place}) = 'blob' THEN NULL ELSE {GATHERED}{place} END"

    def _news(self) -> list[str]:
        """The gathered values, those that leave a stored one as it is being NULL."""
        return [
            f"nullif({GATHERED}{place}, x'{BLANK.hex()}')" if self.keep_blank else f"{GATHERED}{place}"
            for place in range(len(self.fields))
        ]

    def _differing(self) -> str:
        """The leads that are there already and of which the gathered rows between two say something else."""
        tests = []
        for place, field_ in enumerate(self.fields):
            stored = f"lead.{quoted(field_.column)}"
            if field_.name in self.clearing:
                tests.append(f"({self._news()[place]} IS NOT NULL AND {self._value(place)} IS NOT {stored})")
            else:
                tests.append(f"({GATHERED}{place} IS NOT NULL AND {GATHERED}{place} IS NOT {stored})")
        return (
            "FROM temp.incoming_lead AS i JOIN main.lead ON lead._key = i.key "
            f"WHERE i.rowid BETWEEN ? AND ? AND ({' OR '.join(tests)})"
        )

    def _upsert(self) -> str:
        names = [quoted(field.column) for field in self.fields]
        columns = "".join(f", {name}" for name in names)
        values = "".join(f", {self._value(place)}" for place in range(len(names)))
        source = (
            f"INSERT INTO main.lead (_key, _changed{columns}) SELECT key, ?{values} FROM temp.incoming_lead "
            "WHERE rowid BETWEEN ? AND ? ORDER BY rowid ON CONFLICT (_key) DO "
        )
        if not names:
            return source + "NOTHING RETURNING _id"
        updates, differs = zip(*map(self._update, range(len(names))), strict=True)
        return (
            f"{source}UPDATE SET _changed = excluded._changed, {', '.join(updates)} "
            f"WHERE {' OR '.join(differs)} RETURNING _id"
        )

    def _update(self, place: int) -> tuple[str, str]:
        """How a field is set where the lead is there already, and a test whether that changes it."""
        field_ = self.fields[place]
        name = quoted(field_.column)
        new, old = f"excluded.{name}", f"lead.{name}"
        if field_.name not in self.clearing:
            return f"{name} = ifnull({new}, {old})", f"({new} IS NOT NULL AND {new} IS NOT {old})"
        if not (self.keep_blank or self.partial):
            return f"{name} = {new}", f"{new} IS NOT {old}"
        # The new row has lost whether a value was cleared, was blank, or was not there.
        cleared = f"(SELECT {self._clears(place)} FROM temp.incoming_lead WHERE key = excluded._key)"
        return (
            f"{name} = CASE WHEN {new} IS NULL AND {cleared} IS NOT 1 THEN {old} ELSE {new} END",
            f"({new} IS NOT {old} AND ({new} IS NOT NULL OR {cleared}))",
        )

    def merge_events(self, merged: Merged, progress: Callable[[float], None]) -> None:
        """Brings the gathered events in, making the leads that are not there yet."""
        ranks = self._ranks()
        done = 0
        with self._unreferring():
            for batch, texts in ahead(self._with_properties(ranks)):
                with self.store.transaction() as connection:
                    self._merge_batch(connection, batch, texts, merged)
                done += len(batch)
                progress(min(1.0, done / self.events.count))
        merged.events_known = done - merged.events_added - merged.events_corrected

    def _with_properties(self, ranks: NDArray[np.int64]) -> Iterator[tuple[Events, Texts | None]]:
        """Batches of events, each with the texts of its properties unless most are taken to be there."""
        for part in self.events.ordered(ranks):
            for batch in _batches(part):
                yield batch, None if self.known.likely else self.properties.texts(batch["properties"])

    @contextmanager
    def _unreferring(self) -> Iterator[None]:
        """Leaves it to a batch to know that what its events refer to is there: SQLite looks that up for each
        event, which takes a third of the time."""
        self.connection.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            self.connection.execute("PRAGMA foreign_keys = ON")

    def _ranks(self) -> NDArray[np.int64]:
        """The order in which ids' events are stored, which is that of the table: leads that are there
        already by their rows, then the others, which are made in the order of their ids; -1 of those left
        out."""
        ids, last = self.ids, 1 << 62
        order = sorted(range(len(ids)), key=ids.__getitem__)
        with self.store.guard():
            # Ids in order are found in half of the time.
            known = self._known_ids([ids[number] for number in order])
        self.known.note_leads(self.connection, known)
        if known:
            order.sort(key=lambda number: known.get(ids[number], last))
        ranks = np.empty(len(ids), np.int64)
        ranks[order] = np.arange(len(ids))
        ranks[list(self._left_out)] = -1
        return ranks

    def _merge_batch(
        self, connection: sqlite3.Connection, batch: Events, texts: Texts | None, merged: Merged
    ) -> None:
        if self.known.likely:
            batch, texts = self.known.others(connection, self.ids, batch), None
            if not len(batch):
                return
        if texts is None:
            texts = self.properties.texts(batch["properties"])
        columns = [*(batch[name].tolist() for name in ("at", "kind", "key")), texts]
        firsts = firsts_of_leads(batch)
        keys = [self.ids[number] for number in batch["lead"][firsts].tolist()]
        owners = whose_ids(connection, keys, self.now)
        merged.leads_added += owners.made
        merged.nameless += owners.made
        self._check_kinds(connection, batch)
        insert = f"INSERT {'' if self.keyed else 'OR IGNORE '}INTO main.event"
        marks, values = _flat(owners, np.diff(firsts, append=len(batch)), columns)
        rest = _CORRECT if self.keyed else ""
        with noting_late(connection), self._noting_corrected(connection):
            # What has just been made has neither events nor an older change.
            if owners.made == len(keys):
                changed, touched = insert_many(connection, insert, marks, values, rest), owners.leads
            else:
                told = insert_returning(connection, insert, marks, values, f"{rest} RETURNING lead")
                changed, touched = len(told), list(dict.fromkeys(told))
                self._touch(connection, touched)
                self.known.expect(changed, len(batch))
            corrected = self._corrected(connection)
        merged.events_corrected += corrected
        merged.events_added += changed - corrected
        if changed:
            mark_changed(connection, touched)

    def _check_kinds(self, connection: sqlite3.Connection, batch: Events) -> None:
        kinds = np.unique(batch["kind"]).tolist()
        if _count_kinds(connection, kinds) < len(kinds):
            raise StoreError(
                f"a person was forgotten in {self.store.path} meanwhile, and a type of event with them",
                "import the file again",
            )

    @contextmanager
    def _noting_corrected(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Lets `_corrected` know how many events are corrected inside it."""
        if not self.keyed:
            yield
            return
        connection.execute("CREATE TEMP TABLE corrected_event (lead INT)")
        connection.execute(
            "CREATE TEMP TRIGGER is_corrected AFTER UPDATE ON main.event BEGIN "
            "INSERT INTO corrected_event VALUES (NEW.lead); END"
        )
        try:
            yield
        finally:
            connection.execute("DROP TRIGGER temp.is_corrected")
            connection.execute("DROP TABLE temp.corrected_event")

    def _corrected(self, connection: sqlite3.Connection) -> int:
        """How many events were corrected."""
        if not self.keyed:
            return 0
        found: int = connection.execute("SELECT count(*) FROM temp.corrected_event").fetchone()[0]
        return found

    def _touch(self, connection: sqlite3.Connection, leads: list[int]) -> None:
        """Notes on leads that they changed."""
        if leads:
            connection.execute(
                "UPDATE main.lead SET _changed = ?1 WHERE _id IN (SELECT value FROM json_each(?2)) "
                "AND _changed <> ?1",
                (self.now, json.dumps(leads)),
            )

    def _scalar(self, sql: str, parameters: tuple[object, ...] = ()) -> int:
        with self.store.guard():
            return int(self.connection.execute(sql, parameters).fetchone()[0])


_AT_ONCE = 2_000
"""Values a statement: SQLite takes twice the time for as many statements of one row."""


def insert_many(
    connection: sqlite3.Connection, insert: str, marks: Sequence[str], values: list[object], rest: str = ""
) -> int:
    """Inserts rows, whose values stand one behind the other; `marks` are the parameters or values of one row,
    `rest` is how the statement ends. Gives how many rows changed."""
    return sum(connection.execute(*some).rowcount for some in _statements(insert, marks, values, rest))


def insert_returning(
    connection: sqlite3.Connection, insert: str, marks: Sequence[str], values: list[object], rest: str
) -> list[int]:
    """As `insert_many`, where the statement ends with one number to return: that of each row that changed."""
    found: list[int] = []
    for some in _statements(insert, marks, values, rest):
        found += [number for (number,) in connection.execute(*some)]
    return found


def _statements(
    insert: str, marks: Sequence[str], values: list[object], rest: str
) -> Iterator[tuple[str, list[object]]]:
    """The statements that insert rows, each with its values."""
    one, width = f"({', '.join(marks)})", list(marks).count("?")
    rows = max(1, _AT_ONCE // width)
    statement = ""
    for start in range(0, len(values), rows * width):
        some = values[start : start + rows * width]
        if not statement or len(some) < rows * width:
            statement = f"{insert} VALUES {', '.join([one] * (len(some) // width))}{rest}"
        yield statement, some


def _flat(owners: Owners, counts: NDArray[np.int64], columns: Columns) -> tuple[list[str], list[object]]:
    """The parameters of one row of the table, and the values of all, one behind the other; `owners` have so
    many events each. An alias that no event has is no parameter, which takes a tenth of the time away."""
    leads: Sequence[object] = np.repeat(np.array(owners.leads, np.int64), counts).tolist()
    if owners.aliases is None:
        return ["?"] * 5 + ["NULL"], flat([leads, *columns])
    by_owner = zip(owners.aliases, counts.tolist(), strict=True)
    aliases = [alias for one, count in by_owner for alias in [one] * count]
    return ["?"] * 6, flat([leads, *columns, aliases])


def _batches(events: Events) -> Iterator[Events]:
    """Events in their order, some at a time: those of a lead in one batch, unless they are too many. Of leads
    that are all new there is nothing to compare with."""
    ends = np.flatnonzero(events["lead"][1:] != events["lead"][:-1]) + 1
    first = 0
    while first < len(events):
        end = min(first + EVENT_BATCH, len(events))
        before = int(np.searchsorted(ends, end, side="right"))
        if end < len(events) and before and ends[before - 1] > first:
            end = int(ends[before - 1])
        yield events[first:end]
        first = end


def _count_kinds(connection: sqlite3.Connection, kinds: Sequence[int]) -> int:
    """How many of some kinds of events are there."""
    found: int = connection.execute(
        "SELECT count(*) FROM main.event_kind WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(kinds),),
    ).fetchone()[0]
    return found
