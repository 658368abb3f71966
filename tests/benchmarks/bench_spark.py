"""Leads on Spark, scored by the same arrays, beside the statement that `leadwright sql` prints for it.

Spark runs here, with two threads, in a session of its own for each way: cold is the first time that a session
does it, warm the third. Processor time is that of Java and of all its Python workers. What is decided is read
to the end; prepared pairs also write it as Parquet. The statement gives less: no lines, and no instant at
which a lead is due.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from leadwright.engine.sql import compile_sql
from leadwright.engine.sql.layout import LaidOut, layout_of
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.bench_arrow import PAIR, lake
from leadwright.tests.benchmarks.bench_what_if import evaluator_of
from leadwright.tests.benchmarks.people import NOW, NOW_MICROSECONDS
from leadwright.tests.benchmarks.processes import family, memory, spent, watching
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.workloads import many, twenty

PREPARED, RAW, COUNTED, SQL = "prepared pairs", "raw tables, one shuffle", "a cogroup that counts", "the SQL"
WAYS = ((PREPARED, 20), (PREPARED, 200), (COUNTED, 20), (RAW, 20), (RAW, 200), (SQL, 20), (SQL, 200))
WARM = {(way, size) for way, size in WAYS if size == 20 or way == PREPARED}
"""What is done three times in its session; the rest, cold alone."""

_CHILD = """
import json, sys
from leadwright.tests.benchmarks.bench_spark import measured
print(json.dumps(measured(json.loads(sys.argv[1]))))
"""


def run(*, quick: bool) -> Report:
    """Makes the tables, and has each way done in a process of its own."""
    pairs = 2 if quick else 8
    with lake(pairs) as (files, _), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rules = {20: rules_text(twenty()), 200: rules_text(many(200))}
        _keyed(files, folder, list(rules.values()))
        found = {
            (way, size): _in_a_session(way, rules[size], files, folder, (way, size) in WARM)
            for way, size in WAYS
        }
    leads = pairs * PAIR
    a_lead = {way: one["warm"]["cpu"] * 1e6 / leads for way, one in found.items() if "warm" in one}
    cold = {way: one["cold"] for way, one in found.items()}
    held = {way: one["java"] + one["worker"] for way, one in found.items()}
    claims = (
        Claim("prepared, 20 rules: processor time a lead", a_lead[PREPARED, 20], 18, False, "us"),
        Claim("prepared, 200 rules: processor time a lead", a_lead[PREPARED, 200], 60, False, "us"),
        Claim("raw over a cogroup that counts", a_lead[RAW, 20] / a_lead[COUNTED, 20], 1.3, False),
        Claim("raw over the SQL: processor time", a_lead[RAW, 20] / a_lead[SQL, 20], 0.7, False),
        Claim(
            "the SQL's wall over ours, 200 rules, cold",
            cold[SQL, 200]["wall"] / cold[RAW, 200]["wall"],
            6,
            True,
        ),
        Claim("the SQL's memory over ours, 200 rules", held[SQL, 200] / held[RAW, 200], 3, True),
        Claim("largest worker", max(one["worker"] for one in found.values()), 400, False, "MiB"),
    )
    rows = tuple(
        (
            f"{way}, {size} rules",
            *(f"{one[how][what]:.1f}" if how in one else "" for how in ("cold", "warm") for what in _TOLD),
            *(f"{one[what]:.0f}" for what in ("java", "worker")),
        )
        for (way, size), one in found.items()
    )
    headings = (
        "",
        "cold s",
        "CPU s",
        "of it Python",
        "warm s",
        "CPU s",
        "of it Python",
        "Java MiB",
        "worker MiB",
    )
    return Report("spark", (Table(f"{leads:,} leads, {20 * leads:,} events", headings, rows),), claims)


_TOLD = ("wall", "cpu", "python")


def _keyed(files: Path, folder: Path, rules: list[str]) -> None:
    """The tables as the statement reads them, texts as keys: the made-up values have ASCII letters alone."""
    layout = layout_of([evaluator_of(one).plan for one in rules])

    def column(one: LaidOut) -> str:
        read = f'"{one.source}"'
        told = {Kind.TEXT: f"lower(trim({read}))", Kind.DATE: f"datediff('day', DATE '1970-01-01', {read})"}
        return f"{told.get(one.kind, read)} AS {one.column}"

    names = layout.mapping
    selected = {
        names.leads: [f"lead_id AS {names.lead_id}", *map(column, layout.fields)],
        names.events: [
            f"lead_id AS {names.event_lead}",
            f'epoch_us("at") AS {names.event_at}',
            f"type AS {names.event_type}",
            f"lower(trim(object)) AS {names.event_object}",
            f"(row_number() OVER ())::BIGINT AS {names.event_number}",
            *map(column, layout.properties),
        ],
    }
    with duckdb.connect(config={"threads": 2}) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        for (table, columns), source in zip(selected.items(), ("leads", "events"), strict=True):
            engine.execute(
                f"COPY (SELECT {', '.join(columns)} FROM '{files}/{source}/*.parquet') "
                f"TO '{folder}/{table}.parquet' (FORMAT parquet)"
            )


def _in_a_session(way: str, rules: str, files: Path, folder: Path, again: bool) -> dict[str, Any]:
    told = {"way": way, "rules": rules, "files": str(files), "folder": str(folder), "again": again}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, json.dumps(told)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# --- in a session -------------------------------------------------------------------------------


def measured(told: Mapping[str, Any]) -> dict[str, Any]:
    """One way done in a session: seconds by the wall and of the processor; most MiB of Java, of a worker."""
    with _session() as spark, _watching() as peaks:
        folder = Path(told["folder"])
        ask = _asking(spark, told["way"], told["rules"], Path(told["files"]), folder)
        found: dict[str, Any] = {}
        for name in ("cold", "second", "warm")[: 3 if told["again"] else 1]:
            start, (java, python) = time.perf_counter(), _spent()
            _to_the_end(ask(), folder if told["way"] == PREPARED else None)
            wall, (java_then, python_then) = time.perf_counter() - start, _spent()
            cpu = java_then - java + python_then - python
            found[name] = {"wall": wall, "cpu": cpu, "python": python_then - python}
    return found | peaks


def _to_the_end(frame: Any, folder: Path | None) -> None:
    """Has Spark find all rows of a table, and write them where there is a folder."""
    if folder is None:
        frame.write.format("noop").mode("overwrite").save()
    else:
        frame.write.parquet(str(folder / f"out-{time.monotonic_ns()}"))


@contextmanager
def _session() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "8g",
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.session.timeZone": "UTC",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    # What a first job costs by itself is no part of any way.
    session.range(10).repartition(2).mapInArrow(lambda batches: batches, "id long").collect()
    try:
        yield session
    finally:
        session.stop()


def _asking(spark: Any, way: str, rules: str, files: Path, folder: Path) -> Callable[[], Any]:
    """What makes the table of decisions, planned again each time."""
    import leadwright.spark as lw

    leads, events = (spark.read.parquet(str(files / name)) for name in ("leads", "events"))
    if way == SQL:
        for name in ("leads", "events"):
            spark.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
        statement = compile_sql(evaluator_of(rules).plan, "spark", NOW_MICROSECONDS)
        return lambda: spark.sql(statement)
    if way == PREPARED:
        copy = folder / "copy"
        if not copy.exists():
            lw.prepare(leads, events, str(copy), buckets=8)
        return lambda: lw.score_prepared(spark, rules, str(copy), now=NOW)
    if way == RAW:
        return lambda: lw.score(rules, leads, events, now=NOW)
    return lambda: _counting(leads, events)


def _counting(leads: Any, events: Any) -> Any:
    from pyspark.sql import functions

    def counted(some: pa.Table, theirs: pa.Table) -> pa.Table:
        return pa.table({"leads": [len(some)], "events": [len(theirs)]})

    bucket = functions.pmod(functions.xxhash64("lead_id"), functions.lit(8)).cast("int")
    both = [frame.withColumn("bucket", bucket).groupBy("bucket") for frame in (leads, events)]
    return both[0].cogroup(both[1]).applyInArrow(counted, "leads long, events long")


# --- what it takes ------------------------------------------------------------------------------


def _spent() -> tuple[float, float]:
    """Seconds of the processor that Java, and that all Python below this process has taken."""
    seconds = {True: 0.0, False: 0.0}
    for number, rest in family().items():
        seconds[_is_java(number)] += spent(rest)
    return seconds[True], seconds[False]


def _is_java(number: int) -> bool:
    # Not by its name: a copy of Java that is about to become a worker bears that of one of Java's threads.
    try:
        return Path(f"/proc/{number}/exe").readlink().name == "java"
    except OSError:
        return False


@contextmanager
def _watching() -> Iterator[dict[str, float]]:
    """The most memory of Java and of any worker, in MiB."""
    peaks = {"java": 0.0, "worker": 0.0}

    def look() -> None:
        for number in family():
            kind = "java" if _is_java(number) else "worker"
            peaks[kind] = max(peaks[kind], memory(number, "VmHWM"))

    with watching(look, 0.1):
        yield peaks
