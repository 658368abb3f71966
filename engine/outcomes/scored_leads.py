"""Leads of a block as one plan sees each of them at an instant of its own.

Where nothing in the plan reads the calendar, all it reads of events is how long ago they were, and of dates
how far off. Then every lead's events and dates are moved so that its instant is the same for all, and the
block is scored at once. Else each lead is scored by itself, which takes longer and says the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ...grammar.syntax.nodes import Kind, Unit
from ..plan import (
    Aggregation,
    Calculation,
    Clause,
    Condition,
    DaysBetween,
    FieldValue,
    IsKnown,
    Last,
    Next,
    Plan,
    Range,
    Selection,
    SignalValue,
    Value,
    Within,
)
from ..plan.walk import clauses as clauses_of
from ..plan.walk import conditions, operands, selections
from ..progress import no_progress
from ..score_many.block import Block, EventKinds, Events
from ..score_many.block_events import BlockEvents, Filters
from ..score_many.block_measures import LATE, Measured
from ..score_many.column_scorer import ColumnScorer
from ..score_many.columns import NEVER, Column, InstantLists, Numbered
from ..score_many.lru import LruBytes
from ..score_many.past import BlocksPast
from ..score_one.codegen import Detail
from ..score_one.scorer import Scorer
from ..values import DAY, MICROSECONDS, Prepared
from ..zone import UTC
from .arrays import Bools, Ints, Singles

Made = Callable[[Sequence[Any]], list[Prepared]]
"""Values of an attribute as they are kept, made ready for a field of a plan."""

_SAME = 10_000 * DAY
"""The instant to which all are moved; any would do."""

_NO_LIMIT = 1 << 62


@dataclass(frozen=True)
class ScoredLeads:
    """What a plan says of some leads: scores, the highest stage of each track by its place (0 for none),
    who is disqualified, which rules fire, and what each contribution gives for each of its points."""

    total: Ints
    stages: Mapping[str, Ints]
    disqualified: Bools
    fires: Bools
    given: Singles

    def taken(self, places: Ints | Bools) -> ScoredLeads:
        """The same of some of the leads."""
        return ScoredLeads(
            self.total[places],
            {track: stage[places] for track, stage in self.stages.items()},
            self.disqualified[places],
            self.fires[places],
            self.given[places],
        )


def joined(looks: Sequence[ScoredLeads]) -> ScoredLeads:
    """Looks at the leads of several blocks as one; at least one look."""
    first = looks[0]
    return ScoredLeads(
        np.concatenate([one.total for one in looks]),
        {track: np.concatenate([one.stages[track] for one in looks]) for track in first.stages},
        np.concatenate([one.disqualified for one in looks]),
        np.concatenate([one.fires for one in looks]),
        np.concatenate([one.given for one in looks]),
    )


def stage_names(plan: Plan, track: str) -> list[str]:
    """The stages of a track from the lowest up; the n-th has the place n + 1."""
    return [stage.name for stage in plan.stages if stage.track == track]


def contributions(plan: Plan) -> list[tuple[int, int]]:
    """Each number of points in a plan: its rule, and its place among what the rule gives."""
    return [(n, place) for n, rule in enumerate(plan.rules) for place in range(len(rule.contributions))]


class LeadsScorer:
    """Scores leads by one plan, each at an instant of its own or all at one.

    `fields` say for each field of the plan which column of the record it is read from, None for none, and how
    what is kept there is made ready."""

    def __init__(
        self, evaluator: Scorer, kinds: EventKinds, fields: Sequence[tuple[str | None, Made]]
    ) -> None:
        self.evaluator = evaluator
        self.plan = evaluator.plan
        self.kinds = kinds
        self.fields = fields
        self.contributions = contributions(self.plan)
        self._semantic_keys = evaluator.parts.semantic_keys
        self._filters: Filters = {}
        self._past = BlocksPast(evaluator, fields)
        self._known: dict[tuple[int, str | None], tuple[Any, ...] | None] = {}
        self._run = evaluator.runner(Detail.LINES)
        self._aged_fields = aged_fields(self.plan) or frozenset()
        # Where something was once true of a date that is moved, it was so on another day of the lead's past.
        holds = any(stage.until is not None for stage in self.plan.stages)
        self.at_once = not reads_calendar(self.plan) and not (holds and self._aged_fields)

    def at(self, block: Block, at: Ints) -> ScoredLeads:
        """What is said of each lead of a block at its own instant."""
        return self._moved(block, at) if self.at_once else self.one_by_one(block, at)

    def all_at(self, block: Block, now: int) -> ScoredLeads:
        """What is said of all leads at one instant."""
        return self._judged(self.column_scorer(block, now))

    # --- all at once ------------------------------------------------------------------------------

    def _moved(self, block: Block, at: Ints) -> ScoredLeads:
        aged = {number: self._aged(block, number, at) for number in self._aged_fields}
        return self._judged(self.column_scorer(moved(block, at, self._is_read), _SAME, aged))

    def _aged(self, block: Block, number: int, at: Ints) -> Numbered:
        """A field with dates, as far from `_SAME` as it is from each lead's own instant."""
        dates = self.column(block, number).whole_numbers()
        by_day = self.plan.fields[number].kind is Kind.DATE
        further = _SAME // DAY - at // DAY if by_day else _SAME - at
        different, codes = np.unique(np.where(dates == NEVER, NEVER, dates + further), return_inverse=True)
        values = [None if date == NEVER else date for date in different.tolist()]
        return Numbered(codes.astype(np.uint16), values)

    @cached_property
    def _is_read(self) -> Mapping[int, bool]:
        """Whether the plan reads events of a kind."""
        classes = self.evaluator.classes
        return {
            number: classes.properties_decide(type_) or classes.code(type_, object_, {}) > 0
            for number, (type_, object_) in self.kinds.items()
        }

    def column_scorer(
        self, block: Block, now: int, instead: Mapping[int, Numbered] | None = None
    ) -> ColumnScorer:
        """A block judged at one instant; `instead` has the values of some fields."""
        measured = Measured(BlockEvents(self.evaluator, block, now, self._filters))
        fields, measures = self._semantic_keys.needs
        columns: dict[Hashable, Column | InstantLists] = {
            key: (instead or {}).get(number) or self.column(block, number) for key, number in fields.items()
        }
        for key, measure in measures.items():
            columns[key] = measured.column(measure)
        column_scorer = ColumnScorer(
            self.evaluator,
            self._semantic_keys,
            len(block),
            now,
            columns=columns,
            kept=LruBytes(_NO_LIMIT),
            tell=no_progress,
            held=lambda stage, places: self._past.held(block, now, stage, places, column_scorer),
        )
        return column_scorer

    def column(self, block: Block, number: int) -> Numbered:
        """The values of a field of the plan."""
        name, made = self.fields[number]
        kept = None if name is None else block.fields.get(name)
        if kept is None:
            return Numbered(np.zeros(len(block), np.uint8), made([None]))
        return Numbered(kept.codes, made(kept.values))

    def _judged(self, column_scorer: ColumnScorer) -> ScoredLeads:
        plan = self.plan
        fires = np.column_stack(
            [
                np.zeros((column_scorer.leads, 0), np.bool_),
                *(column_scorer.fires(rule)[:, None] for rule in plan.rules),
            ]
        )
        given = np.zeros((column_scorer.leads, len(self.contributions)), np.float32)
        for column, (number, place) in enumerate(self.contributions):
            pay = column_scorer.evaluator.parts.kernel.payments[number, place]
            if pay.contribution.points:
                points = np.where(fires[:, number], column_scorer.given(pay), 0)
                given[:, column] = points / pay.contribution.points
        verdict = column_scorer.verdict
        stages = {track: places.astype(np.int64) for track, (_, places) in verdict.stages.items()}
        return ScoredLeads(
            np.array(column_scorer.score(None), np.int64),
            stages,
            np.array(np.broadcast_to(verdict.disqualified, column_scorer.leads)),
            fires,
            given,
        )

    # --- one by one -------------------------------------------------------------------------------

    def one_by_one(self, block: Block, at: Ints) -> ScoredLeads:
        """The same as `at`, whatever the plan reads."""
        size, plan = len(block), self.plan
        total = np.zeros(size, np.int64)
        stages = {track: np.zeros(size, np.int64) for track in plan.tracks}
        numbers = [
            {None: 0, **{name: n for n, name in enumerate(stage_names(plan, track), 1)}}
            for track in plan.tracks
        ]
        gone = np.zeros(size, np.bool_)
        fires = np.zeros((size, len(plan.rules)), np.bool_)
        given = np.zeros((size, len(self.contributions)), np.float32)
        column_of = {pair: column for column, pair in enumerate(self.contributions)}
        for lead, (fields, rows) in enumerate(zip(self.values(block), self.rows(block), strict=True)):
            found = self._run(fields, rows, int(at[lead]))
            total[lead], gone[lead] = found[0], found[3]
            for track, names, stage in zip(plan.tracks, numbers, found[2], strict=True):
                stages[track][lead] = names[stage]
            for rule, place, _, _, points in found[4]:
                fires[lead, rule] = True
                if place >= 0 and (written := plan.rules[rule].contributions[place].points):
                    given[lead, column_of[rule, place]] = points / written
        return ScoredLeads(total, stages, gone, fires, given)

    def walks(self, block: Block, instants: Sequence[Sequence[int]]) -> dict[str, list[list[int]]]:
        """The place of each track's stage at each of the instants of each lead."""
        plan = self.plan
        found: dict[str, list[list[int]]] = {track: [] for track in plan.tracks}
        numbers = [
            {None: 0, **{name: n for n, name in enumerate(stage_names(plan, track), 1)}}
            for track in plan.tracks
        ]
        run = self.evaluator.runner(Detail.SCORE)
        for fields, rows, at in zip(self.values(block), self.rows(block), instants, strict=True):
            seen = [run(fields, rows, instant)[2] for instant in at]
            for place, (track, names) in enumerate(zip(plan.tracks, numbers, strict=True)):
                found[track].append([names[stages[place]] for stages in seen])
        return found

    def values(self, block: Block) -> list[tuple[Prepared, ...]]:
        """The fields of each lead, as generated functions take them."""
        columns = [self.column(block, number).listed() for number in range(len(self.plan.fields))]
        return list(zip(*columns, strict=True)) if columns else [()] * len(block)

    def rows(self, block: Block) -> list[list[Any]]:
        """The events of each lead, in the order of time, as generated functions take them."""
        events, classes = block.events, self.evaluator.classes
        found: list[list[Any]] = [[] for _ in range(len(block))]
        numbers = np.array(events.kinds, np.int64)[events.kind]
        order = np.lexsort((numbers, events.at, events.lead))
        property_set = np.full(len(order), -1) if events.property_set is None else events.property_set
        columns = (events.lead, events.at, events.kind, property_set)
        for lead, at, kind, number in zip(*(column[order].tolist() for column in columns), strict=True):
            text = None if number < 0 else events.properties[number]
            key = (events.kinds[kind], text)
            if key not in self._known:
                given = json.loads(text) if text else {}
                row = classes.row(at, *self.kinds[key[0]], given)
                self._known[key] = None if row is None else row[1:]
            rest = self._known[key]
            if rest is not None:
                found[lead].append((at, *rest))
        return found

    # --- outcomes ---------------------------------------------------------------------------------

    def first(self, block: Block, selection: Selection) -> Ints:
        """The instant of each lead's first event of a selection, whenever that is; `LATE` without any."""
        block_events = BlockEvents(self.evaluator, block, LATE - 1, self._filters)
        return Measured(block_events).first(block_events.of(selection))

    def count(self, block: Block, selection: Selection) -> Ints:
        """How many events of a selection each lead has."""
        block_events = BlockEvents(self.evaluator, block, LATE - 1, self._filters)
        counts = np.zeros(len(block), np.int64)
        for part in block_events.of(selection):
            counts += np.bincount(block.events.lead[part], minlength=len(block))
        return counts

    def born(self, block: Block, without: Sequence[Selection], after: Ints | None = None) -> Ints:
        """The instant of each lead's first event that is not one of these selections, and comes `after` an
        instant of the lead; `LATE` without any."""
        block_events = BlockEvents(self.evaluator, block, LATE - 1, self._filters)
        counted = np.ones(len(block.events.at), np.bool_)
        for selection in without:
            for part in block_events.of(selection):
                counted[part] = False
        if after is not None:
            counted &= block.events.at > after[block.events.lead]
        first = np.full(len(block), LATE)
        np.minimum.at(first, block.events.lead[counted], block.events.at[counted])
        return first

    def holds(self, block: Block, condition: Condition, now: int) -> Bools:
        """Which leads a condition on fields is true of."""
        return np.array(self.column_scorer(block, now).holds(condition))


