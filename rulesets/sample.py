"""A made-up sample: 1,000 leads of a software company that does not exist, and about 20,000 events.

Nothing in it is real. Every person, company, email address and click comes out of a seeded generator, and
the same seed gives the same files on every supported version of Python.

The link between behaviour and outcome is planted, so that there is something to find. Each lead has two
hidden numbers. *Fit* grows with seniority, size and industry. *Wish* is drawn at random. The wish makes a
lead visit more, look at pricing more often, ask for a demo and start a trial; an active trial has many
log-ins. Whether a lead becomes a customer is then drawn with the odds

    log(odds) = -3.4 + 1.1 * fit + 0.9 * wish + 1.5 * (asked for a demo) + 1.3 * (active trial)

and happens 10 to 50 days after the demo or the trial. Leads that never do either do not buy. So a good
ruleset can tell buyers from others before they buy, but never perfectly.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

from . import sample_words as words

SAMPLE_NOW = dt.datetime(2026, 1, 15, 12, 0, tzinfo=dt.UTC)
"""The instant the sample ends at. Score it as of this instant to get the same results on any day."""

SAMPLE_SEED = 2026
DAYS = 180

LEAD_COLUMNS = (
    "lead_id",
    "name",
    "email",
    "company",
    "title",
    "industry",
    "employees",
    "country",
    "source",
    "budget",
    "need",
    "timeline",
    "opted_in",
    "trial_ends",
    "created",
)
EVENT_COLUMNS = (
    "event_id",
    "lead_id",
    "type",
    "object",
    "at",
    "device",
    "locale",
    "seconds",
    "amount",
    "campaign",
)

# What the import is told of each file, kept beside it as `leads.toml` and `events.toml`.
LEAD_MAPPING = """\
# What the columns of leads.csv mean. The other columns become fields.
lead = "lead_id"
"""
EVENT_MAPPING = """\
# What the columns of events.csv mean. The other columns become properties of the event.
lead = "lead_id"

