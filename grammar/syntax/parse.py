"""Text -> tree.

A text is cut into pieces and each piece is read by itself, so that a mistake in one statement costs that
statement alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from ..messages import syntax_errors
from ..messages.diagnostics import Diagnostic, Severity, Source, SyntaxProblem
from ..messages.error_context import ErrorContext
from ..spec.statements import BY_SORT, STATEMENT_WORDS
from . import build_conditions, build_statements, build_tests, build_values
from .build_statements import GroupOpen
from .build_values import thousands_points
from .incremental import scan_again, shifted
from .limits import LARGEST_TEXT, MOST_STATEMENTS, text_too_long, too_deep
from .lr_parser import Action, LrParser, Stuck
from .lr_table import load
from .nodes import Group, Lexeme, Rule, Span, Statement, Tree
from .scan import Scanned, scan
from .split import Piece, alike, split

_IN_GROUPS = frozenset({"rule", "when", "for", ""})
_TRIED = 4
"""Places at which a broken piece is tried to be cut."""

_LONGEST_CUT = 3_000
"""Lexemes of a piece that is tried to be cut."""

_SEARCHED = 100
"""Broken pieces for which a fix is searched by trying; a text with more is not worth the time."""


@dataclass(frozen=True)
class Parsed:
    """What came of a text: its statements, what is wrong with it, and where the broken statements stand.

    A statement with a mistake in its syntax is left out of the tree; all others are in it. `broken`
    has the span of each piece that was left out, in order. Where a group's header is broken, its rules
    are in the tree by themselves; where only its closing brace is missing, the group is in the tree.
    `scanned` has every lexeme and comment (None for a text not read), and `pieces` the statements by how
    they are written, for whoever reads a text that is much like this one. `derived` is what others found
    out about the text and its statements, so that it is found out once.
    """

    source: Source
    tree: Tree
    diagnostics: tuple[Diagnostic, ...]
    broken: tuple[Span, ...]
    scanned: Scanned | None = field(default=None, compare=False, repr=False)
    pieces: Mapping[str, Statement] = field(default_factory=dict, compare=False, repr=False)
    derived: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


@cache
def lr_parser() -> LrParser:
    """The parser of the whole language; made at the first call, and safe to use from any thread."""
    table = load()
    rules = {made.action for made in table.productions if made.action is not None and not made.passes}
    return LrParser(table, {rule: builder(rule) for rule in rules})


_BUILDERS: Final = (build_values, build_conditions, build_statements, build_tests)

# Rules of the grammar whose function is named otherwise.
_RENAMED: Final[dict[str, Action]] = {
    "object": build_values.thing,
    "list": build_statements.list_of_texts,
    "which": build_statements.word,
}


def builder(rule: str) -> Action:
    """What makes the node of a rule of the grammar: a function of that name, else the statement's node."""
    named = [_RENAMED.get(rule), *(module.__dict__.get(rule) for module in _BUILDERS)]
    action = next((one for one in named if callable(one)), None)
    if action is not None:
        return action
    node: Any = BY_SORT[rule].node
    return lambda span, *parts: node(*parts, span=span)


def parse(source: Source, before: Parsed | None = None) -> Parsed:
    """The tree of a text, and everything that is wrong with its syntax, in order.

    `before` is a text that was read, much like this one: what is in both is not read again. Never raises,
    whatever the text. A text past 1 MiB is not read at all, of one with more than 10,000 statements the
    first 10,000 are; both are errors.
    """
    text = source.text
    if before is not None and before.source.text == text:
        said = tuple(replace(item, source=source) for item in before.diagnostics)
        return replace(before, source=source, diagnostics=said)
    everything = Span(0, len(text))
    if len(text) > LARGEST_TEXT or len(text.encode("utf-8", "surrogatepass")) > LARGEST_TEXT:
        diagnostic = syntax_errors.said(source, text_too_long(text))
        return Parsed(source, Tree((), (), span=everything), (diagnostic,), (everything,))
    if before is None or before.scanned is None:
        scanned, before = scan(text), None
    else:
        scanned = scan_again(text, before.source.text, before.scanned)
    reading = _Reading(source, scanned.lexemes, split(scanned.lexemes), before.pieces if before else {})
    reading.run()
    tree = Tree(tuple(reading.statements), scanned.comments, span=everything)
    diagnostics = sorted(reading.diagnostics, key=Diagnostic.sort_key)
    broken = tuple(reading.broken)
    return Parsed(source, tree, tuple(diagnostics), broken, scanned, reading.found)


