"""What the leads of a block can come to, from what the blanks of each can: sums, and what they decide."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..score_many.block import combined
from ..score_many.columns import Bools, Ints
from .bounds import Bounds, Reach
from .finder import Component, Finder, Lead
from .logic import PossibleResult

_AT_ONCE = 1 << 18
"""How many sums are looked at together, about."""
_FEW = 512
"""Lists are combined as they are where no more sums than these come out; else equal ones are dropped."""
TRUTHS = (False, None, True)
_OF_LEAD = -1
"""Stands for the truth that a clause has of the lead, blanks or not."""

_GONE, _NOT_GONE = 2, 1

Masks = NDArray[np.uint64]
MOST_STAGES = 63
"""How many stages a track has at most: one bit of a mask is for none."""

Bits = tuple[int, list[np.uint64]]
"""An outcome as bits of `gone` and of the stages of each track."""
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


class Known(NamedTuple):
    """What is known for all blocks: a lead without anything, and what was decided in cases before."""

    finder: Finder
    scores: tuple[str, ...]
    tracks: tuple[tuple[str, tuple[str, ...]], ...]
    nobody: Lead
    decided: dict[tuple[int, ...], Bits]


class Follows(NamedTuple):
    """What can come of some blanks, with what rules would give where that was not followed up."""

    components: tuple[Component, ...]
    gives: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]


class _Option(NamedTuple):
    """What the blanks of fields that are looked at together can come to.

    `size` is how many sums these are at most, infinite where that was not followed up; `matters` are the
    fields that make a difference, and whether all was followed.
    """

    follows: tuple[Follows, ...]
    size: float
    matters: tuple[frozenset[int], bool]

    @property
    def components(self) -> list[Component]:
        """All that can come about."""
        return [component for one in self.follows for component in one.components]


class Cases:
    """All that the leads of a block can come to: for each set of fields an option a lead, 0 for none."""

    def __init__(self, of: Known, size: int, truth: Callable[[int], NDArray[np.int8]]) -> None:
        self._of, self._finder, self._size = of, of.finder, size
        self._truth = truth
        deciding, scored = self._finder.deciding, self._finder.scored
        self._asked = [place for place in deciding if not scored[place]]
        self._scored = [place for place in deciding if scored[place]]
        self._options = [_Option((), 1, (frozenset(), True))]
        self._codes: list[Ints] = []

    def begin(self) -> None:
        """Begins with the next fields that are looked at together."""
        self._codes.append(np.zeros(self._size, np.int64))

    def add(self, lead: Lead, follows: Sequence[Follows], members: Ints) -> None:
        """Adds what the blanks of some leads can come to, of the fields begun with."""
        components = [component for one in follows for component in one.components]
        size = math.prod(math.inf if one.changes is None else len(one.changes) for one in components)
        matters = frozenset(self._finder.mattering(lead, components))
        self._codes[-1][members] = len(self._options)
        self._options.append(_Option(tuple(follows), size, (matters, lead.exact)))

    def bounds(self, sums: Ints) -> ManyBounds:
        """The bounds of all leads, from the points that are sure of each."""
        sizes = np.array([one.size for one in self._options])
        size = np.ones(self._size)
        for codes in self._codes:
            size *= sizes[codes]
        different, which = self._different()
        scores = 1 + len(self._finder.sums.named)
        found = ManyBounds(
            self._of.scores,
            self._of.tracks,
            np.zeros((self._size, scores), np.int64),
            np.zeros((self._size, scores), np.int64),
            tuple(np.zeros(self._size, np.uint64) for _ in self._of.tracks),
            np.zeros(self._size, np.uint8),
            different,
            which,
        )
        wide = self._many(found, np.flatnonzero(size > _FEW), sums)
        tables = _Tables(self._used(), self._finder, self._asked)
        some = np.flatnonzero(~wide)
        first, which = self._alike(some, sums)
        counts = np.ones(len(first), np.int64)
        for codes in self._codes:
            counts *= tables.counts[codes[first]]
        ends = np.cumsum(counts)
        cuts = np.searchsorted(ends, np.arange(_AT_ONCE, int(counts.sum()), _AT_ONCE)) + 1
        for leads in np.split(first, cuts):
            if len(leads):
                self._tried(found, leads, sums, tables)
        results: list[NDArray[Any]] = [found.low, found.high, found.gone, *found.stages]
        for array in results:
            array[some] = array[first][which]
        return found

    def _alike(self, members: Ints, sums: Ints) -> tuple[Ints, Ints]:
        """The first of members that are alike in all that bounds come from, and which of these each is."""
        keys: list[Key] = [*self._codes, *sums.T, *(self._truth(place) for place in self._asked)]
        first, which = combined([key[members] for key in keys], len(members))
        return members[first], which

    def _used(self) -> list[_Option]:
        """The options; what no lead has any more is left empty."""
        used = set(np.unique(np.concatenate(self._codes)).tolist()) if self._codes else set()
        return [one if n in used else self._options[0] for n, one in enumerate(self._options)]

    def _different(self) -> tuple[list[tuple[tuple[str, ...], bool]], Ints]:
        """The different fields that matter to leads, and which of them each lead has."""
        known: dict[tuple[frozenset[int], bool], int] = {}
        numbers = np.array([known.setdefault(one.matters, len(known)) for one in self._options], np.int64)
        first, which = combined([numbers[codes] for codes in self._codes], self._size)
        found: list[tuple[tuple[str, ...], bool]] = []
        for at in first.tolist():
            of = [self._options[codes[at]].matters for codes in self._codes]
            fields = sorted(frozenset[int]().union(*(one for one, _ in of)))
            found.append(
                (tuple(self._finder.plan.fields[n].name for n in fields), all(exact for _, exact in of))
            )
        return found, which

    def _many(self, found: ManyBounds, members: Ints, sums: Ints) -> Bools:
        """Puts all options of leads that can come to many sums into one, equal sums once. Which leads can
        come to too many for that: their bounds are from the ends of each register by itself."""
        finder, wide = self._finder, np.zeros(self._size, np.bool_)
        for some in list(alike(self._codes, members)):
            options = [self._options[codes[some[0]]] for codes in self._codes]
            components = [component for one in options for component in one.components]
            changes = finder.combined(self._of.nobody, components)
            for codes in self._codes:
                codes[some] = 0
            if changes is not None:
                places = tuple(place for one in components for place in one.places)
                whole = Component((), (), places, tuple(changes))
                self._codes[0][some] = len(self._options)
                self._options.append(_Option((Follows((whole,), ()),), len(changes), (frozenset(), True)))
                continue
            gives = dict(given for option in options for one in option.follows for given in one.gives)
            low, high = finder.ends(replace(self._of.nobody, gives=gives), components)
            self._widen(found, some, sums, (low, high))
            wide[some] = True
        return wide

    def _widen(self, found: ManyBounds, members: Ints, sums: Ints, ends: tuple[list[int], list[int]]) -> None:
        """The bounds of leads of which not all was followed up."""
        for kept, end in zip((found.low, found.high), ends, strict=True):
            kept[members] = self._settled((sums[members] + np.array(end, np.int64)).T).T
        for outcome in self._finder.every():
            gone, masks = self._bits(outcome)
            found.gone[members] |= gone
            for stages, mask in zip(found.stages, masks, strict=True):
                stages[members] |= mask
        for which in np.unique(found.which[members]).tolist():
            names, exact = found.different[which]
            if exact:
                assert isinstance(found.different, list)
                found.different.append((names, False))
                found.which[members[found.which[members] == which]] = len(found.different) - 1

    def _tried(self, found: ManyBounds, leads: Ints, sums: Ints, tables: _Tables) -> None:
        """The bounds of some leads, from all sums that they can come to."""
        whose, rows = leads, list[Ints]()
        for codes in self._codes:
            option = codes[whose]
            counts = tables.counts[option]
            if counts.max() > 1:
                again = np.repeat(np.arange(len(whose)), counts)
                within = np.arange(len(again)) - (np.cumsum(counts) - counts)[again]
                whose, rows = whose[again], [one[again] for one in rows]
                rows.append(tables.starts[option][again] + within)
            else:
                rows.append(tables.starts[option])
        points = np.ascontiguousarray(sums[whose].T)
        used = [tables.used(one) for one in rows]
        for one, some in zip(rows, used, strict=True):
            tables.add(points, one, some)
        settled = self._settled(points)
        begins = np.flatnonzero(np.diff(whose, prepend=-1))
        found.low[leads] = np.minimum.reduceat(settled, begins, axis=1).T
        found.high[leads] = np.maximum.reduceat(settled, begins, axis=1).T
        keys: list[Key] = []
        for at, place in enumerate(self._asked):
            truths_of = self._truth(place)[whose]
            for one, some in zip(rows, used, strict=True):
                truths_of = tables.truths_of(truths_of, one, some, at)
            keys.append(truths_of)
        keys += [self._score_truths(place, settled) for place in self._scored]
        first, cases = combined(keys, len(whose))
        outcomes = [self._decide(row) for row in np.array([key[first] for key in keys]).T.tolist()]
        if not keys:
            outcomes = [self._decide([])] * len(first)
        gone = np.array([one for one, _ in outcomes], np.uint8)
        found.gone[leads] = np.bitwise_or.reduceat(gone[cases], begins)
        for number, kept in enumerate(found.stages):
            masks = np.array([one[number] for _, one in outcomes], np.uint64)
            kept[leads] = np.bitwise_or.reduceat(masks[cases], begins)

    def _decide(self, codes: list[int]) -> Bits:
        """What is decided in one case, given by the codes of its truths."""
        key = tuple(codes)
        found = self._of.decided.get(key)
        if found is None:
            truths: list[bool | None] = [None] * len(self._finder.inputs)
            for place, code in zip((*self._asked, *self._scored), codes, strict=True):
                truths[place] = TRUTHS[code]
            found = self._of.decided[key] = self._bits(self._finder.ladder.decide(truths, {}))
        return found

    def _bits(self, outcome: PossibleResult) -> Bits:
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
        different, which = _distinguishing(settled[number])
        row = [0] * len(settled)
        codes = []
        for value in different.tolist():
            row[number] = value
            codes.append(TRUTHS.index(self._finder.score_truth(self._of.nobody, place, tuple(row))))
        return np.array(codes, np.int8)[which]

    def _settled(self, points: Ints) -> Ints:
        """The total and the named scores, from the points of all registers, a row for each register."""
        for slot, least, most, into in self._finder.sums.steps:
            if least is not None or most is not None:
                np.clip(points[slot], least, most, out=points[slot])
            if into >= 0:
                points[into] += points[slot]
        return points[[self._finder.sums.total, *self._finder.sums.named]]


class _Tables:
    """What options come to, a row for each sum: what it adds to each register, and the truths beside it.

    The rows of an option begin at one of `starts`.
    """

    def __init__(self, options: Sequence[_Option], finder: Finder, asked: Sequence[int]) -> None:
        nobody = Lead(0, [], {}, [0] * len(finder.sums.slots), {}, frozenset(), [], {})
        at = {place: number for number, place in enumerate(asked)}
        points: list[tuple[int, ...]] = []
        truths_of: list[list[int]] = []
        counts = []
        for option in options:
            components = option.components
            changes = finder.combined(nobody, components)
            assert changes is not None
            counts.append(len(changes))
            places = [at[place] for one in components for place in one.places]
            for sums, truths in changes:
                row = [_OF_LEAD] * len(asked)
                for place, truth in zip(places, truths, strict=True):
                    row[place] = TRUTHS.index(truth)
                points.append(sums)
                truths_of.append(row)
        self.counts = np.array(counts, np.int64)
        self.starts = np.cumsum(self.counts) - self.counts
        self._points = np.array(points, np.int64).reshape(len(points), -1).T.copy()
        self._truths_of = np.array(truths_of, np.int8).reshape(len(truths_of), len(asked)).T.copy()

    def add(self, points: Ints, rows: Ints, used: Bools) -> None:
        """Adds what some rows add to registers; `used` tells which rows these are."""
        for slot in np.flatnonzero(self._points[:, used].any(axis=1)).tolist():
            points[slot] += self._points[slot][rows]

    def truths_of(self, truths: NDArray[np.int8], rows: Ints, used: Bools, at: int) -> NDArray[np.int8]:
        """The truths of a clause, where some rows tell of them."""
        if (self._truths_of[at][used] == _OF_LEAD).all():
            return truths
        own = self._truths_of[at][rows]
        return np.where(own == _OF_LEAD, truths, own)

    def used(self, rows: Ints) -> Bools:
        """Which rows of the tables some rows are."""
        used = np.zeros(self._truths_of.shape[1], np.bool_)
        used[rows] = True
        return used


def _distinguishing(values: Ints) -> tuple[Ints, Ints]:
    """The different ones of some numbers, and which of them each is."""
    low = int(values.min())
    span = int(values.max()) - low + 1
    if span > max(len(values), 1 << 16):
        different, which = np.unique(values, return_inverse=True)
        return different, which
    seen = np.zeros(span, np.bool_)
    seen[values - low] = True
    return np.flatnonzero(seen) + low, (np.cumsum(seen) - 1)[values - low]


def alike(keys: Sequence[Key], members: Ints) -> Iterator[Ints]:
    """The members in groups that have the same keys; each key has a value for every lead of the block."""
    if not keys or not len(members):
        if len(members):
            yield members
        return
    _, which = combined([key[members].astype(np.int64) for key in keys], len(members))
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which))
    yield from (members[one] for one in np.split(order, ends[:-1]))
