"""What a card holds several of: what a rule gives, a grade's bands, the facts and expectations of a test."""

from __future__ import annotations

from dataclasses import dataclass

from ...assist.names import KnownNames
from ...grammar.edits.outline import Card, ElementView, Note, SeriesView
from .comparisons import units
from .controls import CardElement, Chip, Chips, ControlSpec, RowControls, Word
from .expectation_controls import expectation_controls


@dataclass(frozen=True, slots=True)
class ListItem:
    """One of several things of a card: what a rule gives, a grade's band, a fact of a test."""

    path: str
    value: str
    pieces: tuple[CardElement, ...]
    comments: tuple[Note, ...]
    offers: tuple[str, ...] = ()
    """What can be put into it."""


def items_of(card: Card, names: KnownNames) -> tuple[tuple[ListItem, ...], tuple[ListItem, ...]]:
    """What a card holds several of: awards or bands; facts and, as the second, expectations of a test."""
    found = {elements.path: elements for elements in card.elements if elements.path != "entries"}
    first = next((found[path] for path in ("then", "bands", "given") if path in found), None)
    second = found.get("expect")
    return _each(first, names), _each(second, names)


def _each(elements: SeriesView | None, names: KnownNames) -> tuple[ListItem, ...]:
    if elements is None:
        return ()
    say = {"award": _award, "band": _band, "fact": _fact, "expectation": expectation_of}[elements.kind]
    return tuple(say(element, names) for element in elements.elements)


def _award(element: ElementView, names: KnownNames) -> ListItem:
    parts = RowControls(element.path, element.controls, element.offers)
    if parts.value("tag") is not None:
        pieces: tuple[CardElement, ...] = (
            Word("the tag"),
            parts.blank("tag", "suggest", "tag", suggest="tags"),
        )
        return ListItem(element.path, element.value, pieces, element.comments)
    made: list[CardElement] = [parts.blank("points", "points", "points", small=True), Word("points")]
    if names.scores or parts.value("score") is not None:
        made += [Word("to"), score_choice(parts, "score", names)]
    for name, said in (("most", "at most"), ("least", "at least")):
        if parts.value(name) is not None:
            made += [Word(said), parts.blank(name, "number", said, small=True)]
    if parts.value("decay") is not None:
        made += _decay(parts)
    offers = tuple(name for name in ("most", "least", "decay") if name in parts.offers)
    return ListItem(element.path, element.value, tuple(made), element.comments, offers)


def score_choice(parts: RowControls, name: str, names: KnownNames) -> ControlSpec:
    """The score that something is about, among those of the ruleset; without one, the total."""
    now = parts.value(name)
    known = names.scores if now is None or now in names.scores else (*names.scores, now)
    return parts.blank(name, "choice", "score", choices=(("", "the total"), *((one, one) for one in known)))


def _decay(parts: RowControls) -> list[CardElement]:
    how = (("", "not fading"), ("fading", "fading"), ("halving", "halving"))
    made: list[CardElement] = [parts.blank("decay", "choice", "fading", choices=how)]
    if parts.value("decay.percent") is not None:
        made += [parts.blank("decay.percent", "number", "percent", small=True), Word("%")]
    amount, unit = parts.value("decay.amount"), parts.controls["decay.unit"]
    made += [
        Word("every"),
        parts.blank("decay.amount", "number", "how many", small=True),
        parts.blank("decay.unit", "choice", "unit of time", choices=units(amount, unit.value, unit.choices)),
    ]
    return made


def _band(element: ElementView, _names: KnownNames) -> ListItem:
    parts = RowControls(element.path, element.controls, element.offers)
    pieces: tuple[CardElement, ...] = (
        parts.blank("label", "text", "grade", small=True),
        Word("from"),
        parts.blank("start", "number", "from", small=True),
    )
    return ListItem(element.path, element.value, pieces, element.comments)


def _fact(element: ElementView, names: KnownNames) -> ListItem:
    parts = RowControls(element.path, element.controls, element.offers)
    pieces: list[CardElement] = [parts.blank("name", "text", "field or event")]
    about = parts.value("name") or ""
    if parts.value("value") is not None or any(name.startswith("values") for name in parts.controls):
        pieces += [Word("is"), *_given(parts, "value", about)]
    elif parts.has("object"):
        pieces.append(
            parts.blank(
                "object",
                "suggest",
                "what it is about",
                suggest="objects",
                about=about,
                placeholder="anything",
            )
        )
        pieces += [parts.blank("times", "number", "times", placeholder="1", small=True), Word("times")]
        if parts.value("ago.amount") is not None:
            amount, unit = parts.value("ago.amount"), parts.controls["ago.unit"]
            pieces += [
                parts.blank("ago.amount", "number", "how long ago", small=True),
                parts.blank(
                    "ago.unit", "choice", "unit of time", choices=units(amount, unit.value, unit.choices)
                ),
                Word("ago"),
            ]
        elif parts.value("on") is not None:
            pieces += [Word("on"), parts.blank("on", "text", "day")]
        else:
            pieces.append(Word("now"))
        index = 0
        while parts.value(f"with.{index}.name") is not None:
            pieces += [
                Word("with" if not index else "and"),
                parts.blank(f"with.{index}.name", "text", "property"),
            ]
            pieces += [Word("is"), *_given(parts, f"with.{index}.value", "")]
            index += 1
    else:
        pieces.append(Word("is unknown"))
    return ListItem(element.path, element.value, tuple(pieces), element.comments)


def _given(parts: RowControls, name: str, about: str) -> list[CardElement]:
    if parts.value(name) is not None:
        number = parts.controls[name].kind == "number"
        return [
            parts.blank(
                name,
                "number" if number else "suggest" if about else "text",
                "value",
                suggest="" if number or not about else "values",
                about=about,
                small=number,
            )
        ]
    several = [one for key, one in parts.controls.items() if key.startswith(f"{name}s.")]
    if not several:
        return [Word("unknown")]
    chips = tuple(Chip(one.path, one.value) for one in several)
    return [Chips(parts.full(f"{name}s"), "values", chips, several[0].kind, "values", about)]


def expectation_of(element: ElementView, _names: KnownNames) -> ListItem:
    """What a test expects, or a guarantee promises."""
    parts = RowControls(element.path, element.controls, element.offers)
    pieces = tuple(expectation_controls(parts, negated=element.value.startswith("not ")))
    return ListItem(element.path, element.value, pieces, element.comments)
