"""What waits for a person, and what was done lately, on the first page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import url_for

from ...engine.outbox.deliveries import tallies
from ...engine.report.text_style import counted
from ...engine.store.database import Store
from ...engine.store.handoffs.reading import nobody_has, overdue
from ...engine.store.records.audit import Action, Entry, entries
from ...engine.store.records.merges import suspected_count
from ..accounts.users import Role
from .ruleset_row import RulesetRow

_MOST_LATELY = 5
_DONE = {
    Action.PUBLISH: "published",
    Action.ROLL_BACK: "rolled back",
    Action.DATA_IMPORTED: "imported",
}


@dataclass(frozen=True, slots=True)
class Waits:
    """Something that waits for a person: what, more about it, and where it is dealt with."""

    what: str
    more: str
    url: str
    action: str


def attention(store: Store, rows: Sequence[RulesetRow], role: Role) -> list[Waits]:
    """What waits for somebody of a role, those things first for which other people wait."""
    return [*_asked(rows), *_leads(store), *_messages(store, role), *_rules(rows)]


def _asked(rows: Sequence[RulesetRow]) -> Iterator[Waits]:
    for row in rows:
        if row.approval is not None:
            url = url_for("review.show", name=row.name)
            yield Waits(f"{row.approval.asked_by} asks for approval", row.title, url, "Review")


def _leads(store: Store) -> Iterator[Waits]:
    if late := overdue(store):
        url = url_for("handoffs.index", show="overdue")
        yield Waits(f"{counted(late, 'lead was', 'leads were')} not answered in time", "", url, "Show")
    if alone := nobody_has(store):
        url = url_for("handoffs.index", show="nobody")
        yield Waits(f"{counted(alone, 'lead is', 'leads are')} with nobody", "", url, "Assign")
    if pairs := suspected_count(store):
        url = url_for("lead_ids.duplicates")
        yield Waits(
            f"{counted(pairs, 'pair of leads', 'pairs of leads')} may be one person", "", url, "Decide"
        )


def _messages(store: Store, role: Role) -> Iterator[Waits]:
    if not role.may(Role.EDITOR):
        return
    with store.guard():
        parked = [one for one in tallies(store.connection) if one.parked]
    for one in parked:
        said = f"Last answer: {one.status}" if one.status is not None else ""
        many = counted(one.parked, "message was", "messages were")
        what = f"{many} not delivered to {one.destination.name}"
        yield Waits(what, said, url_for("outbox.index"), "Open the outbox")


def _rules(rows: Sequence[RulesetRow]) -> Iterator[Waits]:
    for row in rows:
        if row.problems[0]:
            where = "The draft of" if row.draft is not None else "The live version of"
            what = f"{where} {row.title} has {counted(row.problems[0], 'error')}"
            yield Waits(what, "", url_for("editor.show", name=row.name), "Fix")
        stages = [leads for name, leads in row.stages if name is not None]
        if stages and not any(stages) and row.standing is not None and row.standing.leads:
            said = f"None of {counted(row.standing.leads, 'lead')} is in a stage."
            yield Waits(
                f"{row.title} qualifies nobody", said, url_for("editor.show", name=row.name), "See why"
            )


def lately(store: Store) -> list[tuple[Entry, str]]:
    """What was published, rolled back and imported last, each with its verb."""
    found = [(one, _DONE[one.action]) for one in entries(store) if one.action in _DONE]
    return found[:_MOST_LATELY]
