"""What the names of a ruleset stand for: those that it declares, and those of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from itertools import islice, pairwise

from ..engine.catalogue import Catalogue, EventFacts, FieldFacts
from ..engine.report.text_style import counted, listed
from ..grammar.messages.diagnostics import Source
from ..grammar.spec.kinds import KINDS
from ..grammar.syntax import nodes as n
from ..grammar.syntax.nodes import Kind, Lexeme
from ..grammar.syntax.parse import Parsed, parse
from ..grammar.syntax.scan import scan
from ..grammar.syntax.split import Piece, split
from ..grammar.text.printer import text_of

_DECLARE = frozenset({"field", "event", "list", "define", "score", "stage", "grade"})
_COUNTED = (Kind.TEXT, Kind.TEXTS, Kind.YES_NO)
_SHOWN = 3
_LONGEST = 60


_DECLARATIONS = (
    n.FieldDeclaration | n.EventDeclaration | n.ListDeclaration | n.ListFile | n.Define | n.ScoreDeclaration
    | n.Stage | n.Grade
)  # fmt: skip


class TextNames:
    """The names of one text, read without reading its rules, so that it is ready while somebody types.

    `parsed` is what was read of the same text, where that is known. `others` are statements of
    other texts of the same ruleset: what they declare is known too.
    """

    def __init__(
        self,
        text: str,
        catalogue: Catalogue,
        parsed: Parsed | None = None,
        others: tuple[n.Statement, ...] = (),
    ) -> None:
        self.text = text
        self.catalogue = catalogue
        self.parsed = parsed
        self.others = others

    @cached_property
    def lexemes(self) -> list[Lexeme]:
        """The lexemes of the text."""
        known = self.parsed.scanned if self.parsed is not None else None
        return (known or scan(self.text)).lexemes

    @cached_property
    def pieces(self) -> list[Piece]:
        """The statements of the text, as its lexemes."""
        return split(self.lexemes)

    @cached_property
    def declarations(self) -> tuple[n.Statement, ...]:
        """The statements that declare names, in order; broken ones are left out."""
        return (*self._own, *(node for node in self.others if isinstance(node, _DECLARATIONS)))

    @cached_property
    def _own(self) -> tuple[n.Statement, ...]:
        if self.parsed is not None:
            return tuple(node for node in self.parsed.tree.statements if isinstance(node, _DECLARATIONS))
        spans = (
            (self.lexemes[piece.first].start, self.lexemes[piece.last - 1].end)
            for piece in self.pieces
            if piece.word in _DECLARE
        )
        return parse(Source("\n".join(self.text[start:end] for start, end in spans))).tree.statements

    def rules(self) -> Iterator[str]:
        """The names of rules, in quotes as written."""
        return self._quoted_after("rule")

    def tags(self) -> Iterator[str]:
        """The tags that rules give, in quotes as written."""
        return self._quoted_after("tag")

    def _quoted_after(self, word: str) -> Iterator[str]:
        for one, two in pairwise(self.lexemes):
            if one.word == word and two.kind == "QUOTED":
                yield two.text

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[n.Statement, ...]]:
        found: dict[str, tuple[n.Statement, ...]] = {}
        for node in self.declarations:
            name = getattr(node, "name", None)
            if isinstance(name, n.Name):
                found[name.text] = (*found.get(name.text, ()), node)
        return found

    def declared(self, name: str, *sorts: type[n.Statement]) -> n.Statement | None:
        """The first declaration of a name, of one of these sorts."""
        return next((node for node in self._by_name.get(name, ()) if isinstance(node, sorts)), None)

    def meaning(self, name: str) -> str | None:
        """What a bare name is in a condition: "define", "field", "event"; None where it is nowhere."""
        if self.declared(name, n.Define):
            return "define"
        if self.declared(name, n.FieldDeclaration) or name in self.catalogue.fields:
            return "field"
        return "event" if self.declared(name, n.EventDeclaration) or name in self.catalogue.events else None

    # --- the data behind a name -------------------------------------------------------------------

    def field_facts(self, name: str) -> FieldFacts | None:
        """What the data knows of a field, by its name in the rules."""
        node = self.declared(name, n.FieldDeclaration)
        source = node.source if isinstance(node, n.FieldDeclaration) else None
        return self.catalogue.fields.get(source.value if source is not None else name)

    def field_kind(self, name: str) -> Kind | None:
        """The kind of a field, as declared or else as found."""
        node = self.declared(name, n.FieldDeclaration)
        if isinstance(node, n.FieldDeclaration):
            return node.kind
        facts = self.catalogue.fields.get(name)
        return facts.kind if facts is not None else None

    def feeds(self, name: str) -> list[EventFacts]:
        """The events of the data that a name in the rules stands for."""
        declared = [
            node.source.value if node.source is not None else node.name.text
            for node in self._by_name.get(name, ())
            if isinstance(node, n.EventDeclaration)
        ]
        known = self.catalogue.events
        return [known[type_] for type_ in declared or [name] if type_ in known]

    # --- in a few words ---------------------------------------------------------------------------

    def about(self, name: str, meaning: str) -> str | None:
        """A few words on a name, to stand beside it; None where there is nothing to say."""
        if meaning == "field":
            return self._about_field(name)
        if meaning == "event":
            count = sum(facts.count for facts in self.feeds(name))
            return counted(count, "time") if count else "never seen"
        sorts: dict[str, tuple[type[n.Statement], ...]] = {
            "define": (n.Define,),
            "list": (n.ListDeclaration, n.ListFile),
            "score": (n.ScoreDeclaration,),
            "stage": (n.Stage,),
        }
        node = self.declared(name, *sorts[meaning]) if meaning in sorts else None
        return _cut(_gist(node)) if node is not None else None

    def _about_field(self, name: str) -> str | None:
        kind, facts = self.field_kind(name), self.field_facts(name)
        if kind is None:
            return None
        return (
            f"{KINDS[kind].short}, {counted(facts.known, 'lead')}" if facts is not None else KINDS[kind].short
        )

    def often(self, name: str, meaning: str) -> str | None:
        """What a field holds or an event is about most often: `"CTO" (5) and "CEO" (2)`."""
        found: dict[str, int] = {}
        if meaning == "field":
            facts = self.field_facts(name)
            if facts is not None and facts.kind in _COUNTED:
                found = dict(facts.values)
        elif meaning == "event":
            for feed in self.feeds(name):
                for text, count in feed.objects.items():
                    found[text] = found.get(text, 0) + count
        most = sorted(found.items(), key=lambda item: -item[1])[:_SHOWN]
        return listed(f"{_cut(text)} ({count:,})" for text, count in most) or None


def _gist(node: n.Statement) -> str:
    """What a declaration says beside its name."""
    match node:
        case n.Define(body=body):
            return text_of(body)
        case n.ListDeclaration(entries=entries):
            shown = ", ".join(text_of(entry) for entry in islice(entries, _SHOWN))
            rest = len(entries) - _SHOWN
            return f"{shown} and {rest:,} more" if rest > 0 else shown
        case n.ListFile(path=path):
            return f"from {text_of(path)}"
        case n.ScoreDeclaration(low=low, high=high):
            ends = [f"{word} {end}" for word, end in (("from", low), ("to", high)) if end is not None]
            return " ".join(ends) or "without limits"
        case n.Stage(condition=condition):
            return f"when {text_of(condition)}"
    return ""


def _cut(text: str) -> str:
    """A text short enough to stand beside a name."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


