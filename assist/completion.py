"""What can be written next: exactly the words that the grammar takes there, and the names that make sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..engine.catalogue import Catalogue
from ..grammar.messages.diagnostics import SyntaxProblem
from ..grammar.spec.operators import COMPARISONS, OPERATORS
from ..grammar.spec.statements import STATEMENT_WORDS
from ..grammar.spec.words import near
from ..grammar.syntax import nodes as n
from ..grammar.syntax.incremental import scan_again
from ..grammar.syntax.lr_parser import Stuck
from ..grammar.syntax.lr_table import END, load
from ..grammar.syntax.nodes import Lexeme
from ..grammar.syntax.parse import lr_parser
from ..grammar.syntax.scan import scan
from ..grammar.syntax.split import split
from . import suggestions as offer
from .names import TextNames
from .suggestions import Suggestion

MOST = 100
"""How many suggestions there are at most."""

_BEGUN = frozenset({"WORD", "PATH", "NUMERAL", "UNCLOSED_QUOTE", "UNCLOSED_BRACKET"})
_CLOSES = {"UNCLOSED_QUOTE": '"', "UNCLOSED_BRACKET": "]"}
_NOTHING = Lexeme("NOTHING", "", 0, 0, "", False)
_COMPARES = frozenset({"EQUALS", "UNEQUAL", "CONTAINS", "LIKE", "WITH"})
_POINTS = {"+": "points to give", "-": "points to take away"}


@dataclass(frozen=True, slots=True)
class Completion:
    """The suggestions, the likeliest first, and the part of the text (start, end) that each would replace."""

    start: int
    end: int
    suggestions: tuple[Suggestion, ...]


def complete(text: str, offset: int, catalogue: Catalogue, glossary: TextNames | None = None) -> Completion:
    """What may stand at an offset of a text, given what is already written before it.

    `glossary` are the names of a text read before, much like this one.
    """
    read = glossary.parsed if glossary is not None else None
    if glossary is None or read is None or read.scanned is None:
        scanned = scan(text[:offset])
    else:
        scanned = scan_again(text[:offset], read.source.text, read.scanned)
    last = scanned.comments[-1] if scanned.comments else None
    if last is not None and not set(text[last.span.start : offset]) & {"\n", "\r"}:
        return Completion(offset, offset, ())
    lexemes = scanned.lexemes
    begun = lexemes.pop() if lexemes and lexemes[-1].end == offset and lexemes[-1].kind in _BEGUN else None
    place = _Place(text, lexemes, glossary or TextNames(text, catalogue))
    prefix = begun.text if begun is not None else ""
    start = begun.start if begun is not None else offset
    # A quote that is closed already, as editors do for their writers, is not closed again.
    closed = begun is not None and text[offset : offset + 1] == _CLOSES.get(begun.kind)
    return Completion(start, offset + closed, tuple(_fitting(place.suggestions(), prefix)[:MOST]))


def instead(text: str, start: int, end: int, catalogue: Catalogue) -> tuple[Suggestion, ...]:
    """What may stand from `start` to `end` and is nearly like what is written there; at most three.

    Where something was misspelt, one of them is what was meant.
    """
    place = _Place(text, scan(text[:start]).lexemes, TextNames(text, catalogue))
    by_name = {_bare(item.text): item for item in reversed(list(place.suggestions()))}
    return tuple(by_name[name] for name in near(_bare(text[start:end]), by_name)[:3])


def _bare(text: str) -> str:
    return text.casefold().strip('"“”„[] ')


def _fitting(found: Iterable[Suggestion], prefix: str) -> list[Suggestion]:
    """Those that begin with what was begun, then those with it inside; each once."""
    wanted = prefix.casefold().strip('"“„[')
    by_text = {item.text: item for item in found}
    begin, inside = [], []
    for item in by_text.values():
        plain = item.text.casefold().strip('"[')
        if plain.startswith(wanted):
            begin.append(item)
        elif wanted in plain:
            inside.append(item)
    return begin + inside


class _Place:
    """Where in a statement something is to be written."""

    def __init__(self, text: str, lexemes: list[Lexeme], glossary: TextNames) -> None:
        self.text = text
        self.glossary = glossary
        pieces = split(lexemes)
        piece = pieces[-1] if pieces else None
        whole = piece is None or piece.word == "}" or lexemes[-1].kind in ("SEMICOLON", "LBRACE")
        self.lexemes = [] if whole or piece is None else lexemes[piece.first : piece.last]
        self.start = (
            "group_open" if piece is not None and not whole and piece.word == "group" else "statement"
        )
        self.taken = self._taken()
        kinds = [lexeme.kind for lexeme in self.taken or ()]
        self.kinds = kinds
        self.accepted = (
            lr_parser().accepted(self.start, kinds) if self.taken is not None else frozenset[str]()
        )

    def _taken(self) -> list[Lexeme] | None:
        """The lexemes of the statement as understood; None where it is broken before this place."""
        try:
            lr_parser().run(self.start, [*self.lexemes, _NOTHING], self.text)
        except Stuck as stuck:
            return stuck.taken if stuck.at is _NOTHING else None
        except SyntaxProblem:
            return None
        return None

    # --- what may stand here --------------------------------------------------------------------

    def suggestions(self) -> Iterator[Suggestion]:
        """Everything that may, names of the data before words of the language."""
        if not self.taken:
            yield from (Suggestion(word, "word") for word in self._beginnings())
            return
        if "PATH" in self.accepted:
            yield from offer.objects(self.glossary, _plain(self.taken[-1]))
        if "QUOTED" in self.accepted:
            yield from self._texts()
        if "BRACKETED" in self.accepted:
            yield from self._names()
        yield from (Suggestion(word, "word") for word in self._words())
        yield from self._signs()

    def _beginnings(self) -> list[str]:
        return sorted(STATEMENT_WORDS) if self.taken is not None else []

    def _words(self) -> list[str]:
        words = [load().terminals.get(kind, "") for kind in sorted(self.accepted)]
        found = [word for word in words if word.isalpha() or word == "yes/no"]
        if END in self.accepted:
            found += [word for word in self._beginnings() if word not in found]
        return found

    def _signs(self) -> Iterator[Suggestion]:
        """Comparisons, but for those that make no sense for the field before."""
        if self.kinds[-1] == "THEN":
            yield from offer.noted("sign", _POINTS)
        kind = self.glossary.field_kind(_plain(self.taken[-1])) if self.taken else None
        accepted = {load().terminals.get(name) for name in self.accepted}
        fit = [OPERATORS[sign] for sign in COMPARISONS if sign in accepted]
        yield from offer.noted(
            "sign", {one.written: one.phrase for one in fit if kind is None or kind in one.kinds}
        )

    def _texts(self) -> Iterable[Suggestion]:
        last, first = self.kinds[-1], self.kinds[0]
        if last == "FROM" and first == "FIELD":
            return offer.fields_of_the_data(self.glossary)
        if last == "FROM" and first == "EVENT":
            return offer.events_of_the_data(self.glossary)
        if last == "RULE" and "EXPECT" in self.kinds:
            return (Suggestion(name, "rule") for name in self.glossary.rules())
        if last == "TAG":
            return (Suggestion(name, "tag") for name in self.glossary.tags())
        if first == "LIST" and last in ("COLON", "COMMA"):
            return offer.entries(self.glossary)
        names = [lexeme for lexeme in self.taken or () if lexeme.kind in ("WORD", "BRACKETED")]
        if names and last in _COMPARES | {"LPAR", "COMMA"}:
            return offer.values(self.glossary, _plain(names[-1]))
        return ()

    # --- names ----------------------------------------------------------------------------------

    def _names(self) -> Iterable[Suggestion]:
        kinds, last, glossary = self.kinds, self.kinds[-1], self.glossary
        first = kinds[0]
        if last == "IN":
            is_track = "WHEN" not in kinds and first in ("STAGE", "TEST")
            return (
                offer.tracks(glossary)
                if is_track
                else offer.declared(glossary, n.ListDeclaration, n.ListFile)
            )
        if last == "DOT":
            return self._properties(self.taken[-2] if self.taken and len(self.taken) > 1 else None)
        if "EXPECT" in kinds or (first != "TEST" and "THEN" in kinds) or first == "GRADE":
            return self._results(last)
        if len(kinds) == 1 and first == "FIELD":
            return offer.fields(glossary)
        if last == "BY" and first == "EVENT":
            return self._properties_to_name()
        if last == "BY" or (len(kinds) == 1 and first == "EVENT") or last in ("EACH", "LATEST", "FIRST"):
            return offer.events(glossary)
        if self._in_where():
            return self._properties(self._event_before_where())
        return self._operands() if len(kinds) > 1 or first in ("WHEN", "FOR") else ()

    def _results(self, last: str) -> Iterator[Suggestion]:
        """Scores, and what a comparison with a stage or a grade may name."""
        yield from offer.declared(self.glossary, n.ScoreDeclaration)
        if last in ("EQUALS", "UNEQUAL"):
            yield from offer.declared(self.glossary, n.Stage)
            yield from offer.grades(self.glossary)

    def _operands(self) -> Iterator[Suggestion]:
        yield from offer.declared(self.glossary, n.Define)
        yield from offer.fields(self.glossary)
        yield from offer.events(self.glossary)
        if self.kinds[0] != "TEST":
            yield from offer.functions()

    def _properties(self, event: Lexeme | None) -> Iterator[Suggestion]:
        feeds = self.glossary.feeds(_plain(event)) if event is not None else []
        return offer.properties(facts.properties for facts in feeds)

    def _properties_to_name(self) -> Iterator[Suggestion]:
        """The properties of the event that is being declared, under the name that the data has for it."""
        taken = self.taken or []
        source = next((one.text[1:-1].replace('""', '"') for one in taken if one.kind == "QUOTED"), None)
        facts = self.glossary.catalogue.events.get(source if source is not None else _plain(taken[1]))
        return offer.properties([facts.properties] if facts is not None else [])

    def _in_where(self) -> bool:
        if "WHERE" not in self.kinds:
            return False
        since = self.kinds[len(self.kinds) - 1 - self.kinds[::-1].index("WHERE") :]
        return since[-1] in ("WHERE", "NOT") or since.count("LPAR") > since.count("RPAR")

    def _event_before_where(self) -> Lexeme | None:
        """The event that a `where` is about: the first of the names that stand together before it."""
        at = len(self.kinds) - 1 - self.kinds[::-1].index("WHERE")
        name = None
        for lexeme in reversed((self.taken or [])[:at]):
            if lexeme.kind not in ("WORD", "PATH", "QUOTED", "BRACKETED"):
                break
            name = lexeme
        return name


def _plain(lexeme: Lexeme) -> str:
    """A name without its brackets."""
    return lexeme.text[1:-1].strip() if lexeme.kind == "BRACKETED" else lexeme.text
