"""Leads given to people by hand: those that nobody has, and those that somebody else should have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ...handoffs.people import Person, folded
from ...handoffs.turns import Pick
from ...plan import Plan, Whom
from ..database import Store, StoreError
from ..records.rulesets import RulesetVersion
from .answers import PASSED
from .assignments import ENTRY, OF_LEAD, Assignment, Entry, Writing

BY_HAND = "by hand"
"""Why somebody has a lead; the record also says by whom it was given."""


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
                f"SELECT {ENTRY} FROM entry {OF_LEAD} WHERE entry.id = ? "
                "AND ruleset = ? AND state IN ('queued', 'unassigned') AND left_at IS NULL",
                (entry, self.version.ruleset_id),
            ).fetchone()
            if row is None:
                raise StoreError("somebody has this lead meanwhile, or it has left the stage", "look again")
            stay = Entry._make(row)
            name = json.loads(stay.reason or "{}").get("handoff", "")
            writing = Writing(self.store, db, self.plan, self.version, self.now)
            self._give(writing, stay, name, _known(writing.people, address))

    def pass_on(self, handoff: int, address: str) -> None:
        """Gives a lead that somebody has, by the number of the handoff, to somebody else who is known.

        Raises `StoreError` where that person has it already, or it was passed on meanwhile.
        """
        with self.store.transaction() as db:
            row = db.execute(
                f"SELECT handoff.person, name, {ENTRY} FROM handoff "
                f"JOIN entry ON entry.id = handoff.entry {OF_LEAD} "
                f"WHERE handoff.id = ? AND handoff.ruleset = ? AND left_at IS NULL AND NOT {PASSED}",
                (handoff, self.version.ruleset_id),
            ).fetchone()
            if row is None:
                raise StoreError(
                    "somebody else has this lead meanwhile, or it has left the stage", "look again"
                )
            owner, name, *of = row
            writing = Writing(self.store, db, self.plan, self.version, self.now)
            person = _known(writing.people, address)
            if folded(person.address) == owner:
                raise StoreError(f"{person.name} has this lead already", "choose somebody else")
            self._give(writing, Entry._make(of), name, person, passed_by=handoff)

    def _give(
        self, writing: Writing, entry: Entry, name: str, person: Person, passed_by: int | None = None
    ) -> None:
        handoff = next((one for one in self.plan.handoffs if one.name == name), None)
        whom, pick = Whom(None, (person.address,)), Pick(person.address, BY_HAND)
        writing.give(Assignment(entry, name, handoff, whom, pick, passed_by=passed_by, by=self.by))
        writing.flush()


def _known(people: Mapping[str, Person], address: str) -> Person:
    person = people.get(folded(address))
    if person is None:
        raise StoreError(f"nobody has the address {address}", "add them to the people who get leads first")
    return person
