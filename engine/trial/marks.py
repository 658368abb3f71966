"""What each condition of a plan came to on one case, in a few words."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from ..decision import Decision
from ..evaluate import Evaluator
from ..evaluate.findings import Found, found_words, unknown_in
from ..evaluate.one_lead import OneLead
from ..plan import All, Any, Condition, Holds, Not
from ..plan.walk import operands
from .case import Case

_MOST_KEPT = 6


@dataclass(frozen=True, slots=True)
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
        self._one = OneLead(case.now)
        self._marks: OrderedDict[Evaluator, Marks] = OrderedDict()

    def marks(self, evaluator: Evaluator) -> Marks:
        """What a plan says of the case. Raises FactsError for an event without a readable instant."""
        with self._lock:
            found = self._marks.pop(evaluator, None)
            if found is None:
                found = Marks(*self._one.explained(evaluator, self.case.facts(evaluator)))
            self._marks[evaluator] = found
            while len(self._marks) > _MOST_KEPT:
                self._marks.popitem(last=False)
        return found


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
        words = found_words(self._found, condition)
        if self._found.truth(condition) is not None:
            return words
        asked = operands(condition)
        unknown = next((name for value in asked if (name := unknown_in(self._found, value))), None)
        return f"{unknown} is unknown" if unknown is not None else words
