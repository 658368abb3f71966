"""Who is at the draft of a ruleset now, and at which of its cards: kept in memory while pages ask."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock

from flask import current_app

LONGEST_GONE = 15.0
"""Seconds after which somebody whose page no longer asks is gone; pages ask every four."""

_MOST = 200
"""How many people are kept of one ruleset."""


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody at a draft. `at` is the element of the card that they are in, "" where they are in none."""

    who: str
    at: str
    seen: float


class Presence:
    """Who is at which draft. Safe in threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._here: dict[str, dict[str, Here]] = {}

    def come(self, ruleset: str, who: str, at: str, now: float | None = None) -> list[Here]:
        """Notes that somebody is at a draft, and gives who else is, in order of their names. Whoever has no
        name is not noted, and sees who is there all the same."""
        now = time.monotonic() if now is None else now
        with self._lock:
            here = self._here.get(ruleset, {})
            here = {name: one for name, one in here.items() if now - one.seen < LONGEST_GONE}
            if who and (who in here or len(here) < _MOST):
                here[who] = Here(who, at, now)
            if here:
                self._here[ruleset] = here
            else:
                self._here.pop(ruleset, None)
        return sorted((one for one in here.values() if one.who != who), key=lambda one: one.who)


def presence() -> Presence:
    """Who is where, for this application."""
    extensions = current_app.extensions
    found: Presence = extensions.setdefault("leadwright.presence", Presence())
    return found
