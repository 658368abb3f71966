"""Portions of leads read from the record, scored one by one, and written."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ....grammar.frozen import frozen
from ...due.due_times import NEVER, DueTimes
from ...explain.explanation_lines import ExplanationLines
from ...score_one.codegen import Detail
from ...score_one.scorer import Scorer
from ..database import Store
from .lead_reader import LeadReader, Span
from .results import StoredResult, StoredResults
from .writer import Job, Scores, Tally, Writer

if TYPE_CHECKING:
    from .results import Found

PORTION = 5_000
"""How many leads are scored and written at a time."""


@contextmanager
def without_gc() -> Iterator[None]:
    """Leaves the search for cycles be: scoring makes none, and the search takes a tenth of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@frozen
class RecordUnits:
    """All leads, whose numbers begin at `first`, in units read from the record."""

    first: int
    count: int

    def seconds(self, rules: int) -> float:
        """How long one process takes, very roughly."""
        return self.count * PORTION * (20 + rules * 0.1) * 1e-6

    def scorer(self, store: Store, reader: Store, evaluator: Scorer, job: Job) -> Callable[[int], Tally]:
        """What scores a portion by its number."""
        scorer, first = RowScorer(store, reader, evaluator, job), self.first

        def score(portion: int) -> Tally:
            start = first + portion * PORTION
            return scorer.score(Span(start, start + PORTION - 1))

        return score


class RowScorer:
    """Scores units of the leads, reading through one connection and writing through another."""

    def __init__(self, store: Store, reader: Store, evaluator: Scorer, job: Job) -> None:
        self.reader = reader
        self.job = job
        with reader.guard():
            self.lead_reader = LeadReader(reader, evaluator, job.now)
        self.run: Callable[..., Any] = evaluator.runner(Detail.LINES)
        self.due_times = DueTimes(evaluator)
        self.outcomes = StoredResults(evaluator.plan)
        self.explanation_lines = ExplanationLines(evaluator.plan)
        self.writer = Writer(store, reader, job, evaluator.plan)

    def score(self, span: Span) -> Tally:
        """Scores the leads of a span and writes what changed."""
        with self.reader.guard():
            self.reader.connection.execute("BEGIN")
            try:
                with without_gc():
                    compared = self.writer.compare(self._scores(span))
            finally:
                self.reader.connection.execute("COMMIT")
        return self.writer.write(compared)

    def _scores(self, span: Span) -> Scores:
        run, next_due, now, outcome_of, write = (
            self.run,
            self.due_times.of,
            self.job.now,
            self.outcomes.of,
            self.explanation_lines.write,
        )
        leads: list[int] = []
        lines: list[str] = []
        due: list[int | None] = []
        outcomes: list[StoredResult] = []
        places: dict[int, int] = {}
        which: list[int] = []
        for number, fields, events in self.lead_reader.leads(span):
            found: Found = run(fields, events, now)
            outcome = outcome_of(found)
            place = places.get(id(outcome))
            if place is None:
                place = places[id(outcome)] = len(outcomes)
                outcomes.append(outcome)
            due_at = next_due(fields, events, now)
            leads.append(number)
            which.append(place)
            lines.append(write(found[4], found[5]))
            due.append(None if due_at == NEVER else due_at)
        return Scores(span, leads, outcomes, which, lines, due)
