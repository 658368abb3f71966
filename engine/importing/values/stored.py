"""Cells as the database keeps them: in a column of leads, or as a member of an event's JSON."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ...store.records.leads import moment_text, to_stored
from ...values import day_of, instant_of
from .blanks import folded
from .cells import ABSENT, Flag, cell_text
from .choices import entries_of
from .moments import MomentReader
from .numbers import read_number
from .yes_no import yes_no

Stored = str | float | int | None


class Unread:
    """Stands for a value that is not of its column's kind."""


UNREAD = Unread()

_DIGITS = re.compile(r"-?\d{1,15}", re.ASCII)
_DOTTED = re.compile(r"-?\d{1,15}\.\d+", re.ASCII)


@frozen
class Reader:
    """How the cells of one column are read: its dates, the decimal separator, the sign between choices,
    the words for nothing (folded); `blank_is_no` where a column marks what is so and leaves the rest
    blank."""

    moments: MomentReader
    decimal: str = "."
    separator: str | None = None
    blanks: frozenset[str] = frozenset()
    blank_is_no: bool = False

    def of(self, kind: Kind, *, blank: object = None, absent: object = ABSENT) -> Callable[[object], object]:
        """Reads a cell as a kind: `blank` where it is blank, `UNREAD` where it is not of the kind, `absent`
        where the row does not have it, else what is stored."""
        read = {
            Kind.TEXT: _text,
            Kind.NUMBER: self._number,
            Kind.YES_NO: self._yes_no,
            Kind.DATE: self._date,
            Kind.DATETIME: self._datetime,
            Kind.TEXTS: self._texts,
        }[kind]
        blanks, texts = self.blanks, kind is Kind.TEXT
        if self.blank_is_no and kind is Kind.YES_NO:
            blank = 0

        def stored(cell: object) -> object:
            if isinstance(cell, str):
                cell = cell.strip()
                if not cell or (blanks and folded(cell) in blanks):
                    return blank
                if texts:
                    return cell
            elif cell is None:
                return blank
            elif cell is ABSENT:
                return absent
            found = read(cell)
            if found is None:
                # A list of nothing is blank, and nothing is no list.
                return blank if kind is Kind.TEXTS else UNREAD
            return found

        return stored

    def _number(self, cell: object) -> Stored:
        if isinstance(cell, str):
            if _DIGITS.fullmatch(cell) or (self.decimal == "." and _DOTTED.fullmatch(cell)):
                return float(cell) + 0.0
            found = read_number(cell, self.decimal)
            # Where the kind is said, 5. and 007 are numbers, too.
            return to_stored(Kind.NUMBER, cell) if found is None and self.decimal == "." else found
        if isinstance(cell, int | float | Decimal):
            return float(cell) + 0.0
        return None

    def _yes_no(self, cell: object) -> Stored:
        if isinstance(cell, Flag):
            return int(cell.value)
        known = yes_no(cell_text(cell)) if isinstance(cell, str | int | float | Decimal) else None
        return None if known is None else int(known)

    def _texts(self, cell: object) -> Stored:
        entries = list(cell) if isinstance(cell, tuple) else entries_of(cell_text(cell), self.separator)
        return json.dumps(entries, ensure_ascii=False) if entries else None

    def _date(self, cell: object) -> Stored:
        moment = self.moments.of_cell(cell)
        if moment is None:
            return None
        if isinstance(moment, dt.datetime):
            if not isinstance(cell, dt.datetime) or cell.time() != dt.time() or cell.tzinfo is not None:
                return None
            return moment_text(Kind.DATE, day_of(cell.date()))
        return moment_text(Kind.DATE, day_of(moment))

    def _datetime(self, cell: object) -> Stored:
        moment = self.moments.of_cell(cell)
        try:
            return None if moment is None else moment_text(Kind.DATETIME, instant_of(moment))
        except OverflowError:  # an offset at the edge of the years 1 to 9999
            return None


def _text(cell: object) -> Stored:
    return cell_text(cell) or None


def member_writer(name: str, kind: Kind, reader: Reader) -> Callable[[object], object]:
    """Writes a cell as a member of a JSON object: empty where it is blank, `UNREAD` as above."""
    start = json.dumps(name, ensure_ascii=False) + ":"
    read = reader.of(kind)

    def write(cell: object) -> object:
        value = read(cell)
        if value is None or value is ABSENT:
            return ""
        if isinstance(value, Unread):
            return UNREAD
        if kind is Kind.TEXTS:
            return f"{start}{value}"
        if kind is Kind.YES_NO:
            return start + ("true" if value else "false")
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            value = int(value)
        return start + json.dumps(value, ensure_ascii=False)

    return write
