"""The query of `as_duckdb` over Parquet files, as one would write it by hand: the yardstick for a lake."""

from __future__ import annotations

from pathlib import Path

import duckdb
from leadwright.tests.benchmarks import as_duckdb
from leadwright.tests.benchmarks.neutral import FIELDS, Ruleset
from leadwright.tests.benchmarks.workloads import EVENTS

_READ = {"yes/no": "{0}::TINYINT AS {0}", "date": "{0}::VARCHAR AS {0}"}


def score(ruleset: Ruleset, source: Path, target: Path) -> None:
    """Writes lead, total and stage of every lead into a Parquet file, by two threads."""
    pairs = [(type_, object_) for type_, objects in EVENTS.items() for object_ in objects]
    kinds = {pair: number for number, pair in enumerate(pairs, 1)}
    fields = ", ".join(_READ.get(kind, "{0}").format(name) for name, kind in FIELDS.items())
    with duckdb.connect(config={"threads": 2}) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute("SET preserve_insertion_order = false")
        engine.execute("CREATE TABLE kind (type VARCHAR, object VARCHAR, number UTINYINT)")
        rows = [(type_, object_, number) for (type_, object_), number in kinds.items()]
        engine.executemany("INSERT INTO kind VALUES (?, ?, ?)", rows)
        engine.execute(f"CREATE VIEW lead AS SELECT lead_id AS _id, {fields} FROM '{source}/leads/*.parquet'")
        engine.execute(
            'CREATE VIEW event AS SELECT lead_id AS lead, epoch_us("at") AS moment, number AS kind, amount '
            f"FROM '{source}/events/*.parquet' AS told JOIN kind "
            "ON told.type = kind.type AND told.object IS NOT DISTINCT FROM kind.object"
        )
        query = as_duckdb.query(ruleset, kinds)
        engine.execute(
            f"COPY (SELECT * FROM ({query}) AS found(lead_id, total, stage)) TO '{target}' (FORMAT parquet)"
        )
