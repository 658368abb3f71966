"""How few and how many points a lead can have, under all caps and ranges.

Bounds are sure but not always tight: rules that are not known to exclude each other are taken to fire
together where that helps.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from ....grammar.syntax.nodes import Unit
from ... import plan as p
from ...plan.adding_up import TOTAL, Pay, Register, RegisterKind, Settle, score_register, steps
from .dnf import Dnf
from .domains import highest, lowest
from .exclusive import ExclusiveRules
from .logic import Logic
from .regions import Region, are_linked
from .selections import days_in
from .texts import TextSet
from .variables import Topic

MOST_CLIQUES = 4
"""A rule is held against so many sets of rules that exclude each other, per topic."""


class PointBounds(NamedTuple):
    """The fewest and most points; infinite where there is no bound."""

    low: float
    high: float

    def clamp(self, low: float | None, high: float | None) -> PointBounds:
        """What a cap or range leaves; an end that is None is open."""
        least, most = (-math.inf if low is None else low), (math.inf if high is None else high)
        return PointBounds(min(max(self.low, least), most), max(min(self.high, most), least))

    def plus(self, other: PointBounds) -> PointBounds:
        """Both together."""
        return PointBounds(self.low + other.low, self.high + other.high)


NONE = PointBounds(0, 0)


class ScoreReach(NamedTuple):
    """One score: what its rules give (for the total: with all named scores), and what its range leaves."""

    given: PointBounds
    ranged: PointBounds


class ScoresReach(NamedTuple):
    """All scores of a plan: the named ones, what goes to the total directly, the total."""

    named: tuple[ScoreReach, ...]
    direct: PointBounds
    total: ScoreReach

    def of(self, score: int | None) -> ScoreReach:
        """A named score by its index, or the total."""
        return self.total if score is None else self.named[score]


class Fires(Enum):
    """Of how many leads a rule is true."""

    NEVER = 0
    SOMETIMES = 1
    ALWAYS = 2


class Reach:
    """The reach of one plan's scores."""

    def __init__(self, logic: Logic) -> None:
        self.logic = logic
        self.plan = logic.plan
        self.steps = steps(self.plan)
        self.alternatives = [logic.firing(rule) for rule in self.plan.rules]
        self.firing = [self._fires(index) for index in range(len(self.plan.rules))]
        self.by_subject: dict[int, list[int]] = defaultdict(list)
        for index, alternatives in enumerate(self.alternatives):
            for variable in {variable for region in alternatives.regions for variable in region}:
                self.by_subject[variable].append(index)
        self.sets = self._excluding_sets()
        self.scores = self._scores(self.firing, {})

    def _fires(self, index: int) -> Fires:
        rule = self.plan.rules[index]
        if rule.each is None and rule.condition is not None:
            never = self.logic.never(rule.condition)
        else:
            never = not self.logic.can_be(self.alternatives[index])
        if never:
            return Fires.NEVER
        if rule.each is None and (rule.condition is None or self.logic.always(rule.condition)):
            return Fires.ALWAYS
        return Fires.SOMETIMES

    def within(self, region: Region) -> ScoresReach:
        """The reach for leads within a region of facts and scores."""
        firing = list(self.firing)
        only = Dnf((region,), True)
        for index in sorted(self._touched(region)):
            rule = self.plan.rules[index]
            if firing[index] is not Fires.SOMETIMES:
                continue
            if not self.logic.can_be(self.logic.reader.both([self.alternatives[index], only])):
                firing[index] = Fires.NEVER
            elif rule.each is None and rule.condition and self.logic.always_in(region, rule.condition):
                firing[index] = Fires.ALWAYS
        return self._scores(firing, self._scores_in(region))

    def _touched(self, region: Region) -> set[int]:
        """The rules of which a region may tell something: they speak of the same, or of the same events."""
        variables = self.logic.variables
        touched: set[int] = set()
        for variable, rules in self.by_subject.items():
            its = variables[variable]
            for number in region:
                if its.topics.isdisjoint(variables[number].topics):
                    continue
                if its.chosen and variables[number].chosen and variable != number:
                    one_way = are_linked(variables, variable, number)
                    if not (one_way or are_linked(variables, number, variable)):
                        continue
                touched.update(rules)
                break
        return touched

    # --- sums -----------------------------------------------------------------------------------

    def _scores(self, firing: Sequence[Fires], held: dict[int | None, PointBounds]) -> ScoresReach:
        paid: dict[Register, dict[int, list[PointBounds]]] = defaultdict(dict)
        handed_on: dict[Register, PointBounds] = defaultdict(lambda: NONE)
        found: dict[Register, ScoreReach] = {}
        for step in self.steps:
            if isinstance(step, Pay):
                if firing[step.number] is not Fires.NEVER:
                    given = given_by(step.rule, step.contribution, firing[step.number])
                    paid[step.into].setdefault(self.sets[step.number], []).append(given)
                continue
            whole = _together(paid[step.register].values()).plus(handed_on[step.register])
            ranged = whole.clamp(step.least, step.most)
            kind, number = step.register
            if kind is not RegisterKind.GROUP:
                ranged = _held(ranged, held.get(None if kind is RegisterKind.TOTAL else number))
            found[step.register] = ScoreReach(whole, ranged)
            if step.into is not None:
                handed_on[step.into] = handed_on[step.into].plus(ranged)
        named = tuple(found[score_register(number)] for number in range(len(self.plan.scores)))
        return ScoresReach(named, self._direct(paid, found), found[TOTAL])

    def _direct(
        self, paid: dict[Register, dict[int, list[PointBounds]]], found: dict[Register, ScoreReach]
    ) -> PointBounds:
        """What goes to the total without a score of its own."""
        direct = _together(paid[TOTAL].values())
        for step in self.steps:
            if isinstance(step, Settle) and step.register.kind is RegisterKind.GROUP and step.into == TOTAL:
                direct = direct.plus(found[step.register].ranged)
        return direct

    def _scores_in(self, region: Region) -> dict[int | None, PointBounds]:
        held: dict[int | None, PointBounds] = {}
        for score in (None, *range(len(self.plan.scores))):
            domain = region.get(self.logic.variables.of(p.ScoreValue(score)))
            if domain is not None and not isinstance(domain.values, TextSet):
                held[score] = PointBounds(lowest(domain.values), highest(domain.values))
        return held

    # --- rules that cannot be used together ----------------------------------------------------------

    def _excluding_sets(self) -> list[int]:
        """For each rule the number of a set of rules of which at most one fires."""
        sets = list(range(len(self.plan.rules)))
        by_topic: dict[tuple[Topic, int | None], list[ExclusiveRules]] = defaultdict(list)
        for index, rule in enumerate(self.plan.rules):
            if rule.condition is None or self.firing[index] is not Fires.SOMETIMES:
                continue
            scores = frozenset(contribution.score for contribution in rule.contributions)
            mine = self.alternatives[index]
            topics = self.logic.topics(rule.condition)
            keys = [(topic, rule.group) for topic in topics if topic[0] == "field"]
            known = (found for key in keys for found in by_topic[key])
            one = next((found for found in known if found.admits(index, mine, scores)), None)
            if one is not None:
                sets[index] = sets[one.rules[0]]
            else:
                one = ExclusiveRules(self._excludes)
                for key in keys:
                    if len(by_topic[key]) < MOST_CLIQUES:
                        by_topic[key].append(one)
            one.add(index, mine, scores)
        return sets

    def _excludes(self, one: int, other: int) -> bool:
        """Whether surely no lead meets both of two rules."""
        return not self.logic.reader.both([self.alternatives[one], self.alternatives[other]]).regions


