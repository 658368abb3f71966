"""What each condition of a plan came to on one lead, in a few words."""

from __future__ import annotations

from dataclasses import dataclass

from ..decision import Decision
from ..evaluate import Evaluator
from ..evaluate.decide import explained
from ..evaluate.findings import Found, found_words, unknown_in
from ..evaluate.walk import operands
from ..plan import All, Any, Condition, Holds, Not
from .case import Case


@dataclass(frozen=True, slots=True)
class Mark:
    """Whether a condition is true, false or (None) unknown, and what was found; `found` is empty where
    several conditions are joined, which have marks of their own."""

    truth: bool | None
    found: str


class Marks:
    """What a plan says of a case: the decision, and the mark of any of its conditions."""

    def __init__(self, evaluator: Evaluator, case: Case) -> None:
        self.evaluator = evaluator
        self.decision: Decision
        self._found: Found
        self.decision, self._found = explained(evaluator, case.facts(evaluator), case.now)

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
