"""The blank fields worth filling first, of leads in the store."""

from __future__ import annotations

from ..bounds.blanks import Blanks
from ..bounds.worth import Worth
from ..evaluator import Evaluator
from ..plan import Plan
from ..score_one.facts import Facts
from .database import Store
from .scoring.lead_reader import LeadReader, Span

_EVERYBODY = Span(0, (1 << 63) - 1)


def worth_of_all(store: Store, plan: Plan, now: int) -> Worth:
    """Over all leads that are listed, at an instant in microseconds."""
    blanks = Blanks(plan)
    reading = Evaluator(blanks.asking)
    found = Worth(Evaluator(plan, reading.classes).possible)
    reader = LeadReader(store, reading, now, anonymous=False)
    with store.guard():
        for _, fields, rows in reader.leads(_EVERYBODY):
            own, guessed = blanks.filled(fields)
            found.add(Facts(own, rows, len(reading.classes.known)), now, guessed)
    return found
