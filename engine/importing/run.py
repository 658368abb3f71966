"""An import from beginning to end: survey, kinds, gathering, merging, report."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

from ..progress import Progress, no_progress
from ..store.database import Store
from .events import save_properties
from .gone import find_gone
from .loading import Loading, coded_source, prepare_loading
from .mapping import ROW_NUMBER, ColumnMapping, Reading
from .numbered_source import NumberedSource
from .problems import ImportRefused
from .rejects import Rejects
from .report import ImportReport, import_report
from .rows import Source
from .sources import open_source
from .staging import Merged, Staging


def import_file(
    store: Store,
    path: Path | str,
    mapping: ColumnMapping,
    reading: Reading | None = None,
    *,
    table: str | None = None,
    query: str | None = None,
    rejects: Path | None = None,
    label: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Loads leads and events from a file (CSV, JSON, a workbook, Parquet, packed or not), or from a table or
    query of a database: a file of SQLite or DuckDB, or the address of one of PostgreSQL.

    A blank cell makes unknown what was known, unless the reading says to keep that; a cell that a row does
    not have (of JSON) changes nothing. A lead is found by its own id,
    or made. An event is known by its key, else by its lead, type, object, instant, properties and how
    many equal rows stood before it: so the same file, or a longer one that contains it, can be imported
    again and again. An event of a known key with other values is corrected. Rows that cannot be read go to
    `rejects` (beside the file, as `<file>.rejects.csv`).

    Raises `ImportRefused` before anything is loaded where the file or its mapping will not do, and
    `StoreError` where the database will not; what was committed until then stays, in whole batches.
    """
    started = time.perf_counter()
    reading = reading or Reading()
    tell = progress or no_progress
    if isinstance(path, Path) and path.exists() and path.samefile(store.path):
        raise ImportRefused(
            f"{path} is the very database to import into", "name another file, or another database with --db"
        )
    source = source_of(path, mapping, reading, table, query)
    if label is not None:
        source.label = label
    beside = path.with_name(path.name + ".rejects.csv") if isinstance(path, Path) else Path(_OF_ADDRESS)
    with closing(coded_source(source, mapping, keep=True)) as coded:
        loading = prepare_loading(store, coded, mapping, reading, tell)
        with (
            Rejects(rejects or beside, source.columns) as rejected,
            loading.staging() as staging,
            loading.merged_ids() as ids,
        ):
            for chunk in coded.second_pass():
                loading.gather(chunk, staging, ids, rejected)
                tell("loading", chunk.share)
            loading.settle_gathered(staging)
            for maker in loading.makers:
                save_properties(store, maker.found)
            with staging.in_bulk():
                merged, repeated = _merge(staging, loading, tell)
            joined = ids.bring_in(
                f"the import of {label or getattr(path, 'name', source.label)}",
                lambda share: tell("merging leads", share),
            )
            gone = find_gone(loading, rejected) if mapping.complete else None
            seconds = time.perf_counter() - started
            return import_report(
                loading, rejected, merged, joined=joined, gone=gone, repeated=repeated, seconds=seconds
            )


_OF_ADDRESS = "database.rejects.csv"


def source_of(
    path: Path | str, mapping: ColumnMapping, reading: Reading, table: str | None, query: str | None
) -> Source:
    """The rows to import, with a column of their numbers where these are the ids."""
    numbered = mapping.lead == ROW_NUMBER
    source = open_source(path, reading, table, query, wanted=None if numbered else mapping.lead)
    if numbered:
        return NumberedSource(source, Path(path).stem if isinstance(path, Path) else "row")
    return source


def _merge(staging: Staging, loading: Loading, tell: Progress) -> tuple[Merged, int]:
    """Brings in what was gathered; what that did, and how many rows were of leads that had one above."""
    repeated = loading.staged - staging.settle_leads()
    left_out = staging.leave_unknown_out() if loading.mapping.known_only else 0
    merged = staging.merge_leads(lambda share: tell("storing leads", share))
    merged.rows_unknown = left_out
    if loading.makers:
        staging.merge_events(merged, lambda share: tell("storing events", share))
    return merged, repeated
