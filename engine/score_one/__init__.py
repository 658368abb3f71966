"""From a plan and the facts of a lead to an explained decision."""

from .codegen import Detail
from .evaluator import Evaluator, Result
from .facts import Event, Facts, FactsError

__all__ = ["Detail", "Evaluator", "Event", "Facts", "FactsError", "Result"]
