"""Two tables in, one out: leads with their events scored by one plan at one instant."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from ..bounds.blanks import Blanks
from ..due.block_due_times import Made
from ..due.oldest_events import oldest_by_type
from ..handoffs.choosing import Choosing
from ..plan import Plan
from ..score_many.block import Block, Decided
from ..score_many.columns import Bools
from ..score_many.decide_block import Deciding, Unsupported
from ..score_many.decide_leads import DecidingOneByOne, OneByOne
from ..score_one.scorer import Scorer
from .blocks import BlockMaker, Tally
from .naming import Columns, wanted
from .reads import reads_of
from .results import LinesAs, Results
from .values import is_text, maker, plain_type


class TableScorer:
    """Scores tables of one schema, which is checked at once; raises DataError where it cannot be read.

    Any ruleset can be scored: what is not found from arrays is decided lead by lead.
    """

    def __init__(
        self,
        plan: Plan,
        now: int,
        columns: Columns,
        lines: LinesAs,
        schemas: tuple[pa.Schema, pa.Schema | None],
    ) -> None:
        leads, events = schemas
        self._reads = reads_of(plan)
        self.wanted = wanted(self._reads, columns, leads, events)
        """The columns that are read; others need not be handed over."""
        self.few_in_leads = _texts(leads) - {columns.lead_id}
        self.few_in_events = {columns.type, columns.object, columns.lead_of_event}
        """Columns of texts of few different values beside their rows, which are best read as dictionaries."""
        self.plan, self._now = plan, now
        self.columns = columns
        made, bare = _made(plan, columns, leads), _made(Blanks(plan).asking, columns, leads)
        self._maker = BlockMaker(plan, self._reads, columns)
        scorer = Scorer(plan)
        self._deciding = _deciding(scorer, made, now)
        self._choosing = Choosing(plan)
        self._handing: Deciding | DecidingOneByOne | None = None
        self._asking: OneByOne | None = None
        if self._choosing.sure.wanted:
            self._asking = OneByOne(self._choosing.evaluator, bare, now)
        elif plan.handoffs:
            self._handing = _deciding(self._choosing.evaluator, made, now)
        self.oldest = oldest_by_type(scorer, now)
        """By the type of events that are read the instant before which they make no difference."""
        self._results = Results(plan, now, lines, plain_type(leads.field(columns.lead_id).type))
        self.schema: pa.Schema = self._results.schema
        self.without_lines = [name for name in self.schema.names if name != self._results.lines_column]
        """The columns but for the lines."""

    @property
    def event_types(self) -> Sequence[str]:
        """The types of events that are read."""
        return self._reads.event_types

    def score(self, leads: pa.Table, events: pa.Table | None, tally: Tally) -> pa.Table:
        """The decisions about leads, in their order, and what was counted on the way. Raises DataError."""
        found = list(self.portions(leads, events, tally))
        return pa.concat_tables(found) if found else self.schema.empty_table()

    def portions(self, leads: pa.Table, events: pa.Table | None, tally: Tally) -> Iterator[pa.Table]:
        """The same, a block of leads at a time: whoever hands each on needs less memory."""
        blocks = self._maker.blocks(leads, events, tally)
        del leads, events  # a table is large, and its part of a block is all that is needed from here on
        for some, block in blocks:
            decided = self._deciding.of(block)
            self._results.count(decided, tally)
            ids = some.column(self.columns.lead_id)
            yield self._results.table(ids, decided, self._takes(block))

    def _takes(self, block: Block) -> Sequence[Bools]:
        """Whether the condition of each handoff is true of each lead."""
        if self._asking is not None:
            ask = self._choosing.ask
            holds = [ask(fields, rows, self._now).holds for fields, rows in self._asking.leads(block)]
            return list(np.array(holds, np.bool_).reshape(len(block), len(self.plan.handoffs)).T)
        if self._handing is None:
            return ()
        decided = self._handing.of(block)
        asked = itertools.count(self._choosing.first)
        return [
            np.ones(len(block), np.bool_) if one.condition is None else _holds(decided, next(asked))
            for one in self.plan.handoffs
        ]


def _texts(schema: pa.Schema) -> set[str]:
    return {name for name in schema.names if is_text(schema.field(name).type)}


def _made(plan: Plan, columns: Columns, leads: pa.Schema) -> list[tuple[str | None, Made]]:
    """The column of each field of a plan, and how what is in it is made ready."""
    found: list[tuple[str | None, Made]] = []
    for field in plan.fields:
        column = columns.field_column(field.column)
        type_ = leads.field(column).type if column in leads.names else pa.null()
        found.append((field.column, maker(field.kind, field.default, type_)))
    return found


def _holds(decided: Decided, number: int) -> Bools:
    """Of which leads a disqualification is true."""
    return np.array([number in rest[2] for rest in decided.rests], np.bool_)[decided.rest]


def _deciding(
    evaluator: Scorer, made: Sequence[tuple[str | None, Made]], now: int
) -> Deciding | DecidingOneByOne:
    try:
        return Deciding(evaluator, made, now)
    except Unsupported:
        return DecidingOneByOne(evaluator, made, now)
