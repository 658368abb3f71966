"""What people decided who looked again at what was decided about a lead, with their reasons."""

from __future__ import annotations

import datetime as dt
import time

from ....grammar.frozen import frozen
from ...values import instant_of, moment_of
from ..database import Store, StoreError

MOST_LETTERS = 4_000


@frozen
class HumanReview:
    """Somebody looked again at a decision by a version of a ruleset, as of an instant: who, when, whether it
    was upheld, and why."""

    ruleset: str
    version: int
    decided: dt.datetime
    at: dt.datetime
    who: str
    upheld: bool
    reason: str


def record_review(store: Store, lead: int, review: HumanReview) -> None:
    """Records a review. Raises StoreError where its reason is empty or too long."""
    reason = review.reason.strip()
    if not reason:
        raise StoreError("a review needs its reason", "say in a sentence why the decision stands or not")
    if len(reason) > MOST_LETTERS:
        raise StoreError(f"the reason has more than {MOST_LETTERS:,} characters", "say it more briefly")
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO human_review (lead, version, decided, at, who, upheld, reason) SELECT ?, "
            "version.id, ?, ?, ?, ?, ? FROM ruleset_version AS version JOIN ruleset "
            "ON ruleset.id = version.ruleset WHERE ruleset.name = ? AND version.number = ?",
            (
                lead,
                instant_of(review.decided),
                instant_of(review.at),
                review.who,
                review.upheld,
                reason,
                review.ruleset,
                review.version,
            ),
        )


def reviews_of(store: Store, lead: int) -> list[HumanReview]:
    """The reviews of decisions about a lead and those that were merged into it, the latest first."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT ruleset.name, version.number, review.decided, review.at, review.who, review.upheld, "
            "review.reason FROM human_review AS review JOIN ruleset_version AS version "
            "ON version.id = review.version JOIN ruleset ON ruleset.id = version.ruleset "
            "WHERE review.lead = ?1 OR review.lead IN (SELECT merged FROM alias WHERE lead = ?1) "
            "ORDER BY review.id DESC",
            (lead,),
        ).fetchall()
    return [
        HumanReview(name, number, moment_of(decided), moment_of(at), who, bool(upheld), reason)
        for name, number, decided, at, who, upheld, reason in rows
    ]


def present_instant() -> dt.datetime:
    """The present, as reviews keep it."""
    return moment_of(time.time_ns() // 1000)
