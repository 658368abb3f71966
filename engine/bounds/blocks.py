"""The bounds of all leads of a block at once, from arrays.

Leads that have the same fields blank, and are alike in all that bears on these, share the list of what their
blanks can come to, which is found as for one lead. What is sure is added up, capped and compared in arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..due.block_due_times import Made
from ..evaluator import Evaluator
from ..plan import FieldValue, SignalValue
from ..score_many.block import Block
from ..score_many.columns import Bools, Column, Ints, Numbered
from ..score_many.decide_block import Judge, Unsupported, combined
from ..score_many.semantic_keys import Input
from ..values import Prepared
from .bounds import Bounds, Reach
from .finder import Component, Finder, Lead, Variable
from .logic import Outcome

_AT_ONCE = 1 << 20
"""How many sums are looked at together, about."""
_TRUTHS = (False, None, True)
_OF_THE_LEAD = -1
"""Stands for the truth that a clause has of the lead, blanks or not."""

_GONE, _NOT_GONE = 2, 1

Masks = NDArray[np.uint64]
Key = NDArray[np.integer[Any]] | Bools


@dataclass(frozen=True)
class ManyBounds:
    """The bounds of many leads.

    `low` and `high` have a row for each lead, the total first and then the named scores. `stages` has for
    each track a set of bits for each lead: the lowest for no stage, then one for each stage from the lowest
    up. Of `gone`, 1 says that the lead may be without disqualification and 2 that it may be disqualified.
    `different` are the blank fields that make a difference and whether the bounds are exact, of which each
    lead has one.
    """

    scores: tuple[str, ...]
    tracks: tuple[tuple[str, tuple[str, ...]], ...]
    low: Ints
    high: Ints
    stages: tuple[Masks, ...]
    gone: NDArray[np.uint8]
    different: Sequence[tuple[tuple[str, ...], bool]]
    which: Ints

    def of(self, place: int) -> Bounds:
        """The bounds of one lead, as `Finder.bounds` gives them."""
        reaches = [
            Reach(*ends) for ends in zip(self.low[place].tolist(), self.high[place].tolist(), strict=True)
        ]
        unknown, exact = self.different[self.which[place]]
        stages = {
            track: possible(names, int(masks[place]))
            for (track, names), masks in zip(self.tracks, self.stages, strict=True)
        }
        gone = int(self.gone[place])
        sure = gone != _GONE | _NOT_GONE
        if (
            sure
            and all(one.low == one.high for one in reaches)
            and all(len(one) == 1 for one in stages.values())
        ):
            unknown = ()
        return Bounds(
            reaches[0],
            MappingProxyType(dict(zip(self.scores, reaches[1:], strict=True))),
            MappingProxyType(stages),
            gone == _GONE if sure else None,
            unknown,
            exact,
        )


def possible(names: Sequence[str], mask: int) -> tuple[str | None, ...]:
    """The stages of a set of bits, from the highest down."""
    ladder: list[str | None] = [None, *names]
    return tuple(ladder[bit] for bit in reversed(range(len(ladder))) if mask >> bit & 1)


class BlockBounds:
    """Finds the bounds of one block after another, by one plan at one instant.

    `fields` as `Judge` takes them, and `bare` the same without defaults. Raises `Unsupported` where stages
    hold or compare a score with something else than a number: then leads are looked at one by one.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        fields: Sequence[tuple[str | None, Made]],
        bare: Sequence[tuple[str | None, Made]],
        now: int,
    ) -> None:
        self.finder: Finder = evaluator.possible
        self.evaluator = evaluator
        self.now = now
        self.judge = Judge(evaluator, fields, now)
        self.bare = Judge(evaluator, bare, now)
        scored = [place for place in self.finder.deciding if self.finder.scored[place]]
        if self.finder.ladder.holding or any(self.finder.only_score[place] is None for place in scored):
            raise Unsupported
        plan = evaluator.plan
        self.tracks = tuple(
            (track, tuple(stage.name for stage in plan.stages if stage.track == track))
            for track in plan.tracks
        )
        self.decided: dict[tuple[bool | None, ...], Outcome] = {}
        self.nobody = Lead(now, [], {}, [], {}, frozenset(), [], {})

    def of(self, block: Block) -> ManyBounds:
        """The bounds of the leads of a block."""
        return _Block(self, block).bounds()


