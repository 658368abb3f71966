"""Which blank fields are worth filling first: how many leads each would decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

from ..score_one.facts import Facts
from .finder import Component, Finder, Lead, Variable
from .logic import PossibleResult


class _Found(NamedTuple):
    """Of a lead whose stage is open, the fields that bear on it, and those that would decide it."""

    bears_on: list[str]
    decides: list[str]


class FieldWorth(NamedTuple):
    """A field: for how many leads it is blank and bears on the stage, and how many it alone would decide,
    whatever its value turned out to be."""

    field: str
    bears_on: int
    decides: int


Possible = tuple[frozenset[bool], tuple[frozenset[str | None], ...]]
"""Whether a lead can be disqualified, and the stages that it can be in, track by track."""

_MOST_KEPT = 20_000


@dataclass
class Worth:
    """Counts over leads: how many there are, and of how many the stage is open."""

    finder: Finder
    leads: int = 0
    open: int = 0
    _bears_on: Counter[str] = field(default_factory=Counter)
    _decides: Counter[str] = field(default_factory=Counter)
    _known: dict[object, _Found | None] = field(default_factory=dict)

    def add(self, facts: Facts, now: int, guessed: frozenset[int] | None = None) -> None:
        """Counts one lead at an instant in microseconds; `guessed` as in `Finder.bounds`."""
        self.leads += 1
        lead = self.finder.lead(facts, now, guessed)
        key = self.finder.alike(lead)
        if key not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[key] = self._found(lead)
        found = self._known[key]
        if found is not None:
            self.open += 1
            self._bears_on.update(found.bears_on)
            self._decides.update(found.decides)

    def _found(self, lead: Lead) -> _Found | None:
        """Which fields bear on the stage of a lead, and which decide it; None where it is decided already."""
        finder = self.finder
        components = finder.components(lead)
        whole = _possible(finder.outcomes(lead, finder.combined(lead, components), components))
        if _is_decided(whole):
            return None
        found = _Found([], [])
        for at, component in enumerate(components):
            others = [*components[:at], *components[at + 1 :]]
            beside = finder.combined(lead, others)
            for variable in component.variables:
                if variable.field is None:
                    continue
                name = finder.plan.fields[variable.field].name
                filled = set()
                for choice in _values(variable):
                    one = finder.component(lead, _with(component, variable, choice), component.rules)
                    combined = None if beside is None else finder.combined(lead, [one], beside)
                    filled.add(_possible(finder.outcomes(lead, combined, [*others, one])))
                if filled - {whole}:
                    found.bears_on.append(name)
                if filled and all(map(_is_decided, filled)):
                    found.decides.append(name)
        return found

    @property
    def fields(self) -> list[FieldWorth]:
        """The fields, those first that decide most leads."""
        found = [FieldWorth(name, times, self._decides[name]) for name, times in self._bears_on.items()]
        return sorted(found, key=lambda one: (-one.decides, -one.bears_on, one.field))


def counted_worth(finder: Finder, leads: Iterable[Facts], now: int) -> Worth:
    """The counts of some leads."""
    found = Worth(finder)
    for facts in leads:
        found.add(facts, now)
    return found


def _possible(outcomes: Iterable[PossibleResult]) -> Possible:
    outcomes = list(outcomes)
    by_track = zip(*[one.stages for one in outcomes], strict=True)
    stages = tuple(frozenset(chain.from_iterable(some)) for some in by_track)
    return frozenset(one.disqualified for one in outcomes), stages


def _is_decided(possible: Possible) -> bool:
    disqualified, stages = possible
    return len(disqualified) == 1 and all(len(one) == 1 for one in stages)


def _values(variable: Variable) -> list[tuple[bool | None, ...]]:
    """The choices that a known value makes: the first is that the field stays blank, unless a value is as
    good as none."""
    first, *others = variable.choices
    return others if None in first else [first, *others]


def _with(component: Component, variable: Variable, choice: tuple[bool | None, ...]) -> tuple[Variable, ...]:
    return tuple(replace(one, choices=(choice,)) if one is variable else one for one in component.variables)
