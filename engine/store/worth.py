"""The blank fields worth filling first, of leads in the store."""

from __future__ import annotations

from collections.abc import Iterator

from ..bounds.worth import Worth, counted_worth
from ..evaluator import Evaluator
from ..score_one.facts import Facts
from ..score_one.scorer import Scorer
from .database import Store
from .scoring.lead_reader import LeadReader, Span

_EVERYBODY = Span(0, (1 << 63) - 1)


def worth_of_all(store: Store, evaluator: Evaluator, now: int) -> Worth:
    """Over all leads that are listed, at an instant in microseconds. A field with a default counts as
    filled."""
    return counted_worth(evaluator.possible, _facts(store, evaluator, now), now)


def _facts(store: Store, evaluator: Scorer, now: int) -> Iterator[Facts]:
    reader = LeadReader(store, evaluator, now, anonymous=False)
    with store.guard():
        for _, fields, rows in reader.leads(_EVERYBODY):
            yield Facts(tuple(fields), rows, len(evaluator.classes.known))
