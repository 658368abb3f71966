"""Made-up leads with their events, drawn with a fixed seed; hostile where it costs nothing.

About one value in eight is unknown, some events share an instant, some stand on a window's edge, some lie
after now. Text is spelt as in the rules, so that every contender can compare it as it comes.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from leadwright.tests.benchmarks.neutral import FIELDS
from leadwright.tests.benchmarks.workloads import DOMAINS, EVENTS, VALUES

DAY = 86_400_000_000
NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
NOW_MICROSECONDS = int(NOW.timestamp()) * 1_000_000
TODAY = NOW_MICROSECONDS // DAY

WEIGHTS = (10, 5, 2, 4, 1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, as data gives it: `at` in microseconds since 1970."""

    at: int
    type: str
    object: str | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as data gives it: known fields only, dates as dates; events in time order."""

    fields: dict[str, object]
    events: tuple[Event, ...]


def leads(number: int, events: int = 30, seed: int = 1, days: int = 365) -> list[Lead]:
    """So many leads, each with so many events, give or take a third, spread evenly over the last days."""
    chance = random.Random(seed)
    third = events // 3
    return [_lead(chance, events + chance.randint(-third, third), days) for _ in range(number)]


def _lead(chance: random.Random, events: int, days: int) -> Lead:
    fields = {name: _field(name, kind, chance) for name, kind in FIELDS.items()}
    known = {
        name: value for name, value in fields.items() if FIELDS[name] == "yes/no" or chance.random() > 0.12
    }
    happened = sorted((_event(chance, days) for _ in range(events)), key=lambda event: event.at)
    return Lead(known, tuple(happened))


def _field(name: str, kind: str, chance: random.Random) -> object:
    if kind == "yes/no":
        return chance.random() < 0.5
    if kind == "date":
        return (NOW + dt.timedelta(days=chance.randint(-30, 30))).date()
    if name == "email":
        return f"p{chance.randint(1, 9999)}@{chance.choice(DOMAINS)}"
    if name == "employees":
        return chance.choice((1, 10, 40, 50, 120, 200, 201, 250, 999, 1000, 5000))
    if name == "seats":
        return chance.choice((1, 2, 3, 5, 10, 25, 100))
    if kind == "number":
        return chance.choice((0, 5_000, 10_000, 100_000, 999_999, 1_000_000, 25_000_000))
    return chance.choice(VALUES[name])


def _event(chance: random.Random, days: int) -> Event:
    type_ = chance.choices(tuple(EVENTS), WEIGHTS)[0]
    age = chance.uniform(-1, days) * DAY
    if chance.random() < 0.05:
        age = chance.choice((0, 7, 14, 30, 60, 90)) * DAY + chance.choice((-1, 0, 1))
    amount = chance.choice((None, 49, 250, 500, 1000)) if type_ == "purchased" else None
    return Event(NOW_MICROSECONDS - int(age), type_, chance.choice(EVENTS[type_]), amount)
