"""Blocks of leads taken from the mirror, scored at once, and written to the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...due.due_times import NEVER
from ...explain.explanation_lines import ExplanationLines
from ...score_many.block import Block
from ...score_many.columns import Ints
from ...score_many.decide_block import Deciding
from ...score_one.scorer import Scorer
from ..database import Store
from ..mirror.block_reader import BlockReader
from ..mirror.sync import Mirror, Unit
from ..records.events import event_kinds
from ..records.freshness import ZONE
from ..records.leads import stored_fields
from .lead_reader import Span, all_ready, listed
from .results import StoredResults
from .row_scorer import without_gc
from .work_units import Score
from .writer import Job, Scores, Tally, Writer


@dataclass(frozen=True)
class MirrorUnits:
    """All leads, in the pieces of the mirror."""

    mirror: Mirror

    @cached_property
    def count(self) -> int:
        """How many pieces there are."""
        return len(self.mirror.manifest.pieces)

    def seconds(self, rules: int) -> float:
        """How long one process takes, very roughly."""
        return self.mirror.manifest.leads_at_most * (3 + rules * 0.05) * 1e-6

    def scorer(self, store: Store, reader: Store, evaluator: Scorer, job: Job) -> Score:
        """What scores a piece by its number. Raises `Unsupported`, and `Damaged` when it is called."""
        scorer = BlockScorer(store, reader, evaluator, job)
        units = self.mirror.units
        return lambda number: scorer.score(units[number])


class BlockScorer:
    """Scores pieces of the mirror, reading what was kept before through one connection and writing through
    another."""

    def __init__(self, store: Store, reader: Store, evaluator: Scorer, job: Job) -> None:
        self.reader = reader
        self.writer = Writer(store, reader, job, evaluator.plan)
        self.outcomes = StoredResults(evaluator.plan)
        with reader.guard():
            self.kinds, stored = event_kinds(reader), stored_fields(reader)
        kept = [stored.get(field.column) for field in evaluator.plan.fields]
        made = [
            (None if one is None else one.column, all_ready(field, one))
            for field, one in zip(evaluator.plan.fields, kept, strict=True)
        ]
        self.deciding = Deciding(evaluator, made, job.now)
        self.lines = ExplanationLines(evaluator.plan)

    def score(self, unit: Unit) -> Tally:
        """Scores the leads of a piece and writes what changed."""
        return self._score(unit.block(self.kinds), None if unit.live is None else np.flatnonzero(unit.live))

    def score_leads(self, numbers: Sequence[int]) -> Tally:
        """Scores the leads with these numbers, read from the record, and writes what changed."""
        with self.reader.guard():
            self.reader.connection.execute("BEGIN")
            try:
                with without_gc():
                    block = BlockReader(self.reader).block_of(numbers)
            finally:
                self.reader.connection.execute("COMMIT")
        return self._score(block, None)

    def _score(self, block: Block, places: Ints | None) -> Tally:
        with without_gc():
            scores = self._scores(block, places)
            if not scores.leads:
                return Tally()
            with self.reader.guard():
                self.reader.connection.execute("BEGIN")
                try:
                    compared = self.writer.compare(scores)
                finally:
                    self.reader.connection.execute("COMMIT")
            return self.writer.write(compared)

    def _scores(self, block: Block, some: Ints | None = None) -> Scores:
        """What is found of the leads of a block, or of some of them."""
        decided = self.deciding.of(block)
        keys, which = decided.keys()
        places = np.arange(len(block)) if some is None else some
        leads: list[int] = block.leads[places].tolist()
        due = [None if at == NEVER else at for at in decided.due[places].tolist()]
        lines = self.lines.write_all(decided.lines, places.tolist())
        whole = len(leads) > 0 and leads[-1] - leads[0] < 2 * len(leads)
        span = Span(leads[0], leads[-1]) if whole else listed(leads or [0])
        return Scores(
            span,
            leads,
            [self.outcomes.under(key) for key in keys],
            which[places].tolist(),
            lines,
            due,
            _first_due(block.leads[places], decided.due[places]),
        )


def _first_due(leads: Ints, due: Ints) -> list[tuple[int, int]]:
    """When the first lead of each zone is due; leads are in the order of their numbers."""
    leads, due = leads[due != NEVER], due[due != NEVER]
    zones, starts = np.unique(leads // ZONE, return_index=True)
    if not len(zones):
        return []
    return list(zip(zones.tolist(), np.minimum.reduceat(due, starts).tolist(), strict=True))
