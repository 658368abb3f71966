"""All leads judged by one plan at one instant, from columns: what each rule gives, scores, stages.

It says of every lead exactly what the generated functions say of it. Answers to clauses are kept under what
they mean, so that of a plan that has been edited only the clauses that are new are asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from ..plan import (
    All,
    Any,
    Clause,
    Condition,
    Contribution,
    FieldValue,
    Holds,
    Not,
    Plan,
    Rule,
    ScoreValue,
)
from .columns import NEVER, Column, Instants, Ints, numbered_range
from .decide import cut_line
from .evaluator import Evaluator
from .gauges import Gauge, of_each, of_signal
from .kept import Kept
from .meaning import clause_key, field_key, gauge_key, inputs_of, rule_key
from .rules_source import CUT_BY_GROUP, CUT_BY_RANGE, CUT_BY_TOTAL, bounded, decayed, is_bounded
from .truths import TRUE, UNKNOWN, Truths, all_of, answer, any_of, not_

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Verdict:
    """What is decided about all leads: the total, of each track the names of its stages (None first) and
    which one each lead is in, who is disqualified."""

    total: Ints
    stages: Mapping[str, tuple[tuple[str | None, ...], NDArray[np.int16]]]
    disqualified: Bools

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return (
            self.total.nbytes
            + self.disqualified.nbytes
            + sum(places.nbytes for _, places in self.stages.values())
        )


class Judging:
    """One plan's view of all leads.

    `columns` has a Column for each key of `needs`, and Instants for gauges that gather them. `tell` hears
    between any two steps how far the work is, and may raise to end it.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        leads: int,
        now: int,
        *,
        columns: Mapping[Hashable, Column | Instants],
        kept: Kept,
        tell: Callable[[str, float], None],
    ) -> None:
        self.evaluator = evaluator
        self.plan = evaluator.plan
        self.leads = leads
        self.now = now
        self._columns = columns
        self._kept = kept
        self._tell = tell
        self._scores: dict[int | None, Ints] = {}
        self._held: dict[int, Truths] = {}

    # --- conditions -----------------------------------------------------------------------------

    def truth(self, condition: Condition) -> Truths:
        """The truth of a condition for every lead, or one truth for all."""
        match condition:
            case All(items=items):
                return all_of(map(self.truth, items))
            case Any(items=items):
                return any_of(map(self.truth, items))
            case Not(item=item):
                return not_(self.truth(item))
            case Holds(define=define):
                if define not in self._held:
                    body = self.plan.definitions[define].condition
                    assert body is not None
                    self._held[define] = self.truth(body)
                return self._held[define]
            case _:
                return self.clause(condition)

    def clause(self, clause: Clause) -> Truths:
        """The truth of a clause for every lead, or one truth for all."""
        inputs = inputs_of(self.plan, clause)
        if any(isinstance(one, ScoreValue) for one in inputs):
            return self._answer(clause)
        key = ("truth", clause_key(self.plan, clause))
        found = self._kept.get(key)
        if found is None:
            found = self._answer(clause)
            self._kept.put(key, found)
        assert isinstance(found, np.ndarray)
        return found

    def _answer(self, clause: Clause) -> Truths:
        inputs = inputs_of(self.plan, clause)
        read = []
        for one in inputs:
            if isinstance(one, ScoreValue):
                read.append(numbered_range(self.score(one.score)))
                continue
            number = one.field if isinstance(one, FieldValue) else one.signal
            key = (
                field_key(self.plan, number)
                if isinstance(one, FieldValue)
                else gauge_key(self.plan, of_signal(self.plan.signals[number]))
            )
            column = self._columns[key]
            assert isinstance(column, Column)
            read.append(column)
        return answer(self.evaluator.parts, clause, inputs, read, self.now)

    def holds(self, condition: Condition) -> Bools:
        """Which leads a condition is true of."""
        return np.broadcast_to(self.truth(condition) == TRUE, self.leads)

    def count(self, condition: Condition) -> tuple[int, int]:
        """Of how many leads a condition is true, and of how many it is unknown."""
        truths = np.broadcast_to(self.truth(condition), self.leads)
        return int(np.count_nonzero(truths == TRUE)), int(np.count_nonzero(truths == UNKNOWN))

    # --- rules ----------------------------------------------------------------------------------

    def fires(self, rule: Rule) -> Bools:
        """Which leads a rule fires for."""
        found = np.ones(1, np.bool_) if rule.condition is None else self.truth(rule.condition) == TRUE
        if rule.each is not None:
            paid = self._paid(rule)
            some = paid.counts > 0 if isinstance(paid, Instants) else paid.whole_numbers() > _least_paid(rule)
            found = found & some
        return np.broadcast_to(found, self.leads)

    def _paid(self, rule: Rule) -> Instants | Column:
        """The instants of the events that a rule pays for; where they do not matter, how many; or the one."""
        return self._columns[gauge_key(self.plan, _gauge_of(rule))]

    def given(self, rule: Rule, contribution: Contribution) -> Ints | int:
        """What a rule gives a score where it fires: the same to all, or to each lead its own."""
        each, decay, points = rule.each, contribution.decay, contribution.points
        if each is None or (decay is None and each.which != "each"):
            return bounded(points, contribution.least, contribution.most)
        key = ("given", gauge_key(self.plan, _gauge_of(rule)), points, decay)
        found = self._kept.get(key)
        if found is None:
            found = self._summed(rule, contribution)
            self._kept.put(key, found)
        assert isinstance(found, np.ndarray)
        if contribution.least is None and contribution.most is None:
            return found
        return np.clip(found, contribution.least, contribution.most)

    def _summed(self, rule: Rule, contribution: Contribution) -> Ints:
        """The points of all events that a rule pays for, before bounds."""
        paid, decay, points = self._paid(rule), contribution.decay, contribution.points
        if decay is None:
            counts = paid.counts if isinstance(paid, Instants) else paid.whole_numbers()
            return counts * np.int64(points)
        left = decayed(points, decay)
        if isinstance(paid, Instants):
            return paid.sums(_left(left, self.now - paid.all, decay.every))
        instants = paid.whole_numbers()
        known = instants != NEVER
        ages = self.now - np.where(known, instants, self.now)
        return np.where(known, _left(left, ages, decay.every), 0)

    # --- scores ---------------------------------------------------------------------------------

    def score(self, score: int | None) -> Ints:
        """A score of every lead, within its range; None is the total."""
        if not self._scores:
            self._add_up()
        return self._scores[score]

    def _add_up(self) -> None:
        sums = _Sums(self.plan, self.leads)
        for done, rule in enumerate(self.plan.rules):
            self._tell("deciding", done / len(self.plan.rules))
            fires = self.fires(rule)
            for contribution in rule.contributions:
                sums.add(rule, contribution, self.given(rule, contribution), fires)
        self._scores = sums.bounded()

    def lines(self, places: Ints, left_out: frozenset[Hashable]) -> dict[str, Ints]:
        """What each line gives the leads at some places, by what it is called: rules, groups and ranges.

        Rules of the meanings in `left_out` are counted, and not told.
        """
        lines: dict[str, Ints] = {}
        sums = _Sums(self.plan, len(places), lines)
        for done, rule in enumerate(self.plan.rules):
            self._tell("naming who moves", done / len(self.plan.rules))
            fires = self.fires(rule)[places]
            told = rule_key(self.plan, rule) not in left_out
            for contribution in rule.contributions:
                given = self.given(rule, contribution)
                some = given if isinstance(given, int) else given[places]
                sums.add(rule, contribution, some, fires)
                if told:
                    line = lines.setdefault(rule.identity, np.zeros(len(places), np.int64))
                    np.add(line, some, out=line, where=fires)
        sums.bounded()
        return lines

    def rules_shared_with(self, other: Judging) -> frozenset[Hashable]:
        """The meanings of the rules, identity included, that another plan has too."""
        mine, others = (Counter(rule_key(one.plan, rule) for rule in one.plan.rules) for one in (self, other))
        return frozenset(key for key, times in mine.items() if others[key] == times)

    # --- decisions ------------------------------------------------------------------------------

    @cached_property
    def verdict(self) -> Verdict:
        """What is decided."""
        gone = np.zeros(self.leads, np.bool_)
        for reason in self.plan.disqualifications:
            gone = gone | self.holds(reason.condition)
        stages = {track: self._stages(track, gone) for track in self.plan.tracks}
        return Verdict(self.score(None), stages, gone)

    def _stages(self, track: str, gone: Bools) -> tuple[tuple[str | None, ...], NDArray[np.int16]]:
        names: list[str | None] = [None]
        found = np.zeros(self.leads, np.int16)
        for stage in self.plan.stages:
            if stage.track == track:
                found[self.holds(stage.condition)] = len(names)
                names.append(stage.name)
        found[gone] = 0
        return tuple(names), found


