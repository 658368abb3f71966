"""The bounds of all leads of a block at once, from arrays.

Fields that some rule or clause reads together are looked at together, all others apart. Leads that have the
same of such fields blank, and are alike in all that bears on these, share the list of what these blanks can
come to, which is found as for one lead. The lists are combined, and what is sure is added up, capped and
compared, in arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..due.block_due_times import Made
from ..evaluator import Evaluator
from ..plan import FieldValue, SignalValue
from ..score_many.block import Block
from ..score_many.columns import Bools, Column, Ints, Numbered
from ..score_many.decide_block import ColumnScorers, Unsupported
from ..score_many.semantic_keys import Input
from ..values import Prepared
from .cases import MOST_STAGES, TRUTHS, Cases, Follows, Key, Known, ManyBounds, alike
from .finder import Finder, Lead, Opened, Variable
from .regions import Choices


class BlockBounds:
    """Finds the bounds of one block after another, by one plan at one instant.

    `fields` as `Judge` takes them, and `bare` the same without defaults. Raises `Unsupported` where stages
    hold or compare a score with something else than a number, or are too many for a set of bits: then leads
    are looked at one by one.
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
        self.scorers = ColumnScorers(evaluator, fields, now)
        self.bare = ColumnScorers(evaluator, bare, now)
        scored = [place for place in self.finder.deciding if self.finder.scored[place]]
        if self.finder.ladder.holding or any(self.finder.only_score[place] is None for place in scored):
            raise Unsupported
        plan = evaluator.plan
        tracks = tuple(
            (track, tuple(stage.name for stage in plan.stages if stage.track == track))
            for track in plan.tracks
        )
        nobody = Lead(now, [], {}, [0] * len(self.finder.sums.slots), {}, frozenset(), [], {})
        if any(len(names) > MOST_STAGES for _, names in tracks):
            raise Unsupported
        self.known = Known(self.finder, evaluator.frame.scores, tracks, nobody, {})
        self.together = _together(self.finder)

    def of(self, block: Block) -> ManyBounds:
        """The bounds of the leads of a block."""
        return _Block(self, block).bounds()


