"""A ruleset to start from: which fields and events it asks about, with sums that its tests rely on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from ...grammar.frozen import frozen
from ...grammar.spec.words import bare_name
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import name_text, object_text, quoted
from ..catalogue import Catalogue, EventFacts, FieldFacts

MOST_RULES = 4
"""How many rules a starter has about leads, and as many about events."""
_MOST_VALUES = 6
_LONGEST_VALUE = 40
_ODD = "*\\“”„"
"""Letters that mean something of their own within quotes, or look as if they did."""
_CHOICES = range(2, 201)
"""A text field with as many different values is a choice, not a name."""


@frozen
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


@frozen
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
    of_outcome: str | None = None
    """Thresholds found in the data, when leads become customers, and the declaration of what that reads;
    None for none of these."""

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


@frozen
class Questions:
    """What rules could ask: about each field the ways to do so, the plainest first, and about events."""

    about_leads: tuple[tuple[StarterRule, ...], ...]
    about_events: tuple[StarterRule, ...]


def questions_of(found: Catalogue, most: int, reserved: Collection[str] = ()) -> Questions:
    """Questions about at most so many fields, and as many events; `reserved` are names not to be taken."""
    taken = {"score", *reserved}
    about_leads = tuple(_fields(found, taken, most))
    return Questions(about_leads, tuple(_events(found.events.values(), taken, most)))


def starter_of(found: Catalogue, source: str, asked: Questions | None = None) -> Starter | None:
    """The starter for this data, with the first way to ask each question.

    None where the data has nothing that a rule could ask about.
    """
    asked = questions_of(found, MOST_RULES) if asked is None else asked
    if not asked.about_leads and not asked.about_events:
        return None
    fields = tuple(ways[0] for ways in asked.about_leads)
    rules = (*fields, *asked.about_events)
    used, taken = {rule.about for rule in rules}, {"score", *(rule.name for rule in rules)}
    names = [*found.fields, *found.events]
    return Starter(
        source,
        _free("fit", names, taken),
        _free("engagement", names, taken),
        fields,
        asked.about_events,
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


def _fields(found: Catalogue, taken: set[str], most: int) -> Iterator[tuple[StarterRule, ...]]:
    clashing = {name for name in found.fields if name in found.events}
    asked = [
        (facts, ways)
        for facts in found.fields.values()
        if facts.name not in clashing and (ways := list(_ways(facts)))
    ]
    asked.sort(key=lambda pair: -pair[0].known)
    for facts, ways in asked[:most]:
        name = _friendly(facts.name, taken)
        if name is not None:
            origin = "" if name == facts.name else f" from {quoted(facts.name)}"
            declaration = f"field {name}{origin}: {facts.kind.value}"
            yield tuple(
                StarterRule(
                    declaration, facts.name, f"when {test.format(name=name)}", given.format(name=name), points
                )
                for test, given, points in ways
            )


def _ways(facts: FieldFacts) -> Iterator[tuple[str, str, int]]:
    """Ways to ask about a field, the plainest first: a test and a fact that passes it, with `{name}` for the
    field, and points."""
    match facts.kind:
        case Kind.TEXT:
            values = _plain(facts.values)[:_MOST_VALUES]
            if len(facts.values) not in _CHOICES or len(values) < 2 or facts.values[values[0]] < 2:
                return
            written = [_braced(quoted(value)) for value in values]
            if len(facts.values) > 2:
                yield f"{{name}} in ({', '.join(written[:2])})", f"{{name}} = {written[0]}", 10
            for value in written:
                yield f"{{name}} = {value}", f"{{name}} = {value}", 10
        case Kind.TEXTS:
            for value in _plain(facts.values)[:_MOST_VALUES]:
                yield (
                    f"{{name}} contains {_braced(quoted(value))}",
                    f"{{name}} = ({_braced(quoted(value))})",
                    5,
                )
        case Kind.NUMBER:
            for number in dict.fromkeys(_quantiles(facts.values)):
                yield f"{{name}} >= {number}", f"{{name}} = {number}", 10
        case Kind.YES_NO:
            yield "{name}", "{name} = yes", 5


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _plain(values: Iterable[str]) -> list[str]:
    """Values that can be written as they are: short, printable, without the star that stands for any text."""
    return [
        value
        for value in values
        if 0 < len(value.strip()) <= _LONGEST_VALUE and value.isprintable() and not set(_ODD) & set(value)
    ]


def _quantiles(counts: Mapping[str, int]) -> Iterator[int]:
    """The middle value over all leads, and the one that a quarter of them reach, rounded to one digit that
    people would choose; none below 2."""
    numbers = sorted((float(value), count) for value, count in counts.items())
    leads = sum(count for _, count in numbers)
    for share in (0.5, 0.75):
        reached = itertools.accumulate(count for _, count in numbers)
        place = sum(seen < leads * share for seen in reached)
        if place == len(numbers):
            return
        number = numbers[place][0]
        step = 10 ** max(len(str(int(abs(number)))) - 1, 0)
        rounded = int(number // step * step)
        if 2 <= rounded <= 10**12:
            yield rounded


# --- events -----------------------------------------------------------------------------------


def _events(events: Iterable[EventFacts], taken: set[str], most: int) -> Iterator[StarterRule]:
    """The commonest event pays a little each day; others pay once, the rarer the more."""
    commonest = sorted(events, key=lambda facts: -facts.count)
    asked = 0
    for facts in commonest:
        name = _friendly(facts.type, taken) if asked < most else None
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
