"""What each condition of a plan came to on one case, in a few words."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice, takewhile
from threading import Lock

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.nodes import Span
from ..evaluator import Evaluator
from ..explain.decision import Decision
from ..explain.findings import Found, blank_in, clause_words
from ..lru import LruCache
from ..plan import All, Any, Condition, Holds, Not, Plan
from ..plan.walk import conditions, nested, operands
from .cached_lead import CachedLead
from .case import Case

_MOST_KEPT = 6


@frozen
class Mark:
    """Whether a condition is true, false or (None) unknown, and what was found; `found` is empty where
    several conditions are joined, which have marks of their own."""

    truth: bool | None
    found: str


class Watched:
    """A case that is watched while rules are edited: what was found out by the last plans, and measured by
    any, is kept. Safe in threads."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._lock = Lock()
        self._one = CachedLead(case.now)
        self._marks: LruCache[Evaluator, Marks] = LruCache(_MOST_KEPT)

    def marks(self, evaluator: Evaluator) -> Marks:
        """What a plan says of the case. Raises FactsError for an event without a readable instant."""
        with self._lock:
            return self._marks.made(
                evaluator, lambda: Marks(*self._one.explained(evaluator, self.case.facts(evaluator)))
            )


class Marks:
    """What a plan says of a case: the decision, and the mark of any of its conditions."""

    def __init__(self, decision: Decision, found: Found) -> None:
        self.decision = decision
        self._found = found

    def of(self, condition: Condition) -> Mark:
        """The mark of a condition of this plan."""
        return Mark(self._found.truth(condition), self._words(condition))

    def _words(self, condition: Condition) -> str:
        match condition:
            case All() | Any() | Holds():
                return ""
            case Not(item=item):
                return self._words(item)
        words = clause_words(self._found.parts, condition)(self._found)
        if self._found.truth(condition) is not None:
            return words
        asked = operands(condition)
        unknown = next((name for value in asked if (name := blank_in(self._found, value))), None)
        return f"{unknown} is unknown" if unknown is not None else words


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
