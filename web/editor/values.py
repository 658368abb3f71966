"""What can be typed into a control: names, values and objects, with how often the data has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, request

from ...assist.names import KnownNames, known_names
from ...engine.report.text_style import counted
from ...grammar.edits.document import Document
from ...grammar.spec.kinds import KINDS
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ..access import settings
from ..database import reading
from ..pages.context import text_asked
from ..problems import invalid, not_found
from ..ruleset_cache import kept
from .card_cache import cached_cards
from .opening import draft_of

editor = Blueprint("values", __name__)

MOST = 50

FORMS = (
    ("days since", "days since …", "how long ago something happened"),
    ("days until", "days until …", "how long it is until a day"),
    ("distinct", "how many different …", "different things of an event"),
    ("days", "on how many days …", "days with an event"),
    ("sum", "the total of …", "a number of an event, added up"),
    ("avg", "the average of …", "a number of an event"),
    ("max", "the largest …", "a number of an event"),
    ("min", "the smallest …", "a number of an event"),
    ("sequence", "… followed by …", "one event after another"),
    ("domain", "the domain of …", "of an email or web address"),
)


@dataclass(frozen=True, slots=True)
class ValueSuggestion:
    """Something to choose: its value, how a name is asked about, its label and what is known of it."""

    value: str
    note: str = ""
    label: str = ""
    form: str = ""

    def data(self) -> dict[str, str]:
        """As JSON has it, without what is empty."""
        found = {"value": self.value, "note": self.note, "label": self.label, "form": self.form}
        return {name: text for name, text in found.items() if text or name == "value"}


@editor.get("/rulesets/<name>/edit/statement")
def statement(name: str) -> Response:
    """A statement as it is written. Problem 404 where there is none of the key."""
    store = reading(settings())
    text = cached_cards().texts.document(draft_of(store, name).text, name)
    index = text.find(request.args.get("key", ""))
    if index is None:
        raise not_found("There is no such statement any more.")
    return jsonify({"text": text.written(text.items[index].span)})


@editor.get("/rulesets/<name>/edit/values")
def show(name: str) -> Response:
    """Suggestions of a sort (`what`) about a name, those that begin with `q` first."""
    store = reading(settings())
    what, about, wanted = text_asked("what") or "", text_asked("about") or "", text_asked("q") or ""
    if what not in _SORTS:
        raise invalid(f'There are no suggestions called "{what}".')
    parsed = cached_cards().texts.read(draft_of(store, name).text, name)
    names = known_names(parsed.tree, kept().catalogue(store))
    found = _SORTS[what](names, about, Document.of(parsed.source.text, parsed))
    return jsonify([one.data() for one in fitting(found, wanted)])


def fitting(found: Iterable[ValueSuggestion], wanted: str) -> list[ValueSuggestion]:
    """Those that begin with what was typed, then those that hold it; so many at most."""
    folded = wanted.casefold().strip()
    begin, inside = [], []
    for one in found:
        text = (one.label or one.value).casefold()
        if text.startswith(folded):
            begin.append(one)
        elif folded in text:
            inside.append(one)
        if len(begin) == MOST:
            break
    return (begin + inside)[:MOST]


# --- sorts ----------------------------------------------------------------------------------------


def _names(names: KnownNames, about: str, _text: Document) -> Iterator[ValueSuggestion]:
    if about == "scores":
        yield from _scores(names, "", _text)
    for known in names.names():
        if known.sort == "event":
            yield ValueSuggestion(known.name, f"event, {counted(known.count or 0, 'time')}")
        elif known.sort == "define":
            yield ValueSuggestion(known.name, "definition")
        elif known.kind is not None:
            yield ValueSuggestion(
                known.name, f"{KINDS[known.kind].short}, {counted(known.count or 0, 'lead')}"
            )
    for form, label, note in FORMS:
        yield ValueSuggestion("", note, label, form)


_Sort = Callable[[KnownNames, str, Document], Iterator[ValueSuggestion]]


def _of_sort(*sorts: str, kinds: tuple[Kind, ...] = ()) -> _Sort:
    def found(names: KnownNames, _about: str, _text: Document) -> Iterator[ValueSuggestion]:
        for known in names.names():
            if known.sort in sorts and (known.sort == "event" or not kinds or known.kind in kinds):
                what = "time" if known.sort == "event" else "lead"
                yield ValueSuggestion(known.name, counted(known.count or 0, what))

    return found


def _facts(names: KnownNames, about: str, text: Document) -> Iterator[ValueSuggestion]:
    yield from (one for one in _names(names, about, text) if not one.form and one.note != "definition")


def _scores(names: KnownNames, _about: str, _text: Document) -> Iterator[ValueSuggestion]:
    yield ValueSuggestion("score", "all scores together")
    yield from (ValueSuggestion(name, "score") for name in names.scores)


def _only_scores(names: KnownNames, _about: str, _text: Document) -> Iterator[ValueSuggestion]:
    yield from (ValueSuggestion(name) for name in names.scores)


def _values(names: KnownNames, about: str, _text: Document) -> Iterator[ValueSuggestion]:
    facts = names.facts(about)
    if facts is not None:
        yield from (ValueSuggestion(value, counted(count, "lead")) for value, count in facts.values.items())


def _objects(names: KnownNames, about: str, _text: Document) -> Iterator[ValueSuggestion]:
    found = sorted(names.objects(about).items(), key=lambda one: -one[1])
    yield from (ValueSuggestion(value, counted(count, "time")) for value, count in found)


def _properties(names: KnownNames, about: str, _text: Document) -> Iterator[ValueSuggestion]:
    yield from (ValueSuggestion(name, KINDS[kind].short) for name, kind in names.properties(about).items())


def _lists(names: KnownNames, _about: str, _text: Document) -> Iterator[ValueSuggestion]:
    yield from (ValueSuggestion(name, "list") for name in names.lists)


def _tracks(names: KnownNames, _about: str, _text: Document) -> Iterator[ValueSuggestion]:
    yield from (ValueSuggestion(name) for name in dict.fromkeys(track for _, track in names.stages if track))


def _stages(names: KnownNames, _about: str, _text: Document) -> Iterator[ValueSuggestion]:
    yield from (ValueSuggestion(name, f"in {track}" if track else "") for name, track in names.stages)
    yield ValueSuggestion("none", "no stage")


def _columns(names: KnownNames, _about: str, _text: Document) -> Iterator[ValueSuggestion]:
    for facts in names.catalogue.fields.values():
        yield ValueSuggestion(facts.name, f"{KINDS[facts.kind].short}, {counted(facts.known, 'lead')}")


def _types(names: KnownNames, _about: str, _text: Document) -> Iterator[ValueSuggestion]:
    for facts in names.catalogue.events.values():
        yield ValueSuggestion(facts.type, counted(facts.count, "time"))


def _rules(_names: KnownNames, _about: str, text: Document) -> Iterator[ValueSuggestion]:
    for item in text.items:
        if isinstance(item.node, n.Rule) and item.node.name is not None:
            yield ValueSuggestion(item.node.name.value)


def _handoffs(_names: KnownNames, _about: str, text: Document) -> Iterator[ValueSuggestion]:
    for item in text.items:
        if isinstance(item.node, n.Handoff):
            yield ValueSuggestion(item.node.name.value, f"of {item.node.stage.text}")


def _tags(_names: KnownNames, _about: str, text: Document) -> Iterator[ValueSuggestion]:
    rules = [item.node for item in text.items if isinstance(item.node, n.Rule)]
    tags = [award.text.value for rule in rules for award in rule.awards if isinstance(award, n.Tag)]
    yield from (ValueSuggestion(tag) for tag in dict.fromkeys(tags))


def _entries(names: KnownNames, _about: str, _text: Document) -> Iterator[ValueSuggestion]:
    """Values of all fields that have few enough to be choices."""
    for facts in names.catalogue.fields.values():
        if facts.kind in (Kind.TEXT, Kind.TEXTS):
            for value, count in list(facts.values.items())[:200]:
                yield ValueSuggestion(value, f"{facts.name}, {counted(count, 'lead')}")


_SORTS: dict[str, _Sort] = {
    "names": _names,
    "facts": _facts,
    "fields": _of_sort("field", kinds=(Kind.TEXT,)),
    "events": _of_sort("event"),
    "moments": _of_sort("event", "field", kinds=(Kind.DATE, Kind.DATETIME)),
    "dates": _of_sort("field", kinds=(Kind.DATE, Kind.DATETIME)),
    "scores": _scores,
    "targets": _only_scores,
    "values": _values,
    "objects": _objects,
    "properties": _properties,
    "lists": _lists,
    "tracks": _tracks,
    "stages": _stages,
    "columns": _columns,
    "types": _types,
    "rules": _rules,
    "handoffs": _handoffs,
    "tags": _tags,
    "entries": _entries,
}