class _Sums:
    """Points being added up for many leads: groups, scores, the total.

    What bounds take or give is added to `lines`, where these are asked for.
    """

    def __init__(self, plan: Plan, leads: int, lines: dict[str, Ints] | None = None) -> None:
        self._plan = plan
        self._lines = lines
        scores = (None, *range(len(plan.scores)))
        self._raw: dict[int | None, Ints] = {score: np.zeros(leads, np.int64) for score in scores}
        self._groups = {
            number: np.zeros(leads, np.int64) for number, group in enumerate(plan.groups) if is_bounded(group)
        }

    def add(self, rule: Rule, contribution: Contribution, given: Ints | int, fires: Bools) -> None:
        """Adds what a rule gives a score, where it fires."""
        sum_ = self._raw[contribution.score]
        if rule.group in self._groups and self._plan.groups[rule.group].score == contribution.score:
            sum_ = self._groups[rule.group]
        np.add(sum_, given, out=sum_, where=fires)

    def bounded(self) -> dict[int | None, Ints]:
        """The scores within their ranges, once everything is added; None is the total."""
        plan = self._plan
        for number, sum_ in self._groups.items():
            group = plan.groups[number]
            self._raw[group.score] += self._within(sum_, (group.least, group.most), CUT_BY_GROUP, number)
        scores: dict[int | None, Ints] = {
            number: self._within(self._raw[number], (score.low, score.high), CUT_BY_RANGE, number)
            for number, score in enumerate(plan.scores)
        }
        total = reduce(np.add, scores.values(), self._raw[None])
        scores[None] = self._within(total, (plan.total.low, plan.total.high), CUT_BY_TOTAL, 0)
        return scores

    def _within(self, sums: Ints, bounds: tuple[int | None, int | None], kind: int, number: int) -> Ints:
        if bounds == (None, None):
            return sums
        kept: Ints = np.clip(sums, *bounds)
        if self._lines is not None:
            change = kept - sums
            for some in (np.minimum(change, 0), np.maximum(change, 0)):
                if (worth := int(some.sum())) != 0:
                    text = cut_line(self._plan, kind, number, worth).text
                    self._lines[text] = self._lines.get(text, 0) + some
        return kept


