"""Rulesets as they are being written: texts that are open somewhere come before the files on the disk.

A file that others include is read as a part of each of them, so its names and its mistakes are theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ..engine.catalogue import Catalogue
from ..engine.check import Known
from ..engine.check.files import FileProblem, Files, Folder, beside
from ..engine.reading import Reading, linted, read, read_file
from ..grammar.messages.diagnostics import Diagnostic, Source
from ..grammar.syntax import nodes as n
from ..grammar.syntax.parse import Parsed, parse
from .names import TextNames
from .references import References

_INCLUDE = re.compile(r'^[^\S\r\n]*include[^\S\r\n]+"([^"\r\n]*)"', re.IGNORECASE | re.MULTILINE)
_MOST_UP = 20
"""Folders above a file in which a ruleset that includes it is looked for."""

NO_DATA = Catalogue(leads=0, fields={}, events={})


class OpenTexts:
    """The files of a folder; of those that are open, the text as it is there."""

    def __init__(self, root: Path, texts: Mapping[Path, str]) -> None:
        self._folder = Folder(root)
        self._texts = texts

    def read(self, path: str) -> str:
        """The text of a file by its path from the folder; raises FileProblem."""
        target = (self._folder.root / path).resolve()
        if target in self._texts and target.is_relative_to(self._folder.root.resolve()):
            return self._texts[target].removeprefix("\ufeff")
        return self._folder.read(path)


@dataclass(frozen=True)
class OpenRuleset:
    """A ruleset as read: its main text and all that it includes, each with its tree."""

    reading: Reading
    catalogue: Catalogue | None
    parts: tuple[Parsed, ...]

    @property
    def main(self) -> Path | None:
        """The file of its main text."""
        return self.reading.source.path

    def linted(self, stop: Callable[[], bool]) -> tuple[Diagnostic, ...]:
        """Everything there is to say, the lints too; once `stop` says so, some of them are left out."""
        return linted(self.reading, self.catalogue, stop)

    def with_part(self, part: Parsed) -> OpenRuleset:
        """The same ruleset with one of its texts read again; what was found out about it stays."""
        if any(one is part for one in self.parts):
            return self
        parts = tuple(part if one.source.path == part.source.path else one for one in self.parts)
        return replace(self, parts=parts)

    @cached_property
    def references(self) -> References:
        """Where its names stand."""
        return References([(part.source, part.tree) for part in self.parts])

    def part(self, path: Path | None) -> Parsed | None:
        """One of its texts, by its file."""
        return next((part for part in self.parts if part.source.path == path), None)

    def names(self, part: Parsed) -> TextNames:
        """The names that one of its texts can use."""
        others = tuple(
            node for one in self.parts if one.source.path != part.source.path for node in one.tree.statements
        )
        return TextNames(part.source.text, self.catalogue or NO_DATA, part, others)


class Project:
    """The open texts, by their files, and the rulesets that they belong to."""

    def __init__(self) -> None:
        self.texts: dict[Path, str] = {}
        self.folders: tuple[Path, ...] = ()
        self._parsed: dict[Path | None, Parsed] = {}
        self._known: dict[Path | None, Known] = {}

    def files(self, root: Path) -> Files:
        """Where a ruleset in a folder reads what it includes."""
        return OpenTexts(root, self.texts)

    def mains(self, path: Path) -> list[Path]:
        """The rulesets that a file is a part of: itself, unless others include it."""
        candidates = [file for folder in self._above(path) for file in sorted(folder.glob("*.rules"))]
        candidates += [file for file in self.texts if file not in candidates]
        parts = {file: self._parts(file) for file in candidates if file != path}
        above = [file for file, found in parts.items() if path in found]
        return [file for file in above if not any(file in parts[other] for other in above)] or [path]

    def _above(self, path: Path) -> list[Path]:
        """Where a ruleset that includes a file can lie: no ruleset reads above its own folder."""
        ends = [folder for folder in self.folders if path.is_relative_to(folder)]
        folders = list(path.parents)[: _MOST_UP if ends else 1]
        return [folder for folder in folders if not ends or any(folder.is_relative_to(end) for end in ends)]

    def _parts(self, main: Path) -> set[Path]:
        """The files that a ruleset includes, directly or not."""
        found: set[Path] = set()
        waiting = [(main, "")]
        while waiting:
            file, name = waiting.pop()
            for written in _INCLUDE.findall(self._text(file)):
                try:
                    inner = beside(name, written)
                except FileProblem:
                    continue
                target = (main.parent / inner).resolve()
                if target not in found and target != main:
                    found.add(target)
                    waiting.append((target, inner))
        return found

    def _text(self, path: Path) -> str:
        if path in self.texts:
            return self.texts[path]
        try:
            return read_file(path).text
        except (OSError, ValueError):
            return ""

    def read(self, main: Path, catalogue: Catalogue | None) -> OpenRuleset:
        """A ruleset as it is now, without lints. What is as it was when last read is not read again."""
        return self.read_text(Source(self._text(main), main), catalogue)

    def read_text(self, source: Source, catalogue: Catalogue | None) -> OpenRuleset:
        """A text that may lie in no file."""
        path = source.path
        files = self.files(path.parent) if path is not None else None
        reading = read(
            source,
            catalogue=catalogue,
            files=files,
            before=self._parsed.get(path),
            known=self._known.get(path),
            lints=False,
        )
        if reading.known is not None:
            self._known[path] = reading.known
        parts = [reading.parsed] if reading.parsed is not None else []
        if files is not None and path is not None:
            parts += self._included(reading.tree, path, files)
        for part in parts:
            self._parsed[part.source.path] = part
        return OpenRuleset(reading, catalogue, tuple(parts))

    def _included(self, tree: n.Tree, main: Path, files: Files) -> list[Parsed]:
        """The texts that a ruleset includes, as the checker finds them."""
        found: dict[str, Parsed] = {}
        waiting = [("", tree)]
        while waiting:
            name, inside = waiting.pop(0)
            for node in inside.statements:
                if not isinstance(node, n.Include):
                    continue
                try:
                    path = beside(name, node.path.value)
                    if path in found or path == main.name:
                        continue
                    source = Source(files.read(path), main.parent / path)
                except FileProblem:
                    continue
                found[path] = parse(source, self._parsed.get(source.path))
                waiting.append((path, found[path].tree))
        return list(found.values())

    def forget(self, path: Path) -> None:
        """A file is no longer open."""
        self.texts.pop(path, None)
        self._parsed.pop(path, None)
        self._known.pop(path, None)
