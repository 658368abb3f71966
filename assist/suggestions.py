"""What there is to offer to whoever writes: names and values of a text and of the data, each with a note."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from ..engine.report.text_style import counted
from ..grammar.spec.kinds import KINDS
from ..grammar.syntax import nodes as n
from ..grammar.syntax.nodes import Kind
from ..grammar.text.printer import name_text, object_text, quoted
from .names import TextNames

_MOST_OF_A_FIELD = 2_000
_FUNCTIONS = {
    "sum": "of a property, over events",
    "avg": "the average of a property, over events",
    "min": "the smallest of a property, over events",
    "max": "the largest of a property, over events",
    "distinct": "how many different objects",
    "days": "on how many days",
    "domain": "what follows the @",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to write: its text, what sort of thing it is, and how often the data has it, if it does.

    `note` says a few words about it: what sort of field it is, what a list holds, what a sign means.
    """

    text: str
    kind: str
    count: int | None = None
    note: str | None = None


def noted(kind: str, notes: Mapping[str, str]) -> Iterator[Suggestion]:
    """Words or signs of the language, each with what it means."""
    return (Suggestion(text, kind, note=note) for text, note in notes.items())


# --- names ------------------------------------------------------------------------------------


def fields(glossary: TextNames) -> Iterator[Suggestion]:
    """Fields, those that the text declares before those of the data."""
    for name in [*_names_of(glossary, n.FieldDeclaration), *glossary.catalogue.fields]:
        facts = glossary.field_facts(name)
        count = facts.known if facts is not None else None
        yield Suggestion(name_text(name), "field", count, glossary.about(name, "field"))


def events(glossary: TextNames) -> Iterator[Suggestion]:
    """Types of events, those that the text declares before those of the data."""
    for name in [*_names_of(glossary, n.EventDeclaration), *glossary.catalogue.events]:
        count = sum(facts.count for facts in glossary.feeds(name))
        yield Suggestion(name_text(name), "event", count, glossary.about(name, "event"))


def functions() -> Iterator[Suggestion]:
    """What can be asked of events or of a text, with the bracket that opens it."""
    return noted("function", {f"{name}(": note for name, note in _FUNCTIONS.items()})


def declared(glossary: TextNames, *sorts: type[n.Statement]) -> Iterator[Suggestion]:
    """The names that statements of some sorts declare."""
    for node in glossary.declarations:
        name = getattr(node, "name", None)
        if isinstance(node, sorts) and isinstance(name, n.Name):
            kind = _CALLED[type(node)]
            yield Suggestion(name_text(name.text), kind, note=glossary.about(name.text, kind))


def tracks(glossary: TextNames) -> Iterator[Suggestion]:
    """The tracks that stages are in."""
    for node in glossary.declarations:
        if isinstance(node, n.Stage) and node.track is not None:
            yield Suggestion(name_text(node.track.text), "track")


def grades(glossary: TextNames) -> Iterator[Suggestion]:
    """The labels of grades."""
    for node in glossary.declarations:
        if isinstance(node, n.Grade):
            labels = [band.label for band in node.bands]
            labels += [node.otherwise] if node.otherwise is not None else []
            yield from (Suggestion(_label_text(label.text), "grade") for label in labels)


def properties(kinds: Iterable[Mapping[str, Kind]]) -> Iterator[Suggestion]:
    """Properties of events, given with their kinds."""
    for one in kinds:
        for name, kind in one.items():
            yield Suggestion(name_text(name), "property", note=KINDS[kind].short)


# --- texts ------------------------------------------------------------------------------------


def objects(glossary: TextNames, event: str) -> Iterator[Suggestion]:
    """The objects that an event has in the data."""
    for facts in glossary.feeds(event):
        for name, count in facts.objects.items():
            yield Suggestion(object_text(name), "object", count, counted(count, "time"))


def values(glossary: TextNames, field: str) -> Iterator[Suggestion]:
    """The values that a field has in the data; of numbers there are none to be quoted."""
    facts = glossary.field_facts(field)
    if facts is not None and facts.kind != Kind.NUMBER:
        for value, count in facts.values.items():
            yield Suggestion(quoted(value), "value", count, counted(count, "lead"))


def entries(glossary: TextNames) -> list[Suggestion]:
    """What a list may hold: the values of all fields with texts, the most frequent first."""
    found = [
        Suggestion(quoted(value), "value", count, f"{facts.name}, {counted(count, 'lead')}")
        for facts in glossary.catalogue.fields.values()
        if facts.kind in (Kind.TEXT, Kind.TEXTS)
        for value, count in islice(facts.values.items(), _MOST_OF_A_FIELD)
    ]
    return sorted(found, key=lambda item: -(item.count or 0))


def fields_of_the_data(glossary: TextNames) -> Iterator[Suggestion]:
    """What the data calls its fields, in quotes."""
    for facts in glossary.catalogue.fields.values():
        note = f"{KINDS[facts.kind].short}, {counted(facts.known, 'lead')}"
        yield Suggestion(quoted(facts.name), "field", facts.known, note)


def events_of_the_data(glossary: TextNames) -> Iterator[Suggestion]:
    """What the data calls its events, in quotes."""
    for facts in glossary.catalogue.events.values():
        yield Suggestion(quoted(facts.type), "event", facts.count, counted(facts.count, "time"))


_CALLED: dict[type[n.Statement], str] = {
    n.ListDeclaration: "list",
    n.ListFile: "list",
    n.Define: "define",
    n.ScoreDeclaration: "score",
    n.Stage: "stage",
}


def _names_of(glossary: TextNames, sort: type[n.FieldDeclaration | n.EventDeclaration]) -> list[str]:
    return [node.name.text for node in glossary.declarations if isinstance(node, sort)]


def _label_text(label: str) -> str:
    """A grade's label as it is written: `A`, `"A+"`."""
    return label if name_text(label) == label else quoted(label)
