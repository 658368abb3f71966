"""What is asked of all leads, and the answers: plain data, which also passes from one process to another."""

from __future__ import annotations

from enum import Enum

from ...grammar.frozen import frozen
from .case import Case


class Verdict(Enum):
    """What came of a question. A lead that was looked for is FOUND, or there is NONE."""

    PROVED = "proved"
    NOT_SO = "not so"
    NOT_DECIDED = "not decided"
    FOUND = "found"
    NONE = "none"


@frozen
class Answer:
    """An answer: where there is a lead that shows it, with that lead, as a test where one can say it; of
    NOT_DECIDED with what stood in the way. `line` is where a guarantee stands, 0 for other questions."""

    name: str
    verdict: Verdict
    seconds: float
    case: Case | None = None
    test: str | None = None
    why: str = ""
    text: str = ""
    line: int = 0

    @property
    def broken(self) -> bool:
        """Whether something was promised that is not so."""
        return self.verdict is Verdict.NOT_SO


class QuestionKind(Enum):
    """The questions besides guarantees."""

    SAME = "same"
    ONLY_RAISES = "only raises"
    TOUCHES_ONLY = "touches only"
    REACH = "reach"
    BOTH = "both"


@frozen
class Wanted:
    """A question besides guarantees, with the names of rules or stages that it is about."""

    kind: QuestionKind
    names: tuple[str, ...] = ()
