"""All leads judged by one plan at one instant, from columns: what each rule gives, scores, stages.

It says of every lead exactly what the generated functions say of it. Answers to clauses are kept under what
they mean, so that of a plan that has been edited only the clauses that are new are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..plan import All, Any, Clause, Condition, Contribution, FieldValue, Holds, Not, Rule, ScoreValue, Stage
from ..plan.adding_up import Pay, decayed
from ..plan.measures import of_rule
from ..score_one.scorer import Scorer
from .columns import NEVER, Bools, Column, InstantLists, Ints, compact, numbered_range
from .lru import LruBytes
from .semantic_keys import SemanticKeys
from .sums import Sums, Target, add_where, target_of
from .truths import TRUE, UNKNOWN, Truths, all_of, answer, any_of, not_

Held = Callable[[int, Ints], Bools]
"""`held(stage, places)`: see `ColumnScorer`."""


@dataclass(frozen=True)
class ColumnDecision:
    """What is decided about all leads besides scores: of each track the names of its stages (None first)
    and which one each lead is in; who is disqualified."""

    stages: Mapping[str, tuple[tuple[str | None, ...], NDArray[np.int16]]]
    disqualified: Bools

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return self.disqualified.nbytes + sum(places.nbytes for _, places in self.stages.values())


class ColumnScorer:
    """One plan's view of all leads.

    What `base`, another plan's view of the same leads, has added up already is not added up again.
    `columns` has a Column for each key of what the plan needs, and Instants for measures that gather them.
    `tell` hears between any two steps how far the work is, and may raise to end it. `held` tells of a stage
    that holds which of the leads at some places, of whom now decides nothing, are in it.
    """

    def __init__(
        self,
        evaluator: Scorer,
        semantic_keys: SemanticKeys,
        leads: int,
        now: int,
        *,
        columns: Mapping[Hashable, Column | InstantLists],
        kept: LruBytes,
        tell: Callable[[str, float], None],
        base: ColumnScorer | None = None,
        held: Held | None = None,
    ) -> None:
        self.evaluator = evaluator
        self.plan = evaluator.plan
        self.semantic_keys = semantic_keys
        self.leads = leads
        self.now = now
        self._columns = columns
        self._kept = kept
        self._tell = tell
        self._base = base
        self._were_held = held
        self._in_stages: dict[int, Bools] = {}
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
        inputs = self.semantic_keys.inputs(clause)
        if any(isinstance(one, ScoreValue) for one in inputs):
            return self._answer(clause)
        key = ("truth", self.semantic_keys.clause(clause))
        found = self._kept.get(key)
        if found is None:
            found = self._answer(clause)
            self._kept.put(key, found)
        assert isinstance(found, np.ndarray)
        return found

    def field(self, number: int) -> Column | InstantLists | None:
        """The column of a field, None where the plan reads it nowhere."""
        return self._columns.get(self.semantic_keys.field(number))

    def known(self, meaning: Hashable) -> Truths | None:
        """The truth of clauses of a meaning, where it was asked for before."""
        found = self._kept.get(("truth", meaning))
        assert found is None or isinstance(found, np.ndarray)
        return found

    def _answer(self, clause: Clause) -> Truths:
        inputs = self.semantic_keys.inputs(clause)
        read = []
        for one in inputs:
            if isinstance(one, ScoreValue):
                read.append(numbered_range(self.score(one.score)))
                continue
            if isinstance(one, FieldValue):
                key = self.semantic_keys.field(one.field)
            else:
                key = self.semantic_keys.signal(one.signal)
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
            found = found & self.pays(rule)
        return np.broadcast_to(found, self.leads)

    def pays(self, rule: Rule) -> Bools:
        """Which leads have events that a rule pays for."""
        paid = self._paid(rule)
        if isinstance(paid, InstantLists):
            return paid.counts > 0
        return paid.whole_numbers() > _least_paid(rule)

    def _paid(self, rule: Rule) -> InstantLists | Column:
        """The instants of the events that a rule pays for; where they do not matter, how many; or the one."""
        return self._columns[self.semantic_keys.measure(of_rule(rule))]

    def given(self, pay: Pay) -> Ints | int:
        """What a rule gives a score where it fires: the same to all, or to each lead its own."""
        if pay.fixed is not None:
            return pay.fixed
        rule, contribution = pay.rule, pay.contribution
        decay, points = contribution.decay, contribution.points
        key = ("given", self.semantic_keys.measure(of_rule(rule)), points, decay)
        found = self._kept.get(key)
        if found is None:
            found = compact(self._summed(rule, contribution))
            self._kept.put(key, found)
        assert isinstance(found, np.ndarray)
        found = found.astype(np.int64)
        if contribution.least is None and contribution.most is None:
            return found
        return np.clip(found, contribution.least, contribution.most)

    def _summed(self, rule: Rule, contribution: Contribution) -> Ints:
        """The points of all events that a rule pays for, before bounds."""
        paid, decay, points = self._paid(rule), contribution.decay, contribution.points
        if decay is None:
            counts = paid.counts if isinstance(paid, InstantLists) else paid.whole_numbers()
            return counts * np.int64(points)
        left = decayed(points, decay)
        if isinstance(paid, InstantLists):
            return paid.sums(_left(left, self.now - paid.all, decay.every))
        instants = paid.whole_numbers()
        known = instants != NEVER
        ages = self.now - np.where(known, instants, self.now)
        return np.where(known, _left(left, ages, decay.every), 0)

    # --- scores ---------------------------------------------------------------------------------

    def score(self, score: int | None) -> Ints:
        """A score of every lead, within its range; None is the total."""
        return self._sums.score(score)

    @cached_property
    def _sums(self) -> Sums:
        key = ("sums", self.plan.digest)
        found = self._kept.get(key)
        if found is None:
            found = self._sums_from_base() or self._add_up()
            found.bound()
            self._kept.put(key, found)
        assert isinstance(found, Sums)
        return found

    def _add_up(self) -> Sums:
        kernel = self.evaluator.parts.kernel
        sums = Sums(kernel, self.leads)
        for number, rule in enumerate(self.plan.rules):
            self._tell("deciding", number / len(self.plan.rules))
            if rule.contributions:
                fires = self.fires(rule)
                for pay in self._payments(number):
                    sums.add(target_of(self.plan, pay.into), self.given(pay), fires)
        return sums

    def _payments(self, number: int) -> list[Pay]:
        """What the contributions of a rule give."""
        payments = self.evaluator.parts.kernel.payments
        return [payments[number, place] for place in range(len(self.plan.rules[number].contributions))]

    def _sums_from_base(self) -> Sums | None:
        """The sums of the other plan less what is in it alone, and what it lacks; None where that is most."""
        if self._base is None:
            return None
        mine, theirs = self._terms, self._base._terms
        changed = {
            key: len(mine.get(key, ())) - len(theirs.get(key, ()))
            for key in {**theirs, **mine}
            if len(mine.get(key, ())) != len(theirs.get(key, ()))
        }
        if 2 * len(changed) > len(mine):
            return None
        sums = Sums(self.evaluator.parts.kernel, self.leads, self._base._sums)
        for (target, meaning), times in changed.items():
            column_scorer, terms = (self, mine) if (target, meaning) in mine else (self._base, theirs)
            pay = terms[target, meaning][0]
            sums.add(target, column_scorer.given(pay), column_scorer.fires(pay.rule), times)
        return sums

    @cached_property
    def _terms(self) -> dict[tuple[Target, Hashable], list[Pay]]:
        """All that is added up, by what it is added to and what it means."""
        found: dict[tuple[Target, Hashable], list[Pay]] = {}
        for pay in self.evaluator.parts.kernel.payments.values():
            key = (target_of(self.plan, pay.into), self.semantic_keys.given(pay.rule, pay.place))
            found.setdefault(key, []).append(pay)
        return found

    def lines(self, places: Ints, left_out: Container[Hashable] = ()) -> dict[str, Ints]:
        """What each line gives the leads at some places, by what it is called: rules, groups and ranges.

        Rules of the meanings in `left_out` are not told.
        """
        lines: dict[str, Ints] = {}
        for number, rule in enumerate(self.plan.rules):
            if self.semantic_keys.rules[id(rule)] not in left_out:
                self._tell("naming who moves", 0.0)
                fires = self.fires(rule)[places]
                for pay in self._payments(number):
                    given = self.given(pay)
                    line = lines.setdefault(rule.identity, np.zeros(len(places), np.int64))
                    add_where(line, given if isinstance(given, int) else given[places], fires)
        for name, points in self._sums.cuts(places).items():
            lines[name] = lines.get(name, np.zeros(1, np.int64)) + points
        return lines

    def cuts(self) -> Iterator[tuple[int, int, Ints]]:
        """What bounds took from each lead, or gave it: which kind of bound, of which number, the points."""
        return self._sums.changes()

    # --- decisions ------------------------------------------------------------------------------

    @cached_property
    def verdict(self) -> ColumnDecision:
        """What is decided."""
        key = ("verdict", self.plan.digest)
        found = self._kept.get(key)
        if found is None:
            found = self._decide()
            self._kept.put(key, found)
        assert isinstance(found, ColumnDecision)
        return found

    def _decide(self) -> ColumnDecision:
        gone = np.zeros(self.leads, np.bool_)
        for reason in self.plan.disqualifications:
            gone = gone | self.holds(reason.condition)
        stages = {track: self._stages(track, gone) for track in self.plan.tracks}
        return ColumnDecision(stages, gone)

    def _stages(self, track: str, gone: Bools) -> tuple[tuple[str | None, ...], NDArray[np.int16]]:
        """The names of a track's stages, None first, and which one each lead is in; none of the `gone`."""
        names: list[str | None] = [None]
        found = np.zeros(self.leads, np.int16)
        for number, stage in enumerate(self.plan.stages):
            if stage.track == track:
                found[self.meets(number, stage)] = len(names)
                names.append(stage.name)
        found[gone] = 0
        return tuple(names), found

    def meets(self, number: int, stage: Stage) -> Bools:
        """Which leads meet a stage: they come in now, or came in before and nothing has ended it."""
        comes_in = self.holds(stage.condition)
        if stage.until is None:
            return comes_in
        found = self._in_stages.get(number)
        if found is None:
            goes_out = self.holds(stage.until)
            found = comes_in & ~goes_out
            undecided = np.flatnonzero(~comes_in & ~goes_out)
            if len(undecided):
                assert self._were_held is not None
                found[undecided] = self._were_held(number, undecided)
            self._in_stages[number] = found
        return found


def _least_paid(rule: Rule) -> int:
    """What a number that is measured for a rule exceeds where there is an event to be paid for."""
    assert rule.each is not None
    return 0 if rule.each.which == "each" else NEVER


def _left(left: tuple[int, ...], ages: Ints, every: int) -> Ints:
    """What is left of points at these ages."""
    table = np.array([*left, 0], np.int64)
    return table[np.minimum(ages // every, len(left))]
