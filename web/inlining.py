"""Rules that stand alone: the files that a text reads, written into it.

A draft made in the page reads no files. So a text that comes with some, as the shipped rulesets do, takes
their content in; nothing else of it changes.
"""

from __future__ import annotations

from ..engine.check.files import FileProblem, Files, list_entries
from ..grammar.messages.diagnostics import Source
from ..grammar.syntax import nodes as n
from ..grammar.syntax.parse import parse
from ..grammar.text.printer import name_text, quoted

_DEEPEST = 10


class TooLarge(Exception):
    """A text would be larger than a ruleset may be once its files are in it."""


def standing_alone(text: str, files: Files, most: int) -> str:
    """The text with its lists and included rules in it, each file that is included once.

    What cannot be read stays as it is written. Raises TooLarge where it would have more than `most` bytes.
    """
    return _Inlining(files, most).whole(text)


class _Inlining:
    """Files on their way into a text, which has room for so many bytes."""

    def __init__(self, files: Files, room: int) -> None:
        self.files = files
        self.room = room
        self.included: set[str] = set()
        self.lists: dict[tuple[str, str | None], str | None] = {}

    def whole(self, text: str, depth: int = 0) -> str:
        """A text with its files in it. A file that is included again, by itself or another, is left out."""
        self.included.add(text)
        self._take(text)
        made, end = [], 0
        for node in parse(Source(text)).tree.statements:
            match node:
                case n.ListFile(name, path, column):
                    new = self._list(name, path.value, column.text if column is not None else None)
                case n.Include(path) if depth < _DEEPEST:
                    new = self._included(path.value, depth)
                case _:
                    continue
            if new is not None:
                made += [text[end : node.span.start], new]
                end = node.span.end
        return "".join([*made, text[end:]])

    def _take(self, text: str) -> None:
        self.room -= len(text.encode())
        if self.room < 0:
            raise TooLarge

    def _list(self, name: n.Name, path: str, column: str | None) -> str | None:
        if (path, column) not in self.lists:
            self.lists[path, column] = _entries(path, column, self.files)
        entries = self.lists[path, column]
        if entries is None:
            return None
        self._take(entries)
        return f"list {name_text(name.text)}: {entries}"

    def _included(self, path: str, depth: int) -> str | None:
        try:
            text = self.files.read(path)
        except FileProblem:
            return None
        return "" if text in self.included else self.whole(text, depth + 1).strip()


def _entries(path: str, column: str | None, files: Files) -> str | None:
    """The entries of a list's file as rules write them, None where there are none that can be read."""
    try:
        entries = list_entries(path, files.read(path), column)
    except FileProblem:
        return None
    plain = [entry for entry in dict.fromkeys(entries) if entry.isprintable()]
    return ", ".join(map(quoted, plain)) or None
