"""Reading a text that is much like one read before, as it is after an edit: only what differs is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from types import NoneType
from typing import Any, TypeVar

from .nodes import Kind, Lexeme, Node, Unit
from .scan import Scanned, scan

_N = TypeVar("_N", bound=Node)
_LINE_ENDS = ("\n", "\r")


def scan_again(text: str, before: str, scanned: Scanned) -> Scanned:
    """What `scan` gives for a text, from what it gave for another.

    No lexeme goes over the end of a line, so lines that are in both texts need no second look.
    """
    head = _line_start(text, alike(text, before))
    most = min(len(text), len(before)) - head
    tail = alike(text[::-1][:most], before[::-1][:most])
    end = _next_line(text, len(text) - tail)
    by = len(text) - len(before)
    middle = scan(text[head:end])
    lexemes, comments = scanned.lexemes, scanned.comments
    first = _index(lexemes, head)
    last = _index(lexemes, end - by)
    kept = [*lexemes[:first], *(_lexeme(one, head) for one in middle.lexemes)]
    kept += lexemes[last:] if not by else [_lexeme(one, by) for one in lexemes[last:]]
    notes = [one for one in comments if one.span.start < head]
    notes += [shifted(one, head) for one in middle.comments]
    notes += [shifted(one, by) for one in comments if one.span.start >= end - by]
    return Scanned(kept, tuple(notes))


def alike(one: str, other: str) -> int:
    """How many characters two texts begin alike with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind(end, 0, offset) for end in _LINE_ENDS) + 1


def _next_line(text: str, offset: int) -> int:
    found = [text.find(end, offset) + 1 for end in _LINE_ENDS]
    return min((at for at in found if at), default=len(text))


def _index(lexemes: list[Lexeme], offset: int) -> int:
    low, high = 0, len(lexemes)
    while low < high:
        middle = (low + high) // 2
        if lexemes[middle].start < offset:
            low = middle + 1
        else:
            high = middle
    return low


def _lexeme(one: Lexeme, by: int) -> Lexeme:
    kind, text, start, end, word, first = one
    return Lexeme(kind, text, start + by, end + by, word, first)


_PLAIN = frozenset({str, int, float, bool, NoneType, Kind, Unit, dt.date, dt.datetime})


@cache
def _shift(kind: Any) -> Callable[[Any, int], Any]:
    """Writes the function that shifts a kind of node: in a long text, an edit shifts many thousand."""
    names = [field.name for field in fields(kind) if field.name != "span"]
    parts = [f"one if (one := node.{name}).__class__ in plain else shifted_part(one, by)," for name in names]
    known: dict[str, Any] = {"kind": kind, "plain": _PLAIN, "shifted_part": _shifted}
    exec(f"def shift(node, by):\n return kind({' '.join(parts)} span=node.span.shifted(by))\n", known)
    made: Callable[[Any, int], Any] = known["shift"]
    return made


def shifted(node: _N, by: int) -> _N:
    """The same node, with all below it, so many characters further on."""
    kind: Any = node.__class__
    made: _N = _shift(kind)(node, by) if by else node
    return made


def _shifted(value: Any, by: int) -> Any:
    if value.__class__ is tuple:
        return tuple([_shifted(item, by) for item in value])
    return shifted(value, by) if isinstance(value, Node) else value