def given_by(rule: p.Rule, contribution: p.Contribution, fires: Fires = Fires.SOMETIMES) -> PointBounds:
    """What a rule can give one score, its own cap heeded and that of its group not."""
    if fires is Fires.NEVER:
        return NONE
    points = contribution.points * times(rule) if contribution.points else 0
    given = PointBounds(points, points).clamp(contribution.least, contribution.most)
    if fires is Fires.ALWAYS:
        return given
    return PointBounds(min(given.low, 0), max(given.high, 0))


def times(rule: p.Rule) -> float:
    """How often a rule can give its points, at most."""
    if rule.each is None or rule.each.which != "each":
        return 1
    days = days_in(rule.each.events.window)
    if math.isinf(days):
        return days
    match rule.each.once:
        case Unit.DAY:
            return days
        case Unit.WEEK:
            return days // 7 + 2
        case Unit.MONTH:
            return days // 28 + 2
    return math.inf


def _together(sets: Iterable[Sequence[PointBounds]]) -> PointBounds:
    """Sums, each set giving what one of its rules gives."""
    whole = NONE
    for given in sets:
        one = (
            PointBounds(min(it.low for it in given), max(it.high for it in given))
            if len(given) > 1
            else given[0]
        )
        whole = whole.plus(one)
    return whole


def _held(bounds: PointBounds, held: PointBounds | None) -> PointBounds:
    if held is None:
        return bounds
    return PointBounds(max(bounds.low, held.low), min(bounds.high, held.high))
