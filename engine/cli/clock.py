"""The one place where the command line reads the clock; everything behind it is given its `now`."""

from __future__ import annotations

import datetime as dt

from ..values import read_moment
from .failures import Failure


def present() -> dt.datetime:
    """This instant, in UTC."""
    return dt.datetime.now(dt.UTC)


def instant_asked(text: str | None) -> dt.datetime:
    """The instant that `--at` names, the present for `now` or nothing. A day alone is its beginning."""
    if text is None or text.strip().lower() == "now":
        return present()
    moment = read_moment(text)
    if moment is None:
        raise Failure(
            f'--at "{text}" is not a date or a time that can be read',
            "write it as 2026-01-15, 2026-01-15T12:00 (UTC) or 2026-01-15T12:00+01:00",
        )
    if isinstance(moment, dt.datetime):
        return moment
    return dt.datetime.combine(moment, dt.time(), dt.UTC)
