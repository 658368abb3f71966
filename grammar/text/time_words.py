"""Dates, lengths of time and windows as people say them."""

from __future__ import annotations

import datetime as dt

from ..syntax import nodes
from .printer import duration_text

# fmt: off
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)
# fmt: on


def moment_words(moment: nodes.Moment) -> str:
    """`15 January 2026`, `15 January 2026 at 12:00 UTC`."""
    value = moment.value
    day = f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    if not isinstance(value, dt.datetime):
        return day
    clock = "%H:%M:%S" if value.second else "%H:%M"
    return f"{day} at {value.strftime(clock)} UTC"


def span_of_time(duration: nodes.Duration) -> str:
    """What follows `every` or `the last`: `30 days`, and `day` for a single one."""
    return duration.unit.value if duration.amount == 1 else duration_text(duration)


def window_words(window: nodes.Window) -> str:
    """When an event happened: `in the last 30 days`."""
    match window:
        case nodes.InLast(duration):
            return f"in the last {span_of_time(duration)}"
        case nodes.InNext(duration):
            return f"in the next {span_of_time(duration)}"
        case nodes.Since(start):
            return f"since {moment_words(start)}"
        case nodes.Before(end):
            return f"before {moment_words(end)}"
        case nodes.BetweenMoments(start, end):
            return f"between {moment_words(start)} and {moment_words(end)}"


def falls(window: nodes.Window) -> str:
    """What a date is where it falls into a window: `on or after 1 January 2026`."""
    if isinstance(window, nodes.Since):
        return f"on or after {moment_words(window.start)}"
    return window_words(window)