class _Block:
    """One block under way."""

    def __init__(self, of: BlockBounds, block: Block) -> None:
        self._of, self._finder, self._block = of, of.finder, block
        self._parts = of.evaluator.parts
        self._judging, self._measured = of.judge.of(block)
        self._truths: dict[int, NDArray[np.int8]] = {}
        self._columns: dict[Input, Column] = {}
        self._codes: dict[Input, Ints] = {}
        self._given = self._contributions()
        self._sums = np.zeros((len(block), len(self._finder.sums.slots)), np.int64)
        for given in self._given.values():
            for slot, points, fires in given:
                self._sums[:, slot] += points * fires
        self._cases = _Cases(of, block, self._truth)

    def bounds(self) -> ManyBounds:
        """The bounds of all leads."""
        finder = self._finder
        read = [number for number, places in finder.reading.items() if places]
        blanks = [self._is_blank(number) for number in read]
        for members in _alike(blanks, np.arange(len(self._block))):
            numbers = [number for number, blank in zip(read, blanks, strict=True) if blank[members[0]]]
            self._with_blanks(frozenset(numbers), members)
        return self._cases.bounds(self._sums)

    # --- what is known of leads ---------------------------------------------------------------------

    def _is_blank(self, number: int) -> Bools:
        column = self._of.bare.column(self._block, number)
        is_blank = np.array([value is None for value in column.values], np.bool_)
        return np.take(is_blank, column.codes)

    def _truth(self, place: int) -> NDArray[np.int8]:
        """The truth of a clause that reads no score, of each lead."""
        found = self._truths.get(place)
        if found is None:
            told = self._judging.clause(self._parts.clauses[place])
            found = self._truths[place] = np.broadcast_to(told, len(self._block))
        return found

    def _contributions(self) -> dict[int, list[_Given]]:
        """What each rule gives each lead."""
        found: dict[int, list[_Given]] = {}
        for (number, _), pay in self._parts.kernel.payments.items():
            slot = self._finder.slots[number, pay.place]
            rule = self._of.evaluator.plan.rules[number]
            points = np.broadcast_to(np.asarray(self._judging.given(pay), np.int64), len(self._block))
            if rule.each is not None:
                points = points * self._judging.pays(rule)
            found.setdefault(number, []).append(_Given(slot, points, self._judging.fires(rule)))
        return found

    def _column(self, one: Input) -> Column:
        """The values of an input of clauses."""
        found = self._columns.get(one)
        if found is None:
            if isinstance(one, FieldValue):
                found = self._of.judge.column(self._block, one.field)
            else:
                assert isinstance(one, SignalValue)
                column = self._measured.column(self._of.evaluator.plan.signals[one.signal])
                assert isinstance(column, Column)
                found = column
            self._columns[one] = found
        return found

    # --- leads that are alike -------------------------------------------------------------------------

    def _with_blanks(self, blank: frozenset[int], members: Ints) -> None:
        """Looks at leads that have the same fields blank."""
        finder = self._finder
        places = sorted({place for number in blank for place in finder.reading[number]})
        inputs = dict.fromkeys(one for place in places for one in finder.inputs[place])
        others = [
            one
            for one in inputs
            if isinstance(one, SignalValue) or (isinstance(one, FieldValue) and one.field not in blank)
        ]
        blanks: dict[int, Prepared] = {
            n: self._first(FieldValue(n, finder.plan.fields[n].kind), members) for n in blank
        }
        fields = [blanks.get(number) for number in range(len(finder.plan.fields))]
        nothing = [0] * self._sums.shape[1]
        alike: dict[tuple[tuple[Variable, ...], bool], list[Ints]] = {}
        for some in _alike([self._code(one) for one in others], members):
            known: dict[Input, Prepared] = {one: self._first(one, some) for one in others}
            lead = Lead(self._of.now, [None] * len(finder.inputs), known, nothing, {}, blank, [], {})
            finder.open(lead, fields)
            alike.setdefault((tuple(lead.variables), lead.exact), []).append(some)
        for (variables, exact), leads in alike.items():
            truths: list[bool | None] = [None] * len(finder.inputs)
            lead = Lead(self._of.now, truths, {}, nothing, {}, blank, list(variables), {}, exact)
            self._opened(lead, np.concatenate(leads))

    def _code(self, one: Input) -> Ints:
        """A number for each value of an input, alike for alike ones."""
        found = self._codes.get(one)
        if found is None:
            column = self._column(one)
            if isinstance(column, Numbered):
                numbers = _numbers(column.values)
                found = np.take(numbers, column.codes)
            else:
                found = _numbers(column.listed())
            self._codes[one] = found
        return found

    def _first(self, one: Input, members: Ints) -> Prepared:
        """The value of an input, of the first of some leads."""
        value: Prepared = self._column(one).taken(members[:1]).listed()[0]
        return value

    def _opened(self, lead: Lead, members: Ints) -> None:
        """Looks at leads of which the same is open."""
        finder = self._finder
        rules = finder.open_rules(lead) & self._given.keys()
        for given in (one for rule in rules for one in self._given[rule]):
            self._sums[members, given.slot] -= given.points[members] * given.fires[members]
        opened = {place for one in lead.variables for place in one.places}
        lead.gives = dict.fromkeys(sorted(rules), ((0, 1),))
        found: list[dict[tuple[Component, ...], int]] = []
        which: list[Ints] = []
        for variables, together in list(finder.together(lead)):
            different: dict[tuple[Component, ...], int] = {}
            codes = np.zeros(len(self._block), np.int64)
            for some in self._alike_in(together, opened, members):
                one = self._sub_lead(lead, variables, together, opened, int(some[0]))
                components = tuple(finder.components(one))
                codes[some] = different.setdefault(components, len(different))
            found.append(different)
            which.append(codes)
        tables = [list(one) for one in found]
        for some in _alike(which, members):
            parts = [table[codes[some[0]]] for table, codes in zip(tables, which, strict=True)]
            self._cases.add(lead, [one for part in parts for one in part], some)

    def _alike_in(self, rules: tuple[int, ...], opened: set[int], members: Ints) -> Iterator[Ints]:
        """Leads that are alike in all that some rules ask and give, but for what is open."""
        asked = dict.fromkeys(place for rule in rules for place in self._finder.asked[rule])
        keys: list[Key] = [self._truth(place) for place in asked if place not in opened]
        keys += [one.points for rule in rules for one in self._given[rule]]
        return _alike(keys, members)

    def _sub_lead(
        self,
        lead: Lead,
        variables: tuple[Variable, ...],
        rules: tuple[int, ...],
        opened: set[int],
        place: int,
    ) -> Lead:
        """What is open of a lead, as far as some rules are concerned, with what one lead of the block has."""
        truths = lead.truths.copy()
        for one in (one for rule in rules for one in self._finder.asked[rule] if one not in opened):
            truths[one] = _TRUTHS[self._truth(one)[place]]
        gives = {
            rule: tuple((one.slot, int(one.points[place])) for one in self._given[rule] if one.points[place])
            for rule in rules
        }
        given = {rule: one for rule, one in gives.items() if one}
        return replace(lead, truths=truths, variables=list(variables), gives=given)


