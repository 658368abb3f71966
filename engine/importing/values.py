"""Written values as the store keeps them: in a column of leads, or as a member of an event's JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

from ...grammar.syntax.nodes import Kind
from ..store.records.leads import moment_text, to_stored
from ..values import day_of, instant_of
from .forms import number_text
from .moments import MomentReader

Stored = str | float | int | None


class Unread:
    """Stands for a value that is not of its column's kind."""


UNREAD = Unread()


def stored_value(kind: Kind, moments: MomentReader, decimal: str, text: str) -> Stored | Unread:
    """The value for a column of the kind: None where it is blank, `UNREAD` where it is not of the kind."""
    text = text.strip()
    if not text:
        return None
    if kind is Kind.NUMBER:
        found = to_stored(kind, number_text(text, decimal))
    elif kind in (Kind.DATE, Kind.DATETIME):
        found = _moment(kind, moments.read(text))
    else:
        found = to_stored(kind, text)
    return UNREAD if found is None else found


def _moment(kind: Kind, moment: dt.date | dt.datetime | None) -> str | None:
    if moment is None:
        return None
    if kind is Kind.DATETIME:
        return moment_text(kind, instant_of(moment))
    return None if isinstance(moment, dt.datetime) else moment_text(kind, day_of(moment))


def member_writer(name: str, kind: Kind, moments: MomentReader, decimal: str) -> Callable[[str], object]:
    """Writes a value as a member of a JSON object: empty where it is blank, `UNREAD` as above."""
    start = json.dumps(name, ensure_ascii=False) + ":"

    def write(text: str) -> object:
        value = stored_value(kind, moments, decimal, text)
        if value is None:
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
