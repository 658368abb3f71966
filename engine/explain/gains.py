"""What would give a score the points that it is short of: rules that do not give all they could."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..plan import Contribution, Each, Range, Rule
from . import words
from .decision import Gain, Missing
from .explanation_lines import Fired
from .ways import Ways

MOST = 5
"""How many are told."""


class Gains:
    """Finds them on one lead; `fired` is what rules gave, `paid` the events that each rule pays for."""

    def __init__(self, ways: Ways, fired: Sequence[Fired], paid: Sequence[Sequence[int]]) -> None:
        self.ways = ways
        self.found = ways.found
        self.plan = ways.found.plan
        self.fired = {(rule, place): (faded, points) for rule, place, _, faded, points in fired}
        self.firing = {rule for rule, *_ in fired}
        self.paid = paid
        self._needing: dict[int, tuple[str, ...] | None] = {}
        self.grouped = [0] * len(self.plan.groups)
        for rule, place, _, _, points in fired:
            group = self.plan.rules[rule].group
            if group is not None and place >= 0:
                self.grouped[group] += points

    def of(self, score: int | None, short: int) -> tuple[Gain, ...]:
        """What would give a score (None: the total) points, what is enough by itself first."""
        found: list[Gain] = []
        for number, rule in enumerate(self.plan.rules):
            for changes, place, points in self._changes(number, rule):
                gain = self._reaching((number, place), points, score)
                if gain > 0:
                    found.append(Gain(rule.identity, rule.origin.line, gain, changes))
        found.sort(key=lambda gain: (gain.points < short, len(gain.needed), -gain.points))
        return tuple(found[:MOST])

    def _changes(self, number: int, rule: Rule) -> Iterator[tuple[tuple[str, ...], int, int]]:
        """What would have to be so, and what the rule would then give by one of its contributions."""
        if number not in self._needing:
            self._needing[number] = self._needed(number, rule)
        needed = self._needing[number]
        for place, one in enumerate(rule.contributions):
            if one.points < 0 and number in self.firing and rule.condition is not None:
                ways = self.ways.to(rule.condition, wanted=False)
                changes = _changes_of(ways[0]) if ways else None
                if changes is not None:
                    yield changes, place, 0
            elif one.points > 0 and needed is not None:
                given = self._given(number, rule, one, place)
                if given is not None:
                    yield needed, place, given

    def _needed(self, number: int, rule: Rule) -> tuple[str, ...] | None:
        """What is missing for the rule to give points, or more of them; None where nothing would do."""
        missing: tuple[str, ...] = ()
        if rule.condition is not None and self.found.truth(rule.condition) is not True:
            ways = self.ways.to(rule.condition)
            needed_changes = _changes_of(ways[0]) if ways else None
            if needed_changes is None:
                return None
            missing = needed_changes
        if rule.each is not None and (not self.paid[number] or number in self.firing):
            if self._is_over(rule.each) or (number in self.firing and not _pays_again(rule.each)):
                return None
            again = "1 more of " if self.paid[number] else ""
            missing = (*missing, again + words.selection_words(self.plan, rule.each.events))
        return missing or None

    def _is_over(self, each: Each) -> bool:
        window = each.events.window
        return isinstance(window, Range) and window.end is not None and window.end <= self.found.now

    def _given(self, number: int, rule: Rule, one: Contribution, place: int) -> int | None:
        """What the rule would give by a contribution, before its own bounds; None where that is not known."""
        if rule.each is None or number not in self.firing:
            events = len(self.paid[number]) if rule.each is not None and rule.each.which == "each" else 1
            return None if one.decay is not None and self.paid[number] else one.points * max(1, events)
        if rule.each.which == "latest":
            return one.points
        return self.fired.get((number, place), (0, 0))[0] + one.points

    def _reaching(self, which: tuple[int, int], points: int, score: int | None) -> int:
        """What of a contribution's new points reaches a score, after the bounds of the rule and its group."""
        number, place = which
        rule = self.plan.rules[number]
        one = rule.contributions[place]
        gain = _bounded(points, one.least, one.most) - self.fired.get(which, (0, 0))[1]
        if rule.group is not None:
            group, before = self.plan.groups[rule.group], self.grouped[rule.group]
            least, most = group.least, group.most
            gain = _bounded(before + gain, least, most) - _bounded(before, least, most)
        if one.score == score:
            return gain
        if score is not None or one.score is None:
            return 0
        its, before = self.plan.scores[one.score], self.ways.standing.points.scores[one.score]
        return _bounded(before + gain, its.low, its.high) - _bounded(before, its.low, its.high)


def _changes_of(way: tuple[Missing, ...]) -> tuple[str, ...] | None:
    """What a way would change; None where some of it cannot be had."""
    if any(missing.obstacle is not None for missing in way):
        return None
    return tuple(missing.change or missing.asked for missing in way)


def _pays_again(each: Each) -> bool:
    """Whether one more event is surely paid for."""
    return each.which == "latest" or (each.which == "each" and each.once is None)


def _bounded(points: int, least: int | None, most: int | None) -> int:
    points = points if least is None else max(least, points)
    return points if most is None else min(most, points)
