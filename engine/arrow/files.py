"""Leads and events in Parquet files, scored by several processes into Parquet files."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import current_process, get_context
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..plan import Plan
from ..progress import Progress
from .blocks import Tally
from .buckets import Unit, bucketed, rows_of
from .naming import Columns
from .problems import DataError, named
from .results import LinesAs
from .scorer import TableScorer

LEADS_AT_ONCE, EVENTS_AT_ONCE = 100_000, 2_000_000
"""Up to so many leads and events are read at once where their files are no pairs."""


_GUARD = 'Call score_parquet under `if __name__ == "__main__":`, as processes read your program'


@dataclass(frozen=True)
class Work:
    """What every process is told."""

    plan: Plan
    now: int
    columns: Columns
    lines: LinesAs
    target: Path
    schemas: tuple[pa.Schema, pa.Schema | None]


def score_files(
    plan: Plan,
    now: int,
    source: Path,
    target: Path,
    *,
    columns: Columns,
    lines: LinesAs = LinesAs.FULL,
    paired: bool = False,
    buckets: int | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Scores the leads in `source` as of `now` into the folder `target`, which must not be there or be empty.

    `source` has `leads` and `events`, each a folder of Parquet files or one file `leads.parquet`. `paired`:
    the events of the leads of a file are in the file of events of the same name; else they are first put
    together in `buckets`. The folder appears when everything is in it. Raises DataError and OSError.
    """
    if getattr(current_process(), "_inheriting", False):
        # A process that is being started reads the program, and would begin all over again.
        raise DataError(_GUARD)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DataError(f"{target} is there, and is not an empty folder: name another, or remove it")
    leads, events = parquet_files(source, "leads"), parquet_files(source, "events")
    if not leads:
        raise DataError(f"{source} has no leads: put them into {source / 'leads'} as Parquet files")
    columns = replace(columns, utc=columns.utc | _int96(leads) | _int96(events))
    schemas = _schema(leads), _schema(events) if events else None
    scorer = TableScorer(plan, now, columns, lines, schemas)
    if processes is None:
        processes = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        tally = Tally()
        if paired:
            units = pairs(leads, events)
        elif buckets is None and not _many(leads, events):
            units = [Unit(tuple(leads), tuple(events))]
        else:
            if progress is not None:
                progress("putting events with their leads", 0)
            folder = unfinished / "buckets"
            units, tally.without_lead = bucketed(scorer, (leads, events), folder, buckets, processes)
            # Where there are no leads there is a file all the same, which says what columns there would be.
            units = units or [Unit(tuple(leads), ())]
        work = Work(plan, now, columns, lines, unfinished, schemas)
        _run(work, units, processes, tally, progress)
        shutil.rmtree(unfinished / "buckets", ignore_errors=True)
        if target.exists():
            target.rmdir()
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return tally


def parquet_files(source: Path, name: str) -> list[Path]:
    """The files of leads or of events, in order."""
    single = source / f"{name}.parquet"
    if single.is_file():
        return [single]
    return sorted(path for path in (source / name).rglob("*.parquet") if not path.name.startswith((".", "_")))


def pairs(leads: Sequence[Path], events: Sequence[Path]) -> list[Unit]:
    """Each file of leads with the file of events of its name. Raises DataError where one has none."""
    by_name = {path.name: path for path in events}
    names = [path.name for path in leads]
    if len(set(names)) < len(names) or len(by_name) < len(events):
        raise DataError(
            "files of leads or of events in different folders have the same name: give each its own"
        )
    alone = sorted(set(by_name) - set(names))
    if alone:
        raise DataError(f"events in {named(alone)} have no file of leads of the same name")
    return [Unit((path,), (by_name[path.name],) if path.name in by_name else ()) for path in leads]


def _many(leads: Sequence[Path], events: Sequence[Path]) -> bool:
    return rows_of(leads) > LEADS_AT_ONCE or rows_of(events) > EVENTS_AT_ONCE


def _int96(files: Sequence[Path]) -> frozenset[str]:
    """The columns of instants as some engines write them: in UTC, though the files do not say so."""
    found: set[str] = set()
    for path in files[:1]:
        schema = pq.ParquetFile(path).schema
        columns = [schema.column(number) for number in range(len(schema))]
        found.update(column.name for column in columns if column.physical_type == "INT96")
    return frozenset(found)


def _schema(files: Sequence[Path]) -> pa.Schema:
    """The schema of all files. Raises DataError where they differ."""
    first = pq.read_schema(files[0])
    for path in files[1:]:
        other = pq.read_schema(path)
        names = dict.fromkeys([*first.names, *other.names])
        differ = [name for name in names if _type(first, name) != _type(other, name)]
        if differ:
            raise DataError(
                f"{path} has other columns than {files[0]}, or of other types: {named(differ)}. "
                "Write all files alike"
            )
    return first


