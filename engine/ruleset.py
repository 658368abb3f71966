"""The front door of the library: a checked ruleset that decides about leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from ..grammar.messages.diagnostics import Diagnostic, Source, render
from .catalogue import Catalogue
from .evaluator import Evaluator
from .explain.decision import Decision
from .plan import Given
from .reading import Reading, linted, read, read_file
from .score_one.facts import Event, instant_from


class RulesetError(ValueError):
    """A ruleset that cannot run; its text shows every error in place, `diagnostics` holds them."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("\n" + render(diagnostics))
        self.diagnostics = diagnostics


class Ruleset:
    """A checked ruleset. Calling it with a lead, its events and an instant gives a decision.

    It is a pure function: nothing is kept between calls, no clock is read, and one ruleset may be used
    from several threads at once. It can be pickled, to work in other processes.
    """

    def __init__(self, reading: Reading, catalogue: Catalogue | None = None) -> None:
        """The ruleset of a text read without lints. Raises RulesetError where it has errors."""
        if reading.plan is None:
            raise RulesetError(reading.errors)
        self.plan = reading.plan
        self.evaluator = Evaluator(reading.plan)
        self._reading = reading
        self._catalogue = catalogue

    def __repr__(self) -> str:
        return f"<Ruleset {self.plan.title or self.plan.sources[0].label!r}, {len(self.plan.rules)} rules>"

    def __reduce__(self) -> tuple[type[Ruleset], tuple[Reading, Catalogue | None]]:
        """What another process needs: the function that decides is made again there."""
        return Ruleset, (self._reading, self._catalogue)

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the check and the lints have to say; the lints run when this is first read."""
        return linted(self._reading, self._catalogue)

    def __call__(
        self,
        lead: Mapping[str, Given],
        events: Iterable[Event | Mapping[str, Given]],
        now: dt.datetime | dt.date | str,
    ) -> Decision:
        """The decision about a lead at an instant: a datetime (without an offset it is UTC), a date (its
        beginning) or either as ISO 8601 text.

        `lead` maps names of fields to values: text, numbers, booleans, dates, datetimes, lists of text.
        Raises FactsError for an event without a type or a readable instant, and for a `now` that is none.
        """
        instant = instant_from(now, "a lead is to be looked at from")
        return self.evaluator.decide(self.evaluator.facts(lead, events), instant)


def load(rules: str | Path, *, catalogue: Catalogue | None = None) -> Ruleset:
    """A checked ruleset from a file or a text.

    A `Path`, and a text of one line that ends in `.rules`, is a file; any other text is the rules
    themselves. Raises RulesetError where they have errors, OSError or ValueError where a file cannot be
    read.
    """
    is_path = isinstance(rules, Path) or (rules.endswith(".rules") and "\n" not in rules)
    source = read_file(Path(rules)) if is_path else Source(str(rules))
    return Ruleset(read(source, catalogue=catalogue, lints=False), catalogue)


def evaluate(
    rules: Ruleset | str | Path,
    lead: Mapping[str, Given],
    events: Iterable[Event | Mapping[str, Given]],
    now: dt.datetime | dt.date | str,
) -> Decision:
    """The decision of a ruleset, a file or a text of rules about one lead; see `load` and `Ruleset`."""
    ruleset = rules if isinstance(rules, Ruleset) else load(rules)
    return ruleset(lead, events, now)
