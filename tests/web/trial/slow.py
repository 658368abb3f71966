"""A counting that goes on until it is let go."""

from __future__ import annotations

from threading import Event
from typing import Any

from leadwright.engine.store.scoring.what_if import Cancelled, WhatIf


class Slow(WhatIf):
    """Answers only when it is let go, and looks meanwhile whether it is still wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.go = Event()
        self.property_set = Event()
        self.asked = 0
        self.ended: list[str] = []

    def both(self, store: Any, before: Any, after: Any, now: int, **how: Any) -> Any:
        self.asked += 1
        how["progress"]("reading events", 0.5)
        self.property_set.set()
        while not self.go.wait(0.01):
            if how["stop"]():
                self.ended.append(after.plan.rules[0].identity)
                raise Cancelled
        return super().both(store, before, after, now, **how)
