"""What is wrong with a text, where, and what to do about it."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path

from ..frozen import frozen
from ..syntax.nodes import Span


@dataclass(frozen=True)
class Source:
    """One text of rules and the file it came from, None for a text that has no file."""

    text: str
    path: Path | None = None

    @property
    def label(self) -> str:
        """How messages call this source."""
        return str(self.path) if self.path is not None else "<text>"

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        position = self.text.find("\n")
        while position != -1:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1, columns in characters."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line counted from 1, without its line end."""
        start = self._line_starts[number - 1]
        stop = self.text.find("\n", start)
        return self.text[start : stop if stop != -1 else None].rstrip("\r")


@frozen
class Fix:
    """A change that fixes a mistake: `text` in the place of a span of the text that the mistake is in.

    `title` says what it does, e.g. `Write "title"`.
    """

    title: str
    span: Span
    text: str

    @classmethod
    def write(cls, span: Span, text: str) -> Fix:
        """Something else in the place of what stands there."""
        return cls(f"Write {text}", span, text)


class Severity(Enum):
    """An error stops a ruleset from running; a warning and a lint do not.

    A warning says that something probably is not what was meant; a lint, that it could be better.
    """

    ERROR = "error"
    WARNING = "warning"
    LINT = "lint"


@frozen
class Diagnostic:
    """One message to the writer of a ruleset.

    `code` is a slug (`unknown-field`) with a page of that name in docs/errors; `message` is one
    sentence without a full stop, in the writer's words; `hint` says what to do, and `fixes` do it, the
    likeliest first.
    """

    code: str
    severity: Severity
    message: str
    source: Source = field(compare=False, repr=False)
    span: Span
    hint: str | None = None
    fixes: tuple[Fix, ...] = field(default=(), compare=False)

    @property
    def line(self) -> int:
        """The line, counted from 1."""
        return self.source.position(self.span.start)[0]

    @property
    def column(self) -> int:
        """The column in characters, counted from 1."""
        return self.source.position(self.span.start)[1]

    def sort_key(self) -> tuple[str, int, int, str]:
        """Orders diagnostics as a reader meets them."""
        return (self.source.label, self.span.start, self.span.end, self.code)


def has_errors(diagnostics: list[Diagnostic]) -> bool:
    """Whether any of them is an error."""
    return any(item.severity is Severity.ERROR for item in diagnostics)


class SyntaxProblem(Exception):
    """A mistake of the writer's, found while a node is made.

    `hint` says what to do; where it has to quote the text, it is a function of the text. `fix` does it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        span: Span,
        hint: str | Callable[[str], str],
        fix: Fix | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.span = span
        self.hint = hint
        self.fix = fix


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