class _Block:
    """One block under way."""

    def __init__(self, of: BlockBounds, block: Block) -> None:
        self._of, self._finder, self._block = of, of.finder, block
        self._parts = of.evaluator.parts
        self._column_scorer, self._measured = of.scorers.of(block)
        self._truths: dict[int, NDArray[np.int8]] = {}
        self._columns: dict[Input, Column] = {}
        self._codes: dict[Input, Ints] = {}
        self._given = self._contributions()
        self._sums = np.zeros((len(block), len(self._finder.sums.slots)), np.int64)
        for given in self._given.values():
            for slot, points, fires in given:
                self._sums[:, slot] += points * fires
        self._cases = Cases(of.known, len(block), self._truth)

    def bounds(self) -> ManyBounds:
        """The bounds of all leads."""
        for fields in self._of.together:
            self._cases.begin()
            blanks = [self._is_blank(number) for number in fields]
            for members in alike(blanks, np.arange(len(self._block))):
                numbers = [n for n, blank in zip(fields, blanks, strict=True) if blank[members[0]]]
                if numbers:
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
            truth = self._column_scorer.clause(self._parts.clauses[place])
            found = self._truths[place] = np.broadcast_to(truth, len(self._block))
        return found

    def _contributions(self) -> dict[int, list[_Given]]:
        """What each rule gives each lead."""
        found: dict[int, list[_Given]] = {}
        for (number, _), pay in self._parts.kernel.payments.items():
            slot = self._finder.slots[number, pay.place]
            rule = self._of.evaluator.plan.rules[number]
            points = np.broadcast_to(np.asarray(self._column_scorer.given(pay), np.int64), len(self._block))
            if rule.each is not None:
                points = points * self._column_scorer.pays(rule)
            found.setdefault(number, []).append(_Given(slot, points, self._column_scorer.fires(rule)))
        return found

    def _column(self, one: Input) -> Column:
        """The values of an input of clauses."""
        found = self._columns.get(one)
        if found is None:
            if isinstance(one, FieldValue):
                found = self._of.scorers.column(self._block, one.field)
            else:
                assert isinstance(one, SignalValue)
                column = self._measured.column(self._of.evaluator.plan.signals[one.signal])
                assert isinstance(column, Column)
                found = column
            self._columns[one] = found
        return found

    # --- leads that are alike -------------------------------------------------------------------------

    def _with_blanks(self, blank: frozenset[int], members: Ints) -> None:
        """Looks at leads that have the same blank, of fields that are looked at together."""
        finder = self._finder
        loose: list[int] = []
        opened: list[tuple[list[Opened], Ints]] = []
        for number in sorted(blank):
            places, others = finder.followed(number, blank)
            loose += others
            if places:
                opened.append(self._choices(number, places, members))
        nothing = [0] * self._sums.shape[1]
        found: dict[tuple[tuple[Variable, ...], bool], list[Ints]] = {}
        for some in alike([which for _, which in opened], members):
            lead = Lead(self._of.now, [None] * len(finder.inputs), {}, nothing, {}, blank, [], {})
            finder.opened(lead, [of[which[some[0]]] for of, which in opened], loose)
            found.setdefault((tuple(lead.variables), lead.exact), []).append(some)
        for (variables, exact), leads in found.items():
            truths: list[bool | None] = [None] * len(finder.inputs)
            lead = Lead(self._of.now, truths, {}, nothing, {}, blank, list(variables), {}, exact)
            self._opened(lead, np.concatenate(leads))

    def _choices(self, number: int, places: tuple[int, ...], members: Ints) -> tuple[list[Opened], Ints]:
        """What a blank field can come to, the different ways and which of them each lead has."""
        finder = self._finder
        field = FieldValue(number, finder.plan.fields[number].kind)
        others = [
            one for one in dict.fromkeys(r for place in places for r in finder.inputs[place]) if one != field
        ]
        groups = list(alike([self._code(one) for one in others], members))
        first = np.array([some[0] for some in groups])
        known = {one: self._column(one).taken(first).listed() for one in others}
        blank: Prepared = self._column(field).taken(first[:1]).listed()[0]
        different: dict[Choices | None, int] = {}
        which = np.zeros(len(self._block), np.int64)
        for some, choices in zip(
            groups, finder.choices(number, places, blank, known, self._of.now), strict=True
        ):
            which[some] = different.setdefault(choices, len(different))
        return [Opened(number, places, one) for one in different], which

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

    def _opened(self, lead: Lead, members: Ints) -> None:
        """Looks at leads of which the same is open."""
        finder = self._finder
        rules = finder.open_rules(lead) & self._given.keys()
        for given in (one for rule in rules for one in self._given[rule]):
            self._sums[members, given.slot] -= given.points[members] * given.fires[members]
        opened = {place for one in lead.variables for place in one.places}
        lead.gives = dict.fromkeys(sorted(rules), ((0, 1),))
        found: list[list[Follows]] = []
        which: list[Ints] = []
        for variables, together in list(finder.together(lead)):
            different: dict[Follows, int] = {}
            codes = np.zeros(len(self._block), np.int64)
            for some in self._alike_in(together, opened, members):
                one = self._sub_lead(lead, variables, together, opened, int(some[0]))
                components = tuple(finder.components(one))
                free = any(each.changes is None for each in components)
                what = Follows(components, tuple(one.gives.items()) if free else ())
                codes[some] = different.setdefault(what, len(different))
            found.append(list(different))
            which.append(codes)
        for some in alike(which, members):
            self._cases.add(
                lead, [one[codes[some[0]]] for one, codes in zip(found, which, strict=True)], some
            )

    def _alike_in(self, rules: tuple[int, ...], opened: set[int], members: Ints) -> Iterator[Ints]:
        """Leads that are alike in all that some rules ask and give, but for what is open."""
        asked = dict.fromkeys(place for rule in rules for place in self._finder.asked[rule])
        keys: list[Key] = [self._truth(place) for place in asked if place not in opened]
        keys += [one.points for rule in rules for one in self._given[rule]]
        return alike(keys, members)

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
            truths[one] = TRUTHS[self._truth(one)[place]]
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


def _together(finder: Finder) -> list[tuple[int, ...]]:
    """The fields that can be blank, in sets: those that a rule or a clause reads together in one."""
    of = {number: number for number, places in finder.reading.items() if places}
    sets = [finder.fields_of((place,)) for places in finder.reading.values() for place in places]
    for read in (*sets, *(finder.fields_of(asked) for asked in finder.asked)):
        labels = {of[number] for number in read}
        of = {number: min(labels) if label in labels else label for number, label in of.items()}
    return [tuple(number for number in of if of[number] == label) for label in dict.fromkeys(of.values())]


def _numbers(values: Sequence[Prepared]) -> Ints:
    """A number for each value, alike for alike ones."""
    codes: dict[Prepared, int] = {}
    return np.array([codes.setdefault(value, len(codes)) for value in values], np.int64)
