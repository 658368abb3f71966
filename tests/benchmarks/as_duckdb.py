"""A neutral ruleset as one DuckDB query over DuckDB's own tables: the yardstick for bulk work.

Written as one would by hand, for speed: events as an instant, a small number for the kind and the amount, in
the order of leads and time; each signal one aggregate with a filter, in one pass; moments as constants. It
gives a total and a stage to each lead, without any reason, and these are written to SQLite.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from leadwright.engine.store.database import Store
from leadwright.engine.store.mirror.block_reader import BlockReader
from leadwright.tests.benchmarks.as_sql import Kinds, Printer
from leadwright.tests.benchmarks.neutral import FIELDS, Ruleset, Signal
from leadwright.tests.benchmarks.people import DAY, NOW_MICROSECONDS

if TYPE_CHECKING:
    import duckdb

_AT_ONCE = 32_768


def tables(store: Store, path: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB's own tables of the leads and events of a store."""
    import duckdb

    connection = duckdb.connect(str(path), config={"threads": 2})
    kinds = {"text": "VARCHAR", "number": "DOUBLE", "yes/no": "TINYINT", "date": "VARCHAR"}
    columns = ", ".join(f"{name} {kinds[kind]}" for name, kind in FIELDS.items())
    connection.execute(f"CREATE TABLE lead (_id INTEGER, {columns})")
    connection.execute("CREATE TABLE event (lead INTEGER, moment BIGINT, kind UTINYINT, amount DOUBLE)")
    reading = BlockReader(store)
    last = store.connection.execute("SELECT max(_id) FROM lead").fetchone()[0]
    names = ", ".join(FIELDS)
    for first in range(0, last + 1, _AT_ONCE):
        rows = store.connection.execute(
            f"SELECT _id, {names} FROM lead WHERE _id BETWEEN ? AND ? ORDER BY _id",
            (first, first + _AT_ONCE - 1),
        ).fetchall()
        arrays = {
            name: np.array(column, dtype=object)
            for name, column in zip(("_id", *FIELDS), zip(*rows, strict=True), strict=True)
        }
        connection.register("some_leads", arrays)
        connection.execute("INSERT INTO lead SELECT * FROM some_leads")
        connection.unregister("some_leads")
        block = reading.block(first, first + _AT_ONCE - 1)
        events = block.events
        told = np.full(len(events.at), -1) if events.property_set is None else events.property_set
        amounts = np.array([_amount(text) for text in events.properties] + [np.nan])
        some_events = {
            "lead": block.leads[events.lead],
            "moment": events.at,
            "kind": np.array(events.kinds, np.uint8)[events.kind],
            "amount": amounts[told],
        }
        connection.register("some_events", some_events)
        connection.execute(
            "INSERT INTO event SELECT lead, moment, kind, CASE WHEN isnan(amount) THEN NULL ELSE amount END "
            "FROM some_events ORDER BY lead, moment"
        )
        connection.unregister("some_events")
    connection.execute("CHECKPOINT")
    return connection


def _amount(text: str) -> float:
    return float(json.loads(text)["amount"])


def query(ruleset: Ruleset, kinds: Kinds) -> str:
    """Lead, total and stage of every lead, in no order."""
    signals = {signal: f"g{number}" for number, signal in enumerate(ruleset.signals())}
    printer = _Printer(ruleset, kinds, signals)
    measured = ",\n  ".join(f"{printer.aggregate(signal)} AS {name}" for signal, name in signals.items())
    read = sorted({kind for signal in signals for kind in printer.kinds_of(signal)})
    filled = ", ".join(
        name if signal.measure == "since" else f"coalesce({name}, 0) AS {name}"
        for signal, name in signals.items()
    )
    banned = ", ".join(f"'{word}'" for word in ruleset.banned)
    return f"""
WITH measured AS (
 SELECT lead,
  {measured}
 FROM event WHERE moment <= {NOW_MICROSECONDS} AND kind IN ({", ".join(map(str, read))})
 GROUP BY lead
), leads AS (
 SELECT _id, {", ".join(f"lead.{name}" for name in FIELDS)}, {filled}
 FROM lead LEFT JOIN measured ON measured.lead = lead._id
), summed AS (
 SELECT *, {printer.score("fit")} AS fit, {printer.score("engagement")} AS engagement FROM leads
), scored AS (
 SELECT *, least({ruleset.total_range}, greatest(0, {printer.ranged("fit", ruleset.fit_range)}
  + {printer.ranged("engagement", ruleset.engagement_range)})) AS total FROM summed
)
SELECT _id, CAST(total AS INTEGER), CASE WHEN country IN ({banned}) THEN NULL
 WHEN total >= {ruleset.sql} AND {signals[ruleset.sql_signal]} >= 1 THEN 'SQL'
 WHEN total >= {ruleset.mql} THEN 'MQL' END
FROM scored
""".strip()


def write_back(
    connection: duckdb.DuckDBPyConnection, sql: str, target: sqlite3.Connection, table: str
) -> int:
    """Runs the query and writes what it gives into a table of SQLite; how many leads there were."""
    found = connection.execute(f"{sql} ORDER BY _id").fetchall()
    target.execute("BEGIN IMMEDIATE")
    target.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", found)
    target.execute("COMMIT")
    return len(found)


class _Printer(Printer):
    """Prints for DuckDB what `as_sql` prints for SQLite."""

    def ranged(self, score: str, high: int) -> str:
        return f"greatest(0, least({high}, {score}))"

    def least(self, most: int, points: str) -> str:
        return f"least({most}, {points})"

    def test(self, signal: Signal) -> str:
        # DuckDB keeps the word for itself.
        return super().test(signal).replace(" at ", " moment ")

    def aggregate(self, signal: Signal) -> str:
        test = self.test(signal)
        filtered = f"FILTER (WHERE {test})"
        match signal.measure:
            case "count":
                return f"count(*) {filtered}"
            case "distinct":
                # Several times as fast as count(DISTINCT kind).
                return f"bit_count(bit_or(1::BIGINT << kind) {filtered})"
            case "sum":
                return f"sum(amount) {filtered}"
            case "since":
                return f"({NOW_MICROSECONDS} - max(moment) {filtered}) // {DAY}"
        every = signal.every * DAY
        if signal.latest:
            age = f"({NOW_MICROSECONDS} - max(moment) {filtered}) // {every}"
            return f"CASE WHEN {age} < 60 THEN {signal.points} >> ({age})::INTEGER ELSE 0 END"
        left = f"greatest(0, 100 - {signal.percent} * (({NOW_MICROSECONDS} - moment) // {every}))"
        return f"sum(({signal.points} * {left}) // 100) {filtered}"
