"""A block of leads decided about and explained at once: what scoring writes of each of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...grammar.syntax.nodes import Kind
from ..due.block_due_times import BlockDueTimes, Made
from ..explain.explanation_lines import Cut, Fired, Lines
from ..plan import Contribution, Rule
from ..progress import no_progress
from ..score_one.scorer import Scorer
from .block import Block, Decided, Explaining, Places, Rest, Stages, combined
from .block_events import BlockEvents, Filters
from .block_measures import LATE, Measured
from .columns import NEVER, Bools, Column, InstantLists, Ints, Numbered
from .lru import LruBytes
from .past import BlocksPast

_NO_LIMIT = 1 << 62

_UNDATED = NEVER + 1
"""Stands for an outcome that was reached at no known instant."""


@dataclass(frozen=True)
class _When:
    """When leads reached an outcome: the different instants as a key has them, and which each lead has."""

    values: Sequence[int | bool | None]
    codes: Ints

    @classmethod
    def of(cls, instants: Ints) -> _When:
        different, codes = np.unique(instants, return_inverse=True)
        values = [None if at == LATE else True if at == _UNDATED else at for at in different.tolist()]
        return cls(values, codes.astype(np.int64))


class Unsupported(Exception):
    """The plan asks for what is not found from arrays: its leads are decided about one by one."""


class ColumnScorers:
    """Judges by one plan at one instant one block after another.

    `fields` say for each field of the plan which column of the record it is read from, None for none, and
    how what is kept there is made ready.
    """

    def __init__(self, evaluator: Scorer, fields: Sequence[tuple[str | None, Made]], now: int) -> None:
        self.evaluator = evaluator
        self._fields = fields
        self._now = now
        self._semantic_keys = evaluator.parts.semantic_keys
        self._filters: Filters = {}
        self._past = BlocksPast(evaluator, fields)

    def of(self, block: Block) -> tuple[Explaining, Measured]:
        """The plan's view of the leads of a block, and what is measured over their events."""
        block_events = BlockEvents(self.evaluator, block, self._now, self._filters)
        measured = Measured(block_events)
        column_scorer = Explaining(
            self.evaluator,
            self._semantic_keys,
            len(block),
            self._now,
            columns=self._columns(block, measured),
            kept=LruBytes(_NO_LIMIT),
            tell=no_progress,
            held=lambda stage, places: self._past.held(block, self._now, stage, places, column_scorer),
        )
        return column_scorer, measured

    def _columns(self, block: Block, measured: Measured) -> dict[Hashable, Column | InstantLists]:
        """What judging reads of the block."""
        fields, measures = self._semantic_keys.needs
        columns: dict[Hashable, Column | InstantLists] = {}
        for key, number in fields.items():
            columns[key] = self.column(block, number)
        for key, measure in measures.items():
            columns[key] = measured.column(measure)
        return columns

    def column(self, block: Block, number: int) -> Numbered:
        """The values of a field of the plan."""
        name, made = self._fields[number]
        kept = None if name is None else block.fields.get(name)
        if kept is None:
            return Numbered(np.zeros(len(block), np.uint8), made([None]))
        return Numbered(kept.codes, made(kept.values))


