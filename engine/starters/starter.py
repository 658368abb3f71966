"""A ruleset to start from: which fields and events it asks about, with sums that its tests rely on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...grammar.spec.words import bare_name
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import name_text, object_text, quoted
from ..catalogue import Catalogue, EventFacts, FieldFacts

_MOST_RULES = 4
_LONGEST_VALUE = 40
_ODD = "*\\“”„"
"""Letters that mean something of their own within quotes, or look as if they did."""
_CHOICES = range(2, 201)
"""A text field with as many different values is a choice, not a name."""


@dataclass(frozen=True, slots=True)
class StarterRule:
    """A rule of the starter: its declaration, its question, its points, and facts that make it fire.

    `about` is the name in the data, `phrase` the event asked about.
    """

    declaration: str
    about: str
    question: str
    given: str
    points: int
    cap: int | None = None
    phrase: str = ""

    @property
    def most(self) -> int:
        """What it gives a lead with the given facts."""
        return self.cap if self.cap is not None else self.points

    @property
    def name(self) -> str:
        """The name in rules of the field or event declared."""
        return self.declaration.split()[1].rstrip(":")

    @property
    def award(self) -> str:
        """Its points as written."""
        return f"+{self.points}"


@dataclass(frozen=True, slots=True)
class Starter:
    """A whole starter. `fit` and `engagement` are the names of its two scores, free in this data."""

    source: str
    fit: str
    engagement: str
    about_leads: tuple[StarterRule, ...]
    about_events: tuple[StarterRule, ...]
    unused: tuple[str, ...]
    warm_at: int | None = None
    hot_at: int | None = None
    outcome: str | None = None
    """Thresholds found in the data, and the events by which leads become customers; None for neither."""

    @property
    def most_fit(self) -> int:
        """All points about the lead."""
        return sum(rule.most for rule in self.about_leads)

    @property
    def most_engagement(self) -> int:
        """All points about events."""
        return sum(rule.most for rule in self.about_events)

    @property
    def warm(self) -> int:
        """Where marketing hands a lead over: at about two fifths of what can be had."""
        return self._share(40) if self.warm_at is None else self.warm_at

    @property
    def hot(self) -> int:
        """Where sales takes it: at about two thirds."""
        return max(self._share(65), self.warm + 1) if self.hot_at is None else self.hot_at

    @property
    def asked(self) -> str | None:
        """What a lead must have done for sales: of the events, the one seen least."""
        if not self.about_events or self.hot_at is not None:
            return None
        return f"{self.about_events[-1].phrase} in last 90 days"

    @property
    def given(self) -> str:
        """Facts that make all rules fire."""
        return ", ".join(rule.given for rule in (*self.about_leads, *self.about_events))

    @property
    def nothing(self) -> str:
        """A fact that makes no rule fire."""
        if self.about_leads:
            return f"{self.about_leads[0].name} is unknown"
        return f"{self.about_events[0].phrase} 200 days ago"

    def _share(self, percent: int) -> int:
        points = (self.most_fit + self.most_engagement) * percent // 100
        return max(points - points % 5, 1)


def starter_of(found: Catalogue, source: str) -> Starter | None:
    """The starter for this data; None where the data has nothing that a rule could ask about."""
    taken = {"score"}
    fields = list(_fields(found, taken))
    events = list(_events(found.events.values(), taken))
    if not fields and not events:
        return None
    used = {rule.about for rule in (*fields, *events)}
    names = [*found.fields, *found.events]
    return Starter(
        source,
        _free("fit", names, taken),
        _free("engagement", names, taken),
        tuple(fields),
        tuple(events),
        tuple(name_text(name) for name in names if name not in used and name.isprintable()),
    )


def _free(word: str, names: Collection[str], taken: Collection[str]) -> str:
    while word in names or word in taken:
        word += "_points"
    return word


def _friendly(name: str, taken: set[str]) -> str | None:
    """How rules call something: its own name, a plainer one, or None where that would be unclear."""
    plain = name if bare_name(name) else re.sub(r"\W+", "_", name).strip("_").lower()
    if not name.isprintable() or set(_ODD) & set(name):
        return None
    if not plain.isascii() or not bare_name(plain) or plain in taken:
        return None
    taken.add(plain)
    return plain


# --- fields -----------------------------------------------------------------------------------


def _fields(found: Catalogue, taken: set[str]) -> Iterator[StarterRule]:
    clashing = {name for name in found.fields if name in found.events}
    asked = [
        (facts, question)
        for facts in found.fields.values()
        if facts.name not in clashing and (question := _question(facts)) is not None
    ]
    asked.sort(key=lambda pair: -pair[0].known)
    kept = {facts.name for facts, _ in asked[:_MOST_RULES]}
    for facts, (test, given, points) in asked:
        name = _friendly(facts.name, taken) if facts.name in kept else None
        if name is not None:
            origin = "" if name == facts.name else f" from {quoted(facts.name)}"
            declaration = f"field {name}{origin}: {facts.kind.value}"
            when = f"when {test.format(name=name)}"
            yield StarterRule(declaration, facts.name, when, given.format(name=name), points)


def _question(facts: FieldFacts) -> tuple[str, str, int] | None:
    """A test and a fact that passes it, with `{name}` for the field, and points; None for no question."""
    match facts.kind:
        case Kind.TEXT:
            values = _plain(facts.values)[:2]
            if len(facts.values) not in _CHOICES or len(values) < 2 or facts.values[values[0]] < 2:
                return None
            written = [_braced(quoted(value)) for value in values]
            return f"{{name}} in ({', '.join(written)})", f"{{name}} = {written[0]}", 10
        case Kind.TEXTS:
            values = _plain(facts.values)[:1]
            return (
                (
                    f"{{name}} contains {_braced(quoted(values[0]))}",
                    f"{{name}} = ({_braced(quoted(values[0]))})",
                    5,
                )
                if values
                else None
            )
        case Kind.NUMBER:
            middle = _middle(facts.values)
            return None if middle is None else (f"{{name}} >= {middle}", f"{{name}} = {middle}", 10)
        case Kind.YES_NO:
            return "{name}", "{name} = yes", 5
        case _:
            return None


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _plain(values: Iterable[str]) -> list[str]:
    """Values that can be written as they are: short, printable, without the star that stands for any text."""
    return [
        value
        for value in values
        if 0 < len(value.strip()) <= _LONGEST_VALUE and value.isprintable() and not set(_ODD) & set(value)
    ]


def _middle(counts: Mapping[str, int]) -> int | None:
    """The middle value over all leads, rounded to one digit that people would choose; None below 2."""
    numbers = sorted((float(value), count) for value, count in counts.items())
    half, seen = sum(count for _, count in numbers) / 2, 0
    for number, count in numbers:
        seen += count
        if seen >= half:
            step = 10 ** max(len(str(int(abs(number)))) - 1, 0)
            rounded = int(number // step * step)
            return rounded if 2 <= rounded <= 10**12 else None
    return None


# --- events -----------------------------------------------------------------------------------


def _events(events: Iterable[EventFacts], taken: set[str]) -> Iterator[StarterRule]:
    """The commonest event pays a little each day; others pay once, the rarer the more."""
    commonest = sorted(events, key=lambda facts: -facts.count)
    asked = 0
    for facts in commonest:
        name = _friendly(facts.type, taken) if asked < _MOST_RULES else None
        if name is None:
            continue
        origin = "" if name == facts.type else f" from {quoted(facts.type)}"
        phrase = name
        objects = _plain(facts.objects)
        if asked and objects:
            phrase = f"{name} {object_text(objects[0])}"
        yield _event_rule(f"event {name}{origin}", facts.type, phrase, asked)
        asked += 1


def _event_rule(declaration: str, type_: str, phrase: str, number: int) -> StarterRule:
    if number == 0:
        days = ", ".join(f"{phrase} {day} days ago" for day in (2, 3, 4, 5, 6))
        question = f"for each {phrase} in last 30 days once per day"
        return StarterRule(declaration, type_, question, days, 3, 15, phrase)
    question = f"when {phrase} in last 90 days"
    return StarterRule(declaration, type_, question, f"{phrase} 2 days ago", 5 + 5 * number, None, phrase)
