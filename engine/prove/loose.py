"""What the model leaves open: variables for what it does not follow exactly, and why, in words."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import z3

from .kleene import Formula


class TooMuchError(Exception):
    """A ruleset that cannot be modelled within reason; the message says what is too much, in words."""


class Loose:
    """Free variables, the same for the same key, with what is known of them all the same (`rules`).

    Whatever is proved in spite of them is proved; what they alone allow is no counterexample before the
    engine has confirmed it. `reasons` says in words what was left open.
    """

    def __init__(self) -> None:
        self.rules: list[Formula] = []
        self.reasons: dict[str, None] = {}
        self.narrowed = False
        """Whether some leads were left out, so that finding none proves nothing."""
        self.leads = 0
        """How many leads were made, so that no two share a name."""
        self.rounded: list[tuple[Formula, Formula]] = []
        """Results of arithmetic, exact and as doubles."""
        self._open: dict[Hashable, Formula] = {}

    def say(self, reason: str) -> None:
        """Notes what was left open, as the end of "because ..."."""
        self.reasons[reason] = None

    def truth(self, key: Hashable) -> Formula:
        """A truth that may be either."""
        return self._one(("truth", key), z3.Bool)

    def whole(self, key: Hashable) -> Formula:
        """Any whole number."""
        return self._one(("whole", key), z3.Int)

    def real(self, key: Hashable) -> Formula:
        """Any number."""
        return self._one(("real", key), z3.Real)

    def truths(self) -> list[Formula]:
        """All that may be either."""
        return [one for one in self._open.values() if one.sort() == z3.BoolSort()]

    def _one(self, key: Hashable, make: Callable[[str], Formula]) -> Formula:
        if key not in self._open:
            self._open[key] = make(f"open{len(self._open)}")
        return self._open[key]