class _Reading:
    """A text half read: what was found so far, and the group that is open."""

    def __init__(
        self,
        source: Source,
        lexemes: Sequence[Lexeme],
        pieces: Sequence[Piece],
        known: Mapping[str, Statement],
    ) -> None:
        self.source = source
        self.known = known
        self.found: dict[str, Statement] = {}
        self.lexemes = lexemes
        self.pieces = pieces
        self.next = 0
        self.ahead = _braces_ahead(pieces)
        self.statements: list[Statement] = []
        self.diagnostics: list[Diagnostic] = []
        self.broken: list[Span] = []
        self.group: GroupOpen | None = None
        self.rules: list[Rule] = []
        self.stray_braces = 0  # opened by headers that are no part of the tree, and not yet closed

    def run(self) -> None:
        """Read every piece in turn."""
        count, cut_short = 0, False
        while self.next < len(self.pieces):
            piece = self.pieces[self.next]
            self.next += 1
            count += piece.word != "}" or self.group is None
            cut_short = count > MOST_STATEMENTS
            if cut_short:
                self._too_many(self.lexemes[piece.first])
                break
            lexemes = list(self.lexemes[piece.first : piece.last])
            if piece.word == "}":
                self._brace(lexemes[0])
            elif piece.word == "group":
                self._header(lexemes)
            else:
                if self.group is not None and piece.word not in _IN_GROUPS:
                    self._outsider(lexemes[0])
                self._read(piece.word, lexemes)
        if self.group is not None and not cut_short:
            self._not_closed()
        if self.group is not None:
            self._close(len(self.source.text))
        self._warn()

    # --- groups -----------------------------------------------------------------------------------

    def _header(self, lexemes: list[Lexeme]) -> None:
        if self.group is not None:
            if self.ahead[self.next] != ("}", "}"):
                self._not_closed()
            else:
                hint = "give each group its own rules, one after the other"
                self._broken(
                    lexemes, SyntaxProblem("nested-group", "a group stands in a group", _span(lexemes), hint)
                )
                self.stray_braces += 1
                return
        broken = len(self.broken)
        self._read("group", lexemes)
        self.stray_braces = 1 if len(self.broken) > broken else 0

    def _outsider(self, head: Lexeme) -> None:
        """A statement that is no rule where a group is open: either it or a missing brace is the mistake."""
        if self.ahead[self.next][0] != "}":
            self._not_closed()
            return
        message = f'"{head.text}" cannot stand in a group'
        hint = "a group holds rules; put this before the group or after its closing brace"
        self._say(SyntaxProblem("not-in-group", message, head.span, hint))

    def _brace(self, brace: Lexeme) -> None:
        if self.stray_braces:
            self.stray_braces -= 1
        elif self.group is not None:
            self._close(brace.end)
        else:
            message = "this brace closes nothing"
            self._broken([brace], SyntaxProblem("extra-brace", message, brace.span, "leave it out"))

    def _not_closed(self) -> None:
        assert self.group is not None
        end = self.group.span.end
        hint = "put } after its last rule"
        self._say(SyntaxProblem("unclosed-group", "this group is not closed", Span(end - 1, end), hint))
        self._close(self.rules[-1].span.end if self.rules else end)

    def _close(self, end: int) -> None:
        assert self.group is not None
        span = self.group.span.covering(self.group.span.start, end)
        self.statements.append(Group(self.group.name, self.group.bounds, tuple(self.rules), span=span))
        self.group, self.rules = None, []

    # --- statements -------------------------------------------------------------------------------

    def _read(self, word: str, lexemes: list[Lexeme]) -> None:
        start = "group_open" if word == "group" else "statement"
        text = self.source.text
        written = text[lexemes[0].start : lexemes[-1].end]
        known = self.known.get(written)
        if known is not None:
            self._keep(shifted(known, lexemes[0].start - known.span.start), written)
            return
        try:
            too_deep(lexemes)
            node = lr_parser().run(start, lexemes, text)
        except SyntaxProblem as problem:
            self._broken(lexemes, problem)
        except Stuck as stuck:
            place = ErrorContext(lr_parser(), start, text, tuple(stuck.taken), stuck.at, tuple(stuck.rest))
            self._stuck(word, lexemes, place)
        else:
            self._keep(node, written)

    def _stuck(self, word: str, lexemes: list[Lexeme], place: ErrorContext) -> None:
        """Say what is wrong with a piece, after keeping the whole statements before and after the mistake."""
        if not place.taken:
            self._broken(lexemes + self._rest_of_line(), syntax_errors.no_statement(place))
            return
        search = len(self.broken) < _SEARCHED
        problem = syntax_errors.of_spelling(place) if search else None
        may_cut = len(lexemes) <= _LONGEST_CUT
        cut = self._kept_before(lexemes, place) if may_cut and not problem else 0
        if not problem and not cut:
            problem = syntax_errors.of_one_change(place) if search else None
            cut = self._kept_after(lexemes, place) if may_cut and not problem else 0
        if cut:
            self._read(word, lexemes[:cut])
            self._read(lexemes[cut].word if lexemes[cut].word in STATEMENT_WORDS else "", lexemes[cut:])
        else:
            self._broken(lexemes + self._rest_of_line(), problem or syntax_errors.of_piece(place))

    def _kept_before(self, lexemes: list[Lexeme], place: ErrorContext) -> int:
        """How many lexemes make a whole statement that ends with a line, the rest being no part of it."""
        ends = [
            at for at in range(1, len(lexemes)) if lexemes[at].first and lexemes[at].start <= place.span.start
        ]
        for at in reversed(ends[-_TRIED:]):
            if place.reads(lexemes[:at]):
                return at
        return 0

    def _kept_after(self, lexemes: list[Lexeme], place: ErrorContext) -> int:
        """How many lexemes stand before a whole statement that was taken for a part of the broken one."""
        tried = 0
        for at in range(max(1, len(place.taken)), len(lexemes)):
            head = lexemes[at]
            words = (head.word,) if head.word in STATEMENT_WORDS else alike(head.word) if head.first else ()
            for word in words:
                if place.reads([head._replace(word=word), *lexemes[at + 1 :]]):
                    return at
                tried += 1
            if tried >= _TRIED:
                break
        return 0

    def _rest_of_line(self) -> list[Lexeme]:
        """The next piece where it goes on with the line and is no statement: the same mistake broke both."""
        if self.next == len(self.pieces):
            return []
        piece = self.pieces[self.next]
        lexemes = list(self.lexemes[piece.first : piece.last])
        before = self.lexemes[piece.first - 1]
        if lexemes[0].first or before.kind == "SEMICOLON" or piece.word in ("}", "group"):
            return []
        try:
            lr_parser().run("statement", lexemes, self.source.text)
        except Stuck:
            self.next += 1
            return lexemes
        except SyntaxProblem:
            pass
        return []

    def _keep(self, node: Statement | GroupOpen, written: str) -> None:
        if isinstance(node, GroupOpen):
            self.group = node
            return
        self.found[written] = node
        if self.group is not None and isinstance(node, Rule):
            self.rules.append(node)
        else:
            self.statements.append(node)

    # --- what is said -----------------------------------------------------------------------------

    def _broken(self, lexemes: list[Lexeme], problem: SyntaxProblem) -> None:
        self.broken.append(_span(lexemes))
        self._say(problem)

    def _say(self, problem: SyntaxProblem) -> None:
        self.diagnostics.append(syntax_errors.said(self.source, problem))

    def _too_many(self, at: Lexeme) -> None:
        message = f"this text has more than {MOST_STATEMENTS:,} statements"
        hint = "leave out what is not needed; lists can stand in files of their own"
        self.broken.append(Span(at.start, len(self.source.text)))
        self._say(SyntaxProblem("too-many-statements", message, at.span, hint))

    def _warn(self) -> None:
        broken = iter([*self.broken, Span(len(self.source.text), len(self.source.text))])
        span = next(broken)
        for problem in thousands_points(self.lexemes):
            while span.end <= problem.span.start:
                span = next(broken, Span(len(self.source.text) + 1, len(self.source.text) + 2))
            if problem.span.start < span.start:
                self.diagnostics.append(syntax_errors.said(self.source, problem, Severity.WARNING))


def _braces_ahead(pieces: Sequence[Piece]) -> list[tuple[str, str]]:
    """For each piece, what it and those after it open and close next: two of "group", "}" and ""."""
    ahead = [("", "")]
    for piece in reversed(pieces):
        ahead.append((piece.word, ahead[-1][0]) if piece.word in ("group", "}") else ahead[-1])
    return ahead[::-1]


def _span(lexemes: Sequence[Lexeme]) -> Span:
    return Span(lexemes[0].start, lexemes[-1].end)
