"""What the names of a ruleset stand for, so that the editor knows what can be asked about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

from ...engine.catalogue import Catalogue, EventFacts, FieldFacts
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind

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
class Vocabulary:
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


def vocabulary(tree: n.Tree, catalogue: Catalogue) -> Vocabulary:
    """The names of a ruleset, with those of the data."""
    events: dict[str, list[n.EventDeclaration]] = {}
    for node in tree.statements:
        if isinstance(node, n.EventDeclaration):
            events.setdefault(node.name.text, []).append(node)
    statements = tree.statements
    return Vocabulary(
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
