"""Leads and events on Spark, scored as on one machine. Needs `leadwright[spark]`, and Spark 4.0 or later.

    import leadwright.spark as lw

    scores = lw.score("inbound.rules", leads, events, now="2026-01-15T12:00Z")   # lazy: nothing is run

Workers need this version of Leadwright with numpy and pyarrow, and the same Python as the driver.
"""

from __future__ import annotations

import datetime as dt
import json
import pickle
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from . import __version__
from .arrow import Columns, DataError, Reads, reads
from .engine.arrow.blocks import Tally
from .engine.arrow.files import read_parquet
from .engine.arrow.results import LinesAs, lines_table
from .engine.arrow.scorer import TableScorer
from .engine.due.oldest_events import EVER
from .engine.plan import Plan
from .engine.score_one.facts import instant_from

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

    from .engine.ruleset import Ruleset

    Rules = Ruleset | str | Path

__all__ = [
    "Columns",
    "DataError",
    "Reads",
    "explanation_lines",
    "prepare",
    "reads",
    "score",
    "score_prepared",
]

Instant = dt.datetime | dt.date | str
Lines = Literal["full", "short", "none"]

_BUCKET = "leadwright_bucket"
_MANIFEST = "manifest"


def score(
    rules: Rules,
    leads: DataFrame,
    events: DataFrame | None = None,
    *,
    now: Instant,
    columns: Columns | None = None,
    lines: Lines = "full",
    buckets: int | None = None,
    **names: Any,
) -> DataFrame:
    """The decisions about all leads, a row a lead, lazily: what is wrong is said at once, nothing is run.

    `names` are parts of `Columns`: `lead_id="contact_id"`, `fields={"employees": "headcount"}`. Leads and
    their events come together in `buckets`, in one shuffle; about 12,500 leads or 250,000 events each are
    best, and without a number there are twice as many as `spark.sql.shuffle.partitions`. There is no default
    for `now`: tasks are tried again, and must find the same. Raises DataError for tables that cannot be read,
    RulesetError for rules with errors; a lead that is given twice ends the job with its id.
    """
    named = _columns(columns, names, leads, events)
    schemas = _schema(leads), None if events is None else _schema(events)
    work, scorer = _work(rules, now, named, lines, schemas)
    mine = leads.select(*map(_column, scorer.wanted.leads))
    if events is None or not scorer.wanted.events:
        theirs = mine.select(_column(named.lead_id).alias(named.lead_of_event)).limit(0)
    else:
        theirs = _that_matter(events, scorer).select(*map(_column, scorer.wanted.events))
    if buckets is None:
        buckets = 2 * int(leads.sparkSession.conf.get("spark.sql.shuffle.partitions") or 200)
    grouped = mine.withColumn(_BUCKET, _bucket(named.lead_id, buckets)).groupBy(_BUCKET)
    others = theirs.withColumn(_BUCKET, _bucket(named.lead_of_event, buckets)).groupBy(_BUCKET)
    together = grouped.cogroup(others)
    if not hasattr(together, "applyInArrow"):
        raise DataError(
            f"Spark {leads.sparkSession.version} cannot hand over two tables as Arrow: use Spark 4.0 or later"
        )
    return together.applyInArrow(_together(work), _spark_schema(scorer.schema))


def prepare(
    leads: DataFrame,
    events: DataFrame,
    path: str,
    *,
    buckets: int,
    columns: Columns | None = None,
    **names: Any,
) -> None:
    """Writes leads and events into `path` so that those that belong together are in files of one bucket, for
    `score_prepared`: then there is no shuffle. Names of columns are noted beside them.
    """
    named = _columns(columns, names, leads, events)
    for table, frame, lead in (("leads", leads, named.lead_id), ("events", events, named.lead_of_event)):
        bucketed = frame.withColumn(_BUCKET, _bucket(lead, buckets)).repartition(buckets, _BUCKET)
        bucketed.write.partitionBy(_BUCKET).parquet(f"{path}/{table}")
    manifest = {"version": 1, "hash": "xxhash64", "buckets": buckets, "columns": _as_json(named)}
    session = leads.sparkSession
    session.createDataFrame([(json.dumps(manifest),)], "told string").coalesce(1).write.text(
        f"{path}/{_MANIFEST}"
    )


