"""Rulesets in a form that belongs to no engine: from it each contender's own form is printed.

Meaning is that of the language: an unknown field makes no condition true, counts are never unknown.
Only what every contender can say without contortion is here; whatever looks at events is a `Signal`,
which contenders that know nothing of events are given as a ready number.
"""

from __future__ import annotations

from dataclasses import dataclass

FIELDS = {
    "title": "text",
    "country": "text",
    "industry": "text",
    "source": "text",
    "department": "text",
    "plan": "text",
    "language": "text",
    "email": "text",
    "employees": "number",
    "revenue": "number",
    "budget": "number",
    "seats": "number",
    "opted_in": "yes/no",
    "is_customer": "yes/no",
    "trial_ends": "date",
}
"""The fifteen fields of a lead and their kinds."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One number measured over a lead's events.

    `measure` is count, distinct (objects), sum (of `amount`), since (whole days since the last one,
    unknown without one), fading or halving (`points`, per event or for the latest one, which lose
    `percent` of themselves or a half each whole `every` days).
    """

    measure: str
    type: str
    object: str | None = None
    days: int | None = None
    points: int = 0
    percent: int = 0
    every: int = 0
    latest: bool = False

    @property
    def name(self) -> str:
        """An identifier that tells it from every other signal."""
        parts = [self.measure, self.type, self.object or "any", f"{self.days}d" if self.days else "ever"]
        if self.points:
            parts += [
                str(self.points),
                str(self.percent),
                str(self.every),
                "latest" if self.latest else "each",
            ]
        return "_".join(parts).replace("-", "_")


@dataclass(frozen=True, slots=True)
class Compared:
    """A number field or a signal, `operator` (one of = < >=) and a number."""

    subject: str | Signal
    operator: str
    number: int


@dataclass(frozen=True, slots=True)
class Between:
    """low <= field <= high."""

    field: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Among:
    """A text field that is one of `words` or begins with one of `starts`; of the list `list` if named."""

    field: str
    words: tuple[str, ...]
    starts: tuple[str, ...] = ()
    list: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class EndsWith:
    """A text field that ends with `text`."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Yes:
    """A yes/no field that is yes, or that is no."""

    field: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class NextDays:
    """A date field that is today or one of the `days` days after it."""

    field: str
    days: int


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of `items`."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of `items`."""

    items: tuple[Condition, ...]


Condition = Compared | Between | Among | EndsWith | Yes | NextDays | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Rule:
    """`points` to `score` where `condition` holds, or, with `each`, that signal's points, at most `most`.

    A signal that counts gives `points` an event.
    """

    name: str
    points: int
    score: str
    condition: Condition | None = None
    each: Signal | None = None
    most: int | None = None
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Two scores with ranges from 0, one capped group that feeds engagement, two stages, one exclusion."""

    rules: tuple[Rule, ...]
    lists: dict[str, tuple[str, ...]]
    fit_range: int
    engagement_range: int
    total_range: int
    group_most: int
    mql: int
    sql: int
    sql_signal: Signal
    banned: tuple[str, ...]

    def signals(self) -> tuple[Signal, ...]:
        """Each distinct signal once, in order of first use."""
        found: dict[Signal, None] = {}
        for rule in self.rules:
            if rule.condition is not None:
                found.update(dict.fromkeys(_signals_of(rule.condition)))
            if rule.each is not None:
                found[rule.each] = None
        found[self.sql_signal] = None
        return tuple(found)


def _signals_of(condition: Condition) -> list[Signal]:
    if isinstance(condition, AllOf | AnyOf):
        return [signal for item in condition.items for signal in _signals_of(item)]
    if isinstance(condition, Compared) and isinstance(condition.subject, Signal):
        return [condition.subject]
    return []
