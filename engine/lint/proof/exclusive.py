"""Sets of rules of which at most one fires, indexed by what they ask for.

Whether a rule excludes all others of a set is asked of every rule. Two rules that ask for different values of
the same field surely exclude each other, so only those need a closer look that ask for a value in common.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable

from .dnf import Dnf
from .domains import End, Interval, Numbers
from .texts import TextSet

MOST_COMPARED = 64
"""A rule with more values in common with others of a set than this is taken not to exclude them."""

AllowedValues = frozenset[str] | Numbers
"""Texts or numbers, at least all those that a rule asks a field for."""


class ExclusiveRules:
    """Rules that exclude each other, by their numbers."""

    def __init__(self, excludes: Callable[[int, int], bool]) -> None:
        self.rules: list[int] = []
        self._excludes = excludes
        self._scores: set[frozenset[int | None]] = set()
        self._texts: dict[int, dict[str, int]] = {}
        self._spans: dict[int, list[tuple[End, End, int]]] = {}
        self._others: dict[int, list[int]] = {}

    def admits(self, rule: int, alternatives: Dnf, scores: frozenset[int | None]) -> bool:
        """Whether a rule excludes all others, and gives points to a score that each of them does."""
        if any(scores.isdisjoint(others) for others in self._scores):
            return False
        suspects = self._suspects(alternatives)
        return len(suspects) <= MOST_COMPARED and all(self._excludes(rule, other) for other in suspects)

    def add(self, rule: int, alternatives: Dnf, scores: frozenset[int | None]) -> None:
        """Takes in a rule that excludes all others."""
        asked = _asked(alternatives)
        for variable in {*self._others, *asked}:
            others = self._others.setdefault(variable, list(self.rules))
            if variable not in asked or not self._index(rule, variable, asked[variable]):
                others.append(rule)
        self.rules.append(rule)
        self._scores.add(scores)

    def _suspects(self, alternatives: Dnf) -> list[int]:
        """The rules that may ask for a value in common, by the variable of which the fewest do."""
        fewest = self.rules
        for variable, asked in _asked(alternatives).items():
            if variable in self._others:
                found = [*self._others[variable], *self._sharing(variable, asked)]
                fewest = found if len(found) < len(fewest) else fewest
        return fewest

    def _sharing(self, variable: int, asked: AllowedValues) -> Iterable[int]:
        if isinstance(asked, frozenset):
            texts = self._texts.get(variable, {})
            return {texts[text] for text in asked if text in texts}
        spans = self._spans.get(variable, [])
        return {rule for one in asked for rule in _meeting(spans, one)}

    def _index(self, rule: int, variable: int, asked: AllowedValues) -> bool:
        """Indexes a rule by what it asks for; False where another asks for some of it too."""
        if self._sharing(variable, asked):
            return False
        if isinstance(asked, frozenset):
            self._texts.setdefault(variable, {}).update(dict.fromkeys(asked, rule))
        else:
            for one in asked:
                insort(self._spans.setdefault(variable, []), (one.low, one.high, rule))
        return True


def _meeting(spans: list[tuple[End, End, int]], one: Interval) -> Iterable[int]:
    """The rules of spans that meet an interval; spans ascend and do not meet one another."""
    place = bisect_left(spans, (one.low,))
    if place and spans[place - 1][1] >= one.low:
        place -= 1
    while place < len(spans) and spans[place][0] <= one.high:
        yield spans[place][2]
        place += 1


def _asked(alternatives: Dnf) -> dict[int, AllowedValues]:
    """For each variable that every alternative fixes to known values, what those are at most."""
    found: dict[int, AllowedValues] = {}
    if not alternatives.regions:
        return found
    for variable in set.intersection(*(set(region) for region in alternatives.regions)):
        texts: set[str] = set()
        spans: list[Interval] = []
        for region in alternatives.regions:
            domain = region[variable]
            values = domain.values
            if domain.unknown:
                break
            if isinstance(values, TextSet):
                if values.several or not values.one_of or values.one_of[0].globs:
                    break
                texts |= values.one_of[0].exact
            else:
                spans += values
        else:
            found[variable] = frozenset(texts) if texts else tuple(spans)
    return found
