"""What is asked of the leads: which outcome, from when, within what time, as of when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..plan import FieldValue, Outcome, Plan, Selection
from ..values import DAY
from .arrays import Floats, Ints

AGES = (0, 1, 3, 7, 14, 30)
"""The ages in days at which leads may be looked at."""

EARLY = 0.1
"""At most this share of the wins may fall before the age at which leads are looked at."""

WITHIN = 90 * DAY
"""How long a lead is watched where neither the rules nor an option says."""


class NotMeasurable(Exception):
    """Scores cannot be compared with outcomes, as the sentence says, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Cohort:
    """What is measured, all in microseconds: leads born from `since` and before `until`, as of `at`, won
    within `within` of being looked at, which is `age` after they were born (None: as suits the data)."""

    at: int
    within: int
    since: int | None = None
    until: int | None = None
    age: int | None = None


@dataclass(frozen=True)
class Outcomes:
    """Which outcome of a plan is the one to reach, which one loses, and what a lead is born by."""

    won: Outcome
    lost: Outcome | None
    born: FieldValue | Selection | None

    @property
    def within(self) -> int:
        """How long a lead is watched, as the rules say."""
        return self.won.within or WITHIN

    @property
    def selections(self) -> list[Selection]:
        """The events that are outcomes."""
        return [one.events for one in (self.won, self.lost) if one is not None and one.events is not None]

    @property
    def has_instants(self) -> bool:
        """Whether it is known when leads win."""
        return self.won.events is not None or self.won.at is not None


LOST = "lost"


def outcomes_of(plan: Plan, name: str | None = None) -> Outcomes:
    """The outcome to reach: the one named, else the first that is not `lost`. Raises NotMeasurable."""
    lost = next((one for one in plan.outcomes if one.name.lower() == LOST), None)
    if name is not None:
        won = next((one for one in plan.outcomes if one.name == name), None)
        if won is None:
            known = ", ".join(one.name for one in plan.outcomes)
            raise NotMeasurable(
                f'the rules have no outcome "{name}"',
                f"their outcomes are: {known}" if known else "add one: outcome won when became customer",
            )
    else:
        won = next((one for one in plan.outcomes if one is not lost), None)
        if won is None:
            raise NotMeasurable(
                "the rules do not say what counts as success",
                "add a line such as: outcome won when became customer",
            )
    return Outcomes(won, None if lost is won else lost, won.born)


def usual_age(days_to_win: Floats, days_to_event: Floats) -> int:
    """The greatest of `AGES`, in microseconds, before which at most a tenth of the wins fall.

    0 where waiting tells nothing more: where fewer than a tenth of the leads have another event by then.
    """
    if not len(days_to_win):
        return 0
    fits = [age for age in AGES if float(np.mean(days_to_win < age)) <= EARLY]
    age = fits[-1] if fits else 0
    return age * DAY if float(np.mean(days_to_event <= age)) >= EARLY else 0


def in_days(instants: Ints) -> Floats:
    """Microseconds as days."""
    return instants.astype(np.float64) / DAY
