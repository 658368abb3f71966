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


def standing_alone(text: str, files: Files, depth: int = 0) -> str:
    """The text with its lists and included rules in it; what cannot be read stays as it is written."""
    made = text
    for node in reversed(parse(Source(text)).tree.statements):
        match node:
            case n.ListFile(name, path, column):
                new = _list(name, path.value, column.text if column is not None else None, files)
            case n.Include(path) if depth < _DEEPEST:
                new = _included(path.value, files, depth)
            case _:
                continue
        if new is not None:
            made = made[: node.span.start] + new + made[node.span.end :]
    return made


def _list(name: n.Name, path: str, column: str | None, files: Files) -> str | None:
    try:
        entries = list_entries(path, files.read(path), column)
    except FileProblem:
        return None
    plain = [entry for entry in dict.fromkeys(entries) if entry.isprintable()]
    return f"list {name_text(name.text)}: {', '.join(map(quoted, plain))}" if plain else None


def _included(path: str, files: Files, depth: int) -> str | None:
    try:
        return standing_alone(files.read(path), files, depth + 1).strip()
    except FileProblem:
        return None
