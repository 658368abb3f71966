"""What the pages and the interface ask of the record: leads, their names, their stages, the instant."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..engine.lru import LruCache
from ..engine.report.text_style import cut, shown
from ..engine.score_one.facts import Event
from ..engine.store.database import Store
from ..engine.store.export.scores import LeadScore, stored_lead_scores
from ..engine.store.records.events import StoredEvent, events_of
from ..engine.store.records.leads import StoredLead, find_lead, nearest_id
from ..engine.store.records.score_filter import ScoreFilter
from ..engine.store.scoring.lead_pages import lead_page
from ..engine.store.scoring.lead_table import Tally, tally_of
from ..engine.values import moment_of, read_moment
from .drafts import draft_names
from .problems import invalid, not_found

_NAMES = ("name", "full name", "contact name")
_TELLING = (
    ("title", "job title", "role", "position"),
    ("company", "company name", "organization", "account"),
)
"""Fields, as most data calls them, that tell leads apart."""


def lead_title(lead: StoredLead) -> tuple[str, str]:
    """Who a lead is: its name where it has one, else its id; and what else tells it from others."""
    texts = {
        _folded(name): value
        for name, value in lead.fields.items()
        if isinstance(value, str) and value != lead.key
    }
    name = next((texts.pop(key) for key in _NAMES if key in texts), None)
    known = [texts.pop(key) for keys in _TELLING for key in keys if key in texts]
    rest = [*known, *(value for key, value in texts.items() if key != "email")][:2]
    return shown(name or lead.key), shown(cut(" · ".join([*rest, *([lead.key] if name else [])]), 80))


def _folded(name: str) -> str:
    return name.casefold().replace("_", " ")


@dataclass(frozen=True, slots=True)
class Scoring:
    """The last scoring by a ruleset: its number among all, the version that scored, and as of when."""

    run: int
    version: int
    now: dt.datetime


def last_scoring(store: Store, ruleset: str) -> Scoring | None:
    """The last scoring by a ruleset, None where it never scored."""
    with store.guard():
        row = store.connection.execute(
            "SELECT run.id, version.number, run.now FROM run "
            "JOIN ruleset_version AS version ON version.id = run.version "
            "JOIN ruleset ON ruleset.id = version.ruleset "
            "WHERE ruleset.name = ? ORDER BY run.id DESC LIMIT 1",
            (ruleset,),
        ).fetchone()
    return Scoring(row[0], row[1], moment_of(row[2])) if row is not None else None


@dataclass(frozen=True, slots=True)
class Standings:
    """Where leads stood when a ruleset last scored them: by which version, as of when, how many in each
    stage of `main` (None for none), how many of those in none are disqualified, and which tags there are."""

    version: int
    now: dt.datetime
    leads: int
    stages: Mapping[str | None, int]
    disqualified: int
    tags: tuple[str, ...]


_AGE = 20
"""Counts are shown for so many times as long as it took to count them, though scores have changed since."""
_QUICK = 0.05
"""Seconds of the processor: what took less is counted anew whenever scores have changed."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """Counts: of which scoring and batch of data, from when on the machine's clock, and how long they took,
    in seconds of the processor."""

    of: tuple[int, int]
    at: float
    took: float
    tally: Tally


_counted: LruCache[tuple[str, str], _Counted] = LruCache(64)


def standing(store: Store, ruleset: str) -> Standings | None:
    """Where leads stand, None where the ruleset never scored them. Counts of a million leads take a second,
    and live events change scores all the time: then counts may be some seconds old."""
    last = last_scoring(store, ruleset)
    if last is None:
        return None
    with store.guard():
        data = store.connection.execute("SELECT data FROM state").fetchone()[0]
    of, began = (last.run, data), time.monotonic()
    kept = _counted.get((str(store.path), ruleset))
    if kept is None or (kept.of != of and (kept.took < _QUICK or began - kept.at > _AGE * kept.took)):
        start = time.thread_time()
        tally = tally_of(store, ruleset)
        kept = _Counted(of, began, time.thread_time() - start, tally)
        _counted.put((str(store.path), ruleset), kept)
    found = kept.tally
    return Standings(last.version, last.now, found.leads, found.stages, found.disqualified, found.tags)


def stored_scores(store: Store, ruleset: str, leads: Iterable[StoredLead]) -> dict[str, LeadScore]:
    """The stored scores of leads, by their ids."""
    wanted = ScoreFilter(leads=tuple(lead.key for lead in leads))
    return {score.lead: score for score in stored_lead_scores(store, ruleset, wanted)}


def highest(store: Store, ruleset: str, stage: str | None, limit: int) -> list[StoredLead]:
    """The leads with the highest scores; of one stage of `main` where it is given."""
    return lead_page(store, ruleset, stage=stage, limit=limit).leads


def version_choices(store: Store) -> list[tuple[str, str]]:
    """Every draft and version of every ruleset, the newest first: as `name@2`, and as people call it."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT name, coalesce(title, name), number FROM ruleset_version JOIN ruleset "
            "ON ruleset.id = ruleset_version.ruleset ORDER BY ruleset.id, number DESC"
        )
        found = [(f"{name}@{number}", f"{title}, version {number}") for name, title, number in rows]
    return [*((f"{name}@draft", f"{name}, draft") for name in draft_names(store)), *found]


def lead_with(store: Store, key: str) -> StoredLead:
    """The lead with this id. Problem 404 where there is none."""
    found = find_lead(store, key)
    if found is None:
        near = nearest_id(store, key)
        hint = f'There is one with the id "{near}".' if near else "Search for it by a part of its name."
        raise not_found(f'There is no lead with the id "{key}". {hint}')
    return found


def events_of_lead(store: Store, lead: int) -> list[Event]:
    """The events of a lead as evaluation takes them."""
    return as_events(events_of(store, lead))


def as_events(events: Iterable[StoredEvent]) -> list[Event]:
    """Stored events as evaluation takes them."""
    return [Event(event.type, event.at, event.object, event.properties) for event in events]


_FIRST_YEAR, _LAST_YEAR = 1900, 9000
"""Pages look some weeks back from what is asked for, and rules some years ahead."""


def instant_asked(text: str | None, store: Store | None = None, ruleset: str | None = None) -> dt.datetime:
    """The instant that a text names; without one that of the ruleset's last scoring, else the present.

    A day alone is its beginning, in UTC.
    """
    if text is None or not text.strip():
        found = last_scoring(store, ruleset) if store is not None and ruleset is not None else None
        return found.now if found is not None else dt.datetime.now(dt.UTC)
    if text.strip().lower() == "now":
        return dt.datetime.now(dt.UTC)
    moment = read_moment(text)
    if moment is None:
        raise invalid(
            f'"{text}" is not an instant that can be read: write it as 2026-01-15, 2026-01-15T12:00Z or now'
        )
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time(), dt.UTC)
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise invalid(f'"{text}" is too far away: give an instant from {_FIRST_YEAR} to {_LAST_YEAR:,}.')
    return moment
