"""The check: a parsed text becomes a plan, or a list of all that is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field
from itertools import groupby
from pathlib import Path

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Diagnostic, Source
from ...grammar.syntax import nodes as n
from ...grammar.syntax.parse import Parsed, parse
from ...grammar.text.printer import quoted
from .. import plan as p
from ..catalogue import Catalogue
from ..zone import UTC, Zone, zone_names
from .decisions import DecisionReader
from .declarations import Declarations
from .definitions import Definitions
from .draft import PlanDraft
from .events import FilterReader
from .evidence import merged
from .expectations import Tests
from .expressions import Expressions
from .files import FileProblem, Files, FrozenFiles, beside
from .guarantees import Guarantees
from .handoffs import HandoffReader
from .known import Known, Rereading
from .names import Names
from .problems import Problems, nearest, texts
from .rules import RuleReader
from .scopes import FilterScope

NO_FILES = FrozenFiles({})


@frozen
class Checked:
    """Every diagnostic, in the order of the text, and a plan where no error is among them."""

    plan: p.Plan | None
    diagnostics: tuple[Diagnostic, ...]
    known: Known = field(compare=False, repr=False)
    """What the check of a text that is much like this one need not find out again."""


@frozen
class _Piece:
    """A statement, the source it stands in and that source's path from the ruleset's folder."""

    statement: n.Statement
    source: Source
    path: str


def check(
    parsed: Parsed,
    *,
    catalogue: Catalogue | None = None,
    pinned: Mapping[str, p.Resolution] | None = None,
    files: Files = NO_FILES,
    known: Known | None = None,
) -> Checked:
    """Checks a parsed text against a catalogue, or against its own use of names where there is none.

    `pinned` are the names as a published version resolved them; `files` is where included rules and
    list files are read. `known` is what the check of a text that is much like this one found out: it saves
    time, and changes nothing.
    """
    made = _Check(parsed, catalogue, pinned or {}, files, known)
    try:
        return made.run()
    finally:
        made.let_go()


class _Check:
    def __init__(
        self,
        parsed: Parsed,
        catalogue: Catalogue | None,
        pinned: Mapping[str, p.Resolution],
        files: Files,
        known: Known | None,
    ) -> None:
        self.problems = Problems(parsed.source)
        self.problems.found += parsed.diagnostics
        self.files = files
        self.sources = [parsed.source]
        self.pieces: list[_Piece] = []
        self.included = {parsed.source.path.name} if parsed.source.path is not None else set()
        self._include(parsed, "")
        self.rereading = Rereading(known)
        self.words = [self.rereading.words(piece.statement, piece.source) for piece in self.pieces]
        evidence = merged(words.evidence for words in self.words)
        evidence.settle()
        self.names = Names(self.problems, evidence, catalogue, pinned)
        self.draft, self.aside = self._draft(), self._draft()
        self.declarations = Declarations(self.problems, self.names, files)
        is_new = self.declarations.is_new
        self.rules = RuleReader(self.draft, self.aside, is_new, self.rereading)
        self.decisions = DecisionReader(self.draft, is_new)
        self.handoffs = HandoffReader(self.draft, self.decisions, is_new)
        self.tests = Tests(self.draft, self.rules, self.decisions, self.handoffs, is_new)
        self.handoffs.scope.expectation = self.tests.expectation
        self.guarantees = Guarantees(self.draft, self.tests, is_new)

    def _draft(self) -> PlanDraft:
        draft = PlanDraft(self.problems, self.names)
        draft.definition = Definitions(draft).read
        draft.signals.read_filter = _filters(draft)
        return draft

    def let_go(self) -> None:
        """Breaks the reference cycles between its parts: else all that was read would lie in memory
        until the garbage collector comes by, which takes as long as an edit."""
        for draft in (self.draft, self.aside):
            del draft.definition, draft.signals.read_filter
        del self.handoffs.scope.expectation

    def run(self) -> Checked:
        """Reads everything in the order in which it depends on each other."""
        self._read_zone()
        by_source = [(source, [*pieces]) for source, pieces in groupby(self.pieces, lambda one: one.source)]
        for source, pieces in by_source:
            with self.problems.within(source):
                for piece in pieces:
                    self.declarations.enter(piece.statement, piece.path)
        self.declarations.check_shared_names()
        self.rereading.settle(self.names)
        entering = (self._rule, self.decisions.enter, self.handoffs.enter, self._define, self._expected)
        for enter in entering:
            for source, pieces in by_source:
                with self.problems.within(source):
                    for piece in pieces:
                        enter(piece.statement)
        order = {source.label: index for index, source in enumerate(self.sources)}
        found = sorted(
            self.problems.found,
            key=lambda item: (order[item.source.label], item.span.start, item.span.end, item.code),
        )
        return Checked(None if self.problems.has_errors else self._plan(), tuple(found), self.rereading.known)

    def _read_zone(self) -> None:
        """Reads whose days the ruleset counts, before anything that speaks of days."""
        for piece in self.pieces:
            if isinstance(piece.statement, n.Title) and piece.statement.zone is not None:
                with self.problems.within(piece.source):
                    self.names.zone = self._zone(piece.statement.zone)
                return

    def _zone(self, node: n.Text) -> Zone:
        known = zone_names()
        if node.value in known:
            return Zone(node.value)
        near = nearest(node.value, known)
        self.problems.error(
            "unknown-zone",
            node,
            f'there is no time zone "{node.value}"',
            f"did you mean {quoted(near)}?"
            if near
            else 'write it as in "Europe/Berlin" or "America/New_York"',
            texts(near),
        )
        return UTC

    def _define(self, statement: n.Statement) -> None:
        """Reads a define once more, aside: one that nothing uses is wrong or right like any other."""
        if isinstance(statement, n.Define) and self.names.defines[statement.name.text].node is statement:
            self.aside.definition(n.Reference(statement.name, span=statement.name.span))

    def _rule(self, statement: n.Statement) -> None:
        if isinstance(statement, n.Rule | n.Group):
            self.rules.enter(statement)

    def _expected(self, statement: n.Statement) -> None:
        if isinstance(statement, n.Test):
            self.tests.enter(statement)
        elif isinstance(statement, n.Guarantee):
            self.guarantees.enter(statement)

    # --- the texts ------------------------------------------------------------------------------

    def _include(self, parsed: Parsed, path: str) -> None:
        title_allowed = not path
        for statement in parsed.tree.statements:
            if isinstance(statement, n.Include):
                with self.problems.within(parsed.source):
                    self._include_file(statement, path)
            else:
                if isinstance(statement, n.Title) and not title_allowed:
                    self._misplaced_title(parsed.source, statement)
                self.pieces.append(_Piece(statement, parsed.source, path))
            title_allowed = False

    def _misplaced_title(self, source: Source, node: n.Title) -> None:
        with self.problems.within(source):
            self.problems.error(
                "title-place",
                node,
                "the ruleset's title stands once, before everything else",
                "move it to the top",
            )

    def _include_file(self, node: n.Include, including: str) -> None:
        try:
            path = beside(including, node.path.value)
            if path in self.included:
                raise FileProblem(f'"{path}" is already included', "include every file once")
            self.included.add(path)
            text = self.files.read(path)
        except FileProblem as problem:
            self.problems.error("include", node.path, str(problem), problem.hint)
            return
        main = self.sources[0].path
        source = Source(text, main.parent / path if main is not None else Path(path))
        self.sources.append(source)
        parsed = parse(source)
        self.problems.found += parsed.diagnostics
        self._include(parsed, path)

    # --- the plan -------------------------------------------------------------------------------

    def _plan(self) -> p.Plan:
        title = next((piece.statement for piece in self.pieces if isinstance(piece.statement, n.Title)), None)
        return p.Plan(
            title=title.title.value if title is not None else None,
            fields=tuple(self.draft.fields),
            selectors=self.draft.signals.selectors,
            signals=self.draft.signals.signals,
            definitions=tuple(self.draft.definitions),
            lists=tuple(self.names.lists.values()),
            scores=tuple(self.declarations.scores),
            total=self.declarations.total or p.Score(None, None, None, None),
            groups=tuple(self.rules.groups),
            rules=tuple(self.rules.rules),
            off=tuple(self.rules.off),
            **self.decisions.decided(),
            guarantees=tuple(self.guarantees.guarantees),
            tests=tuple(self.tests.tests),
            names=dict(sorted(self.names.resolved.items())),
            sources=tuple(self.sources),
            digest=self._digest(),
            zone=self.names.zone,
            handoffs=tuple(self.handoffs.handoffs),
        )

    def _digest(self) -> str:
        statements = [
            words.canonical
            for piece, words in zip(self.pieces, self.words, strict=True)
            if not isinstance(piece.statement, n.Guarantee | n.Test | n.Title)
        ]
        lists = {name: entries.entries for name, entries in self.names.lists.items()}
        names = {
            name: (found.meaning.value, found.kind.value if found.kind else None)
            for name, found in sorted(self.names.resolved.items())
        }
        meant: list[object] = [statements, lists, names]
        if not self.names.zone.is_utc:
            meant.append(self.names.zone.name)
        content = json.dumps(meant, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def _filters(draft: PlanDraft) -> FilterReader:
    def read(where: n.Expression, feeds: tuple[p.Feed, ...]) -> p.Condition | None:
        return Expressions(draft, FilterScope(draft, where, feeds)).condition(where)

    return read