def reads_calendar(plan: Plan) -> bool:
    """Whether a plan reads anything but how long ago events were, and how far off dates of fields are."""
    if any(one.aggregation is Aggregation.PERIODS or one.per is not None for one in plan.signals):
        return True
    if any(rule.each is not None and rule.each.once is not None for rule in plan.rules):
        return True
    for selection in selections(plan):
        window = selection.window
        if isinstance(window, Range) or (window is not None and window.unit not in MICROSECONDS):
            return True
    return aged_fields(plan) is None


def aged_fields(plan: Plan) -> frozenset[int] | None:
    """The fields with dates of which a plan asks how far off they are, and nothing else; None where it asks
    something of dates that is not the same once a lead is moved to another day."""
    uses = _DateUses(plan)
    for condition in conditions(plan):
        for clause in clauses_of(condition):
            uses.clause(clause)
    for definition in plan.definitions:
        if definition.value is not None:
            uses.value(definition.value)
    if uses.calendar or uses.aged & uses.plain:
        return None
    return frozenset(uses.aged)


class _DateUses:
    """How a plan reads dates: as far off, as they are, or in another way that hangs on the calendar."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.aged: set[int] = set()
        self.plain: set[int] = set()
        self.calendar = False

    def clause(self, clause: Clause) -> None:
        match clause:
            case IsKnown():
                return
            case Within(value=FieldValue(field=number, kind=kind), window=Last() | Next() as window):
                whole = window.unit in (Unit.DAY, Unit.WEEK)
                if window.unit not in MICROSECONDS or (kind is Kind.DATE and not (whole and self._utc)):
                    self.calendar = True
                self.aged.add(number)
            case Within(value=SignalValue(), window=Last() | Next() as window):
                self.calendar = self.calendar or window.unit not in MICROSECONDS
            case Within():
                self.calendar = True
            case _:
                for value in operands(clause):
                    self.value(value)

    def value(self, value: Value) -> None:
        match value:
            case DaysBetween(of=FieldValue(field=number, kind=kind)):
                self.calendar = self.calendar or (kind is Kind.DATE and not self._utc)
                self.aged.add(number)
            case DaysBetween(of=SignalValue()):
                return
            case DaysBetween():
                self.calendar = True
            case Calculation(left=left, right=right):
                self.value(left)
                self.value(right)
            case FieldValue(field=number, kind=Kind.DATE | Kind.DATETIME):
                self.plain.add(number)

    @property
    def _utc(self) -> bool:
        """Whether all days are as long as another."""
        return self.plan.zone == UTC


def moved(block: Block, at: Ints, is_read: Mapping[int, bool]) -> Block:
    """The block with every lead's events moved so that its own instant is `_SAME`; later events, and kinds
    that are not read, are left out."""
    events = block.events
    of_kind = np.array([is_read[number] for number in events.kinds], np.bool_)
    kept = of_kind[events.kind] & (events.at <= at[events.lead])
    lead, kind = events.lead[kept], events.kind[kept]
    instant = events.at[kept] - at[lead] + _SAME
    order = np.lexsort((instant, kind))
    starts = np.searchsorted(kind[order], np.arange(len(events.kinds) + 1)).astype(np.int64)
    property_set = None if events.property_set is None else events.property_set[kept][order]
    shifted = Events(
        events.kinds, events.named, starts, instant[order], lead[order], property_set, events.properties
    )
    return replace(block, events=shifted)
