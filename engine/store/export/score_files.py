"""Scores written as CSV, JSON Lines or Parquet, or into a table of SQLite, PostgreSQL or DuckDB."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol

from ....grammar.frozen import frozen
from ...bounds.bounds import Bounds
from ...plan import Plan
from ...report.bounds import bounds_data
from ...report.text_style import signed
from ..database import StoreError
from .scores import LeadScore

OWNED = ("owner", "handoff", "handed_off_at", "entered_at")
"""Columns that say who has a lead, by which handoff, since when, and since when it has been in the stage."""

_AT_ONCE = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet would run."""


@frozen
class Columns:
    """The columns that scores of one ruleset are written in: names of its scores, its tracks besides `main`,
    and its graded scores besides the total; whether the lines are written too, who has each lead, and how
    sure each score and stage is."""

    scores: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    lines: bool = True
    owners: bool = False
    bounds: bool = False

    @property
    def names(self) -> list[str]:
        """What the columns are called; each name is there once."""
        names = ["lead", "score", "stage", "grade", "tags", "disqualified"]
        names += [f"score: {name}" for name in self.scores]
        names += [f"stage: {name}" for name in self.tracks]
        names += [f"grade: {name}" for name in self.grades]
        if self.bounds:
            names += self._ends
            names += ["surely stage", *(f"surely stage: {name}" for name in self.tracks), "unknown"]
        names += list(OWNED) if self.owners else []
        return [*names, *(["lines"] if self.lines else []), "version", "as_of"]

    @property
    def numbers(self) -> list[str]:
        """Those that hold whole numbers, besides the total and the version."""
        names = [f"score: {name}" for name in self.scores]
        if self.bounds:
            names += self._ends
        return names

    @property
    def _ends(self) -> list[str]:
        named = [f"{end}: {name}" for name in self.scores for end in ("at least", "at most")]
        return ["at least", "at most", *named]

    def flat(self, one: LeadScore) -> list[str | int | None]:
        """A lead's cells; what is several is one text."""
        cells: list[str | int | None] = [one.lead, one.score, one.stage, one.grades.get("", one.grade)]
        cells += ["; ".join(one.tags), "; ".join(one.reasons)]
        cells += [one.scores.get(name) for name in self.scores]
        cells += [one.stages.get(name) for name in self.tracks]
        cells += [one.grades.get(name) for name in self.grades]
        if self.bounds:
            cells += self._bounds(one.bounds)
        if self.owners:
            who = one.owner
            cells += (
                [None] * len(OWNED)
                if who is None
                else [who.address, who.handoff, _said(who.at), _said(who.entered)]
            )
        if self.lines:
            cells.append("; ".join(f"{signed(line.points)} {line.name}" for line in one.lines))
        return [*cells, one.version, _instant(one)]

    def _bounds(self, bounds: Bounds | None) -> list[str | int | None]:
        """How sure a score is, and the stages: those that are sure."""
        if bounds is None:
            return [None] * (4 + 2 * len(self.scores) + len(self.tracks))
        reaches = [bounds.total, *(bounds.scores.get(name) for name in self.scores)]
        cells: list[str | int | None] = []
        for reach in reaches:
            cells += (None, None) if reach is None else reach
        for track in ("main", *self.tracks):
            could = bounds.stages.get(track, ())
            cells.append(could[0] if len(could) == 1 else None)
        return [*cells, "; ".join(bounds.unknown)]


def _instant(one: LeadScore) -> str:
    return _said(one.as_of)


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def columns_of(plan: Plan, *, lines: bool, bounds: bool = False) -> Columns:
    """The columns for a ruleset; those of owners where it has handoffs, those of `bounds` where asked for."""
    return Columns(
        tuple(score.name for score in plan.scores if score.name),
        tuple(track for track in plan.tracks if track != "main"),
        tuple(plan.scores[grade.score].name or "" for grade in plan.grades if grade.score is not None),
        lines,
        bool(plan.handoffs),
        bounds,
    )


def as_data(one: LeadScore, *, lines: bool) -> dict[str, Any]:
    """A lead's score as JSON."""
    data: dict[str, Any] = {
        "lead": one.lead,
        "score": one.score,
        "scores": dict(one.scores),
        "stages": dict(one.stages),
        "grades": {name or "score": label for name, label in one.grades.items()},
        "tags": list(one.tags),
        "disqualified": list(one.reasons),
        "version": one.version,
        "as_of": _instant(one),
    }
    if one.bounds is not None:
        data["bounds"] = bounds_data(one.bounds)
    if one.owner is not None:
        who = one.owner
        data["owner"] = {
            "address": who.address,
            "handoff": who.handoff,
            "handed_off_at": _said(who.at),
            "entered_at": _said(who.entered),
        }
    if lines:
        data["lines"] = [
            {"name": line.name, "score": line.score, "points": line.points} for line in one.lines
        ]
    return data


