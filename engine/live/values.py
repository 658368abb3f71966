"""Traits and properties as they come in JSON, made flat, and read as the kinds that the record keeps."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from ...grammar.spec.kinds import KINDS
from ...grammar.syntax.nodes import Kind
from ..importing.values.blanks import folded
from ..importing.values.cells import cell_of
from ..importing.values.moments import MomentReader
from ..importing.values.stored import Reader, Unread, member_writer
from ..receivers.calls import clean
from ..values import is_blank, read_moment

DEEPEST = 5
LONGEST_NAME = 200
LONGEST_TEXT = 100_000
MOST_MEMBERS = 300


class Odd(Exception):
    """A value cannot be kept. The text says why."""


def flat(given: Mapping[str, Any], note: Callable[[str], None]) -> list[tuple[str, Any]]:
    """Names and values, those of objects within joined by `_`: `company.name` becomes `company_name`.

    What cannot be kept is left out, and noted.
    """
    found: list[tuple[str, Any]] = []
    _add_members(found, given, "", 1, note)
    if len(found) > MOST_MEMBERS:
        note(f"of more than {MOST_MEMBERS} values, the others are left out")
        del found[MOST_MEMBERS:]
    return found


def _add_members(
    found: list[tuple[str, Any]],
    given: Mapping[str, Any],
    before: str,
    depth: int,
    note: Callable[[str], None],
) -> None:
    for name, value in given.items():
        if len(found) > MOST_MEMBERS:
            return
        whole = _whole(before, name)
        if not whole:
            note(f'"{before}{name[:40]}" is no name for a field')
        elif value.__class__ is str:
            found.append((whole, value))
        elif isinstance(value, dict):
            if depth < DEEPEST:
                _add_members(found, value, f"{whole}_", depth + 1, note)
            else:
                note(f"{whole} is nested more than {DEEPEST} levels deep")
        elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            note(f"{whole} is a list of objects, which no field can hold")
        else:
            if value.__class__ is float and not math.isfinite(value):
                note(f"{whole} was left out: it is {value}, which is no number")
            elif value.__class__ is int and abs(value) > _EXACT and not _is_exact(value):
                note(f"{whole} has more digits than a number keeps, the last are rounded; send ids as text")
            found.append((whole, value))


def _is_exact(value: int) -> bool:
    """Whether a whole number is kept with all its digits; of one that is not kept at all, that is said
    elsewhere."""
    try:
        return int(float(value)) == value
    except OverflowError:
        return True


@lru_cache(maxsize=4096)
def _whole(before: str, name: str) -> str:
    """The name of a member of an object, empty where it is none."""
    whole = clean(f"{before}{name}").strip()
    return "" if not name.strip() or len(whole) > LONGEST_NAME else whole


_DATED = re.compile(r"\s*\d{4}-\d{2}-\d{2}")


def kind_of(value: object) -> Kind | None:
    """The kind of a value that nothing is known of, None where it is blank."""
    if is_blank(value):
        return None
    if isinstance(value, bool):
        return Kind.YES_NO
    if isinstance(value, int | float):
        return Kind.NUMBER
    if isinstance(value, list):
        return Kind.TEXTS
    assert isinstance(value, str)
    if not _DATED.match(value) or read_moment(value) is None:
        return Kind.TEXT
    return Kind.DATE if len(str(value).strip()) == 10 else Kind.DATETIME


@lru_cache(maxsize=32)
def reader_with(blanks: tuple[str, ...]) -> Reader:
    """Reads values, these words standing for nothing."""
    return Reader(MomentReader(), blanks=frozenset(map(folded, blanks)))


def stored(kind: Kind, value: object, blanks: tuple[str, ...]) -> str | float | int | None:
    """A value as a column of this kind keeps it, None where it is blank. Raises `Odd`."""
    found = reader_with(blanks).of(kind)(_cell(value))
    if isinstance(found, Unread):
        raise Odd(f'"{shown(value)}" is not {KINDS[kind].noun}')
    if isinstance(found, float) and not math.isfinite(found):
        raise Odd(f"{shown(value)} is too large for a number")
    return found if isinstance(found, str | int | float) else None


_EXACT = 10**15


@lru_cache(maxsize=4096)
def _start(name: str) -> str:
    return f"{encode_basestring(name)}:"


@lru_cache(maxsize=4096)
def _writer(name: str, kind: Kind, blanks: tuple[str, ...]) -> Callable[[object], object]:
    return member_writer(name, kind, reader_with(blanks))


def member(name: str, kind: Kind, value: object, blanks: tuple[str, ...]) -> str:
    """A property as a member of a JSON object, empty where it is blank. Raises `Odd`."""
    # Nearly all values: text for text, a whole number for a number.
    if kind is Kind.TEXT and isinstance(value, str) and not blanks and len(value) <= LONGEST_TEXT:
        text = clean(value).strip()
        return f"{_start(name)}{encode_basestring(text)}" if text else ""
    if kind is Kind.NUMBER and type(value) is int and not blanks and -_EXACT < value < _EXACT:
        return f"{_start(name)}{value}"
    written = _writer(name, kind, blanks)(_cell(value))
    if isinstance(written, Unread):
        raise Odd(f'"{shown(value)}" is not {KINDS[kind].noun}')
    return str(written)


def _cell(value: object) -> object:
    """A value as the importer's readers take it."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise Odd(f"a text of {len(value):,} characters is longer than {LONGEST_TEXT:,}")
        return clean(value)
    if isinstance(value, list):
        return tuple(clean(str(item)) for item in cell_of(value))  # type: ignore[attr-defined]  # a tuple
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise Odd("a number of so many digits cannot be kept") from None
    return cell_of(value)


def shown(value: object) -> str:
    """A value in a message: not too long."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"
