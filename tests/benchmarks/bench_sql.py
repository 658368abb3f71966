"""The statement that `leadwright sql` prints, on the engines that are here, over tables that it exported.

Nothing is demanded of other people's engines; it is for knowing what to run where. Server and cluster are
those of `make test-engines`, and are left out where they are not installed.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import duckdb
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.sql import compile_sql
from leadwright.engine.store.database import open_store
from leadwright.engine.store.export.parquet import export_parquet
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.bench_what_if import evaluator_of
from leadwright.tests.benchmarks.people import NOW_MICROSECONDS
from leadwright.tests.benchmarks.report import Report, Table
from leadwright.tests.benchmarks.stored_people import build
from leadwright.tests.benchmarks.workloads import many, twenty

TABLES = ("leads", "events")
Ask = Callable[[str], list[tuple[object, ...]]]


def run(*, quick: bool) -> Report:
    """Exports a store, gives each engine its tables, and times the statement of 20 and of 200 rules."""
    leads = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder)
        build(path / "leads.db", leads)
        plans = {
            name: evaluator_of(rules_text(rules))
            for name, rules in (("20 rules", twenty()), ("200 rules", many(200)))
        }
        with open_store(path / "leads.db", read_only=True) as store:
            start = perf_counter()
            export_parquet(store, path / "out", [one.plan for one in plans.values()])
            exported = perf_counter() - start
        rows = [("export as Parquet", f"{exported:.2f}", "")]
        for name, make in ENGINES.items():
            ask = stack.enter_context(make(path / "out"))
            if ask is not None:
                dialect = re.split(r"\W", name.lower())[0]
                rows.append((name, *(f"{_seconds(ask, dialect, one):.2f}" for one in plans.values())))
    title = f"{leads:,} leads, {20 * leads:,} events"
    return Report("sql", (Table(title, ("seconds", *plans), tuple(rows)),))


def _seconds(ask: Ask, dialect: str, evaluator: Evaluator) -> float:
    """The best of three."""
    statement = compile_sql(evaluator.plan, dialect, NOW_MICROSECONDS)
    times = []
    for _ in range(3):
        start = perf_counter()
        ask(statement)
        times.append(perf_counter() - start)
    return min(times)


@contextmanager
def _duckdb(folder: Path) -> Iterator[Ask]:
    with duckdb.connect() as engine:
        for name in TABLES:
            engine.execute(f"CREATE TABLE {name} AS SELECT * FROM '{folder}/{name}/*.parquet'")
        yield lambda statement: engine.execute(statement).fetchall()


@contextmanager
def _duckdb_over_parquet(folder: Path) -> Iterator[Ask]:
    with duckdb.connect() as engine:
        for name in TABLES:
            engine.execute(f"CREATE VIEW {name} AS SELECT * FROM '{folder}/{name}/*.parquet'")
        yield lambda statement: engine.execute(statement).fetchall()


@contextmanager
def _sqlite(folder: Path) -> Iterator[Ask]:
    with closing(sqlite3.connect(folder / "engine.db")) as engine, engine:
        for name, columns, rows in _read(folder):
            engine.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            engine.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)
        engine.execute("CREATE INDEX by_lead ON events (lead_id, happened_at)")
        engine.commit()
        yield lambda statement: engine.execute(statement).fetchall()
    engine.close()


@contextmanager
def _postgres(folder: Path) -> Iterator[Ask | None]:
    from leadwright.tests.engines.postgres_server import programs, server

    found = programs()
    if found is None or find_spec("psycopg") is None:
        yield None
        return
    import psycopg

    with server(found) as address, psycopg.connect(address, autocommit=True) as engine:
        for name, columns, rows in _read(folder):
            kinds = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            engine.execute(f"CREATE TABLE {name} ({kinds})")
            with engine.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        engine.execute("VACUUM ANALYZE")
        yield lambda statement: engine.execute(statement).fetchall()


@contextmanager
def _spark(folder: Path) -> Iterator[Ask | None]:
    if find_spec("pyspark") is None or shutil.which("java") is None:
        yield None
        return
    from leadwright.tests.engines.sides import spark_session

    with spark_session() as session:
        for name in TABLES:
            session.read.parquet(str(folder / name)).createOrReplaceTempView(name)
        yield lambda statement: session.sql(statement).collect()


ENGINES = {
    "DuckDB, its own tables": _duckdb,
    "DuckDB over Parquet": _duckdb_over_parquet,
    "SQLite": _sqlite,
    "Postgres": _postgres,
    "Spark over Parquet": _spark,
}
"""How each engine gets its tables, by a name that begins with that of its dialect."""


def _read(folder: Path) -> Iterator[tuple[str, dict[str, str], list[tuple[object, ...]]]]:
    """The exported tables: what columns of what kinds they have, and their rows."""
    kinds = {"VARCHAR": "TEXT", "DOUBLE": "DOUBLE PRECISION"}
    with duckdb.connect() as reader:
        for name in TABLES:
            source = f"'{folder}/{name}/*.parquet'"
            described = reader.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            columns = {column: kinds.get(kind, kind) for column, kind, *_ in described}
            yield name, columns, reader.execute(f"SELECT * FROM {source}").fetchall()
