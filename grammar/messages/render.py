"""Diagnostics as text for people: where, what, the line with a marker, and what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from .diagnostics import Diagnostic, Severity

WIDEST = 100
"""Columns of a source line that are shown; of a longer one, the part around the marker."""

_FURTHEST = 4 * WIDEST
"""How far from the marker a line is looked at, so that long lines take no longer than others."""

_TAB = 4
_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.LINT: "36"}


def render(diagnostics: Iterable[Diagnostic], *, color: bool = False) -> str:
    """All diagnostics in the order given, a blank line between them; "" for none.

    With `color`, the severity and the marker are painted with ANSI codes.
    """
    return "\n".join(_one(item, color=color) for item in diagnostics)


def _one(item: Diagnostic, *, color: bool) -> str:
    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if color else text

    tone = _COLORS[item.severity]
    number, column = item.source.position(item.span.start)
    head = f"{item.source.label}:{number}:{column}: "
    head += paint(f"{item.severity.value}[{item.code}]", f"1;{tone}") + f" {paint(_safe(item.message), '1')}"
    line = item.source.line(number)
    length = max(1, min(item.span.end - item.span.start, len(line) - column + 1))
    shown, before, marked = _clipped(line, column - 1, length)
    gutter = " " * len(str(number))
    lines = [
        head,
        f"{gutter} |",
        f"{number} | {shown}".rstrip(),
        f"{gutter} | {' ' * before}{paint('^' * marked, f'1;{tone}')}",
    ]
    if item.hint:
        lines.append(f"{gutter} = {paint('help:', '1')} {_safe(item.hint)}")
    return "\n".join(lines) + "\n"


def _safe(text: str) -> str:
    """Words that may quote the source, without what would steer a terminal."""
    return text if text.isprintable() else "".join(_cell(character)[0] for character in text)


def _clipped(line: str, start: int, length: int) -> tuple[str, int, int]:
    """The line as shown, the columns before the marker, and the columns of the marker."""
    first = max(0, start - _FURTHEST)
    cells = [_cell(character) for character in line[first : start + _FURTHEST]]
    widths = [len_of for _, len_of in cells]
    start -= first
    low, high = 0, len(cells)
    if len(line) > len(cells) or sum(widths) > WIDEST:
        low = max(0, start - WIDEST // 3)
        high, room = low, WIDEST
        while high < len(cells) and room >= widths[high]:
            room -= widths[high]
            high += 1
    left = "… " if first + low else ""
    right = " …" if first + high < len(line) else ""
    shown = left + "".join(text for text, _ in cells[low:high]) + right
    before = len(left) + sum(widths[low:start])
    marked = sum(widths[start : min(start + length, high)]) or 1
    return shown, before, marked


def _cell(character: str) -> tuple[str, int]:
    """A character as it is shown, and how many columns it takes."""
    if character == "\t":
        return " " * _TAB, _TAB
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return character if category != "Cf" else "", 0
    if category in ("Cc", "Cs", "Zl", "Zp"):
        return "�", 1
    return character, 2 if unicodedata.east_asian_width(character) in "WF" else 1