class _Given(NamedTuple):
    """What a rule gives each lead whose events it pays for: into which register, and for whom it fires."""

    slot: int
    points: Ints
    fires: Bools


class _Cases:
    """All that the leads of a block can come to: for each lead some rows of a table."""

    def __init__(self, of: BlockBounds, block: Block, truth: Callable[[int], NDArray[np.int8]]) -> None:
        self._of, self._finder, self._size = of, of.finder, len(block)
        self._truth = truth
        deciding, scored = self._finder.deciding, self._finder.scored
        self._asked = [place for place in deciding if not scored[place]]
        self._scored = [place for place in deciding if scored[place]]
        self._points: list[Ints] = []
        self._opened: list[NDArray[np.int8]] = []
        self._rows = 0
        self._start, self._count = np.zeros(self._size, np.int64), np.zeros(self._size, np.int64)
        self._wide: list[tuple[Ints, Ints, Ints]] = []
        self._different: dict[tuple[tuple[str, ...], bool], int] = {}
        self._which = np.zeros(self._size, np.int64)

    def add(self, lead: Lead, components: Sequence[Component], members: Ints) -> None:
        """Adds what the blanks of some leads can come to."""
        finder = self._finder
        changes = finder.combined(lead, components)
        names = tuple(finder.plan.fields[n].name for n in sorted(finder.mattering(lead, components)))
        key = (names, lead.exact and changes is not None)
        self._which[members] = self._different.setdefault(key, len(self._different))
        if changes is None:
            low, high = finder.ends(lead, components)
            self._wide.append((members, np.array(low, np.int64), np.array(high, np.int64)))
            return
        opened = np.full((len(changes), len(self._asked)), _OF_THE_LEAD, np.int8)
        places = [place for one in components for place in one.places]
        for at, place in enumerate(places):
            opened[:, self._asked.index(place)] = [_TRUTHS.index(truths[at]) for _, truths in changes]
        self._points.append(np.array([points for points, _ in changes], np.int64))
        self._opened.append(opened)
        self._start[members], self._count[members] = self._rows, len(changes)
        self._rows += len(changes)

    def bounds(self, sums: Ints) -> ManyBounds:
        """The bounds of all leads, from the points that are sure of each."""
        scores = 1 + len(self._finder.sums.named)
        found = ManyBounds(
            self._of.evaluator.frame.scores,
            self._of.tracks,
            np.zeros((self._size, scores), np.int64),
            np.zeros((self._size, scores), np.int64),
            tuple(np.zeros(self._size, np.uint64) for _ in self._of.tracks),
            np.zeros(self._size, np.uint8),
            list(self._different),
            self._which,
        )
        if self._points:
            points, opened = np.concatenate(self._points), np.concatenate(self._opened)
            some = np.flatnonzero(self._count)
            ends = np.cumsum(self._count[some])
            cuts = np.searchsorted(ends, np.arange(_AT_ONCE, int(ends[-1]), _AT_ONCE)) + 1
            for leads in np.split(some, cuts):
                if len(leads):
                    self._tried(found, leads, sums, points, opened)
        for members, low, high in self._wide:
            found.low[members] = self._settled(sums[members] + low)
            found.high[members] = self._settled(sums[members] + high)
            for outcome in self._finder.every():
                gone, masks = self._bits(outcome)
                found.gone[members] |= gone
                for kept, mask in zip(found.stages, masks, strict=True):
                    kept[members] |= mask
        return found

    def _tried(
        self, found: ManyBounds, leads: Ints, sums: Ints, points: Ints, opened: NDArray[np.int8]
    ) -> None:
        """The bounds of some leads, from all rows that they have."""
        counts = self._count[leads]
        begins = np.cumsum(counts) - counts
        whose = np.repeat(leads, counts)
        rows = np.arange(len(whose)) + np.repeat(self._start[leads] - begins, counts)
        settled = self._settled(sums[whose] + points[rows])
        found.low[leads] = np.minimum.reduceat(settled, begins)
        found.high[leads] = np.maximum.reduceat(settled, begins)
        keys: list[Key] = []
        for at, place in enumerate(self._asked):
            column = opened[rows, at]
            keys.append(np.where(column == _OF_THE_LEAD, self._truth(place)[whose], column))
        keys += [self._score_truths(place, settled) for place in self._scored]
        first, cases = combined(keys, len(whose))
        told = [self._bits(self._decide(keys, at)) for at in first.tolist()]
        gone = np.array([one for one, _ in told], np.uint8)
        found.gone[leads] = np.bitwise_or.reduceat(gone[cases], begins)
        for number, kept in enumerate(found.stages):
            masks = np.array([one[number] for _, one in told], np.uint64)
            kept[leads] = np.bitwise_or.reduceat(masks[cases], begins)

    def _decide(self, keys: Sequence[Key], at: int) -> Outcome:
        """What is decided in one case."""
        row = tuple([_TRUTHS[key[at]] for key in keys])
        found = self._of.decided.get(row)
        if found is None:
            truths: list[bool | None] = [None] * len(self._finder.inputs)
            for place, truth in zip((*self._asked, *self._scored), row, strict=True):
                truths[place] = truth
            found = self._of.decided[row] = self._finder.ladder.decide(truths, {})
        return found

    def _bits(self, outcome: Outcome) -> tuple[int, list[np.uint64]]:
        """An outcome as bits of `gone` and of the stages of each track."""
        masks = [
            np.uint64(sum(1 << (0 if stage is None else names.index(stage) + 1) for stage in stages))
            for (_, names), stages in zip(self._of.tracks, outcome.stages, strict=True)
        ]
        return (_GONE if outcome.disqualified else _NOT_GONE), masks

    def _score_truths(self, place: int, settled: Ints) -> NDArray[np.int8]:
        """The truth of a clause about one score, of many scores."""
        number = self._finder.only_score[place]
        assert number is not None
        different, which = np.unique(settled[:, number], return_inverse=True)
        row = [0] * settled.shape[1]
        codes = []
        for value in different.tolist():
            row[number] = value
            codes.append(_TRUTHS.index(self._finder.score_truth(self._of.nobody, place, tuple(row))))
        return np.array(codes, np.int8)[which]

    def _settled(self, points: Ints) -> Ints:
        """The total and the named scores, from the points of all registers, a row each."""
        for slot, least, most, into in self._finder.sums.steps:
            if least is not None or most is not None:
                np.clip(points[:, slot], least, most, out=points[:, slot])
            if into >= 0:
                points[:, into] += points[:, slot]
        return points[:, [self._finder.sums.total, *self._finder.sums.named]]


def _alike(keys: Sequence[Key], members: Ints) -> Iterator[Ints]:
    """The members in groups that have the same keys; each key has a value for every lead of the block."""
    if not keys or not len(members):
        if len(members):
            yield members
        return
    _, which = combined([key[members].astype(np.int64) for key in keys], len(members))
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which))
    yield from (members[one] for one in np.split(order, ends[:-1]))


def _numbers(values: Sequence[Prepared]) -> Ints:
    """A number for each value, alike for alike ones."""
    codes: dict[Prepared, int] = {}
    return np.array([codes.setdefault(value, len(codes)) for value in values], np.int64)
