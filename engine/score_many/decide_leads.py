"""A block of leads decided about one by one, where a plan asks for what is not found from arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..due.block_due_times import Made
from ..due.due_times import DueTimes
from ..explain.explanation_lines import Cut, Fired, Lines
from ..score_one.codegen import Detail
from ..score_one.scorer import Scorer
from ..values import Prepared
from .block import Block, Decided, Rest
from .columns import Ints


class OneByOne:
    """The leads of a block as functions for one lead take them."""

    def __init__(self, evaluator: Scorer, fields: Sequence[tuple[str | None, Made]], now: int) -> None:
        self._evaluator = evaluator
        self._fields = fields
        self._now = now

    def leads(self, block: Block) -> Iterator[tuple[tuple[Prepared, ...], list[Any]]]:
        """The fields of each lead, and its events in the order of time."""
        return zip(self._values(block), self._rows(block), strict=True)

    def _values(self, block: Block) -> list[tuple[Prepared, ...]]:
        """The fields of each lead."""
        columns = []
        for name, made in self._fields:
            stored = None if name is None else block.fields.get(name)
            if stored is None:
                columns.append(made([None]) * len(block))
            else:
                columns.append(list(map(made(stored.values).__getitem__, stored.codes.tolist())))
        return list(zip(*columns, strict=True)) if columns else [()] * len(block)

    def _rows(self, block: Block) -> list[list[Any]]:
        """The events of each lead, in the order of time."""
        events, classes = block.events, self._evaluator.classes
        numbers = np.array(events.kinds, np.int64)[events.kind]
        order = np.lexsort((numbers, events.at, events.lead))
        property_set = np.full(len(order), -1) if events.property_set is None else events.property_set
        found: list[list[Any]] = [[] for _ in range(len(block))]
        columns = (events.lead, events.at, events.kind, property_set)
        for lead, at, kind, number in zip(*(one[order].tolist() for one in columns), strict=True):
            type_, object_ = events.names[kind]
            row = classes.row(at, type_, object_, events.given(number))
            if row is not None:
                found[lead].append(row)
        return found


class DecidingOneByOne(OneByOne):
    """Decides as `Deciding` does, of any plan."""

    def __init__(self, evaluator: Scorer, fields: Sequence[tuple[str | None, Made]], now: int) -> None:
        super().__init__(evaluator, fields, now)
        self._run = evaluator.runner(Detail.LINES)
        self._due = DueTimes(evaluator)
        self._tagging = {number for number, rule in enumerate(evaluator.plan.rules) if rule.tags}

    def of(self, block: Block) -> Decided:
        """What is decided about the leads of a block."""
        rests: dict[Rest, int] = {}
        entries: dict[Fired | Cut, int] = {}
        which: list[int] = []
        codes: list[int] = []
        totals: list[tuple[int, ...]] = []
        offsets, due = [0], []
        for fields, rows in self.leads(block):
            found = self._run(fields, rows, self._now)
            totals.append((found[0], *found[1]))
            which.append(rests.setdefault(self._rest(found), len(rests)))
            lines = [*(one for one in found[4] if one[1] >= 0), *found[5]]
            codes += [entries.setdefault(one, len(entries)) for one in lines]
            offsets.append(len(codes))
            due.append(self._due.of(fields, rows, self._now))
        lines_of_all = Lines(list(entries), _array(offsets), _array(codes))
        scores = np.array(totals, np.int64).reshape(len(block), 1 + len(self._evaluator.plan.scores)).T
        return Decided(list(scores), list(rests), _array(which), lines_of_all, _array(due))

    def _rest(self, found: Any) -> Rest:
        _, _, stages, _, fired, _, reasons, would, reached = found
        tagging = tuple([entry[0] for entry in fired if entry[0] in self._tagging])
        return stages, tagging, tuple(reasons), would, reached


def _array(numbers: Sequence[int]) -> Ints:
    return np.array(numbers, np.int64)