NUMBERS = n.Arithmetic | n.Negative | n.Number | n.Aggregate | n.DaysSince | n.DaysUntil


@dataclass(frozen=True, slots=True)
class Known:
    """A name: its sort ("field", "event", "define"), the kind of its value, and how often the data has it.

    `kind` is None for events, and for definitions that are true or not.
    """

    name: str
    sort: str
    kind: Kind | None
    count: int | None


@dataclass(frozen=True)
class KnownNames:
    """The names which a ruleset declares and those of the data."""

    catalogue: Catalogue
    declared_fields: Mapping[str, n.FieldDeclaration] = field(default_factory=dict)
    declared_events: Mapping[str, tuple[n.EventDeclaration, ...]] = field(default_factory=dict)
    defines: Mapping[str, n.Define] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    stages: tuple[tuple[str, str | None], ...] = ()
    grades: tuple[tuple[str | None, tuple[str, ...]], ...] = ()

    @cached_property
    def digest(self) -> str:
        """Differs wherever cards could look different."""
        said = repr(
            (
                [(known.name, known.sort, known.kind) for known in self.names()],
                self.lists,
                self.scores,
                [(name, repr(nodes)) for name, nodes in self.declared_events.items()],
            )
        )
        return blake2b(said.encode(), digest_size=8).hexdigest()

    @cached_property
    def _known(self) -> dict[str, Known]:
        events = self.catalogue.events.values()
        found = {facts.type: Known(facts.type, "event", None, facts.count) for facts in events}
        found |= {
            facts.name: Known(facts.name, "field", facts.kind, facts.known)
            for facts in self.catalogue.fields.values()
        }
        for name in self.declared_events:
            count = sum(facts.count for facts in self.feeds(name))
            found[name] = Known(name, "event", None, count)
        for name, node in self.declared_fields.items():
            data = self.facts(name)
            found[name] = Known(name, "field", node.kind, data.known if data is not None else 0)
        for name, define in self.defines.items():
            number = isinstance(define.body, NUMBERS)
            found[name] = Known(name, "define", Kind.NUMBER if number else None, None)
        return found

    def names(self) -> list[Known]:
        """Every name that a condition can begin with."""
        return list(self._known.values())

    def known(self, name: str) -> Known | None:
        """What a name stands for; None where nothing is known of it."""
        return self._known.get(name)

    @cached_property
    def describe(self) -> Callable[[str], str | None]:
        """What sentences ask of a name."""
        sorts = {name: known.sort for name, known in self._known.items()}
        return sorts.get

    # --- the data ---------------------------------------------------------------------------------

    def facts(self, name: str) -> FieldFacts | None:
        """What the data has of a field."""
        node = self.declared_fields.get(name)
        column = node.source.value if node is not None and node.source is not None else name
        return self.catalogue.fields.get(column)

    def feeds(self, name: str) -> list[EventFacts]:
        """The events of the data that a name stands for."""
        nodes = self.declared_events.get(name)
        types = [name] if nodes is None else [node.source.value if node.source else name for node in nodes]
        return [self.catalogue.events[type_] for type_ in types if type_ in self.catalogue.events]

    def objects(self, name: str) -> dict[str, int]:
        """What an event can be about, and how often it was."""
        found: dict[str, int] = {}
        if any(node.by is not None for node in self.declared_events.get(name, ())):
            return found
        for facts in self.feeds(name):
            for object_, count in facts.objects.items():
                found[object_] = found.get(object_, 0) + count
        return found

    def properties(self, name: str) -> dict[str, Kind]:
        """The properties of an event."""
        return {key: kind for facts in self.feeds(name) for key, kind in facts.properties.items()}


