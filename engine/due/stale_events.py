"""Whether all events lie too long before now for what rules ask of them."""

from __future__ import annotations

import datetime as dt

from ...grammar.frozen import frozen
from ..plan import FieldValue, Last, Plan
from ..score_one.scorer import Scorer
from ..values import DAY, moment_of, shift
from .clocks import Clocks

_AT_LEAST, _WITHOUT_WINDOWS = 7 * DAY, 30 * DAY


@frozen
class StaleEvents:
    """All events lie long before now: when the `newest` was, how many `days` ago, and the shortest `window`
    before now that rules look into and that holds none; without one, they count days or let points fade."""

    newest: dt.datetime
    days: int
    window: Last | None

    @property
    def day_after(self) -> dt.date:
        """The first day whose beginning is after all events: as of then, windows hold the newest."""
        return self.newest.date() + dt.timedelta(days=1)


def stale_events(plan: Plan, newest: int | None, now: int) -> StaleEvents | None:
    """What there is to say where the newest event, an instant in microseconds, is so long before now that
    nothing of the last time can count; None where it is not, or rules do not ask when events were."""
    if newest is None or now - newest < _AT_LEAST:
        return None
    clocks = Scorer(plan).clocks
    windows = {window for found in clocks.windows.values() for window in found}
    passed = [window for window in windows if _ends(newest, window) <= now]
    shortest = min(passed, key=lambda window: _ends(newest, window), default=None)
    if shortest is None and (now - newest < _WITHOUT_WINDOWS or not _looks_at_age(clocks)):
        return None
    return StaleEvents(moment_of(newest), (now - newest) // DAY, shortest)


def _ends(event: int, window: Last) -> int:
    """When an event leaves a window."""
    return shift(event, window.amount, window.unit)


def _looks_at_age(clocks: Clocks) -> bool:
    """Whether points fade with the age of events, or days since events are counted."""
    moments = [*(age.of for age in clocks.ages), *(edge.left for edge in clocks.edges)]
    return bool(clocks.decays) or any(not isinstance(moment, FieldValue) for moment in moments)
