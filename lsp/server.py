"""The language server: open texts, what is said of them and when, and which question goes where.

Mistakes are said at once, lints when nobody types. The client sends whole texts, so its count of columns is
needed for places alone, which `positions` maps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from .. import __version__
from ..assist.project import OpenRuleset, Project
from ..assist.references import RenameRefused, Use
from ..grammar.messages.diagnostics import Diagnostic, Severity, Source
from ..grammar.syntax.parse import Parsed, parse
from . import answers
from .data import Data
from .lenses import TestLenses
from .positions import Lines

IDLE = 0.4
"""Seconds without a key after which lints are looked for."""

_T = TypeVar("_T")


@dataclass(eq=False)
class OpenText:
    """A text that is open in the editor."""

    uri: str
    source: Source
    version: int
    parsed: Parsed | None = None
    mains: tuple[Path | str, ...] = ()
    """The rulesets that it is a part of, by their files; a text without a file is its own, by its address."""


@dataclass(eq=False)
class Said:
    """What was said of a ruleset: its diagnostics by the addresses of its texts."""

    ruleset: OpenRuleset
    found: Mapping[str, list[Diagnostic]] = field(default_factory=dict)
    stop: Event = field(default_factory=Event)
    """Set once the lints of it are not wanted any more."""


class RulesServer(LanguageServer):
    """Answers editors about rules, and tells them what is wrong."""

    def __init__(self, data: Data) -> None:
        super().__init__("leadwright", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.data = data
        self.project = Project()
        self.open: dict[str, OpenText] = {}
        self.said: dict[Path | str, Said] = {}
        self.lenses = TestLenses()
        self._due: set[Path | str] = set()
        self._idle: asyncio.TimerHandle | None = None

    # --- texts ------------------------------------------------------------------------------------

    @property
    def encoding(self) -> str:
        """The units in which the client counts columns."""
        return lsp.PositionEncodingKind(self.workspace.position_encoding or "utf-16").value

    def lines(self, source: Source) -> Lines:
        """The places of a text."""
        return Lines(source.text, self.encoding)

    def opened(self, uri: str, text: str, version: int) -> None:
        """A text was opened."""
        path = answers.path_of(uri)
        self.open[uri] = OpenText(uri, Source(text, path), version)
        if path is not None:
            self.project.texts[path] = text
        self.find_mains()
        self.check_soon(self.open[uri].mains)

    def changed(self, uri: str, text: str, version: int) -> None:
        """An open text is another now."""
        one = self.open[uri]
        one.source, one.version = Source(text, one.source.path), version
        if one.source.path is not None:
            self.project.texts[one.source.path] = text
        self.check_soon(one.mains)

    def closed(self, uri: str) -> None:
        """A text is not open any more; what was said of its rulesets is taken back."""
        one = self.open.pop(uri, None)
        if one is None:
            return
        if one.source.path is not None:
            self.project.forget(one.source.path)
        self.find_mains()
        still = {main for other in self.open.values() for main in other.mains}
        for main in [main for main in self.said if main not in still]:
            said = self.said.pop(main)
            said.stop.set()
            self._publish(said.found)
        self.check_soon(still)

    def find_mains(self) -> None:
        """Looks again which rulesets the open texts are parts of."""
        folders = self.workspace.folders.values()
        roots = [answers.path_of(folder.uri) for folder in folders]
        roots += [answers.path_of(self.workspace.root_uri)] if self.workspace.root_uri else []
        self.project.folders = tuple(dict.fromkeys(root for root in roots if root is not None))
        for one in self.open.values():
            path = one.source.path
            one.mains = tuple(self.project.mains(path)) if path is not None else (one.uri,)

    def parsed(self, one: OpenText) -> Parsed:
        """What the parser makes of an open text as it is now."""
        if one.parsed is None or one.parsed.source is not one.source:
            one.parsed = parse(one.source, one.parsed)
        return one.parsed

    def ruleset(self, one: OpenText) -> OpenRuleset:
        """The ruleset of an open text, its texts as they are now."""
        if one.mains[0] not in self.said:
            self.check(one.mains[0])
        return self._ruleset_of(one.mains[0])

    def _ruleset_of(self, main: Path | str) -> OpenRuleset:
        """A ruleset by its main text, also one of which no text is open."""
        said = self.said.get(main)
        if said is not None:
            ruleset = said.ruleset
        else:
            assert isinstance(main, Path), "a text that is no file is open"
            ruleset = self.project.read(main, self.data.catalogue())
        for other in self.open.values():
            if ruleset.part(other.source.path) is not None:
                ruleset = ruleset.with_part(self.parsed(other))
        return ruleset

    # --- what is said -----------------------------------------------------------------------------

    def check_soon(self, mains: Iterable[Path | str]) -> None:
        """Checks rulesets once what else was sent has been read, and looks for lints when nobody types."""
        loop = asyncio.get_running_loop()
        if not self._due:
            loop.call_soon(self._check_due)
        self._due.update(mains)
        for main in self._due & self.said.keys():
            self.said[main].stop.set()
        if self._idle is not None:
            self._idle.cancel()
        self._idle = loop.call_later(IDLE, self._look_for_lints)

    def _check_due(self) -> None:
        due, self._due = self._due, set()
        for main in due:
            self.check(main)

    def check(self, main: Path | str) -> Said:
        """Reads a ruleset and says its mistakes; lints stay where they were."""
        catalogue = self.data.catalogue()
        before = self.said.get(main)
        with answers.without_gc():
            if isinstance(main, Path):
                ruleset = self.project.read(main, catalogue)
            else:
                ruleset = self.project.read_text(self.open[main].source, catalogue)
        for one in self.open.values():
            part = ruleset.part(one.source.path) if one.source.path is not None else None
            if part is not None and part.source.text == one.source.text:
                one.source, one.parsed = part.source, part
        lints = [
            item
            for found in (before.found.values() if before is not None else ())
            for item in found
            if item.severity is Severity.LINT
        ]
        sources = {part.source.label: part.source for part in ruleset.parts}
        kept = [
            item
            for source in sources.values()
            for item in answers.moved((one for one in lints if one.source.label == source.label), source)
        ]
        return self._say(main, ruleset, [*ruleset.reading.diagnostics, *kept])

    def _say(self, main: Path | str, ruleset: OpenRuleset, diagnostics: Iterable[Diagnostic]) -> Said:
        found: dict[str, list[Diagnostic]] = {
            answers.uri_of(part.source, str(main)): [] for part in ruleset.parts
        }
        for item in diagnostics:
            found.setdefault(answers.uri_of(item.source, str(main)), []).append(item)
        before = self.said.get(main)
        self.said[main] = said = Said(ruleset, found)
        self._publish({**(before.found if before is not None else {}), **found})
        return said

    def _publish(self, touched: Mapping[str, list[Diagnostic]]) -> None:
        """Says again all that is known of some texts, by all rulesets that they are parts of."""
        for uri in touched:
            known = [item for said in self.said.values() for item in said.found.get(uri, ())]
            once = {(item.code, item.span, item.message): item for item in known}
            one = self._by_address(uri)
            places = {item.source.text: self.lines(item.source) for item in known}
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(
                    uri=one.uri if one is not None else uri,
                    version=one.version if one is not None else None,
                    diagnostics=[
                        answers.diagnostic(item, places[item.source.text]) for item in once.values()
                    ],
                )
            )

    def _by_address(self, uri: str) -> OpenText | None:
        """An open text by an address that its client may write in another way."""
        path = answers.path_of(uri)
        same = (one for one in self.open.values() if path is not None and one.source.path == path)
        return self.open.get(uri) or next(same, None)

    def _look_for_lints(self) -> None:
        for main in list(self.said):
            asyncio.get_running_loop().create_task(self._lint(main, self.said[main]))

    async def _lint(self, main: Path | str, said: Said) -> None:
        catalogue = await self.aside(lambda: self.data.catalogue(anew=True))
        if catalogue is not said.ruleset.catalogue and not said.stop.is_set():
            said = self.check(main)
        found = await self.aside(lambda: said.ruleset.linted(said.stop.is_set))
        if self.said.get(main) is said and not said.stop.is_set():
            self._say(main, said.ruleset, found)

    async def aside(self, work: Callable[[], _T]) -> _T:
        """Does long work in a thread, so that questions are answered meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(None, work)

    # --- names ------------------------------------------------------------------------------------

    def use_at(self, uri: str, place: lsp.Position) -> tuple[OpenRuleset, Use] | None:
        """The name at a place."""
        one = self.open[uri]
        ruleset = self.ruleset(one)
        use = ruleset.references.at(one.source, self.lines(one.source).offset(place))
        return None if use is None else (ruleset, use)

    def everywhere(self, uri: str, place: lsp.Position) -> list[tuple[OpenRuleset, Use]]:
        """The name at a place in each ruleset with a text in which it stands: what several rulesets include
        must not come to say something else in one of them alone."""
        found = self.use_at(uri, place)
        if found is None:
            return []
        rulesets, known = [found], {found[0].main}
        for ruleset, use in rulesets:  # which grow
            texts = {one.source.path: one for one in ruleset.references.same(use)}
            for path, one in texts.items():
                for main in self.project.mains(path) if path is not None else ():
                    other = None if main in known else self._ruleset_of(main)
                    part = None if other is None else other.part(path)
                    if other is None or part is None:
                        continue
                    there = other.references.at(part.source, one.span.start)
                    if there is not None and there.name == use.name:
                        known.add(main)
                        rulesets.append((other, there))
        return rulesets

    def location(self, use: Use, uri: str) -> lsp.Location:
        """Where a name stands."""
        address = answers.uri_of(use.source, uri)
        one = self._by_address(address)
        return lsp.Location(one.uri if one is not None else address, self.lines(use.source).range(use.span))

    def renamed(self, uri: str, place: lsp.Position, new: str) -> lsp.WorkspaceEdit | None:
        """What gives the name at a place another one, in all texts. Raises an error of the protocol."""
        rulesets = self.everywhere(uri, place)
        if not rulesets:
            return None
        try:
            found = [change for one, use in rulesets for change in one.references.renamed(use, new)]
            once = {(answers.uri_of(source, uri), fix): (source, fix) for source, fix in found}
            return answers.changes(list(once.values()), self.encoding, uri)
        except RenameRefused as refused:
            raise JsonRpcInvalidParams(str(refused)) from None

    async def hints(self, uri: str, asked: lsp.Range) -> list[lsp.InlayHint]:
        """How many leads each statement in a part of a text is about."""
        one = self.open[uri]
        said = self.said.get(one.mains[0])
        plan = said.ruleset.reading.plan if said is not None else None
        if plan is None or not self.data.counts_leads:
            return []
        from ..engine.store.database import StoreError

        source = one.source
        try:
            numbers = await self.aside(lambda: self.data.numbers(plan))
        except StoreError as error:
            self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, str(error)))
            return []
        lines, found = self.lines(source), []
        for (label, start), counted in numbers.items():
            line = lines.position(min(start, len(source.text))).line
            if label == source.label and asked.start.line <= line <= asked.end.line:
                end = lines.position(lines.offset(lsp.Position(line, 1 << 30)))
                found.append(lsp.InlayHint(position=end, label=counted.words(), padding_left=True))
        return found