def _type(schema: pa.Schema, name: str) -> pa.DataType | None:
    return schema.field(name).type if schema.names.count(name) == 1 else None


# --- the work of a process ----------------------------------------------------------------------


class FileScorer:
    """Scores units into files of the same numbers."""

    def __init__(self, work: Work) -> None:
        self._target = work.target
        self._scorer = TableScorer(work.plan, work.now, work.columns, work.lines, work.schemas)

    def score(self, number: int, unit: Unit) -> Tally:
        """Scores one unit."""
        tally, scorer = Tally(), self._scorer
        wanted = scorer.wanted
        leads = _read(unit.leads, wanted.leads, scorer.few_in_leads)
        events = None
        if unit.events and wanted.events:
            events = _read(unit.events, wanted.events, scorer.few_in_events)
        path = self._target / f"part-{number:05}.parquet"
        # Nobody looks for a line by the least and the greatest of its numbers, which take time to find.
        with pq.ParquetWriter(path, scorer.schema, write_statistics=scorer.without_lines) as writer:
            for some in scorer.portions(leads, events, tally):
                writer.write_table(some)
        return tally


def _read(files: Sequence[Path], columns: Sequence[str], encoded: set[str]) -> pa.Table:
    """Some columns of files; see `read_parquet`."""
    texts = [name for name in columns if name in encoded]
    found = [read_parquet(path, columns, texts) for path in files]
    return pa.concat_tables(found, promote_options="default")


def read_parquet(file: Any, columns: Sequence[str], encoded: Sequence[str] = ()) -> pa.Table:
    """Some columns of a file, those `encoded` as dictionaries that are texts of few different values. INT96
    comes as microseconds, since nanoseconds would wrap around."""
    reader = pq.ParquetFile(file, read_dictionary=list(encoded), coerce_int96_timestamp_unit="us")
    return reader.read(columns=list(columns), use_threads=False)


_scorer: FileScorer | None = None
_units: Sequence[Unit] = ()
_next: Any = None


def _begin(pickled: bytes, following: Any) -> None:
    global _scorer, _units, _next  # set once for each process of a pool
    with without_pandas():
        work, _units = pickle.loads(pickled)
        _scorer, _next = FileScorer(work), following
    pa.set_cpu_count(1)
    # It gives back what it does not need, which keeps a process smaller than Arrow's own.
    pa.set_memory_pool(pa.system_memory_pool())


class _NoPandas:
    """Says of pandas that it is not here."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Called by an import."""
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)


@contextmanager
def without_pandas() -> Iterator[None]:
    """Arrow looks for pandas when it is first given numbers, and a quarter of a second goes by. For processes
    of our own: in one that uses pandas, Arrow would read its tables in another way."""
    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([])
        yield
    finally:
        sys.meta_path.remove(_NoPandas)


def _share() -> Tally:
    """Scores in another process what is left."""
    assert _scorer is not None
    return _scored(_scorer, _units, _next, lambda: None)


def _scored(scorer: FileScorer, units: Sequence[Unit], following: Any, tell: Callable[[], None]) -> Tally:
    """Scores one unit after another that no other process has taken; where one fails, all end."""
    tally = Tally()
    try:
        while (number := _taken(following)) < len(units):
            tally.add(scorer.score(number, units[number]))
            tell()
    except BaseException:
        following.value = len(units)
        raise
    return tally


def _taken(following: Any) -> int:
    """The number of the next unit, which is no other process's from now on."""
    with following.get_lock():
        number = int(following.value)
        following.value = number + 1
    return number


def _run(work: Work, units: Sequence[Unit], processes: int, tally: Tally, progress: Progress | None) -> None:
    """Scores all units, this process being one of those that share them. Raises DataError."""
    context = get_context("spawn")
    following = context.Value("q", 0)
    others = min(processes, len(units)) - 1

    def tell() -> None:
        if progress is not None:
            progress("scoring", min(following.value, len(units)) / len(units))
        for share in shares:
            if share.done():
                share.result()

    try:
        with _pool(others, context, (pickle.dumps((work, units)), following)) as pool:
            shares = [pool.submit(_share) for _ in range(others)] if pool else []
            tally.add(_scored(FileScorer(work), units, following, tell))
            for share in shares:
                tally.add(share.result())
    except BrokenProcessPool:
        raise DataError(
            f"a process that scored was ended. {_GUARD}; if memory was short, score with fewer processes or "
            "in more buckets"
        ) from None


@contextmanager
def _pool(
    processes: int, context: SpawnContext, told: tuple[bytes, Any]
) -> Iterator[ProcessPoolExecutor | None]:
    if not processes:
        yield None
        return
    pool = ProcessPoolExecutor(processes, context, _begin, told)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