class Deciding:
    """Decides by one plan at one instant about one block after another; `fields` as a `Judge` takes them.
    Raises `Unsupported`.
    """

    def __init__(
        self,
        evaluator: Scorer,
        fields: Sequence[tuple[str | None, Made]],
        now: int,
    ) -> None:
        self.plan = evaluator.plan
        self._evaluator = evaluator
        self._fields = fields
        self._scorers = ColumnScorers(evaluator, fields, now)
        self._alarms = BlockDueTimes(evaluator, now)
        if not self._alarms.known:
            raise Unsupported

    def of(self, block: Block) -> Decided:
        """What is decided about the leads of a block."""
        column_scorer, measured = self._scorers.of(block)
        totals = [column_scorer.score(number) for number in (None, *range(len(self.plan.scores)))]
        rests, rest = self._rests(column_scorer, self._outcomes(column_scorer, measured, block))
        fields = [(None if name is None else block.fields.get(name), made) for name, made in self._fields]
        return Decided(totals, rests, rest, self._lines(column_scorer), self._alarms.of(measured, fields))

    # --- decisions ------------------------------------------------------------------------------

    def _outcomes(self, column_scorer: Explaining, measured: Measured, block: Block) -> list[_When]:
        """When each lead reached each outcome."""
        found = []
        for outcome in self.plan.outcomes:
            if outcome.events is not None:
                found.append(_When.of(measured.first(measured.block_events.of(outcome.events))))
                continue
            assert outcome.condition is not None
            at = np.full(len(block), _UNDATED)
            if outcome.at is not None:
                column = self._scorers.column(block, outcome.at.field)
                start = self.plan.zone.start if outcome.at.kind is Kind.DATE else int
                values = [_UNDATED if value is None else start(value) for value in column.values]
                at = np.array(values, np.int64)[column.codes]
            found.append(_When.of(np.where(column_scorer.holds(outcome.condition), at, LATE)))
        return found

    def _rests(self, column_scorer: Explaining, outcomes: Sequence[_When]) -> tuple[list[Rest], Ints]:
        """What else is decided than scores: what differs, and which of it each lead has."""
        plan = self.plan
        stages = column_scorer.reached()
        reasons = [column_scorer.holds(reason.condition) for reason in plan.disqualifications]
        tagging = {n: column_scorer.fires(rule) for n, rule in enumerate(plan.rules) if rule.tags}
        besides: list[Places | Bools] = [*(codes for _, codes in stages), *reasons, *tagging.values()]
        besides += [when.codes for when in outcomes]
        firsts, rest = combined(besides, column_scorer.leads)
        names = [names for names, _ in stages]
        rows = zip(*(column[firsts].tolist() for column in besides), strict=True) if besides else [()]
        return [self._rest(list(map(int, row)), names, list(tagging), outcomes) for row in rows], rest

    def _rest(
        self, row: list[int], stages: Sequence[Stages], tagging: Sequence[int], outcomes: Sequence[_When]
    ) -> Rest:
        """What stands in a key behind the scores, from the places of stages and who holds what."""
        row, places = row[: len(row) - len(outcomes)], row[len(row) - len(outcomes) :]
        reached = tuple(when.values[place] for when, place in zip(outcomes, places, strict=True))
        would = tuple(names[code] for names, code in zip(stages, row, strict=False))
        holds, fires = row[len(stages) : len(row) - len(tagging)], row[len(row) - len(tagging) :]
        held = tuple(number for number, one in enumerate(holds) if one)
        tags = tuple(number for number, one in zip(tagging, fires, strict=True) if one)
        return (None,) * len(would) if held else would, tags, held, would, reached

    # --- explanations ---------------------------------------------------------------------------

    def _lines(self, column_scorer: Explaining) -> Lines:
        """The lines of each lead."""
        entries = _Entries()
        for number, rule in enumerate(self.plan.rules):
            if rule.contributions:
                places = np.flatnonzero(column_scorer.fires(rule))
                for place in range(len(rule.contributions)):
                    self._contributed(column_scorer, entries, (number, place), places)
        for kind, number, points in column_scorer.cuts():
            places = np.flatnonzero(points)
            different, which = np.unique(points[places], return_inverse=True)
            entries.add(places, [(kind, number, one) for one in different.tolist()], which)
        return entries.lines(column_scorer.leads)

    def _contributed(
        self, column_scorer: Explaining, entries: _Entries, of: tuple[int, int], places: Ints
    ) -> None:
        """Adds the lines of one contribution for the leads that its rule fires for."""
        number, place = of
        rule: Rule = self.plan.rules[number]
        contribution: Contribution = rule.contributions[place]
        faded, given = column_scorer.faded_and_given(self._evaluator.parts.kernel.payments[of])
        if isinstance(faded, int) or isinstance(given, int):
            assert isinstance(faded, int)
            assert isinstance(given, int)
            entry = (number, place, contribution.points, faded, given)
            entries.add(places, [entry], np.zeros(len(places), np.int64))
            return
        paid = column_scorer.paid_events(rule)
        counts = np.broadcast_to(paid, len(faded))
        columns = [one[places] for one in (counts, faded, given)]
        first, which = combined(columns, len(places))
        lines = zip(*(column[first].tolist() for column in columns), strict=True)
        found = [(number, place, contribution.points * n, y, q) for n, y, q in lines]
        entries.add(places, found, which)


class _Entries:
    """Entries of leads being gathered, to be put together lead by lead in the order of their coming."""

    def __init__(self) -> None:
        self._different: list[Fired | Cut] = []
        self._leads: list[NDArray[np.uint16]] = []
        self._codes: list[NDArray[np.int32]] = []

    def add(self, leads: Ints, different: Sequence[Fired | Cut], which: Ints) -> None:
        """Adds one entry for each of some leads."""
        # Numbers of 16 bits are sorted by counting, which keeps the order of equal ones and takes no time.
        self._leads.append(leads.astype(np.uint16))
        self._codes.append(which.astype(np.int32) + np.int32(len(self._different)))
        self._different.extend(different)

    def lines(self, size: int) -> Lines:
        """The lines of so many leads."""
        leads = np.concatenate([np.empty(0, np.uint16), *self._leads])
        codes = np.concatenate([np.empty(0, np.int32), *self._codes])
        order = np.argsort(leads, kind="stable")
        offsets = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(leads, minlength=size), out=offsets[1:])
        return Lines(self._different, offsets, codes[order])