def harmless(cell: str | int | None) -> str | int | None:
    """A cell that no spreadsheet takes for a formula: an apostrophe before it shows that it is text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def csv_lines(rows: Iterable[LeadScore], columns: Columns, *, raw: bool = False) -> Iterator[str]:
    """Scores as CSV, line by line. With `raw`, cells are as they are, for programs."""
    written: list[str] = []
    writer = csv.writer(_Lines(written))
    writer.writerow(columns.names)
    yield written.pop()
    for one in rows:
        cells = columns.flat(one)
        writer.writerow(cells if raw else map(harmless, cells))
        yield written.pop()


class _Lines:
    """A file that keeps what is written to it as a list of lines."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


# --- where they go ----------------------------------------------------------------------------


class Destination(Protocol):
    """Where scores go. `write` replaces what is there, or with `changed` brings what changed into a table."""

    @property
    def name(self) -> str:
        """What identifies the place."""

    def write(self, rows: Iterable[LeadScore], columns: Columns, *, changed: bool) -> int:
        """Writes all rows or, where something goes wrong, none; how many there were."""


@dataclass(frozen=True)
class TextFile:
    """A file of CSV or JSON Lines; `-` is standard output."""

    path: str
    json: bool = False
    raw: bool = False

    @property
    def name(self) -> str:
        """What identifies it."""
        return self.path if self.path == "-" else str(Path(self.path).absolute())

    def write(self, rows: Iterable[LeadScore], columns: Columns, *, changed: bool) -> int:
        """Writes the file again; it appears when everything is in it."""
        count = 0

        def counted() -> Iterator[LeadScore]:
            nonlocal count
            for one in rows:
                count += 1
                yield one

        if self.json:
            lines: Iterator[str] = (
                json.dumps(as_data(one, lines=columns.lines), ensure_ascii=False) + "\n" for one in counted()
            )
        else:
            lines = csv_lines(counted(), columns, raw=self.raw)
        if self.path == "-":
            sys.stdout.writelines(lines)
            sys.stdout.flush()
        else:
            with _whole(Path(self.path)) as file:
                file.writelines(lines)
        return count


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file; what is several is a list there, and lines are structures."""

    path: str

    @property
    def name(self) -> str:
        """What identifies it."""
        return str(Path(self.path).absolute())

    def write(self, rows: Iterable[LeadScore], columns: Columns, *, changed: bool) -> int:
        """Writes the file again; it appears when everything is in it."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        texts = pa.list_(pa.string())
        line = pa.struct([("name", pa.string()), ("score", pa.string()), ("points", pa.int64())])
        types: dict[str, Any] = {
            "lead": pa.string(),
            "score": pa.int64(),
            "tags": texts,
            "disqualified": texts,
        }
        types |= {"lines": pa.list_(line), "version": pa.int64(), "as_of": pa.timestamp("us", "UTC")}
        types |= dict.fromkeys(columns.numbers, pa.int64())
        types |= {name: pa.timestamp("us", "UTC") for name in ("handed_off_at", "entered_at")}
        schema = pa.schema([pa.field(name, types.get(name, pa.string())) for name in columns.names])
        rows, count = iter(rows), 0
        begun = Path(self.path).with_name(f".{Path(self.path).name}.unfinished")
        try:
            with pq.ParquetWriter(begun, schema) as writer:
                while some := list(islice(rows, _AT_ONCE)):
                    cells = [
                        dict(zip(columns.names, columns.flat(one), strict=True)) | _typed(one) for one in some
                    ]
                    writer.write_table(pa.Table.from_pylist(cells, schema=schema))
                    count += len(some)
            os.replace(begun, self.path)
        finally:
            begun.unlink(missing_ok=True)
        return count


def _typed(one: LeadScore) -> dict[str, Any]:
    lines = [{"name": line.name, "score": line.score, "points": line.points} for line in one.lines]
    who = one.owner
    instants = {"handed_off_at": who and who.at, "entered_at": who and who.entered}
    return {
        "tags": list(one.tags),
        "disqualified": list(one.reasons),
        "lines": lines,
        "as_of": one.as_of,
        **instants,
    }


