"""Which blank fields are worth filling first: how many leads each would decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..score_one.facts import Facts
from .bounds import Bounds
from .finder import Finder, Lead, Variable


class FieldWorth(NamedTuple):
    """A field: for how many leads it is blank and bears on the stage, and how many it alone would decide,
    whatever its value turned out to be."""

    field: str
    bears_on: int
    decides: int


@dataclass
class Worth:
    """Counts over leads: how many there are, and of how many the stage is open."""

    finder: Finder
    leads: int = 0
    open: int = 0
    _bears_on: dict[str, int] = field(default_factory=dict)
    _decides: dict[str, int] = field(default_factory=dict)

    def add(self, facts: Facts, now: int, guessed: frozenset[int] | None = None) -> None:
        """Counts one lead at an instant in microseconds; `guessed` as in `Finder.bounds`."""
        self.leads += 1
        lead = self.finder.lead(facts, now, guessed)
        bounds = self.finder.of(lead)
        if _is_decided(bounds):
            return
        self.open += 1
        for variable in lead.variables:
            if variable.field is None:
                continue
            name = self.finder.plan.fields[variable.field].name
            filled = [self.finder.of(_with(lead, variable, one)) for one in _values(variable)]
            if len({_comparable(one) for one in (bounds, *filled)}) > 1:
                self._bears_on[name] = self._bears_on.get(name, 0) + 1
            if filled and all(map(_is_decided, filled)):
                self._decides[name] = self._decides.get(name, 0) + 1

    @property
    def fields(self) -> list[FieldWorth]:
        """The fields, those first that decide most leads."""
        found = [
            FieldWorth(name, times, self._decides.get(name, 0)) for name, times in self._bears_on.items()
        ]
        return sorted(found, key=lambda one: (-one.decides, -one.bears_on, one.field))


def counted_worth(finder: Finder, leads: Iterable[Facts], now: int) -> Worth:
    """The counts of some leads."""
    found = Worth(finder)
    for facts in leads:
        found.add(facts, now)
    return found


def _is_decided(bounds: Bounds) -> bool:
    return bounds.disqualified is not None and all(len(one) == 1 for one in bounds.stages.values())


def _comparable(bounds: Bounds) -> tuple[object, ...]:
    return (bounds.disqualified, *bounds.stages.values())


def _values(variable: Variable) -> list[tuple[bool | None, ...]]:
    """The choices that a known value makes: the first is that the field stays blank, unless a value is as
    good as none."""
    first, *others = variable.choices
    return others if None in first else [first, *others]


def _with(lead: Lead, variable: Variable, choice: tuple[bool | None, ...]) -> Lead:
    filled = [replace(one, choices=(choice,)) if one is variable else one for one in lead.variables]
    return replace(lead, variables=filled)
