"""What generated functions measure in their one pass over a lead's events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ...grammar.syntax.nodes import Unit
from ..plan import Each, Measure, Selection, Signal


class Gauging(Enum):
    """What a gauge keeps of its selection.

    COUNT how many; SEEN 1 where there is any, else 0; PERIODS how many days, weeks or months with any;
    SUM, AVG, MIN, MAX of a property; OBJECTS the distinct objects; FIRST and LAST instant; FIRST_PERIOD
    the latest instant within the first period; INSTANTS all, LATEST the latest of each period; FADED the
    points `left` of all, by age in steps of `within`; FOLLOWED whether one of `then` came in time.
    """

    COUNT = "count"
    SEEN = "seen"
    PERIODS = "periods"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    OBJECTS = "objects"
    FIRST = "first"
    LAST = "last"
    FIRST_PERIOD = "first period"
    INSTANTS = "instants"
    LATEST = "latest"
    FADED = "faded"
    FOLLOWED = "followed"


@dataclass(frozen=True, slots=True)
class Gauge:
    """One thing measured, shared by all that read it."""

    what: Gauging
    events: Selection
    of: str | None = None
    then: Selection | None = None
    within: int = 0
    per: Unit | None = None
    left: tuple[int, ...] = ()


_OF_MEASURE = {
    Measure.COUNT: Gauging.COUNT,
    Measure.SUM: Gauging.SUM,
    Measure.AVG: Gauging.AVG,
    Measure.MIN: Gauging.MIN,
    Measure.MAX: Gauging.MAX,
    Measure.DISTINCT: Gauging.OBJECTS,
    Measure.DAYS: Gauging.PERIODS,
    Measure.FIRST: Gauging.FIRST,
    Measure.LAST: Gauging.LAST,
    Measure.FOLLOWED: Gauging.FOLLOWED,
}


def of_signal(signal: Signal) -> Gauge:
    """The gauge of a signal."""
    per = Unit.DAY if signal.measure is Measure.DAYS else None
    return Gauge(_OF_MEASURE[signal.measure], signal.events, signal.of, signal.then, signal.within or 0, per)


def of_each(each: Each, decays: bool) -> Gauge:
    """The gauge of the events that a rule pays for; their instants only where they are needed.

    The latest of the latest per period is the latest of all.
    """
    if each.which == "latest":
        return Gauge(Gauging.LAST, each.events)
    if each.which == "first":
        what = Gauging.FIRST if each.once is None else Gauging.FIRST_PERIOD
        return Gauge(what, each.events, per=each.once)
    if each.once is None:
        return Gauge(Gauging.INSTANTS if decays else Gauging.COUNT, each.events)
    return Gauge(Gauging.LATEST if decays else Gauging.PERIODS, each.events, per=each.once)
