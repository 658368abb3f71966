"""The conditions of a plan by their places in the text, so that a row of a condition finds its own."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice, takewhile

from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.nodes import Span
from ..plan import Condition, Plan
from ..plan.walk import conditions, nested


class Places:
    """Every condition on leads that was written in one text."""

    def __init__(self, plan: Plan, source: Source) -> None:
        self._by_span: dict[tuple[int, int], Condition] = {}
        for whole in conditions(plan):
            if whole.origin.source is source:
                for one in nested(whole):
                    # What is outermost comes first: `title not in ICP` is the denial, not what it denies.
                    self._by_span.setdefault((one.origin.span.start, one.origin.span.end), one)
        self._sorted = sorted(self._by_span)

    def at(self, span: Span) -> Condition | None:
        """The condition that stands there, brackets around it left out; None where none does."""
        found = self._by_span.get((span.start, span.end))
        if found is not None:
            return found
        first = bisect_left(self._sorted, (span.start, 0))
        inside = takewhile(lambda place: place[0] < span.end, islice(self._sorted, first, None))
        whole = (place for place in inside if place[1] <= span.end)
        widest = max(whole, key=lambda place: place[1] - place[0], default=None)
        return None if widest is None else self._by_span[widest]
