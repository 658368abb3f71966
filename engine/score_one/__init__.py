"""From a plan and the facts of a lead to scores."""

from .codegen import Detail
from .facts import Event, Facts, FactsError
from .scorer import Result, Scorer

__all__ = ["Detail", "Event", "Facts", "FactsError", "Result", "Scorer"]
