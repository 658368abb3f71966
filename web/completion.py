"""What can be written next: exactly the words that the grammar takes there, and the names that make sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..engine.catalogue import Catalogue, EventFacts
from ..grammar import nodes as n
from ..grammar.diagnostics import Source
from ..grammar.machine import Stuck
from ..grammar.parser import machine, parse
from ..grammar.printer import name_text, object_text, quoted
from ..grammar.scan import Lexeme, scan
from ..grammar.split import split
from ..grammar.table import END, load
from ..grammar.trouble import Trouble
from ..grammar.words import STATEMENT_WORDS

MOST = 100
"""How many suggestions there are at most."""

_BEGUN = frozenset({"WORD", "PATH", "NUMERAL", "UNCLOSED_QUOTE", "UNCLOSED_BRACKET"})
_NOTHING = Lexeme("NOTHING", "", 0, 0, "", False)
_FUNCTIONS = ("sum", "avg", "min", "max", "distinct", "days", "domain")
_COMPARES = frozenset({"EQUALS", "UNEQUAL", "CONTAINS", "LIKE", "WITH"})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to write: its text, what sort of thing it is, and how often the data has it, if it does."""

    text: str
    kind: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """The suggestions, the likeliest first, and the part of the text (start, end) that each would replace."""

    start: int
    end: int
    suggestions: tuple[Suggestion, ...]


