"""Small numbers for kinds of events, so that nobody compares texts on the clock.

They are what a careful engineer would make of events once, when reading them: a number for each type and
object that a rule asks for, one for the rest of each type, none for what no rule reads.
"""

from __future__ import annotations

from leadwright.tests.benchmarks.neutral import Ruleset
from leadwright.tests.benchmarks.people import Event, Lead
from leadwright.tests.benchmarks.workloads import EVENTS

Row = tuple[int, int, str | float | None]
"""An event: its instant, its code, and its amount if it is a purchase, else its object."""


class Codes:
    """The codes of one ruleset; those of a type are neighbours, frequent types come first."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.types: dict[str, tuple[int, int]] = {}
        self._codes: dict[tuple[str, str | None], int] = {}
        signals = ruleset.signals()
        number = 0
        for type_ in EVENTS:
            asked = {signal.object for signal in signals if signal.type == type_}
            if not asked:
                continue
            low = number + 1
            for object_ in EVENTS[type_]:
                if object_ in asked and object_ is not None:
                    number += 1
                    self._codes[type_, object_] = number
            if None in asked:
                number += 1
                self._codes[type_, None] = number
            self.types[type_] = (low, number)

    def code(self, type_: str, object_: str | None) -> int | None:
        """The code of an event, None where no rule reads it."""
        found = self._codes.get((type_, object_))
        return self._codes.get((type_, None)) if found is None else found

    def rows(self, lead: Lead) -> list[Row]:
        """The events that a rule reads, in time order."""
        coded = ((event, self.code(event.type, event.object)) for event in lead.events)
        return [(event.at, code, _extra(event)) for event, code in coded if code is not None]


def _extra(event: Event) -> str | float | None:
    return event.amount if event.type == "purchased" else event.object
