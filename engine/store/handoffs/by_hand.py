"""Leads given to people by hand: those that nobody has, and those that somebody else should have."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import NamedTuple

from ...handoffs.people import Person, folded
from ...plan import Plan
from ...values import instant_text
from ..database import Store, StoreError
from ..records.rulesets import RulesetVersion
from .answers import PASSED
from .assigning import HANDED_OFF, due_by
from .people import people_known
from .telling import HandoffMessage, Telling

BY_HAND = "by hand"
"""Why somebody has a lead; the record also says by whom it was given."""


class _Entry(NamedTuple):
    id: int
    lead: int
    key: str
    track: str
    stage: str


_ENTRY = "entry.id, entry.lead, lead._key, track, stage"
_OF_LEAD = "JOIN (SELECT _id, _key FROM lead) AS lead ON lead._id = entry.lead"


@dataclass(frozen=True)
class ByHand:
    """Gives leads of one ruleset, by its latest version, on behalf of somebody who may. `now` is in
    microseconds since 1970 UTC."""

    store: Store
    plan: Plan
    version: RulesetVersion
    now: int
    by: str

    def assign(self, entry: int, address: str) -> None:
        """Gives a lead that nobody has, by the number of its entry, to somebody who is known.

        Where it waited for somebody of a handoff, their clock runs. Raises `StoreError` where somebody has
        the lead meanwhile.
        """
        with self.store.transaction() as db:
            row = db.execute(
                f"SELECT {_ENTRY}, reason FROM entry {_OF_LEAD} WHERE entry.id = ? "
                "AND ruleset = ? AND state IN ('queued', 'unassigned') AND left_at IS NULL",
                (entry, self.version.ruleset_id),
            ).fetchone()
            if row is None:
                raise StoreError("somebody has this lead meanwhile, or it has left the stage", "look again")
            *of, reason = row
            name = json.loads(reason or "{}").get("handoff", "")
            db.execute("UPDATE entry SET state = ?, reason = NULL WHERE id = ?", (HANDED_OFF, entry))
            self._give(db, _Entry._make(of), name, _known(db, address))

    def pass_on(self, handoff: int, address: str) -> None:
        """Gives a lead that somebody has, by the number of the handoff, to somebody else who is known.

        Raises `StoreError` where that person has it already, or it was passed on meanwhile.
        """
        with self.store.transaction() as db:
            row = db.execute(
                f"SELECT handoff.person, name, {_ENTRY} FROM handoff "
                f"JOIN entry ON entry.id = handoff.entry {_OF_LEAD} "
                f"WHERE handoff.id = ? AND handoff.ruleset = ? AND left_at IS NULL AND NOT {PASSED}",
                (handoff, self.version.ruleset_id),
            ).fetchone()
            if row is None:
                raise StoreError(
                    "somebody else has this lead meanwhile, or it has left the stage", "look again"
                )
            owner, name, *of = row
            person = _known(db, address)
            if folded(person.address) == owner:
                raise StoreError(f"{person.name} has this lead already", "choose somebody else")
            self._give(db, _Entry._make(of), name, person, passed_by=handoff)

    def _give(
        self, db: sqlite3.Connection, entry: _Entry, name: str, person: Person, passed_by: int | None = None
    ) -> None:
        handoff = next((one for one in self.plan.handoffs if one.name == name), None)
        # As with what is passed on by itself: the clock runs once.
        clock = handoff.answer if handoff is not None and passed_by is None else None
        due = None if clock is None else due_by(clock, person, self.now, self.plan.zone)
        why = json.dumps({"why": BY_HAND, "by": self.by, "absent": {}}, ensure_ascii=False)
        db.execute(
            "INSERT INTO handoff (entry, passed_by, ruleset, lead, version, name, person, address, at, why, "
            "due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(entry.id, passed_by, self.version.ruleset_id, entry.lead, self.version.id, name),
                *(folded(person.address), person.address, self.now, why, due),
            ),
        )
        messages = HandoffMessage(
            "handoff",
            entry.lead,
            entry.key,
            name,
            () if handoff is None else handoff.tell,
            entry.track,
            entry.stage,
            (("address", person.address), ("name", person.name)),
            (("why", BY_HAND), ("due", None if due is None else instant_text(due))),
        )
        Telling(self.store, self.version).tell(db, [messages], self.now)


def _known(db: sqlite3.Connection, address: str) -> Person:
    person = people_known(db).get(folded(address))
    if person is None:
        raise StoreError(f"nobody has the address {address}", "add them to the people who get leads first")
    return person
