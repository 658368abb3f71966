"""Selections of a lead's events, and what is measured of them."""

from __future__ import annotations

from enum import Enum

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind, Unit
from .conditions import Condition
from .inputs import Last, Range


@frozen
class Selection:
    """A set of a lead's events, none after now: by selector, by filter, by window."""

    selector: int
    where: Condition | None
    window: Last | Range | None


class Aggregation(Enum):
    """What is measured of a selection of events.

    COUNT how many; SEEN 1 where there is any, else 0; PERIODS how many days, weeks or months (`per`) with
    any; SUM, AVG, MIN, MAX of the property `of`, a number (SUM of none is 0, the others are unknown);
    DISTINCT how many different objects; FIRST and LAST instant (unknown of none); FOLLOWED: yes where some
    event has one of `then` at or after it, at most `within` microseconds later, the two being different.

    Of the events that a rule pays for: FIRST_PERIOD the latest instant within the first period, INSTANTS all
    of them, LATEST the latest of each period, FADED the points `left` of all by age, in steps of `within`.
    """

    COUNT = "count"
    SEEN = "seen"
    PERIODS = "days"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"
    FIRST = "first"
    LAST = "last"
    FOLLOWED = "followed"
    FIRST_PERIOD = "first period"
    INSTANTS = "instants"
    LATEST = "latest"
    FADED = "faded"


@frozen
class Measure:
    """One thing measured over a lead's events, once however many conditions and rules read it."""

    aggregation: Aggregation
    events: Selection
    of: str | None = None
    then: Selection | None = None
    within: int = 0
    per: Unit | None = None
    left: tuple[int, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind of its value, where that is a value of rules."""
        if self.aggregation is Aggregation.FOLLOWED:
            return Kind.YES_NO
        moments = (Aggregation.FIRST, Aggregation.LAST, Aggregation.FIRST_PERIOD)
        return Kind.DATETIME if self.aggregation in moments else Kind.NUMBER
