"""Counting over all leads, aside from the request that asks for it: waited for a moment, then watched."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread

from ...engine.evaluator import Evaluator
from ...engine.impact.effect import Effect
from ...engine.store.database import open_store
from ...engine.store.handoffs.forecast import Forecast, forecast
from ...engine.store.records.leads import find_lead
from ...engine.store.scoring.what_if import Cancelled, Counts, WhatIf
from ..effects import MOST_ENTRIES
from ..queries import lead_title

MOST_MOVES = 12
PATIENCE = 0.25
"""Seconds that a request waits, so that most edits are answered whole."""

_MOST_KEPT = 16
_MOST_AT_ONCE = 2
"""Countings of one ruleset that go on at once, each as of another instant."""


@dataclass(frozen=True, slots=True)
class Question:
    """What rules say of all leads, beside those before where there are any, at `now` in microseconds.

    `data` is the state that the data in the database is in. `on` are the rules with those switched on that
    are off, where there are any: what those match is counted beside.
    """

    database: Path
    data: int
    before: Evaluator | None
    rules: Evaluator
    now: int
    on: Evaluator | None = None
    ruleset: str = ""

    @property
    def key(self) -> Hashable:
        """Equal where the answer is. The rules are held by what evaluates them, since the places of rules
        in a text are part of the answer, and not of what rules mean."""
        return (self.database, self.data, self.before, self.rules, self.now, self.on)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What was counted: by `rules`, beside those before where there are any, in so many seconds.

    `names` says who the leads are that are named as moving; `on` was counted with all rules switched on;
    `handed` says who would get leads, where there are handoffs and rules before.
    """

    rules: Evaluator
    counts: Counts
    effect: Effect
    names: Mapping[str, str]
    seconds: float
    on: Counts | None = None
    handed: Forecast | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Counting goes on: what is being done and which share of it is done; or it was stopped."""

    what: str
    share: float
    stopped: bool = False


class Runs:
    """The countings of one application: of each ruleset and instant the latest alone. Safe in threads."""

    def __init__(self, what_if: WhatIf) -> None:
        self._what_if = what_if
        self._lock = Lock()
        self._jobs: dict[str, dict[int, _Job]] = {}
        self._done: OrderedDict[Hashable, RunResult] = OrderedDict()

    def ask(self, ruleset: str, question: Question, patience: float | None = None) -> RunResult | Waiting:
        """What came of it, or how far it is. What a draft said before it was changed is counted no more; as
        of another instant somebody else may be looking.

        Raises what came in its way, such as StoreError.
        """
        key = question.key
        with self._lock:
            found = self._done.get(key)
            if found is not None:
                self._done.move_to_end(key)
                return found
            jobs = self._jobs.setdefault(ruleset, {})
            job = jobs.get(question.now)
            if job is None or job.question.key != key:
                jobs.pop(question.now, None)
                older = [job] if job is not None else list(jobs.values())[: 1 - _MOST_AT_ONCE]
                for one in older:
                    one.superseded.set()
                    jobs.pop(one.question.now, None)
                job = jobs[question.now] = _Job(question, self._what_if)
                Thread(target=self._run, args=(ruleset, job), daemon=True, name=f"counting {ruleset}").start()
        job.ended.wait(PATIENCE if patience is None else patience)
        if job.error is not None:
            with self._lock:
                self._forget(ruleset, job)
            raise job.error
        return job.outcome or Waiting(job.what, job.share, job.stopped.is_set())

    def stop(self, ruleset: str) -> None:
        """Ends the counting for a ruleset; it stays ended until its rules change or it is begun again."""
        with self._lock:
            for job in self._jobs.get(ruleset, {}).values():
                job.stopped.set()

    def again(self, ruleset: str) -> None:
        """Forgets that the counting for a ruleset was stopped."""
        with self._lock:
            for job in list(self._jobs.get(ruleset, {}).values()):
                if job.stopped.is_set():
                    self._forget(ruleset, job)

    def _forget(self, ruleset: str, job: _Job) -> None:
        jobs = self._jobs.get(ruleset, {})
        if jobs.get(job.question.now) is job:
            del jobs[job.question.now]

    def _run(self, ruleset: str, job: _Job) -> None:
        job.run()
        with self._lock:
            if job.outcome is not None:
                self._done[job.question.key] = job.outcome
                while len(self._done) > _MOST_KEPT:
                    self._done.popitem(last=False)
                self._forget(ruleset, job)
        job.ended.set()


class _Job:
    """One counting, in a thread of its own with a connection of its own."""

    def __init__(self, question: Question, what_if: WhatIf) -> None:
        self.question = question
        self.what_if = what_if
        self.what = "waiting"
        self.share = 0.0
        self.stopped = Event()
        """Set once somebody ended it."""
        self.superseded = Event()
        """Set once nobody needs it: who asks again, asks about something else."""
        self.ended = Event()
        self.outcome: RunResult | None = None
        self.error: Exception | None = None

    def run(self) -> None:
        """Counts; ends early, without an outcome, once it is stopped or superseded."""
        try:
            self.outcome = self._count()
        except Cancelled:
            pass
        except Exception as error:
            # Whoever asks next is told, as if it had happened there.
            self.error = error

    def _count(self) -> RunResult:
        asked, started = self.question, time.monotonic()
        before = asked.before or asked.rules

        def stop() -> bool:
            return self.stopped.is_set() or self.superseded.is_set()

        hands_off = asked.before is not None and bool(asked.rules.plan.handoffs)
        handed = None
        with open_store(asked.database, read_only=True) as store:
            effect, counts = self.what_if.both(
                store,
                before,
                asked.rules,
                asked.now,
                most_moves=MOST_ENTRIES if hands_off else MOST_MOVES,
                progress=self._tell,
                stop=stop,
            )
            if hands_off:
                handed = forecast(store, asked.ruleset, asked.rules.plan, effect, asked.now)
                del effect.moves[MOST_MOVES:]
            on = None
            if asked.on is not None:
                on = self.what_if.counts(store, asked.on, asked.now, progress=self._tell, stop=stop)
            leads = [found for move in effect.moves if (found := find_lead(store, move.lead)) is not None]
        names = {lead.key: lead_title(lead)[0] for lead in leads}
        return RunResult(asked.rules, counts, effect, names, time.monotonic() - started, on, handed)

    def _tell(self, what: str, share: float) -> None:
        self.what, self.share = what, share
