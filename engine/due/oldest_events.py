"""Before which instant events can make no difference, now or later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..plan import Last, Plan, Range
from ..plan.holding import asking_plan, selectors_read
from ..plan.walk import selections
from ..score_one.scorer import Scorer
from ..values import MICROSECONDS
from .due_times import MONTH_ENDS, Timers, timers_of

EVER = -(1 << 63)
"""For events that can always make a difference."""


def oldest_by_selector(plan: Plan, now: int) -> dict[int, int]:
    """By selector the instant before which its events make no difference at `now` or later."""
    found: dict[int, int] = {}
    for stage in plan.stages:
        if stage.until is not None:
            # What decided last whether it holds a lead may lie as far back as may be.
            found |= dict.fromkeys(selectors_read(asking_plan(plan, stage)), EVER)
    for selection in selections(plan):
        window, start = selection.window, EVER
        if isinstance(window, Last):
            start = plan.zone.shift(now, -window.amount, window.unit)
            if window.unit not in MICROSECONDS:
                # What has left a window of months can come into it once more.
                start -= MONTH_ENDS
        elif isinstance(window, Range) and window.start is not None:
            start = window.start
        found[selection.selector] = min(start, found.get(selection.selector, start))
    return found


def oldest_by_type(scorer: Scorer, now: int) -> Mapping[str, int]:
    """By the type of events that are read the instant before which they make no difference at `now` or later,
    not even to when a lead is next due, which is found from all events, in or out of a window."""
    plan = scorer.plan
    by_selector = oldest_by_selector(plan, now)
    timers = timers_of(plan, scorer.clocks)
    for selector, start in () if timers is None else _timed(timers, plan, now):
        by_selector[selector] = min(start, by_selector.get(selector, start))
    found: dict[str, int] = {}
    for number, event_selector in enumerate(plan.selectors):
        for feed in event_selector.feeds:
            start = EVER if timers is None else by_selector.get(number, EVER)
            found[feed.type] = min(start, found.get(feed.type, start))
    return found


def _timed(timers: Timers, plan: Plan, now: int) -> Iterator[tuple[int, int]]:
    """Selectors with the instants after which something of their events can pass after now."""
    starts = [(now - length, selectors) for length, selectors in timers.lengths.items()]
    for (every, most), selectors in timers.steps.items():
        starts.append((EVER if most is None else now - every * most, selectors))
    for (amount, unit), selectors in timers.months.items():
        starts.append((plan.zone.shift(now, -amount, unit) - MONTH_ENDS, selectors))
    for start, selectors in starts:
        for selector in selectors:
            yield selector, start
