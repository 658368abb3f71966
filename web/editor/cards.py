"""A statement as a card: its title, what it says in words and controls, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from ...assist.names import KnownNames
from ...grammar.edits.outline import Card
from ...grammar.spec.statements import BY_SORT, STATEMENTS
from ...grammar.syntax.nodes import Kind
from ..signs import real_minus
from .comparisons import units
from .controls import CardElement, Chip, Chips, ControlSpec, RowControls, Word
from .list_items import ListItem, expectation_of, items_of, score_choice
from .rows import ConditionRow, line, window

SORTS = {sort: spec.label for sort, spec in BY_SORT.items()} | {"text": "Text", "section": "Comment"}
"""What cards are called by sort."""

_NAMED = {spec.sort for spec in STATEMENTS if "name" in spec.node.__dataclass_fields__} - {"event", "score"}
"""The sorts whose name heads the card."""


_FOLDED = frozenset(
    {"rule", "stage", "disqualify", "define", "list", "grade", "outcome", "handoff", "guarantee", "test"}
)


def _plain_words(pieces: tuple[CardElement, ...]) -> str:
    """Pieces as a person reads them."""
    said = []
    for one in pieces:
        if isinstance(one, Word):
            said.append(one.text)
        elif isinstance(one, ControlSpec):
            said.append(next((words for value, words in one.choices if value == one.value), one.value))
    return " ".join(word for word in said if word)


@dataclass(frozen=True, slots=True)
class CardView:
    """A card made ready to show."""

    id: str
    card: Card
    title: ControlSpec | None
    head: tuple[CardElement, ...]
    condition: ConditionRow | None
    filter: ConditionRow | None
    items: tuple[ListItem, ...]
    more: tuple[ListItem, ...]
    tail: tuple[CardElement, ...]
    inner: tuple[CardView, ...]
    events: tuple[CardElement, ...] = ()
    """Which events a rule about events counts, and `event` their name."""
    event: str = ""
    can_filter: bool = False
    can_ask: bool = False
    """Whether a rule about events may also ask about the lead."""
    until: ConditionRow | None = None
    """What ends a stage that holds."""
    can_end: bool = False
    """Whether something may be asked that ends it."""

    @property
    def conditions(self) -> tuple[ConditionRow, ...]:
        """Its conditions, each with all of its rows."""
        return tuple(one for one in (self.condition, self.filter, self.until) if one is not None)

    @property
    def sort(self) -> str:
        """The sort of the statement."""
        return self.card.sort

    @property
    def heading(self) -> str:
        """What the card is called in lists."""
        return heading_of(self.sort, self.card.title)

    @property
    def says(self) -> str:
        """What it says, in one line."""
        card = self.card
        said = [self.sentence]
        if card.sort == "list":
            elements = next((one for one in card.elements if one.path == "entries"), None)
            said = (
                [", ".join(one.value for one in elements.elements)] if elements else [_plain_words(self.head)]
            )
        elif card.sort == "grade":
            said = [", ".join(one.value for one in self.items)]
        elif card.sort == "test":
            said = [
                ", ".join(one.value for one in self.items),
                "→",
                ", ".join(one.value for one in self.more),
            ]
        elif card.sort == "score":
            said = [_plain_words(self.head)]
        return " ".join(one for one in said if one)

    @property
    def sentence(self) -> str:
        """What it asks of a lead, in words."""
        asked = [_plain_words(self.events)] if self.events else []
        asked += [one.words for one in (self.card.filter, self.card.condition) if one is not None]
        said = asked_words(asked)
        until = self.card.until
        if until is None:
            return said
        return f"{said}, until {asked_words([until.words])}"

    @property
    def gives(self) -> str:
        """What a rule gives, in short."""
        return real_minus(", ".join(one.value for one in self.items)) if self.sort == "rule" else ""

    @property
    def folds(self) -> bool:
        """Whether it is one line until it is opened."""
        return self.sort in _FOLDED

    @property
    def label(self) -> str:
        """What sort of card it is, where that does not go without saying."""
        return "" if self.sort in ("rule", "list") else SORTS[self.sort]

    @property
    def when(self) -> str:
        """The words before its condition."""
        if self.events:
            return "only for leads where"
        return {"rule": "When", "define": "means"}.get(self.sort, "when")

    @property
    def next_band(self) -> str:
        """A grade to add: below those that are there."""
        starts = [int(one.value.rpartition(" ")[2]) for one in self.items]
        labels = {one.value.partition(" ")[0] for one in self.items}
        label = next(letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in labels)
        return f"{label} from {min(starts, default=10) - 10}"


def heading_of(sort: str, title: str) -> str:
    """What a card is called in lists."""
    return f"{SORTS[sort]} {title}".strip()


def asked_words(asked: Sequence[str]) -> str:
    """What is asked of a lead, in words: in a list of rules, all are about the lead."""
    return ", where ".join(one.removeprefix("the lead ").removeprefix("its ") for one in asked)


@lru_cache(maxsize=8_192)
def id_of(key: str) -> str:
    """The element of a card."""
    return f"card-{blake2b(key.encode('utf-8', 'surrogatepass'), digest_size=5).hexdigest()}"


def view(card: Card, names: KnownNames) -> CardView:
    """A card made ready to show."""
    parts = RowControls("", card.controls, card.offers)
    title = None
    if card.sort in _NAMED:
        label = f"name of the {SORTS[card.sort].lower()}"
        title = parts.blank(
            "name", "text", label, op="rename", placeholder="without a name" if card.sort == "rule" else ""
        )
    head, tail = _PIECES.get(card.sort, _by_form)(card, parts, names)
    events = head if card.sort == "rule" else ()
    items, more = items_of(card, names)
    event = parts.value("event.name")
    return CardView(
        id_of(card.key),
        card,
        title,
        () if events else head,
        line(card.condition, names) if card.condition is not None else None,
        line(card.filter, names, event=event) if card.filter is not None else None,
        items,
        more,
        tail,
        tuple(view(one, names) for one in card.cards),
        events,
        event or "",
        "event.where" in parts.offers,
        "when" in parts.offers,
        line(card.until, names) if card.until is not None else None,
        "until" in parts.offers,
    )


# --- the words of each sort -----------------------------------------------------------------------

_Words = tuple[tuple[CardElement, ...], tuple[CardElement, ...]]


def _by_form(card: Card, parts: RowControls, _names: KnownNames) -> _Words:
    """What the table of statements says of a card: what stands before its condition, and after it."""
    spec = BY_SORT.get(card.sort)
    head: list[CardElement] = []
    tail: list[CardElement] = []
    pieces = head
    for slot in spec.slots if spec is not None else ():
        if slot.kind == "condition":
            pieces = tail
        elif slot.field == "track" and parts.value(slot.part) is None:
            # Where there is one track, nobody needs to know that there are tracks.
            continue
        elif slot.label and slot.field != "name":
            pieces += [Word(slot.said)] if slot.said else []
            how = "suggest" if slot.suggest else "text"
            pieces.append(
                parts.blank(slot.part, how, slot.label, suggest=slot.suggest, placeholder=slot.placeholder)
            )
    return tuple(head), tuple(tail)


def _list(card: Card, parts: RowControls, _names: KnownNames) -> _Words:
    if parts.value("file") is None:
        chips = next((elements for elements in card.elements if elements.path == "entries"), None)
        made = tuple(Chip(element.path, element.value) for element in chips.elements) if chips else ()
        return (Chips("entries", "entries", made, "text", "entries"),), ()
    pieces: list[CardElement] = [Word("from the file"), parts.blank("file", "text", "file")]
    if parts.value("column") is not None:
        pieces += [Word("column"), parts.blank("column", "text", "column")]
    return tuple(pieces), ()


def _field(_card: Card, parts: RowControls, _names: KnownNames) -> _Words:
    kinds = tuple((kind.value, kind.value) for kind in Kind)
    pieces: list[CardElement] = [
        Word("from"),
        parts.blank("source", "suggest", "name in the data", suggest="columns", placeholder="the same name"),
        Word("is"),
        parts.blank("kind", "choice", "kind", choices=kinds),
        Word("otherwise"),
    ]
    kind = parts.value("kind")
    how = {"number": "number", "yes/no": "yes/no", "date": "moment", "datetime": "moment"}.get(kind or "")
    more = parts.blank("otherwise", "text", "where it is blank", placeholder="unknown")
    if more.old is None:
        more = parts.blank(
            "otherwise", "text", "where it is blank", placeholder="unknown", kind=how or "text"
        )
    return (*pieces, more), ()


def _event(_card: Card, parts: RowControls, _names: KnownNames) -> _Words:
    name = parts.value("source") or parts.value("name") or ""
    return (
        parts.blank("name", "text", "name of the event", op="rename"),
        Word("is, in the data,"),
        parts.blank("source", "suggest", "name in the data", suggest="types", placeholder="the same name"),
        Word("and its property"),
        parts.blank(
            "by", "suggest", "property", suggest="properties", about=name, placeholder="(as it comes)"
        ),
        Word("says what it is about"),
    ), ()


def _score(_card: Card, parts: RowControls, _names: KnownNames) -> _Words:
    pieces: list[CardElement] = []
    if parts.value("name") is not None:
        pieces.append(parts.blank("name", "text", "name of the score", op="rename"))
    else:
        pieces.append(Word("all scores together"))
    pieces += [Word("from"), parts.blank("low", "number", "lowest", placeholder="any", small=True)]
    pieces += [Word("to"), parts.blank("high", "number", "highest", placeholder="any", small=True)]
    return tuple(pieces), ()


def _rule(_card: Card, parts: RowControls, _names: KnownNames) -> _Words:
    if parts.value("which") is None:
        return (), ()
    which = (("each", "each"), ("latest", "the latest"), ("first", "the first"))
    about = parts.value("event.name") or ""
    pieces: list[CardElement] = [
        Word("For"),
        parts.blank("which", "choice", "which events", choices=which),
        parts.blank("event.name", "suggest", "event", suggest="events"),
        parts.blank(
            "event.object",
            "suggest",
            "what it is about",
            suggest="objects",
            about=about,
            placeholder="anything",
        ),
    ]
    pieces += window(parts)
    once = (("", "each time"), ("day", "once a day"), ("week", "once a week"), ("month", "once a month"))
    return tuple(pieces), (Word("counted"), parts.blank("once", "choice", "how often", choices=once))


def _group(_card: Card, parts: RowControls, _names: KnownNames) -> _Words:
    return _caps(parts), ()


def _caps(parts: RowControls) -> tuple[CardElement, ...]:
    return (
        Word("cap"),
        parts.blank("most", "number", "at most", placeholder="none", small=True),
        Word("floor"),
        parts.blank("least", "number", "at least", placeholder="none", small=True),
        Word("points"),
    )


def _grade(_card: Card, parts: RowControls, names: KnownNames) -> _Words:
    return (
        Word("by"),
        score_choice(parts, "score", names),
    ), (
        Word("otherwise"),
        parts.blank("otherwise", "text", "grade otherwise", optional=False, small=True),
    )


def _handoff(_card: Card, parts: RowControls, _names: KnownNames) -> _Words:
    head: list[CardElement] = [
        Word("of the stage"),
        parts.blank("stage", "suggest", "stage", suggest="stages"),
    ]
    if parts.value("track") is not None:
        head += [Word("on the track"), parts.blank("track", "suggest", "track", suggest="tracks")]
    how = (("", "the first who is free"), ("yes", "in turn"))
    tail: list[CardElement] = [
        Word("to"),
        parts.blank("to", "suggest", "who gets the lead", suggest="lists"),
        parts.blank("turn", "choice", "how", choices=how),
    ]
    if parts.value("keeping") is not None:
        tail += [Word("keeping together by"), parts.blank("keeping", "text", "keeping together")]
    if parts.value("answered.name") is not None:
        tail += [Word("answered by"), parts.blank("answered.name", "suggest", "event", suggest="events")]
        tail += [Word("within"), *_time(parts, "within")]
    if parts.value("else") is not None:
        tail += [Word("else to"), parts.blank("else", "suggest", "who gets it then", suggest="lists")]
    if parts.value("again.amount") is not None:
        tail += [Word("not again within"), *_time(parts, "again")]
    destinations = [name for name in parts.controls if name.startswith("tell.")]
    if destinations:
        tail += [Word("tell"), *(parts.blank(name, "text", "destination") for name in destinations)]
    return tuple(head), tuple(tail)


def _time(parts: RowControls, name: str) -> tuple[CardElement, ...]:
    amount, unit = parts.value(f"{name}.amount"), parts.controls[f"{name}.unit"]
    return (
        parts.blank(f"{name}.amount", "number", "how many", small=True),
        parts.blank(
            f"{name}.unit", "choice", "unit of time", choices=units(amount, unit.value, unit.choices)
        ),
    )


def _test(_card: Card, parts: RowControls, _names: KnownNames) -> _Words:
    return (Word("on"), parts.blank("at", "date", "day on which the test looks")), ()


def _guarantee(card: Card, parts: RowControls, names: KnownNames) -> _Words:
    promise = next((elements for elements in card.elements if elements.path == "promise"), None)
    if promise is not None:
        often = parts.blank(
            "often", "choice", "how often", choices=(("never", "never"), ("always", "always"))
        )
        return (often, *expectation_of(promise.elements[0], names).pieces), ()
    about = parts.value("event.name") or ""
    return (
        parts.blank("score", "suggest", "score", suggest="scores")
        if parts.value("score") is not None
        else Word("the score"),
        Word("never"),
        parts.blank("way", "choice", "which way", choices=(("falls", "falls"), ("rises", "rises"))),
        Word("with one more, or a higher,"),
        parts.blank("event.name", "suggest", "event or field", suggest="names"),
        parts.blank("event.object", "suggest", "what it is about", suggest="objects", about=about,
                    placeholder="anything"),
        *window(parts),
    ), ()  # fmt: skip


_PIECES: dict[str, Callable[[Card, RowControls, KnownNames], _Words]] = {
    "list": _list,
    "field": _field,
    "event": _event,
    "score": _score,
    "rule": _rule,
    "group": _group,
    "grade": _grade,
    "guarantee": _guarantee,
    "handoff": _handoff,
    "test": _test,
}
