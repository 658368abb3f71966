"""What can be written next: exactly the words that the grammar takes there, and the names that make sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..engine.catalogue import Catalogue
from ..engine.report.paper import counted
from ..grammar import nodes as n
from ..grammar.machine import Stuck
from ..grammar.nodes import Kind
from ..grammar.parser import machine
from ..grammar.printer import name_text, object_text, quoted
from ..grammar.scan import Lexeme, scan
from ..grammar.split import split
from ..grammar.table import END, load
from ..grammar.trouble import Trouble
from ..grammar.words import STATEMENT_WORDS
from .glossary import KINDS, Glossary

MOST = 100
"""How many suggestions there are at most."""

_BEGUN = frozenset({"WORD", "PATH", "NUMERAL", "UNCLOSED_QUOTE", "UNCLOSED_BRACKET"})
_CLOSES = {"UNCLOSED_QUOTE": '"', "UNCLOSED_BRACKET": "]"}
_NOTHING = Lexeme("NOTHING", "", 0, 0, "", False)
_COMPARES = frozenset({"EQUALS", "UNEQUAL", "CONTAINS", "LIKE", "WITH"})
_FUNCTIONS = {
    "sum": "of a property, over events",
    "avg": "the average of a property, over events",
    "min": "the smallest of a property, over events",
    "max": "the largest of a property, over events",
    "distinct": "how many different objects",
    "days": "on how many days",
    "domain": "what follows the @",
}
_SIGNS = {
    "=": "is", "!=": "is not", ">=": "at least", "<=": "at most", ">": "more than", "<": "less than",
}  # fmt: skip
_UNORDERED = (Kind.TEXT, Kind.TEXTS, Kind.YES_NO)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to write: its text, what sort of thing it is, and how often the data has it, if it does.

    `note` says a few words about it: what sort of field it is, what a list holds, what a sign means.
    """

    text: str
    kind: str
    count: int | None = None
    note: str | None = None


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
    # A quote that is closed already, as editors do for their writers, is not closed again.
    closed = begun is not None and text[offset : offset + 1] == _CLOSES.get(begun.kind)
    return Completion(start, offset + closed, tuple(_fitting(place.suggestions(), prefix)[:MOST]))


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
        self.glossary = Glossary(text, catalogue)
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
        kind = self.glossary.field_kind(_plain(self.taken[-1])) if self.taken else None
        accepted = {load().terminals.get(name) for name in self.accepted}
        for sign, note in _SIGNS.items():
            if sign in accepted and (sign in ("=", "!=") or kind not in _UNORDERED):
                yield Suggestion(sign, "sign", note=note)

    def _objects(self) -> Iterator[Suggestion]:
        last = self.taken[-1] if self.taken else None
        for facts in self.glossary.feeds(_plain(last)) if last is not None else ():
            for name, count in facts.objects.items():
                yield Suggestion(object_text(name), "object", count, counted(count, "time"))

    def _texts(self) -> Iterator[Suggestion]:
        last, first = self.kinds[-1], self.kinds[0]
        if last == "FROM" and first in ("FIELD", "EVENT"):
            yield from self._sources(first)
        elif last == "RULE" and "EXPECT" in self.kinds:
            yield from (Suggestion(name, "rule") for name in self.glossary.rules())
        elif last == "TAG":
            yield from (Suggestion(name, "tag") for name in self.glossary.tags())
        elif last in _COMPARES | {"LPAR", "COMMA"}:
            yield from self._values()

    def _sources(self, first: str) -> Iterator[Suggestion]:
        """What the data calls its fields or events."""
        if first == "FIELD":
            for field in self.catalogue.fields.values():
                note = f"{KINDS[field.kind]}, {counted(field.known, 'lead')}"
                yield Suggestion(quoted(field.name), "field", field.known, note)
        else:
            for event in self.catalogue.events.values():
                yield Suggestion(quoted(event.type), "event", event.count, counted(event.count, "time"))

    def _values(self) -> Iterator[Suggestion]:
        """The values that the field before the comparison has."""
        names = [lexeme for lexeme in self.taken or () if lexeme.kind in ("WORD", "BRACKETED")]
        facts = self.glossary.field_facts(_plain(names[-1])) if names else None
        if facts is not None and facts.kind != Kind.NUMBER:
            for value, count in facts.values.items():
                yield Suggestion(quoted(value), "value", count, counted(count, "lead"))

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
            yield from self._results(last)
        elif len(kinds) == 1 and first == "FIELD":
            yield from self._fields()
        elif last == "BY" and first == "EVENT":
            yield from self._properties_to_name()
        elif last == "BY" or (len(kinds) == 1 and first == "EVENT") or last in ("EACH", "LATEST", "FIRST"):
            yield from self._events()
        elif self._in_where():
            yield from self._properties(self._event_before_where())
        elif len(kinds) > 1 or first in ("WHEN", "FOR"):
            yield from self._operands()

    def _results(self, last: str) -> Iterator[Suggestion]:
        """Scores, and what a comparison with a stage or a grade may name."""
        yield from self._declared(n.ScoreDeclaration)
        if last in ("EQUALS", "UNEQUAL"):
            yield from self._declared(n.Stage)
            for node in self.glossary.declarations:
                if isinstance(node, n.Grade):
                    labels = [band.label for band in node.bands]
                    labels += [node.otherwise] if node.otherwise is not None else []
                    yield from (Suggestion(_label_text(label.text), "grade") for label in labels)

    def _operands(self) -> Iterator[Suggestion]:
        yield from self._declared(n.Define)
        yield from self._fields()
        yield from self._events()
        if self.kinds[0] != "TEST":
            for name, note in _FUNCTIONS.items():
                yield Suggestion(f"{name}(", "function", note=note)

    def _fields(self) -> Iterator[Suggestion]:
        declared = [
            node.name.text for node in self.glossary.declarations if isinstance(node, n.FieldDeclaration)
        ]
        for name in [*declared, *self.catalogue.fields]:
            facts = self.glossary.field_facts(name)
            count = facts.known if facts is not None else None
            yield Suggestion(name_text(name), "field", count, self.glossary.about(name, "field"))

    def _events(self) -> Iterator[Suggestion]:
        declared = [
            node.name.text for node in self.glossary.declarations if isinstance(node, n.EventDeclaration)
        ]
        for name in [*declared, *self.catalogue.events]:
            count = sum(facts.count for facts in self.glossary.feeds(name))
            yield Suggestion(name_text(name), "event", count, self.glossary.about(name, "event"))

    def _properties(self, event: Lexeme | None) -> Iterator[Suggestion]:
        for facts in self.glossary.feeds(_plain(event)) if event is not None else ():
            for name, kind in facts.properties.items():
                yield Suggestion(name_text(name), "property", note=KINDS[kind])

    def _properties_to_name(self) -> Iterator[Suggestion]:
        """The properties of the event that is being declared, under the name that the data has for it."""
        taken = self.taken or []
        source = next((one.text[1:-1].replace('""', '"') for one in taken if one.kind == "QUOTED"), None)
        facts = self.catalogue.events.get(source if source is not None else _plain(taken[1]))
        for name, kind in facts.properties.items() if facts is not None else ():
            yield Suggestion(name_text(name), "property", note=KINDS[kind])

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
        for node in self.glossary.declarations:
            if isinstance(node, n.Stage) and node.track is not None:
                yield Suggestion(name_text(node.track.text), "track")

    def _declared(self, *sorts: type[n.Statement]) -> Iterator[Suggestion]:
        for node in self.glossary.declarations:
            name = getattr(node, "name", None)
            if isinstance(node, sorts) and isinstance(name, n.Name):
                kind = _CALLED[type(node)]
                yield Suggestion(name_text(name.text), kind, note=self.glossary.about(name.text, kind))


_CALLED: dict[type[n.Statement], str] = {
    n.ListDeclaration: "list",
    n.ListFile: "list",
    n.Define: "define",
    n.ScoreDeclaration: "score",
    n.Stage: "stage",
}


def _plain(lexeme: Lexeme) -> str:
    """A name without its brackets."""
    return lexeme.text[1:-1].strip() if lexeme.kind == "BRACKETED" else lexeme.text


def _label_text(label: str) -> str:
    """A grade's label as it is written: `A`, `"A+"`."""
    return label if name_text(label) == label else quoted(label)
