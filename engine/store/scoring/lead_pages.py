"""Leads a page at a time: those that a text is found in, else those with the highest scores."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from ....grammar.frozen import frozen
from ..database import Store
from ..records.leads import StoredLead, leads_numbered, text_matches


class BadCursor(ValueError):
    """A cursor that no page gave, or one that belongs to another question."""


@frozen
class LeadPage:
    """Some leads, and the cursor that the next page begins after; None where these are the last."""

    leads: list[StoredLead]
    next: str | None


def lead_page(
    store: Store,
    ruleset: str | None,
    *,
    text: str | None = None,
    stage: str | None = None,
    after: str | None = None,
    limit: int,
) -> LeadPage:
    """At most `limit` leads: with a text those that contain it, by id, else those with the highest scores by
    the ruleset, the disqualified last; only those in a stage of `main` where one is given.

    `after` is the cursor of the page before. Raises `BadCursor`.
    """
    text = (text or "").strip()
    by_score = ruleset is not None and not text
    order = (
        ["score.disqualified", "-score.total", "lead._key"]
        if by_score
        else ["lead._key <> :text", "lead._key"]
    )
    tests = ["lead._state = 0", *([] if by_score else [f"({text_matches(store)})"])]
    parameters: dict[str, Any] = {"ruleset": ruleset, "text": text, "stage": stage, "limit": limit + 1}
    join = ""
    if by_score or stage is not None:
        join = (
            "JOIN score ON score.lead = lead._id "
            "AND score.ruleset = (SELECT id FROM ruleset WHERE name = :ruleset) "
        )
    if stage is not None:
        tests.append("score.stage = :stage")
    if after is not None:
        place = _read_cursor(after, order)
        parameters |= {f"after{number}": value for number, value in enumerate(place)}
        tests.append(f"({', '.join(order)}) > ({', '.join(f':after{n}' for n in range(len(place)))})")
    where = f"WHERE {' AND '.join(tests)} "
    with store.guard():
        rows = store.connection.execute(
            f"SELECT lead._id, {', '.join(order)} FROM lead {join}{where}ORDER BY {', '.join(order)} "
            "LIMIT :limit",
            parameters,
        ).fetchall()
    shown = rows[:limit]
    more = _cursor(shown[-1][1:], order) if len(rows) > limit else None
    return LeadPage(leads_numbered(store, [row[0] for row in shown]), more)


def _cursor(place: Sequence[object], order: Sequence[str]) -> str:
    written = json.dumps([len(order), *place], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _read_cursor(cursor: str, order: Sequence[str]) -> list[object]:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise BadCursor(cursor) from None
    kinds = [int] * (len(order) - 1) + [str]
    if not isinstance(found, list) or found[:1] != [len(order)] or len(found) != len(order) + 1:
        raise BadCursor(cursor)
    if any(type(value) is not kind for value, kind in zip(found[1:], kinds, strict=True)):
        raise BadCursor(cursor)
    if any(isinstance(value, int) and abs(value) >= 1 << 63 for value in found[1:]):
        raise BadCursor(cursor)
    return found[1:]