def complete(text: str, offset: int, catalogue: Catalogue) -> Completion:
    """What may stand at an offset of a text, given what is already written before it."""
    scanned = scan(text[:offset])
    last = scanned.comments[-1] if scanned.comments else None
    if last is not None and not set(text[last.span.start : offset]) & {"\n", "\r"}:
        return Completion(offset, offset, ())
    lexemes = scanned.lexemes
    begun = lexemes.pop() if lexemes and lexemes[-1].end == offset and lexemes[-1].kind in _BEGUN else None
    place = _Place(text, lexemes, catalogue)
    prefix = begun.text if begun is not None else ""
    start = begun.start if begun is not None else offset
    return Completion(start, offset, tuple(_fitting(place.suggestions(), prefix)[:MOST]))


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

    def __init__(self, text: str, lexemes: list[Lexeme], catalogue: Catalogue) -> None:
        self.text = text
        self.catalogue = catalogue
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
        self.accepted = machine().accepted(self.start, kinds) if self.taken is not None else frozenset[str]()

    def _taken(self) -> list[Lexeme] | None:
        """The lexemes of the statement as understood; None where it is broken before this place."""
        try:
            machine().run(self.start, [*self.lexemes, _NOTHING], self.text)
        except Stuck as stuck:
            return stuck.taken if stuck.at is _NOTHING else None
        except Trouble:
            return None
        return None

    # --- what may stand here --------------------------------------------------------------------

    def suggestions(self) -> Iterator[Suggestion]:
        """Everything that may, names of the data before words of the language."""
        if not self.taken:
            yield from (Suggestion(word, "word") for word in self._beginnings())
            return
        if "PATH" in self.accepted:
            yield from self._objects()
        if "QUOTED" in self.accepted and self.kinds[-1] in _COMPARES | {"LPAR", "COMMA"}:
            yield from self._values()
        if "BRACKETED" in self.accepted:
            yield from self._names()
        yield from (Suggestion(word, "word") for word in self._words())

    def _beginnings(self) -> list[str]:
        return sorted(STATEMENT_WORDS) if self.taken is not None else []

    def _words(self) -> list[str]:
        words = [load().terminals.get(kind, "") for kind in sorted(self.accepted)]
        found = [word for word in words if word.isalpha() or word == "yes/no"]
        if END in self.accepted:
            found += [word for word in self._beginnings() if word not in found]
        return found

    def _objects(self) -> Iterator[Suggestion]:
        last = self.taken[-1] if self.taken else None
        for facts in self._feeds(_plain(last)) if last is not None else ():
            yield from (
                Suggestion(object_text(name), "object", count) for name, count in facts.objects.items()
            )

    def _feeds(self, name: str) -> list[EventFacts]:
        """The events of the data that a name in the rules stands for."""
        declared = [
            node.source.value if node.source is not None else node.name.text
            for node in self._nodes()
            if isinstance(node, n.EventDeclaration) and node.name.text == name
        ]
        known = self.catalogue.events
        return [known[type_] for type_ in declared or [name] if type_ in known]

    def _values(self) -> Iterator[Suggestion]:
        """The values that the field before the comparison has."""
        names = [lexeme for lexeme in self.taken or () if lexeme.kind in ("WORD", "BRACKETED")]
        facts = self.catalogue.fields.get(_plain(names[-1])) if names else None
        if facts is not None:
            yield from (Suggestion(quoted(value), "value", count) for value, count in facts.values.items())

    # --- names ----------------------------------------------------------------------------------

    def _names(self) -> Iterator[Suggestion]:
        kinds, last = self.kinds, self.kinds[-1]
        first = kinds[0]
        if last == "IN":
            is_track = "WHEN" not in kinds and first in ("STAGE", "TEST")
            yield from self._tracks() if is_track else self._declared(n.ListDeclaration, n.ListFile)
        elif last == "DOT":
            yield from self._properties(self.taken[-2] if self.taken and len(self.taken) > 1 else None)
        elif "EXPECT" in kinds or (first != "TEST" and "THEN" in kinds) or first == "GRADE":
            yield from self._declared(n.ScoreDeclaration)
            if last in ("EQUALS", "UNEQUAL"):
                yield from self._declared(n.Stage)
        elif len(kinds) == 1 and first == "FIELD":
            yield from self._fields()
        elif last == "BY" or (len(kinds) == 1 and first == "EVENT") or last in ("EACH", "LATEST", "FIRST"):
            yield from self._events()
        elif self._in_where():
            yield from self._properties(self._event_before_where())
        elif len(kinds) > 1 or first in ("WHEN", "FOR"):
            yield from self._operands()

    def _operands(self) -> Iterator[Suggestion]:
        yield from self._declared(n.Define)
        yield from self._fields()
        yield from self._events()
        if self.kinds[0] != "TEST":
            yield from (Suggestion(f"{name}(", "function") for name in _FUNCTIONS)

    def _fields(self) -> Iterator[Suggestion]:
        yield from self._declared(n.FieldDeclaration)
        for facts in self.catalogue.fields.values():
            yield Suggestion(name_text(facts.name), "field", facts.known)

    def _events(self) -> Iterator[Suggestion]:
        for node in self._nodes():
            if isinstance(node, n.EventDeclaration):
                count = sum(facts.count for facts in self._feeds(node.name.text))
                yield Suggestion(name_text(node.name.text), "event", count)
        for facts in self.catalogue.events.values():
            yield Suggestion(name_text(facts.type), "event", facts.count)

    def _properties(self, event: Lexeme | None) -> Iterator[Suggestion]:
        for facts in self._feeds(_plain(event)) if event is not None else ():
            yield from (Suggestion(name_text(name), "property") for name in facts.properties)

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

    def _tracks(self) -> Iterator[Suggestion]:
        for node in self._nodes():
            if isinstance(node, n.Stage) and node.track is not None:
                yield Suggestion(name_text(node.track.text), "track")

    def _declared(self, *sorts: type[n.Statement]) -> Iterator[Suggestion]:
        for node in self._nodes():
            name = getattr(node, "name", None)
            if isinstance(node, sorts) and isinstance(name, n.Name):
                yield Suggestion(name_text(name.text), _CALLED[type(node)])

    def _nodes(self) -> Sequence[n.Statement]:
        return parse(Source(self.text)).tree.statements


_CALLED: dict[type[n.Statement], str] = {
    n.ListDeclaration: "list",
    n.ListFile: "list",
    n.Define: "define",
    n.ScoreDeclaration: "score",
    n.Stage: "stage",
    n.FieldDeclaration: "field",
}


def _plain(lexeme: Lexeme) -> str:
    """A name without its brackets."""
    return lexeme.text[1:-1].strip() if lexeme.kind == "BRACKETED" else lexeme.text
