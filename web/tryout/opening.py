"""A draft tried out for a request: what is kept between requests is found, the rest is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from threading import Lock

from flask import current_app

from ...engine.evaluator import Evaluator
from ...engine.impact.effect import Effect
from ...engine.lru import LruCache
from ...engine.plan import Plan
from ...engine.reading import Reading
from ...engine.store.database import Store
from ...engine.store.records.leads import search_leads
from ...engine.tryout.marks import Watched
from ...engine.values import instant_of
from ...grammar.syntax.parse import Parsed, parse
from ..access import settings
from ..effects import what_if
from ..queries import Scoring, highest, instant_asked, last_scoring
from ..ruleset_cache import Ready, kept, live_of, read_text
from .causes import MOST_MOVES, Causes, causes_of, reverted, without
from .partial import without_errors
from .runs import Question, Runs
from .subjects import Subject, subject_of
from .trial import Trial, switched_on

_MOST_KEPT = 32
_MOST_CHARACTERS = 1_000_000
"""Of the texts that are made ready to decide. One takes about a hundred times as much."""

_STALE = dt.timedelta(hours=1)


class Tried:
    """What an application keeps of drafts that were tried out; all of it only saves time. Safe in threads."""

    def __init__(self) -> None:
        self.runs = Runs(what_if())
        self._lock = Lock()
        self._evaluators: LruCache[tuple[str, tuple[str, ...]], Evaluator] = LruCache(
            _MOST_CHARACTERS, lambda key, _evaluator: sum(map(len, key[1]))
        )
        self._looked: dict[int, dt.datetime] = {}
        self._watched: LruCache[Hashable, tuple[Subject, Watched | None]] = LruCache(_MOST_KEPT)
        self._firsts: LruCache[Hashable, str | None] = LruCache(_MOST_KEPT)
        self._causes: LruCache[Hashable, Causes] = LruCache(_MOST_KEPT)

    def evaluator(self, plan: Plan, live: Ready | None = None) -> Evaluator:
        """What decides by a plan; the same for one of the same texts and meaning, and for the live plan."""
        if live is not None and live.plan is plan:
            return live.evaluator
        key = (plan.digest, tuple(source.text for source in plan.sources))
        return self._evaluators.made(key, lambda: Evaluator(plan))

    def causes(self, key: Hashable, find: Callable[[], Causes]) -> Causes:
        """Why leads move, found once for two plans, an instant and a state of the data."""
        return self._causes.made(key, find)

    def present(self, data: int) -> dt.datetime:
        """The present, the same for an hour while the data is the same: what was counted then is of use."""
        with self._lock:
            now, found = dt.datetime.now(dt.UTC), self._looked.get(data)
            if found is None or now - found > _STALE:
                self._looked = {data: now}
                found = now
        return found

    def subject(
        self, store: Store, plan: Plan, asked: str, data: int, now: dt.datetime
    ) -> tuple[Subject, Watched | None]:
        """Whom is meant, and what is kept of them between edits: of leads of the record alone, whose facts
        are the same as long as the data is."""
        key = (asked, data, now)
        kept = self._watched.get(key)
        if kept is not None:
            return kept
        subject = subject_of(store, plan, asked, now)
        found = (subject, Watched(subject.case) if subject.case is not None else None)
        return self._watched.put(key, found) if subject.lead is not None else found

    def first(self, store: Store, ruleset: str, data: int, last: Scoring | None) -> str | None:
        """The id of the lead that scored highest, of any where none was scored; None where there is no lead.

        Finding it takes a look at every score, and is done once for each scoring and state of the data.
        """
        key = (ruleset, data, last.run if last is not None else None)

        def find() -> str | None:
            found = highest(store, ruleset, None, 1) or search_leads(store, "", 1)
            return found[0].key if found else None

        return self._firsts.made(key, find)


def tried() -> Tried:
    """What this application keeps."""
    extensions = current_app.extensions
    found: Tried = extensions.get("leadwright.tried") or extensions.setdefault("leadwright.tried", Tried())
    return found


def trial_of(store: Store, ruleset: str, reading: Reading, asked: str | None, at: str | None = None) -> Trial:
    """The draft of a ruleset tried out as of its last scoring, on the lead that `asked` names.

    `at` is the instant as of which that lead is looked at, where it is another. Problem 400 where it cannot
    be read.
    """
    state, live_version = tried(), live_of(store, ruleset)
    live = kept().ready(live_version, reading) if live_version is not None else None
    with store.guard():
        data = int(store.connection.execute("SELECT data FROM state").fetchone()[0])
    last = last_scoring(store, ruleset)
    now = last.now if last is not None else state.present(data)
    partial = None
    if reading.plan is None:
        partial = without_errors(reading, lambda text, before: _read(store, ruleset, text, before))
        reading = partial.reading if partial is not None else reading
    moment = instant_asked(at) if at else now
    rules = state.evaluator(reading.plan, live) if reading.plan is not None else None
    known = rules or (live.evaluator if live is not None else None)
    whom = asked or state.first(store, ruleset, data, last)
    subject, watched = None, None
    if known is not None and whom:
        subject, watched = state.subject(store, known.plan, whom, data, moment)
    outcome, on = None, None
    if rules is not None:
        before = live.evaluator if live is not None else None
        on = _on(store, ruleset, reading)
        question = Question(store.path, data, before, rules, instant_of(now), on, ruleset)
        outcome = state.runs.ask(ruleset, question)
    left_out = partial.left_out if partial is not None else ()
    return Trial(ruleset, reading, rules, live, now, moment, subject, watched, outcome, on, left_out)


def causes_in(store: Store, trial: Trial) -> Causes | None:
    """What each change does to leads; None where nothing is live, or nothing was counted yet."""
    state, rules, live = tried(), trial.rules, trial.live
    if rules is None or live is None or trial.counted is None:
        return None
    key = (rules, live.evaluator, trial.now, trial.counted.effect.leads)
    return state.causes(key, lambda: _causes(store, trial, rules, live))


def without_change(store: Store, trial: Trial, key: str) -> Evaluator | None:
    """The draft without the change of one statement; None where it cannot be had."""
    if trial.live is None:
        return None
    before = parse(trial.live.reading.source)
    draft = parse(trial.reading.source, before)
    text = without(before, draft, key)
    return _evaluator(store, trial.ruleset, draft, text) if text is not None else None


def _evaluator(store: Store, ruleset: str, draft: Parsed, text: str) -> Evaluator | None:
    found = read_text(store, settings(), text, ruleset, before=draft, lints=False).reading
    return Evaluator(found.plan) if found.plan is not None else None


def _causes(store: Store, trial: Trial, rules: Evaluator, live: Ready) -> Causes:
    assert trial.counted is not None
    draft = (trial.ruleset, trial.reading, rules)
    return causes_between(store, live.reading, draft, trial.now, trial.counted.effect)


def causes_between(
    store: Store, live: Reading, draft: tuple[str, Reading, Evaluator], now: dt.datetime, effect: Effect
) -> Causes:
    """What each change from a live text to the draft of a ruleset does to leads; `effect` has all changes."""
    ruleset, text, rules = draft
    before = parse(live.source)
    after = parse(text.source, before)

    def evaluator(other: str) -> Evaluator | None:
        return _evaluator(store, ruleset, after, other)

    def ask(other: Evaluator) -> Effect:
        return what_if().effect(store, other, rules, instant_of(now), most_moves=MOST_MOVES)

    return causes_of(ask, reverted(before, after, evaluator), rules, effect)


def _read(store: Store, ruleset: str, text: str, before: Parsed | None) -> Reading:
    return read_text(store, settings(), text, ruleset, before=before, lints=False).reading


def _on(store: Store, ruleset: str, reading: Reading) -> Evaluator | None:
    """The draft with the rules switched on that are off; None where none is, or it could not run so."""
    text = switched_on(reading)
    if text is None:
        return None
    plan = read_text(store, settings(), text, ruleset, lints=False).reading.plan
    return tried().evaluator(plan) if plan is not None else None
