"""Rows in any order put into buckets: each with some of the leads and all of their events. Needs DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from .problems import DataError

if TYPE_CHECKING:
    from .scorer import TableScorer


@dataclass(frozen=True)
class Unit:
    """Files of leads, and those that hold all of their events."""

    leads: tuple[Path, ...]
    events: tuple[Path, ...]


EVENTS, LEADS = 500_000, 32_000
"""About so many events, and leads, come into one bucket."""

_MEMORY = "768MiB"
_ROWS_KEPT = 20_000
_BUCKET = "leadwright_bucket"


def bucketed(
    scorer: TableScorer,
    files: tuple[Sequence[Path], Sequence[Path]],
    folder: Path,
    buckets: int | None,
    processes: int,
) -> tuple[list[Unit], int]:
    """Writes what a scorer reads of files of leads and events into `folder`, by buckets of leads.

    Ids that are the same share a bucket, whatever wrote the files. Without a number there are as many as keep
    each small. Tells too how many events are in buckets without a lead. Raises DataError where DuckDB is
    missing.
    """
    try:
        import duckdb
    except ImportError:
        raise DataError(
            "so many leads and events in any order are put together by DuckDB, which is not here: "
            'pip install "leadwright[arrow]", or write the events of each file of leads into a file '
            "of the same name and say --paired"
        ) from None
    leads, events = files
    if buckets is None:
        buckets = max(1, ceil(rows_of(leads) / LEADS), ceil(rows_of(events) / EVENTS))
    columns, wanted, types = scorer.columns, scorer.wanted, scorer.event_types
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {max(1, processes)}")
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute("SET preserve_insertion_order = false")
        # Else it keeps half a million rows for each bucket and thread before it writes any.
        connection.execute(f"SET partitioned_write_flush_threshold = {_ROWS_KEPT}")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET temp_directory = ?", [str(folder / "spilled")])
        folder.mkdir(parents=True)

        def write(name: str, some: Sequence[Path], read: Sequence[str], lead: str, where: str) -> None:
            listed, own = ", ".join(map(_quoted, read)), _quoted(lead)
            source = f"read_parquet([{_texts(map(str, some))}], hive_partitioning = false)"
            connection.execute(
                f"COPY (SELECT {listed}, coalesce(hash({own}::VARCHAR) % {buckets}, 0)::INTEGER "
                f"AS {_BUCKET} FROM {source}{where}) "
                f"TO {_text(str(folder / name))} (FORMAT parquet, COMPRESSION uncompressed, "
                f"PARTITION_BY ({_BUCKET}))"
            )

        write("leads", leads, wanted.leads, columns.lead_id, "")
        if events and types:
            of_types = f" WHERE {_quoted(columns.type)} IN ({_texts(types)})"
            write("events", events, wanted.events, columns.lead_of_event, of_types)
    found = [Unit(_in(folder, "leads", one), _in(folder, "events", one)) for one in range(buckets)]
    alone = sum(rows_of(unit.events) for unit in found if not unit.leads)
    return [unit for unit in found if unit.leads], alone


def _in(folder: Path, name: str, number: int) -> tuple[Path, ...]:
    return tuple(sorted((folder / name / f"{_BUCKET}={number}").glob("*.parquet")))


def rows_of(files: Sequence[Path]) -> int:
    """How many rows some files have."""
    return sum(pq.read_metadata(path).num_rows for path in files)


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _text(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _texts(values: Iterable[str]) -> str:
    return ", ".join(map(_text, values))
