"""Scoring every lead in the store, and keeping what came of it.

Leads are taken a portion of neighbouring numbers at a time, each portion written in one transaction. Where
there are many leads and two processors, a second process takes portions too; which of the two gets the
next one is settled by a pipe that they both read.
"""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from ..evaluate import Detail, Evaluator
from .errors import StoreError
from .legend import Legend, save_legend
from .opening import Store, open_store
from .outcomes import Found, Outcomes
from .rulesets import RulesetVersion
from .timelines import Timelines

PORTION = 5_000
"""How many leads are scored and written at a time."""

MANY = 40_000
"""From how many leads on a second process is worth its start."""

Progress = Callable[[str, float], None]
"""Told what is being done and, from 0 to 1, how much of it is done."""


State = tuple[int, str | None, str | None, bool, str, str]
"""What is kept of a lead: total, stage, grade, whether disqualified, outcome and lines as JSON."""

_COLUMNS = "ruleset, lead, run, total, stage, grade, disqualified, outcome, lines"
_STAGE: Callable[[State], str | None] = itemgetter(1)
_GONE: Callable[[State], bool] = itemgetter(3)


@dataclass(slots=True)
class Tally:
    """Counts of leads: all, those scored for the first time, those with another outcome than before,
    those disqualified; the stages of the track `main`, None for none; who moved from which to which."""

    leads: int = 0
    added: int = 0
    changed: int = 0
    disqualified: int = 0
    stages: Counter[str | None] = field(default_factory=Counter)
    moves: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Counts another part of the leads in."""
        self.leads += other.leads
        self.added += other.added
        self.changed += other.changed
        self.disqualified += other.disqualified
        self.stages.update(other.stages)
        self.moves.update(other.moves)


@dataclass(frozen=True, slots=True)
class RunReport:
    """A scoring run: its number, what was run, as of when, what it found, how long it took."""

    run: int
    ruleset: str
    version: int
    now: int
    tally: Tally
    seconds: float


@dataclass(frozen=True, slots=True)
class Job:
    """A run over the leads whose numbers begin at `first`, cut into portions."""

    version: RulesetVersion
    run: int
    now: int
    first: int
    portions: int


def score_store(
    store: Store,
    evaluator: Evaluator,
    version: RulesetVersion,
    now: int,
    *,
    progress: Progress | None = None,
    processes: int | None = None,
) -> RunReport:
    """Scores all leads as of `now` (microseconds since 1970 UTC) and keeps what changed.

    `version` is the stored version that `evaluator` runs. A lead whose outcome (scores, stages, grades,
    tags, disqualifications) is another than before keeps the former one in its history. Memory does not
    grow with the number of leads. `processes` is 1 or 2, None for what suits the number of leads.

    Raises `StoreError`; after a break whole portions are kept, and the next run does the rest.
    """
    from .helpers import start_helper

    started = time.perf_counter()
    with store.transaction() as connection:
        save_legend(store, version, Legend(evaluator.plan))
        first, last, count = connection.execute("SELECT min(_id), max(_id), count(*) FROM lead").fetchone()
        run = connection.execute(
            "INSERT INTO run (version, now, started) VALUES (?, ?, ?)", (version.id, now, _clock())
        ).lastrowid
    assert run is not None
    job = Job(version, run, now, first or 0, (last - first) // PORTION + 1 if count else 0)
    helped = processes == 2 or (processes is None and count >= MANY and _processors() > 1)
    tally = Tally()
    with start_helper(store.path, evaluator.plan, job if helped else None) as helper:
        shared = helper.portions() if helper else iter(range(job.portions))
        with open_store(store.path, read_only=True) as reader:
            scorer = Scorer(store, reader, evaluator, job)
            mine = scorer.score_all(_watched(shared, job, progress), tally)
            if helper:
                others = helper.finish(tally)
                scorer.score_all((n for n in range(job.portions) if n not in mine | others), tally)
    with store.transaction() as connection:
        connection.execute(
            "UPDATE run SET finished = ?, leads = ?, changed = ? WHERE id = ?",
            (_clock(), tally.leads, tally.added + tally.changed, run),
        )
    return RunReport(run, version.ruleset, version.number, now, tally, time.perf_counter() - started)


def _clock() -> int:
    return time.time_ns() // 1000


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _watched(portions: Iterator[int], job: Job, progress: Progress | None) -> Iterator[int]:
    """The portions, each told of when it is begun; they are begun in order, whoever does them."""
    for number in portions:
        if progress is not None:
            progress("scoring", number / job.portions)
        yield number


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leaves the search for cycles be: scoring makes none, and the search takes a tenth of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Scorer:
    """Scores portions of the leads, reading through one connection and writing through another."""

    def __init__(self, store: Store, reader: Store, evaluator: Evaluator, job: Job) -> None:
        self.store = store
        self.reader = reader
        self.job = job
        with reader.guard():
            self.timelines = Timelines(reader, evaluator, job.now)
        self.run: Callable[..., Any] = evaluator.program(Detail.LINES).run
        self.evaluator = evaluator
        self.outcomes = Outcomes(evaluator.plan)
        self.legend = Legend(evaluator.plan)

    def score_all(self, portions: Iterable[int], tally: Tally) -> set[int]:
        """Scores portions as they come and counts them; which they were."""
        done: set[int] = set()
        for number in portions:
            tally.add(self.score(number))
            done.add(number)
        return done

    def score(self, portion: int) -> Tally:
        """Scores one portion and writes what changed."""
        first = self.job.first + portion * PORTION
        last = first + PORTION - 1
        with self.reader.guard():
            self.reader.connection.execute("BEGIN")
            with _uncollected():
                changes = self._changes(first, last)
            self.reader.connection.execute("COMMIT")
        changes.write(self.store, self.job)
        return changes.tally

    def _changes(self, first: int, last: int) -> _Changes:
        run, now, outcome_of, write = self.run, self.job.now, self.outcomes.of, self.legend.write
        classes = len(self.evaluator.classes.known)
        numbers: list[int] = []
        states: list[State] = []
        for number, fields, events in self.timelines.leads(first, last):
            if len(self.evaluator.classes.known) != classes:
                # An event of a class never met: the function is generated anew, to tell it from others.
                classes = len(self.evaluator.classes.known)
                run = self.run = self.evaluator.program(Detail.LINES).run
            found: Found = run(fields, events, now)
            outcome = outcome_of(found)
            lines = write(found[4], found[5])
            numbers.append(number)
            states.append((found[0], outcome.stage, outcome.grade, found[3], outcome.text, lines))
        return _Changes(self.reader, self.job, numbers, states)


class _Changes:
    """What of a portion differs from what was kept before."""

    def __init__(self, reader: Store, job: Job, numbers: list[int], states: list[State]) -> None:
        self.ruleset = job.version.ruleset_id
        self.run = job.run
        self.replaced: list[tuple[int, int, int]] = []
        self.tally = Tally(len(numbers), len(numbers))
        self.tally.stages.update(map(_STAGE, states))
        self.tally.disqualified = sum(map(_GONE, states))
        self.rows: Iterable[tuple[int, State]] = zip(numbers, states, strict=True)
        if numbers:
            former = reader.connection.execute(
                "SELECT lead, total, stage, outcome, lines, run.version = ? FROM score "
                "JOIN run ON run.id = score.run WHERE score.ruleset = ? AND lead BETWEEN ? AND ?",
                (job.version.id, self.ruleset, numbers[0], numbers[-1]),
            )
            known = {lead: kept for lead, *kept in former}
            if known:
                self.rows = [row for row in self.rows if self._differs(row, known.get(row[0]))]

    def _differs(self, row: tuple[int, State], former: list[Any] | None) -> bool:
        """Whether a lead's state must be written; counts it if its outcome is another."""
        if former is None:
            return True
        lead, (total, stage, _, _, outcome, lines) = row
        old_total, old_stage, old_outcome, old_lines, same_version = former
        self.tally.added -= 1
        if old_outcome == outcome and old_total == total:
            return not same_version or old_lines != lines
        self.tally.changed += 1
        self.replaced.append((self.run, self.ruleset, lead))
        if old_stage != stage:
            self.tally.moves[old_stage, stage] += 1
        return True

    def write(self, store: Store, job: Job) -> None:
        """Puts the new in place of the old, which becomes history where the outcome was another."""
        rows = [(self.ruleset, lead, self.run, *state) for lead, state in self.rows]
        if not rows:
            return
        with store.transaction() as connection:
            if self._outrun(connection, job):
                raise StoreError(
                    f"another run has scored {job.version.ruleset} since this one began",
                    "run the same again, one at a time",
                )
            connection.executemany(
                f"INSERT INTO score_before (until, {_COLUMNS}) SELECT ?, {_COLUMNS} FROM score "
                "WHERE ruleset = ? AND lead = ?",
                self.replaced,
            )
            connection.executemany(
                f"INSERT OR REPLACE INTO score ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
            )

    def _outrun(self, connection: Any, job: Job) -> bool:
        later = connection.execute(
            "SELECT 1 FROM run JOIN ruleset_version ON ruleset_version.id = run.version "
            "WHERE run.id > ? AND ruleset_version.ruleset = ?",
            (job.run, self.ruleset),
        )
        return later.fetchone() is not None
