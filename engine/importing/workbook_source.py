"""Rows of a sheet of a workbook: of Excel (.xlsx, .xlsb, .xls) or OpenDocument (.ods)."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .csv_source import named_columns
from .mapping import Reading
from .problems import ImportRefused, near
from .rows import Chunk
from .table_shape import count_footer, filled, find_header
from .typed_rows import TypedRows, column_names
from .values.cells import cell_text

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_SAMPLE_ROWS = 200
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, KeyError)
_MOST_BYTES = 4 << 30
_BAD_CELL = re.compile(
    rb'<c r="([A-Z]+\d+)"[^>]*\bt="e"[^>]*>|<c r="([A-Z]+\d+)"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)'
    rb"\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)


class WorkbookSource:
    """The only visible sheet of a workbook, or the one named. A cell has the type that the workbook gives it:
    dates of a column are days where all of them are, else instants. Rows have the sheet's numbers."""

    partial = False
    text_columns: frozenset[str] = frozenset()

    def __init__(self, path: Path, reading: Reading, wanted: str | None = None) -> None:
        self._wanted = wanted
        _check_size(path)
        book = _opened(path)
        self.sheet = _chosen(book, path, reading.sheet)
        self.label = f"{path}, sheet {self.sheet.name}"
        self.path = path
        sample = [row for row, _ in zip(self.sheet.iter_rows(), range(_SAMPLE_ROWS), strict=False)]
        if not any(filled(row) for row in sample):
            raise ImportRefused(
                f"the sheet {self.sheet.name} of {path} is empty", "name another with --sheet"
            )
        self.above = self._header_place(sample, reading.header_row)
        names = column_names(map(cell_text, sample[self.above]))
        self._columns = named_columns(names, reading.names, f"row {self.above + 1} of {self.label}")
        rows = list(self.sheet.iter_rows())
        self.footer = count_footer(rows[self.above + 1 :])
        self.rows = len(rows) - self.footer
        self._days = self._day_columns()
        self._bad = _bad_cells(path, self.sheet.name)

    @property
    def columns(self) -> list[str]:
        """The names of the columns; blank for one without a name."""
        return self._columns

    @property
    def notes(self) -> list[str]:
        """What a person may want to know of how the sheet was read."""
        notes = []
        if self.above:
            notes.append(f"the column names are in row {self.above + 1}; the rows above are left out")
        if self.footer:
            rows = "the last row is" if self.footer == 1 else f"the last {self.footer} rows are"
            notes.append(f"{rows} the footer of a report, left out")
        for word, cells in self._bad.items():
            if cells:
                count = "1 cell holds" if len(cells) == 1 else f"{len(cells):,} cells hold"
                notes.append(f"{count} {word}, as {cells[0]}, and so unknown")
        return notes

    def _header_place(self, sample: Sequence[Sequence[object]], stated: int | None) -> int:
        if stated is None:
            return find_header(sample, self._wanted)
        if not 1 <= stated <= len(sample):
            raise ImportRefused(f"{self.label} has no row {stated}", "say another --header-row")
        return stated - 1

    def _body(self) -> Iterator[tuple[int, list[object]]]:
        width = len(self._columns)
        for number, row in enumerate(self.sheet.iter_rows(), 1):
            if number > self.rows:
                return
            if number > self.above + 1 and filled(row):
                cells: list[object] = list(row[:width])
                yield number, cells + [""] * (width - len(cells))

    def _day_columns(self) -> set[int]:
        """The columns whose dates are all days: a workbook has no other way to say that than midnight."""
        days: dict[int, bool] = {}
        for _, row in self._body():
            for place, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    midnight = not isinstance(cell, dt.datetime) or cell.time() == dt.time()
                    days[place] = days.get(place, True) and midnight
        return {place for place, all_days in days.items() if all_days}

    def _typed(self) -> Iterator[tuple[int, list[object]]]:
        for number, row in self._body():
            yield number, [self._cell(place, cell) for place, cell in enumerate(row)]

    def _cell(self, place: int, cell: object) -> object:
        if isinstance(cell, dt.date):
            if place in self._days:
                return cell.date() if isinstance(cell, dt.datetime) else cell
            return cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
            return int(cell)
        return cell

    def chunks(self) -> Iterator[Chunk]:
        """All rows, a chunk at a time."""
        yield from TypedRows(self._columns).chunks(self._typed(), self.rows)


def _check_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (*_BROKEN, OSError) as error:
        raise _unreadable(path, error) from None
    if size > _MOST_BYTES:
        raise ImportRefused(f"the workbook {path} is larger than 4 GiB unpacked", "save its sheet as CSV")


def _unreadable(path: Path, error: Exception) -> ImportRefused:
    return ImportRefused(
        f"the file {path} looks like a workbook, but cannot be read as one: {error}",
        "open it where it was made and save the sheet as CSV (UTF-8)",
    )


def _opened(path: Path) -> CalamineWorkbook:
    try:
        import python_calamine
    except ImportError:
        raise ImportRefused(
            "workbooks are read with the package python-calamine, which is not installed",
            "pip install 'leadwright[xlsx]', or save the sheet as CSV (UTF-8)",
        ) from None
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _chosen(book: CalamineWorkbook, path: Path, name: str | None) -> CalamineSheet:
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum

    known = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.name in known and sheet.visible == SheetVisibleEnum.Visible
    ]
    if name is None and len(visible) != 1:
        listed = f"its sheets are {', '.join(visible)}" if visible else "it has none to be seen"
        raise ImportRefused(
            f"the workbook {path} has several sheets or none", f"say which with --sheet; {listed}"
        )
    if name is not None and name not in known:
        listed = f"its sheets are {', '.join(known)}{near(name, known)}"
        raise ImportRefused(f"the workbook {path} has no sheet {name}", listed)
    try:
        return book.get_sheet_by_name(name or visible[0])
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _bad_cells(path: Path, sheet: str) -> dict[str, list[str]]:
    """The cells of a sheet of .xlsx that hold an error, or a formula that no program has computed: to the
    reader both are blank."""
    found: dict[str, list[str]] = {"an error": [], "a formula that was never computed": []}
    # What the reader of workbooks can read may still be broken as an archive.
    with contextlib.suppress(*_BROKEN, OSError):
        _find_bad_cells(path, sheet, found)
    return found


def _find_bad_cells(path: Path, sheet: str, found: dict[str, list[str]]) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        member = _member_of(archive, sheet)
        if member is None:
            return
        with archive.open(member) as file:
            left = b""
            while block := file.read(1 << 20):
                text = left + block
                last = 0
                for match in _BAD_CELL.finditer(text):
                    last = match.end()
                    word = "an error" if match[1] else "a formula that was never computed"
                    found[word].append((match[1] or match[2]).decode())
                left = text[max(last, text.rfind(b"<c ")) :][-(1 << 16) :]


def _member_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of a workbook that holds a sheet, None where the workbook has none."""
    from xml.etree import ElementTree

    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            number = next((value for key, value in element.attrib.items() if key.endswith("}id")), None)
            target = targets.get(number, "").lstrip("/")
            member = target if target.startswith("xl/") else f"xl/{target}"
            return member if member in archive.namelist() else None
    return None