[[event]]
type = "type"
object = "object"
at = "at"
key = "event_id"
"""

TextRow = dict[str, str]
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Sample:
    """Leads and events as rows of text, ready for a CSV file; a blank is the empty text.

    Events are in order of time, none after `SAMPLE_NOW`.
    """

    leads: list[TextRow]
    events: list[TextRow]


def make_sample(leads: int = 1000, seed: int = SAMPLE_SEED) -> Sample:
    """Make up `leads` leads and their events."""
    dice = _Dice(Random(seed))
    people = [_make_lead(dice, number) for number in range(1, leads + 1)]
    events = [event for person in people for event in _live(dice, person)]
    events.sort(key=lambda event: (event["at"], event["lead_id"]))
    for number, event in enumerate(events, start=1):
        event["event_id"] = f"E{number:06d}"
    return Sample([person.row for person in people], events)


def write_sample(folder: Path, leads: int = 1000, seed: int = SAMPLE_SEED) -> tuple[Path, Path]:
    """Write `leads.csv` and `events.csv` (UTF-8, commas) into a folder and return the two paths.

    Beside each stands a mapping (`leads.toml`, `events.toml`), so that the import needs to be told nothing.
    Raises OSError where the folder cannot be written to.
    """
    sample = make_sample(leads, seed)
    folder.mkdir(parents=True, exist_ok=True)
    lead_path, event_path = folder / "leads.csv", folder / "events.csv"
    _write(lead_path, LEAD_COLUMNS, sample.leads)
    _write(event_path, EVENT_COLUMNS, sample.events)
    lead_path.with_suffix(".toml").write_text(LEAD_MAPPING, encoding="utf-8")
    event_path.with_suffix(".toml").write_text(EVENT_MAPPING, encoding="utf-8")
    return lead_path, event_path


def _write(path: Path, columns: Sequence[str], rows: list[TextRow]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


class _Dice:
    """Draws built on `Random.random` alone, the one method promised to stay the same between versions.

    Sums are `math.fsum`, since `sum` rounds otherwise from Python 3.12 on.
    """

    def __init__(self, random: Random) -> None:
        self._next = random.random

    def chance(self, probability: float) -> bool:
        return self._next() < probability

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._next()

    def whole(self, low: int, high: int) -> int:
        return low + int(self._next() * (high - low + 1))

    def pick(self, items: Sequence[_Item]) -> _Item:
        return items[int(self._next() * len(items))]

    def weighted(self, items: Sequence[_Item], weights: Sequence[float]) -> _Item:
        mark = self._next() * math.fsum(weights)
        for item, weight in zip(items, weights, strict=True):
            mark -= weight
            if mark < 0:
                return item
        return items[-1]

    def normal(self) -> float:
        return math.fsum(self._next() for _ in range(12)) - 6.0

    def poisson(self, mean: float) -> int:
        limit, product, count = math.exp(-mean), self._next(), 0
        while product > limit:
            product *= self._next()
            count += 1
        return count


@dataclass(slots=True)
class _Person:
    """A lead in the making: its row, its hidden numbers, and when it came."""

    row: TextRow
    fit: float
    wish: float
    came: dt.datetime
    locale: str
    opted_in: bool
    events: list[TextRow] = field(default_factory=list)

    def does(self, at: dt.datetime, type_: str, object_: str = "", **properties: str) -> None:
        """Add an event, unless it would lie in the future."""
        if at <= SAMPLE_NOW:
            stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
            event = {"lead_id": self.row["lead_id"], "type": type_, "object": object_, "at": stamp}
            self.events.append(event | properties)


def _make_lead(dice: _Dice, number: int) -> _Person:
    _, givens, families = dice.weighted(words.PEOPLE, [weight for weight, _, _ in words.PEOPLE])
    (given, first), (family, last) = dice.pick(givens), dice.pick(families)
    seniority, _, titles = dice.weighted(words.TITLES, [weight for _, weight, _ in words.TITLES])
    industry, _, endings = dice.weighted(words.INDUSTRIES, [weight for _, weight, _ in words.INDUSTRIES])
    low, high, _ = dice.weighted(words.SIZES, [weight for _, _, weight in words.SIZES])
    country = _weighted(dice, words.COUNTRIES)
    company = f"{dice.pick(words.COMPANY_FIRST)} {dice.pick(endings)}"
    came = SAMPLE_NOW - dt.timedelta(days=dice.between(0.5, DAYS), seconds=dice.whole(0, 3600))
    person = _Person(
        row={
            "lead_id": f"L{number:04d}",
            "name": f"{given} {family}",
            "email": f"{first}.{last}@{_domain(dice, company)}",
            "company": company,
            "title": "" if dice.chance(0.04) else dice.pick(titles),
            "industry": "" if dice.chance(0.08) else industry,
            "employees": "" if dice.chance(0.12) else str(dice.whole(low, high)),
            "country": "" if dice.chance(0.06) else country,
            "source": _weighted(dice, words.SOURCES),
            "created": came.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "trial_ends": "",
        },
        fit=_fit(seniority, low, industry),
        wish=dice.normal(),
        came=came,
        locale=words.LOCALES.get(country, "en"),
        opted_in=dice.chance(0.62),
    )
    _answer_form(dice, person)
    return person


def _weighted(dice: _Dice, choices: words.Weighted) -> str:
    return dice.weighted([word for word, _ in choices], [weight for _, weight in choices])


def _domain(dice: _Dice, company: str) -> str:
    if dice.chance(0.11):
        return dice.pick(words.FREE_MAIL)
    if dice.chance(0.015):
        return dice.pick(words.COMPETITORS)
    return company.lower().replace(" ", "-") + ".example"


def _fit(seniority: str, employees: int, industry: str) -> float:
    fit = {"decides": 0.9, "advises": 0.3, "works": -0.5, "studies": -2.0}[seniority]
    fit += 0.6 if employees >= 200 else 0.2 if employees >= 50 else -0.4
    return fit + (0.3 if industry in ("Software", "Financial services", "Manufacturing") else -0.2)


def _answer_form(dice: _Dice, person: _Person) -> None:
    """What the lead told us; those who wish to buy answer more, and more to the point."""
    row, keen = person.row, person.wish > 0.4
    row["budget"] = ""
    if dice.chance(0.65 if keen else 0.35):
        size = dice.between(0.4, 1.6) * (20_000 if person.fit > 0.5 else 8_000)
        row["budget"] = str(int(size / 500) * 500)
    row["need"] = ""
    if dice.chance(0.6):
        row["need"] = dice.pick(words.NEEDS) if dice.chance(0.85 if keen else 0.5) else "just looking"
    row["timeline"] = ""
    if dice.chance(0.55):
        weights = (3.0, 4.0, 3.0, 1.0) if keen else (1.0, 2.0, 3.0, 5.0)
        row["timeline"] = dice.weighted(words.TIMELINES, weights)
    row["opted_in"] = "" if dice.chance(0.1) else "yes" if person.opted_in else "no"


def _live(dice: _Dice, person: _Person) -> list[TextRow]:
    """Everything one lead does between coming and now."""
    if dice.chance(0.06):
        return []
    asked = _visit(dice, person)
    _read_mail(dice, person)
    _learn(dice, person)
    tried, active = _try_out(dice, person)
    _buy(dice, person, asked, tried, active)
    return person.events


def _visit(dice: _Dice, person: _Person) -> dt.datetime | None:
    """Visits to the website; returns when the lead asked for a demo or a quote, None for never."""
    asked: dt.datetime | None = None
    at = person.came
    wish_to_ask = _logistic(-2.7 + 1.2 * person.wish + 0.5 * person.fit)
    for _ in range(1 + dice.poisson(4.6 * math.exp(0.55 * person.wish))):
        device = "phone" if dice.chance(0.3) else "desktop"
        for _ in range(1 + dice.poisson(1.8)):
            weights = [max(0.5, base + more * person.wish) for _, base, more in words.PAGES]
            page = dice.weighted([page for page, _, _ in words.PAGES], weights)
            seconds = dice.whole(5, 240)
            person.does(at, "visited", page, device=device, locale=person.locale, seconds=str(seconds))
            at += dt.timedelta(seconds=seconds)
            if page == "pricing" and asked is None and dice.chance(wish_to_ask * 1.6):
                asked = at + dt.timedelta(minutes=dice.whole(1, 4000))
        at += dt.timedelta(days=-math.log(1 - dice.between(0, 1)) * 11, seconds=dice.whole(0, 7200))
    if asked is None and dice.chance(wish_to_ask * 0.4):
        asked = person.came + dt.timedelta(days=dice.between(0.1, 30))
    if asked is not None:
        person.does(asked, "requested", "demo" if dice.chance(0.8) else "quote", locale=person.locale)
    return asked


def _read_mail(dice: _Dice, person: _Person) -> None:
    """A mail a week to those who agreed."""
    if not person.opted_in:
        return
    reads = _logistic(-1.0 + 0.6 * person.wish)
    at = person.came + dt.timedelta(days=dice.between(1, 7))
    while at <= SAMPLE_NOW:
        campaign = dice.pick(words.CAMPAIGNS)
        if dice.chance(reads):
            opened = at + dt.timedelta(minutes=dice.whole(2, 2000))
            person.does(opened, "opened", "email", campaign=campaign)
            if dice.chance(0.12 + 0.25 * reads):
                clicked = opened + dt.timedelta(seconds=dice.whole(3, 90))
                person.does(clicked, "clicked", "email", campaign=campaign)
        elif dice.chance(0.008):
            person.does(at + dt.timedelta(minutes=dice.whole(2, 600)), "unsubscribed", "newsletter")
            return
        at += dt.timedelta(days=7)


def _learn(dice: _Dice, person: _Person) -> None:
    """Guides and webinars."""
    days = (SAMPLE_NOW - person.came).total_seconds() / 86_400
    for _ in range(dice.poisson(0.35 * math.exp(0.5 * person.wish))):
        at = person.came + dt.timedelta(days=dice.between(0, min(days, 60)))
        person.does(at, "downloaded", _weighted(dice, words.GUIDES), locale=person.locale)
    if dice.chance(_logistic(-1.6 + 0.7 * person.wish)):
        live = SAMPLE_NOW - dt.timedelta(days=dice.whole(0, 11) * 15 + 2, hours=-3)
        if live > person.came:
            person.does(live, "attended", "webinar", campaign=dice.pick(words.WEBINARS), locale=person.locale)


def _try_out(dice: _Dice, person: _Person) -> tuple[dt.datetime | None, bool]:
    """A trial of 14 days; returns when it started, and whether it was an active one."""
    if not dice.chance(_logistic(-1.5 + 1.0 * person.wish)):
        return None, False
    start = person.came + dt.timedelta(days=dice.between(0.2, 40), seconds=dice.whole(0, 7200))
    if start > SAMPLE_NOW:
        return None, False
    person.row["trial_ends"] = (start + dt.timedelta(days=14)).strftime("%Y-%m-%d")
    person.does(start, "started", "trial", locale=person.locale)
    diligence = _logistic(-0.4 + 0.9 * person.wish)
    logins = 0
    for day in range(14):
        if dice.chance(diligence):
            logins += 1
            at = start + dt.timedelta(days=day, seconds=dice.whole(60, 30_000))
            person.does(at, "logged_in", device="desktop")
            for _ in range(dice.poisson(2.0)):
                at += dt.timedelta(seconds=dice.whole(20, 900))
                person.does(at, "used", dice.pick(words.FEATURES), seconds=str(dice.whole(10, 1200)))
            if dice.chance(0.10):
                person.does(at + dt.timedelta(seconds=30), "invited", "teammate")
    return start, logins >= 6


def _buy(
    dice: _Dice, person: _Person, asked: dt.datetime | None, tried: dt.datetime | None, active: bool
) -> None:
    """The planted link; see the top of this module."""
    odds = -3.4 + 1.1 * person.fit + 0.9 * person.wish + 1.5 * (asked is not None) + 1.3 * active
    starts = [moment for moment in (asked, tried) if moment is not None]
    if not starts or not dice.chance(_logistic(odds)):
        return
    at = max(starts) + dt.timedelta(days=dice.between(10, 50), seconds=dice.whole(0, 30_000))
    plan = _weighted(dice, words.PLANS)
    amount = words.PRICES[plan] * dice.whole(1, 3)
    person.does(at, "purchased", plan, amount=f"{amount:.2f}")
    person.does(at + dt.timedelta(seconds=5), "became", "customer")


def _logistic(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))