def known_names(tree: n.Tree, catalogue: Catalogue) -> KnownNames:
    """The names of a ruleset, with those of the data."""
    events: dict[str, list[n.EventDeclaration]] = {}
    for node in tree.statements:
        if isinstance(node, n.EventDeclaration):
            events.setdefault(node.name.text, []).append(node)
    statements = tree.statements
    return KnownNames(
        catalogue,
        {node.name.text: node for node in statements if isinstance(node, n.FieldDeclaration)},
        {name: tuple(nodes) for name, nodes in events.items()},
        {node.name.text: node for node in statements if isinstance(node, n.Define)},
        tuple(node.name.text for node in statements if isinstance(node, n.ListDeclaration | n.ListFile)),
        tuple(node.name.text for node in statements if isinstance(node, n.ScoreDeclaration) and node.name),
        tuple(
            (node.name.text, node.track.text if node.track else None)
            for node in statements
            if isinstance(node, n.Stage)
        ),
        tuple(_labels(node) for node in statements if isinstance(node, n.Grade)),
    )


def _labels(node: n.Grade) -> tuple[str | None, tuple[str, ...]]:
    labels = [band.label.text for band in node.bands]
    labels += [node.otherwise.text] if node.otherwise is not None else []
    return node.score.text if node.score is not None else None, tuple(labels)
