"""What a person is told about the decision that was made about them, out of the record."""

from __future__ import annotations

import datetime as dt

from ..report.lead_ids import how
from ..report.person import PersonExplanation, explained_to_person
from .database import Store
from .records.leads import StoredLead
from .records.merges import lead_ids
from .records.reviews import HumanReview, reviews_of
from .scoring.score_history import Runnable, decided_by

_DAY = dt.timedelta(days=1, microseconds=-1)


def person_explanation(
    store: Store, ruleset: str, lead: StoredLead, runnable: Runnable, by: dt.datetime | None = None
) -> PersonExplanation | None:
    """The decision of the last scoring up to `by` (a midnight: the end of that day), by the version then and
    with what was known then; None where there was none."""
    if by is not None and (by.hour, by.minute, by.second, by.microsecond) == (0, 0, 0, 0):
        by += _DAY
    found = decided_by(store, ruleset, lead, runnable, by)
    if found is None:
        return None
    return explained_to_person(
        found.seen.evaluator,
        found.seen.fields,
        found.seen.events,
        found.decision,
        version=found.version.number,
        title=found.version.title or ruleset,
        sources=_sources(store, lead),
        reviews=[_review_words(one) for one in reviews_of(store, lead.id)],
    )


def _review_words(one: HumanReview) -> str:
    stands = "stands" if one.upheld else "does not stand"
    about = f"The decision of {one.decided:%Y-%m-%d} by {one.ruleset}, version {one.version}, {stands}"
    reason = one.reason if one.reason.endswith((".", "!", "?")) else f"{one.reason}."
    return f"{about}, says {one.who} on {one.at:%Y-%m-%d}: {reason}"


def _sources(store: Store, lead: StoredLead) -> list[str]:
    """Under which ids data came in."""
    ids = lead_ids(store, lead)
    return [f"Kept under the id {ids.own}.", *[f"Also known as {one.key}: {how(one)}." for one in ids.others]]