def score_prepared(
    spark: SparkSession, rules: Rules, path: str, *, now: Instant, lines: Lines = "full"
) -> DataFrame:
    """The decisions about the leads that `prepare` wrote, lazily. Workers read the files themselves, with
    pyarrow, which knows local disks, S3, Google's and Azure's stores and HDFS. The rest is as in `score`.
    """
    manifest = json.loads(spark.read.text(f"{path}/{_MANIFEST}").collect()[0][0])
    columns = _from_json(manifest["columns"])
    leads, events = (spark.read.parquet(f"{path}/{table}") for table in ("leads", "events"))
    schemas = _schema(leads.drop(_BUCKET)), _schema(events.drop(_BUCKET))
    work, scorer = _work(rules, now, columns, lines, schemas)
    pairs: dict[int, tuple[list[str], list[str]]] = {}
    for place, frame in enumerate((leads, events)):
        for uri in frame.inputFiles():
            number = int(uri.rpartition(f"{_BUCKET}=")[2].partition("/")[0])
            pairs.setdefault(number, ([], []))[place].append(uri)
    rows = [
        (sorted(of_leads), sorted(of_events))
        for _, (of_leads, of_events) in sorted(pairs.items())
        if of_leads
    ]
    shape = "leads array<string>, events array<string>"
    # A number that is asked for is kept, where small tables else are brought together in one task.
    paired = spark.createDataFrame(rows, shape).repartition(max(1, len(rows)))
    return paired.mapInArrow(_read_pairs(work), _spark_schema(scorer.schema))


def explanation_lines(spark: SparkSession, rules: Rules) -> DataFrame:
    """The lines that explanations by a ruleset can have, by the numbers that short lines name as `line`."""
    table = lines_table(_plan(rules))
    return spark.createDataFrame(
        [tuple(row.values()) for row in table.to_pylist()], _spark_schema(table.schema)
    )


# --- on the driver ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Work:
    """What every worker is told."""

    version: str
    plan: Plan
    now: int
    columns: Columns
    lines: LinesAs
    schemas: tuple[pa.Schema, pa.Schema | None]


def _work(
    rules: Rules, now: Instant, columns: Columns, lines: str, schemas: tuple[pa.Schema, pa.Schema | None]
) -> tuple[bytes, TableScorer]:
    plan, instant = _plan(rules), instant_from(now, "leads are to be looked at from")
    work = _Work(__version__, plan, instant, columns, LinesAs(lines), schemas)
    return pickle.dumps(work), _scorer_of(work)


def _plan(rules: Rules) -> Plan:
    # Here, as workers load this module too.
    from .engine.ruleset import Ruleset, load

    return (rules if isinstance(rules, Ruleset) else load(rules)).plan


def _columns(columns: Columns | None, names: Mapping[str, Any], *frames: DataFrame | None) -> Columns:
    """The column names. Spark's timestamps are instants, whatever they look like in a file."""
    given = replace(columns or Columns(), **names)
    instants = {
        field.name
        for frame in frames
        if frame is not None
        for field in frame.schema.fields
        if field.dataType.typeName() == "timestamp"
    }
    return replace(given, utc=given.utc | instants)


def _as_json(columns: Columns) -> dict[str, Any]:
    manifest = {name: getattr(columns, name) for name in Columns.__dataclass_fields__}
    return manifest | {
        "utc": sorted(columns.utc),
        "fields": dict(columns.fields),
        "properties": dict(columns.properties),
    }


def _from_json(manifest: dict[str, Any]) -> Columns:
    return Columns(**manifest | {"utc": frozenset(manifest["utc"])})


_INSTANTS = {"timestamp": pa.timestamp("us", tz="UTC"), "timestamp_ntz": pa.timestamp("us")}


