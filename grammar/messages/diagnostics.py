"""What is wrong with a text, where, and what to do about it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path

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


class Severity(Enum):
    """An error stops a ruleset from running; a warning and a lint do not.

    A warning says that something probably is not what was meant; a lint, that it could be better.
    """

    ERROR = "error"
    WARNING = "warning"
    LINT = "lint"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message to the writer of a ruleset.

    `code` is a slug (`unknown-field`) with a page of that name in docs/errors; `message` is one
    sentence without a full stop, in the writer's words; `hint` says what to do.
    """

    code: str
    severity: Severity
    message: str
    source: Source = field(compare=False, repr=False)
    span: Span
    hint: str | None = None

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
