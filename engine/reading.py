"""Reading a ruleset: from a text or a file to its tree, its plan, and everything there is to say about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path

from ..grammar.frozen import frozen
from ..grammar.messages.diagnostics import Diagnostic, Severity, Source
from ..grammar.syntax.nodes import Tree
from ..grammar.syntax.parse import Parsed, parse
from .catalogue import Catalogue
from .check import Files, Folder, FrozenFiles, Known, check
from .plan import Plan, Resolution

LARGEST_TEXT = 4 * 1024 * 1024
"""Bytes of a file that are read at most; the parser's own limit is lower and has its own message."""


@frozen
class Reading:
    """A text as read: its tree, everything to say about it, and its plan where it has no error.

    `parsed` is what the parser made of it and `known` what the checker found out, for whoever reads a text
    that is much like this one.
    """

    source: Source
    tree: Tree
    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]
    parsed: Parsed | None = field(default=None, compare=False, repr=False)
    known: Known | None = field(default=None, compare=False, repr=False)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop the ruleset."""
        return tuple(item for item in self.diagnostics if item.severity is Severity.ERROR)


def read(
    source: Source,
    *,
    catalogue: Catalogue | None = None,
    pinned: Mapping[str, Resolution] | None = None,
    files: Files | None = None,
    before: Parsed | None = None,
    known: Known | None = None,
    lints: bool = True,
) -> Reading:
    """Reads a text: parses, checks and lints it. Never raises for what the text says.

    Without `files`, what it includes is read from the folder of its path; a text without a path
    includes nothing. `before` is a text read earlier, much like this one, and `known` what the check of such
    a text found out; both only save time. Without `lints`, only what is wrong is said, and not what could be
    better.
    """
    if files is None:
        files = Folder(source.path.parent) if source.path is not None else FrozenFiles({})
    parsed = parse(source, before)
    checked = check(parsed, catalogue=catalogue, pinned=pinned, files=files, known=known)
    reading = Reading(source, parsed.tree, checked.plan, checked.diagnostics, parsed, checked.known)
    return replace(reading, diagnostics=linted(reading, catalogue)) if lints else reading


def linted(
    reading: Reading, catalogue: Catalogue | None = None, stop: Callable[[], bool] = lambda: False
) -> tuple[Diagnostic, ...]:
    """The diagnostics of a reading made without lints together with those of the lints, in order.

    Once `stop` says so, the lints that are left say nothing.
    """
    if reading.plan is None:
        return reading.diagnostics
    from .lint.lints import lint  # nothing that only scores loads them

    found = [*reading.diagnostics, *lint(reading.plan, reading.tree, catalogue, stop)]
    return tuple(sorted(found, key=Diagnostic.sort_key))


def read_file(path: Path) -> Source:
    """The source of a file of rules. Raises OSError, and ValueError where it is not UTF-8 text."""
    with path.open("rb") as file:
        content = file.read(LARGEST_TEXT + 1)
    try:
        return Source(
            content.decode("utf-8", errors="strict" if len(content) <= LARGEST_TEXT else "ignore"), path
        )
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(f"{path} is not UTF-8 text (line {line}); save it as UTF-8") from None
