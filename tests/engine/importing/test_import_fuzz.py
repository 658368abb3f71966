"""Mutated files of every kind are read or refused, and what the report says is what the database says.

LEADWRIGHT_FUZZ_FILES=2000 tries as many of each kind.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import random
import sqlite3
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns, Reading
from leadwright.engine.importing.preview import preview_file
from leadwright.engine.importing.report import ImportReport
from leadwright.engine.importing.run import import_file
from leadwright.engine.store.database import Store, StoreError, open_store
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.effort import examples

TRIES = int(os.environ.get("LEADWRIGHT_FUZZ_FILES", "25"))
BATCH = 100
SLOWEST = 1.0
"""Seconds of a processor for one file, read one way."""

ROWS: list[dict[str, object]] = [
    {"id": number, "name": f"Ann {number}", "n": number * 1.5, "ok": number % 2 == 0, "tags": ["a", "b"]}
    for number in range(1, 9)
]
CSV = (
    "id,name,n,seen,tags,ok\n"
    '1,"Zoë, Ltd","1,250.00",11/3/2025 9:05 AM,a;b,Y\n'
    "2,Ben,$80,1/25/2026 12:05 AM,a,N\n"
    '"3,Mei,(5),,b,x"\n'
    "4,null,12%,Nov 3,N/A,\n\nTotal,,99\n"
)


def csv_file(path: Path) -> None:
    path.write_text(CSV, encoding="utf-8")


def lines_file(path: Path) -> None:
    path.write_text("\n".join(map(json.dumps, ROWS)))


def array_file(path: Path) -> None:
    path.write_text(json.dumps({"total": 8, "results": ROWS}, indent=1))


def packed_file(path: Path) -> None:
    path.write_bytes(gzip.compress(CSV.encode()))


def archive_file(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", CSV)


def workbook_file(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [["id", "name", "seen"], [1, "Zoë", dt.datetime(2026, 1, 1)], [2, "=1+1", None]]:
        book.active.append(row)
    book.save(path)


def parquet_file(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), path)


def sqlite_file(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (id INTEGER, name TEXT, n REAL)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [(n, f"x{n}", n / 2) for n in range(50)])
    connection.close()


def duckdb_file(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT range AS id, 'x' || range AS name FROM range(50)")


TEXTS = {"csv": csv_file, "jsonl": lines_file, "json": array_file}
BINARIES = {
    "gz": packed_file,
    "zip": archive_file,
    "xlsx": workbook_file,
    "parquet": parquet_file,
    "sqlite": sqlite_file,
    "duckdb": duckdb_file,
}
ODD = [
    *(b"\x00", b'"', b"\n", b"\r", b",", b";", b"\xff", b"\xe2\x80\xa8", b"[", b"]", b"{", b"}", b"null"),
    *(b"9" * 40, b"(1,2)", b"1e999", b"-", b"0000-00-00", b"\xef\xbb\xbf", b"sep=;", b"%", b"\\u0000", b":"),
]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, taken out, put in, doubled or moved."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found) + 1)
        end = min(len(found), at + chance.choice((1, 1, 2, 8, 40)))
        what = chance.randrange(5)
        if what == 0:
            del found[at:end]
        elif what == 1:
            found[at:at] = chance.choice(ODD)
        elif what == 2:
            found[at:at] = found[at:end]
        elif what == 3 and at < len(found):
            found[at] = chance.randrange(256)
        else:
            found[at:end] = chance.choice(ODD)
    return bytes(found)


@pytest.mark.parametrize("batch", range(-(-TRIES // BATCH)))
@pytest.mark.parametrize(("name", "make"), [*TEXTS.items(), *BINARIES.items()], ids=[*TEXTS, *BINARIES])
def test_mutated_files_are_read_or_refused(
    tmp_path: Path, name: str, make: Callable[[Path], None], batch: int
) -> None:
    path = tmp_path / f"data.{name}"
    make(path)
    whole = path.read_bytes()
    events = ColumnMapping("id", events=(EventColumns("seen", type_is="seen"),))
    with open_store(tmp_path / "leads.db", create=True) as store:
        ways = (
            lambda: import_file(store, path, ColumnMapping("id")),
            lambda: import_file(store, path, events),
            lambda: preview_file(store, path),
        )
        for number in range(batch * BATCH, min((batch + 1) * BATCH, TRIES)):
            path.write_bytes(mutated(whole, random.Random(f"{name} {number}")))
            for way in ways:
                began = time.process_time()
                report = outcome(way)
                took = time.process_time() - began
                assert took < SLOWEST, (number, took, path.read_bytes())
                if isinstance(report, ImportReport):
                    check_counts(store, report)


def test_broken_bytes_that_once_were_a_fault_are_refused(tmp_path: Path) -> None:
    """A header whose quotation mark ends within a name, a file without a name in an archive, an archive of a
    version to come, and a table of SQLite whose name is no UTF-8."""
    header, archive, newer, database = (tmp_path / name for name in ("a.csv", "a.zip", "b.zip", "a.sqlite"))
    header.write_text('"id"x,name\n1,"Zoë, Ltd"\n2,Ben\n', encoding="utf-8")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("data", CSV)
    archive.write_bytes(archive.read_bytes().replace(b"data", b"\0ata"))
    newer.write_bytes(archive.read_bytes().replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xc8"))
    sqlite_file(database)
    database.write_bytes(database.read_bytes().replace(b"CREATE TABLE t", b"CREATE TABLE \xef"))
    with open_store(tmp_path / "leads.db", create=True) as store:
        for path in (header, archive, newer, database):
            assert isinstance(
                outcome(lambda path=path: import_file(store, path, ColumnMapping("id"))), StoreError
            )
        report = import_file(store, header, ColumnMapping("idx"))
    assert (report.rows, report.rejected) == (2, 0)


def outcome(work: Callable[[], object]) -> object:
    """What comes out of it; where it is refused, with what is wrong and what to do."""
    try:
        return work()
    except StoreError as error:
        refused = error
    assert refused.message
    assert refused.hint
    return refused


def check_counts(store: Store, report: ImportReport) -> None:
    assert 0 <= report.rejected <= report.rows
    for column in report.columns:
        assert 0 <= column.unread <= column.values <= report.rows
    assert store.connection.execute("PRAGMA foreign_key_check").fetchall() == []


CELLS = st.sampled_from(
    [
        *(
            "",
            "  ",
            "5",
            "1,200",
            "1.200,50",
            "$7",
            "12%",
            "(3)",
            "abc",
            "N/A",
            "null",
            "yes",
            "NO",
            "1",
            "0",
        ),
        *(
            "2026-01-31",
            "31/01/2026",
            "01/02/2026",
            "Nov 3, 2025",
            "11/3/2025 9:05 AM",
            "a;b",
            '["x"]',
            "007",
        ),
    ]
)
TABLES = st.lists(st.tuples(st.integers(1, 4), CELLS, CELLS), min_size=1, max_size=8)
KINDS = st.dictionaries(st.sampled_from("xy"), st.sampled_from(list(Kind)), max_size=2)


@settings(max_examples=examples(60))
@given(first=TABLES, second=TABLES, kinds=KINDS, keep=st.booleans())
@example(first=[(1, "", "5")], second=[(1, "", ""), (1, "", "abc")], kinds={}, keep=False)
@example(first=[(1, "", "5")], second=[(1, "", ""), (1, "", "abc")], kinds={}, keep=True)
@example(first=[(1, "", "5")], second=[(1, "", "abc"), (1, "", "")], kinds={}, keep=True)
def test_what_the_report_says_is_what_the_database_says(
    tmp_path_factory: pytest.TempPathFactory, first: object, second: object, kinds: object, keep: bool
) -> None:
    folder = tmp_path_factory.mktemp("says")
    with open_store(folder / "leads.db", create=True) as store:
        for table in (first, second):
            before = _known(store)
            lines = [f'{lead},"{x.replace(chr(34), chr(34) * 2)}","{y}"' for lead, x, y in _plain(table)]
            (folder / "data.csv").write_text("\n".join(["id,x,y", *lines]) + "\n")
            try:
                report = import_file(
                    store, folder / "data.csv", ColumnMapping("id"), Reading(kinds=kinds, keep_blank=keep)
                )
            except StoreError:
                assert _known(store) == before
                continue
            after = _known(store)
            assert report.leads_added == len(after) - len(before)
            assert report.repeated == report.rows - len({lead for lead, _, _ in _plain(table)})
            assert report.leads_changed == sum(
                after[key] != values for key, values in before.items() if after[key] != values
            ) or _kinds_changed(before, after)
            _check_columns(report, _plain(table), after, before, keep)


def _plain(table: object) -> list[tuple[int, str, str]]:
    return [(lead, x, y.replace('"', "'")) for lead, x, y in table]  # type: ignore[attr-defined]


def _known(store: Store) -> dict[str, dict[str, object]]:
    names = [name for (name,) in store.connection.execute('SELECT "column" FROM field')]
    columns = "".join(f', "{name}"' for name in names)
    rows = store.connection.execute(f"SELECT _key{columns} FROM lead")
    known = ((key, zip(names, values, strict=True)) for key, *values in rows)
    return {key: {name: value for name, value in pairs if value is not None} for key, pairs in known}


def _kinds_changed(before: dict[str, dict[str, object]], after: dict[str, dict[str, object]]) -> bool:
    """Whether values are other than they were since their field is of another kind, or is there now."""
    pairs = [(old.get(name), value) for key, old in before.items() for name, value in after[key].items()]
    return any(type(old) is not type(new) for old, new in pairs)


def _check_columns(
    report: ImportReport,
    table: list[tuple[int, str, str]],
    after: dict[str, dict[str, object]],
    before: dict[str, dict[str, object]],
    keep: bool,
) -> None:
    for place, column in enumerate(report.columns[1:], 1):
        cells = {str(row[0]): [other[place] for other in table if other[0] == row[0]] for row in table}
        assert column.values == sum(bool(str(row[place]).strip()) for row in table)
        blank = [key for key, texts in cells.items() if not any(text.strip() for text in texts)]
        assert (column.kept if keep else column.cleared) == sum(
            before.get(key, {}).get(column.name) is not None for key in blank
        ) or column.form == "blank: no"
        for key in blank:
            if column.kind is not None and column.form != "blank: no":
                kept = before.get(key, {}).get(column.name)
                assert (after[key].get(column.name or "") is not None) == (keep and kept is not None)
        if column.unread == 0 and column.kind is not None:
            for key, texts in cells.items():
                if any(text.strip() not in ("", "[]") for text in texts):
                    assert after[key].get(column.name or "") is not None, (key, texts)
