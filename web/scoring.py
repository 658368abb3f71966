"""Scoring from the page, where no `leadwright watch` does it: as of which instant, begun, and watched."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

from flask import Flask, current_app

from ..engine.progress import Progress
from ..engine.store.database import Store, is_at_work, open_store
from ..engine.store.records.audit import Action, record
from ..engine.store.scoring.score_run import RunReport, score_store
from ..engine.values import instant_of, moment_of
from .accounts.users import Doer
from .jobs import Job, Jobs, jobs
from .problems import Problem
from .queries import last_scoring
from .ruleset_cache import Ready, ready
from .settings import Settings

_LONG = 30 * 24 * 3600 * 1_000_000
"""From how many microseconds on data is said to end long ago."""


@dataclass(frozen=True, slots=True)
class ScoringState:
    """How the scores of a ruleset come about: whether another program keeps them right by itself, the work
    that goes on here or was done last, the live version, the one that scored last, and whether leads were
    being scored here when this was asked."""

    ruleset: str
    watched: bool
    job: Job | None
    version: int
    scored: int | None
    running: bool

    @property
    def behind(self) -> bool:
        """Whether the live version has not scored yet."""
        return self.scored != self.version


def register(app: Flask) -> None:
    """Has the application do work aside from requests."""
    app.extensions["leadwright.jobs"] = Jobs()
    app.extensions["leadwright.newest"] = NewestEvent()


class NewestEvent:
    """When the newest event happened that is not in the future. Looked for again only when the data has
    changed and did not reach into the last 30 days: it takes a look at every event. Safe in threads."""

    def __init__(self) -> None:
        self._found: tuple[int, int | None] | None = None

    def at(self, store: Store) -> int | None:
        """In microseconds since 1970 UTC; None where there is no event."""
        found = self._found
        with store.guard():
            data = store.connection.execute("SELECT data FROM state").fetchone()[0]
            if found is not None and (found[0] == data or (found[1] or 0) > _clock() - _LONG):
                return found[1]
            newest = store.connection.execute(
                "SELECT max(at) FROM event WHERE at <= ?", (_clock(),)
            ).fetchone()[0]
        self._found = (data, newest)
        return None if newest is None else int(newest)


def ends_long_ago(store: Store) -> dt.datetime | None:
    """When the data ends, where that is more than 30 days ago: what is recent was recent then."""
    newest: NewestEvent = current_app.extensions["leadwright.newest"]
    found = newest.at(store)
    return moment_of(found) if found is not None and found < _clock() - _LONG else None


def usual_instant(store: Store, ruleset: str) -> int:
    """As of when leads are scored, in microseconds since 1970 UTC, where nobody says it: the present; of data
    that ends long ago the instant of the last scoring, else the end of that data."""
    end = ends_long_ago(store)
    if end is None:
        return _clock()
    last = last_scoring(store, ruleset)
    kept = last.now if last is not None else end
    return instant_of(max(kept, end))


def state_of(store: Store, ruleset: str, version: int) -> ScoringState:
    """How the scores of a ruleset come about."""
    job = jobs().of(("score", ruleset))
    running = job is not None and not job.ended.is_set()
    last = last_scoring(store, ruleset)
    scored = last.version if last is not None else None
    return ScoringState(ruleset, is_at_work(store.path, "watch"), job, version, scored, running)


def begin_scoring(settings: Settings, store: Store, ruleset: str, doer: Doer, now: int | None = None) -> Job:
    """Begins to score all leads by what is live, unless that goes on already. Problem 409 where another
    program keeps the scores right by itself."""
    if is_at_work(settings.database, "watch"):
        raise Problem(
            409, "Scored already", "Scores are kept up to date by leadwright watch, or by this server itself."
        )
    chosen = ready(store, ruleset)
    at = usual_instant(store, ruleset) if now is None else now
    return jobs().begin(
        ("score", ruleset),
        lambda tell: _score(settings, chosen, at, doer, tell),
        again=True,
    )


def score_after_publishing(settings: Settings, store: Store, ruleset: str, doer: Doer) -> None:
    """Begins to score by a version just published, where there are leads and nobody else does it."""
    with store.guard():
        there = store.connection.execute("SELECT EXISTS (SELECT 1 FROM lead)").fetchone()[0]
    if there and not is_at_work(settings.database, "watch"):
        begin_scoring(settings, store, ruleset, doer)


def _score(settings: Settings, chosen: Ready, now: int, doer: Doer, tell: Progress) -> RunReport:
    version = chosen.version
    with open_store(settings.database, wait=30.0) as store:
        report = score_store(store, chosen.evaluator, version, now, progress=tell)
        if report.run is not None:
            with store.transaction() as connection:
                record(
                    connection,
                    Action.SCORED,
                    who=doer.who,
                    address=doer.address,
                    subject=f"{version.ruleset}@{version.number}",
                    detail=f"{report.tally.leads:,} leads, {report.tally.changed:,} changed",
                )
        return report


def _clock() -> int:
    return time.time_ns() // 1000