def _least_paid(rule: Rule) -> int:
    """What a number that is measured for a rule exceeds where there is an event to be paid for."""
    assert rule.each is not None
    return 0 if rule.each.which == "each" else NEVER


def _gauge_of(rule: Rule) -> Gauge:
    """The gauge of what a rule pays for."""
    assert rule.each is not None
    return of_each(rule.each, decays=any(c.decay is not None for c in rule.contributions))


def _left(left: tuple[int, ...], ages: Ints, every: int) -> Ints:
    """What is left of points at these ages."""
    table = np.array([*left, 0], np.int64)
    return table[np.minimum(ages // every, len(left))]


def needs(evaluator: Evaluator) -> tuple[dict[Hashable, int], dict[Hashable, Gauge]]:
    """What judging by a plan reads of leads: the numbers of fields and the gauges, by their keys."""
    plan = evaluator.plan
    fields: dict[Hashable, int] = {}
    gauges: dict[Hashable, Gauge] = {}
    for clause in evaluator.clauses:
        for one in inputs_of(plan, clause):
            if isinstance(one, FieldValue):
                fields[field_key(plan, one.field)] = one.field
            elif not isinstance(one, ScoreValue):
                gauge = of_signal(plan.signals[one.signal])
                gauges[gauge_key(plan, gauge)] = gauge
    for gauge in (_gauge_of(rule) for rule in plan.rules if rule.each is not None):
        gauges[gauge_key(plan, gauge)] = gauge
    return fields, gauges