@dataclass(frozen=True)
class DatabaseTable:
    """A table of another database, with the lead's id as its key.

    `connect` opens the database; `mark` stands for a parameter, `%s` or `?`.
    """

    address: str
    table: str
    connect: Callable[[], Any]
    mark: str

    @property
    def name(self) -> str:
        """What identifies it, without a password."""
        return f"{self.address.rpartition('@')[2]} {self.table}"

    def write(self, rows: Iterable[LeadScore], columns: Columns, *, changed: bool) -> int:
        """Replaces the table's rows or, with `changed`, those of the leads that are written, in one
        transaction. The table is made where it is not there."""
        table, names = _quoted(self.table), ", ".join(map(_quoted, columns.names))
        count, rows = 0, iter(rows)
        connection: Any = None
        try:
            connection = self.connect()
            cursor = connection.cursor()
            cursor.execute("BEGIN")
            if not changed:
                cursor.execute(f"DROP TABLE IF EXISTS {table}")
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {table} ({_definitions(columns)})")
            marks = ", ".join([self.mark] * len(columns.names))
            news = ", ".join(
                f"{_quoted(name)} = excluded.{_quoted(name)}" for name in columns.names if name != "lead"
            )
            into = f"INSERT INTO {table} ({names}) VALUES "
            update = f" ON CONFLICT (lead) DO UPDATE SET {news}"
            if self.mark == "%s":
                into, update = into.replace("%", "%%"), update.replace("%", "%%")
            insert = f"{into}({marks}){update}"
            while some := list(islice(rows, _AT_ONCE)):
                cursor.executemany(insert, [tuple(columns.flat(one)) for one in some])
                count += len(some)
            cursor.execute("COMMIT")
        except StoreError:
            raise
        except Exception as error:
            raise StoreError(
                f"the table {self.table} of {self.address.rpartition('@')[2]} cannot be written: "
                f"{str(error).strip() or type(error).__name__}",
                "check the address and your rights; where its columns are others, name another with --table",
            ) from error
        finally:
            if connection is not None:
                connection.close()
        return count


def _definitions(columns: Columns) -> str:
    numbers = {"score", "version", *columns.numbers}
    kinds = {"lead": "VARCHAR PRIMARY KEY"} | dict.fromkeys(numbers, "BIGINT")
    return ", ".join(f"{_quoted(name)} {kinds.get(name, 'VARCHAR')}" for name in columns.names)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def destination(address: str, table: str, *, raw: bool = False) -> Destination:
    """What an address stands for: a file by its ending, a database by its ending or by postgresql://.

    Raises `StoreError` for what none of them is, and where a package is missing.
    """
    if address.startswith(("postgresql://", "postgres://")):
        return DatabaseTable(address, table, lambda: _postgres(address), "%s")
    ending = Path(address).suffix.lower()
    if address == "-" or ending == ".csv":
        return TextFile(address, raw=raw)
    if ending in (".jsonl", ".ndjson"):
        return TextFile(address, json=True)
    if ending == ".parquet":
        _require("pyarrow", "leadwright[parquet]")
        return ParquetFile(address)
    if ending == ".duckdb":
        _require("duckdb", "duckdb")
        return DatabaseTable(str(Path(address).absolute()), table, lambda: _duckdb(address), "?")
    if ending in (".db", ".sqlite", ".sqlite3"):
        return DatabaseTable(str(Path(address).absolute()), table, lambda: _sqlite(address), "?")
    raise StoreError(
        f"{address} does not say how to write scores",
        "end it with .csv, .jsonl, .parquet, .sqlite or .duckdb, or give postgresql://...",
    )


def _postgres(address: str) -> Any:
    _require("psycopg", "'psycopg[binary]'")
    import psycopg

    try:
        return psycopg.connect(address, autocommit=True)
    except psycopg.Error as error:
        raise StoreError(
            f"{address.rpartition('@')[2]} cannot be reached: {str(error).strip()}",
            "check the address, the name and the password",
        ) from None


def _duckdb(address: str) -> Any:
    import duckdb

    return duckdb.connect(address)


def _sqlite(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, isolation_level=None)
    from ..schema import APPLICATION_ID

    try:
        if connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
            raise StoreError(
                f"{address} is a database of Leadwright's own", "name another file to write scores into"
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _require(package: str, install: str) -> None:
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise StoreError(
            f"this is written with the package {package}, which is not installed", f"pip install {install}"
        )


@contextmanager
def _whole(path: Path) -> Iterator[IO[str]]:
    """A text file that takes its place when all is written."""
    begun = path.with_name(f".{path.name}.unfinished")
    try:
        with begun.open("w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(begun, path)
    finally:
        begun.unlink(missing_ok=True)
