"""Which handoffs have been answered: by an event of the lead that came after it, on time or not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping

from ...plan import Handoff, Plan
from ...values import text_key
from ..database import Store
from ..records.rulesets import RulesetVersion

PASSED = "EXISTS (SELECT 1 FROM handoff AS next WHERE next.passed_by = handoff.id)"
"""Whether a handoff was passed on."""

_UNANSWERED = f"due IS NOT NULL AND answered IS NULL AND NOT {PASSED}"


def note_answers(
    store: Store, plan: Plan, version: RulesetVersion, now: int, leads: Collection[int] | None = None
) -> None:
    """Notes which handoffs, of some leads or of all, have been answered by now, and nothing else."""
    with store.transaction() as db:
        note_answered(db, plan, version.ruleset_id, now, leads)


def note_answered(
    db: sqlite3.Connection, plan: Plan, ruleset: int, now: int, leads: Collection[int] | None
) -> None:
    """The same within a transaction. Of leads that are not among `leads`, those are looked at whose answer is
    due: so nothing is passed on that was answered."""
    by_name = {handoff.name: handoff for handoff in plan.handoffs}
    types = {name: _types(plan, handoff) for name, handoff in by_name.items()}
    known = sorted({type_ for one in types.values() for type_ in one})
    some = f"handoff.ruleset = :ruleset AND {_UNANSWERED}"
    if leads is not None:
        # With the sign, SQLite begins with the few numbers and not with all that is unanswered.
        some = (
            "+handoff.ruleset = :ruleset AND handoff.id IN "
            "(SELECT id FROM handoff WHERE lead IN (SELECT value FROM json_each(:leads)) "
            "UNION SELECT id FROM handoff WHERE ruleset = :ruleset AND due <= :now AND answered IS NULL "
            f"AND overdue IS NULL) AND {_UNANSWERED}"
        )
    rows = db.execute(
        "SELECT handoff.id, handoff.name, event.at, type, object, properties FROM handoff "
        "CROSS JOIN event ON event.lead = handoff.lead AND event.at BETWEEN handoff.at AND :now "
        f"JOIN event_kind ON event_kind.id = event.kind WHERE {some} "
        "AND event.kind IN (SELECT id FROM event_kind WHERE type IN (SELECT value FROM json_each(:types))) "
        "ORDER BY handoff.id, event.at",
        {
            "now": now,
            "ruleset": ruleset,
            "types": json.dumps(known),
            "leads": None if leads is None else json.dumps(list(leads)),
        },
    )
    found: dict[int, tuple[int, str]] = {}
    for number, name, at, type_, object_, properties in rows:
        handoff = by_name.get(name)
        if number in found or handoff is None or type_ not in types[name]:
            continue
        by = types[name][type_]
        about = object_ if by is None else json.loads(properties or "{}").get(by)
        if _answers(plan, handoff, about):
            found[number] = at, type_ if object_ is None else f"{type_} {object_}"
    db.executemany(
        "UPDATE handoff SET answered = ?, answer = ? WHERE id = ?",
        [(*answer, number) for number, answer in found.items()],
    )


def _types(plan: Plan, handoff: Handoff) -> Mapping[str, str | None]:
    """The types of events that may answer a handoff, each with the property that is its object."""
    if handoff.answer is None:
        return {}
    return {feed.type: feed.by for feed in plan.selectors[handoff.answer.selector].feeds}


def _answers(plan: Plan, handoff: Handoff, about: object) -> bool:
    """Whether an event of such a type answers, by what it is about."""
    assert handoff.answer is not None
    wanted = plan.selectors[handoff.answer.selector].object
    return wanted is None or (isinstance(about, str) and wanted.matches(text_key(about)))
