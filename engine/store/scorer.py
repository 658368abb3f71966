"""Portions of leads read, scored, held against what was kept before, and written."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from ..evaluate import Detail, Evaluator
from ..evaluate.wakes import NEVER, Wakes
from .errors import StoreError
from .legend import Legend
from .opening import Store
from .outcomes import Found, Outcomes
from .rulesets import RulesetVersion
from .timelines import Span, Timelines

PORTION = 5_000
"""How many leads are scored and written at a time."""

State = tuple[int, str | None, str | None, bool, str, str, int | None]
"""What is kept of a lead: total, stage, grade, whether disqualified, outcome and lines as JSON, when due."""

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
class Job:
    """A run over the leads whose numbers begin at `first`, cut into portions."""

    version: RulesetVersion
    run: int
    now: int
    first: int
    portions: int


@contextmanager
def uncollected() -> Iterator[None]:
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
        self.run: Callable[..., Any] = evaluator.runner(Detail.LINES)
        self.wakes = Wakes(evaluator)
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
        return self.score_span(Span(first, first + PORTION - 1))

    def score_span(self, span: Span) -> Tally:
        """Scores the leads of a span and writes what changed."""
        with self.reader.guard():
            self.reader.connection.execute("BEGIN")
            with uncollected():
                changes = self._changes(span)
            self.reader.connection.execute("COMMIT")
        changes.write(self.store)
        return changes.tally

    def _changes(self, span: Span) -> _Changes:
        run, wake, now, outcome_of, write = (
            self.run,
            self.wakes.of,
            self.job.now,
            self.outcomes.of,
            self.legend.write,
        )
        numbers: list[int] = []
        states: list[State] = []
        for number, fields, events in self.timelines.leads(span):
            found: Found = run(fields, events, now)
            outcome = outcome_of(found)
            lines = write(found[4], found[5])
            due = wake(fields, events, now)
            numbers.append(number)
            states.append(
                (
                    found[0],
                    outcome.stage,
                    outcome.grade,
                    found[3],
                    outcome.text,
                    lines,
                    None if due == NEVER else due,
                )
            )
        return _Changes(self.reader, self.job, span, numbers, states)


class _Changes:
    """What of a span of leads differs from what was kept before."""

    def __init__(self, reader: Store, job: Job, span: Span, numbers: list[int], states: list[State]) -> None:
        self.job = job
        self.ruleset = job.version.ruleset_id
        self.replaced: list[tuple[int, int, int]] = []
        self.postponed: list[tuple[int | None, int, int]] = []
        self.tally = Tally(len(numbers), len(numbers))
        self.tally.stages.update(map(_STAGE, states))
        self.tally.disqualified = sum(map(_GONE, states))
        former = reader.connection.execute(
            "SELECT lead, total, stage, outcome, lines, due, run.version = :version FROM score "
            f"JOIN run ON run.id = score.run WHERE score.ruleset = :ruleset AND {span.test('lead')}",
            {"version": job.version.id, "ruleset": self.ruleset, **span.parameters},
        )
        known = {lead: kept for lead, *kept in former}
        self.rows: list[tuple[Any, ...]] = [
            (self.ruleset, lead, job.run, *state)
            for lead, state in zip(numbers, states, strict=True)
            if not known or self._differs(lead, state, known.get(lead))
        ]

    def _differs(self, lead: int, state: State, former: list[Any] | None) -> bool:
        """Whether a lead's state must be written; counts it if its outcome is another."""
        if former is None:
            return True
        total, stage, _, _, outcome, lines, due = state
        old_total, old_stage, old_outcome, old_lines, old_due, same_version = former
        self.tally.added -= 1
        if old_outcome == outcome and old_total == total:
            if not same_version or old_lines != lines:
                return True
            if old_due != due:
                self.postponed.append((due, self.ruleset, lead))
            return False
        self.tally.changed += 1
        self.replaced.append((self.job.run, self.ruleset, lead))
        if old_stage != stage:
            self.tally.moves[old_stage, stage] += 1
        return True

    def write(self, store: Store) -> None:
        """Puts the new in place of the old, which becomes history where the outcome was another."""
        if not self.rows and not self.postponed:
            return
        with store.transaction() as connection:
            if self._outrun(connection):
                raise StoreError(
                    f"another run has scored {self.job.version.ruleset} since this one began",
                    "run the same again, one at a time",
                )
            connection.executemany(
                f"INSERT INTO score_before (until, {_COLUMNS}) SELECT ?, {_COLUMNS} FROM score "
                "WHERE ruleset = ? AND lead = ?",
                self.replaced,
            )
            connection.executemany(
                f"INSERT OR REPLACE INTO score ({_COLUMNS}, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                self.rows,
            )
            connection.executemany("UPDATE score SET due = ? WHERE ruleset = ? AND lead = ?", self.postponed)

    def _outrun(self, connection: Any) -> bool:
        later = connection.execute(
            "SELECT 1 FROM run JOIN ruleset_version ON ruleset_version.id = run.version "
            "WHERE run.id > ? AND ruleset_version.ruleset = ?",
            (self.job.run, self.ruleset),
        )
        return later.fetchone() is not None