def _schema(frame: DataFrame) -> pa.Schema:
    """The columns as workers get them; of types that Arrow does not have as bytes, which are refused."""
    from pyspark.errors import PySparkException
    from pyspark.sql.pandas.types import to_arrow_type

    fields = []
    for field in frame.schema.fields:
        type_ = _INSTANTS.get(field.dataType.typeName())
        if type_ is None:
            try:
                type_ = to_arrow_type(field.dataType)
            except (PySparkException, ValueError, TypeError):
                type_ = pa.binary()
        fields.append((field.name, type_))
    return pa.schema(fields)


def _spark_schema(schema: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)


def _column(name: str) -> Column:
    from pyspark.sql import functions

    return functions.col("`" + name.replace("`", "``") + "`")


def _bucket(lead: str, buckets: int) -> Column:
    """By the id as text: whole numbers of two sizes are the same id."""
    from pyspark.sql import functions

    hashed = functions.xxhash64(_column(lead).cast("string"))
    return functions.pmod(hashed, functions.lit(buckets)).cast("int")


def _that_matter(events: DataFrame, scorer: TableScorer) -> DataFrame:
    """The events of the types that are read which did not happen too long ago to make a difference."""
    from pyspark.sql import functions

    columns, oldest = scorer.columns, scorer.oldest
    type_, at = _column(columns.type), _column(columns.at)
    read = events.where(type_.isin(list(scorer.event_types)))
    if columns.event_id is not None or events.schema[columns.at].dataType.typeName() != "timestamp":
        # One event may have been delivered as of two instants, and an instant that is no timestamp may be
        # none at all: both are for the scorer to see.
        return read
    for start in {start for start in oldest.values() if start > EVER}:
        bounded = [name for name, since in oldest.items() if since == start]
        too_old = at < functions.timestamp_micros(functions.lit(start))
        read = read.where(functions.coalesce(~(type_.isin(bounded) & too_old), functions.lit(True)))
    return read


# --- on workers ---------------------------------------------------------------------------------


def _scorer_of(work: _Work) -> TableScorer:
    return TableScorer(work.plan, work.now, work.columns, work.lines, work.schemas)


@lru_cache(maxsize=2)
def _scorer(pickled: bytes) -> TableScorer:
    """One for each process and job."""
    work: _Work = pickle.loads(pickled)
    if work.version != __version__:
        raise DataError(
            f"the driver has Leadwright {work.version} and a worker {__version__}: install the same on all"
        )
    # It gives back what it does not need, which keeps a worker smaller than Arrow's own.
    pa.set_memory_pool(pa.system_memory_pool())
    return _scorer_of(work)


def _together(pickled: bytes) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """Scores the leads of a bucket with their events."""

    def bucket(leads: pa.Table, events: pa.Table) -> pa.Table:
        return _scorer(pickled).score(leads, events, Tally())

    return bucket


def _read_pairs(pickled: bytes) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Reads and scores pairs of files."""

    def pairs(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        scorer = _scorer(pickled)
        for batch in batches:
            for row in batch.to_pylist():
                for some in scorer.portions(*_pair(row, scorer), Tally()):
                    yield from some.to_batches()

    return pairs


def _pair(row: Mapping[str, Sequence[str]], scorer: TableScorer) -> tuple[pa.Table, pa.Table | None]:
    """The leads of a pair of files, and their events where there are any."""
    leads = _read(row["leads"], scorer.wanted.leads, scorer.few_in_leads)
    if not row["events"]:
        return leads, None
    return leads, _read(row["events"], scorer.wanted.events, scorer.few_in_events)


def _read(uris: Sequence[str], columns: Sequence[str], few: Collection[str]) -> pa.Table:
    from pyarrow.fs import FileSystem

    texts, tables = [name for name in columns if name in few], []
    for uri in uris:
        scheme, colon, rest = uri.partition(":")
        disk, path = FileSystem.from_uri(("s3" if scheme in ("s3a", "s3n") else scheme) + colon + rest)
        with disk.open_input_file(path) as file:
            tables.append(read_parquet(file, columns, texts))
    return pa.concat_tables(tables, promote_options="default")
