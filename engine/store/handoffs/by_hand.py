"""Leads given to people by hand: those that nobody has, and those that somebody else should have."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ....grammar.frozen import frozen
from ...handoffs.people import Person, folded
from ...handoffs.turns import Pick
from ...plan import Plan, Whom
from ..database import Store, StoreError
from ..records.lead_keys import NAMED
from ..records.rulesets import RulesetVersion
from .answers import PASSED
from .assignments import ENTRY, OF_LEAD, Assignment, Entry, Writing
from .entries import stages_in

BY_HAND = "by hand"
"""Why somebody has a lead; the record also says by whom it was given."""

_STAYS = (
    f"SELECT handoff.id, handoff.person, ifnull(name, reason ->> '$.handoff'), {ENTRY} FROM entry "
    f"JOIN (SELECT _id, _key, _state FROM lead) AS lead ON lead._id = entry.lead AND lead._state = {NAMED} "
    f"LEFT JOIN handoff ON handoff.entry = entry.id AND NOT {PASSED} "
    "WHERE lead._key = ? AND entry.ruleset = ? AND left_at IS NULL ORDER BY entry.id"
)
"""The stays of a lead that have not ended, each with who has it, and by which handoff."""


@frozen
class Given:
    """What came of leads that were given to somebody together: the ids of those that they got, of those that
    they had already, and of those that are in no stage, or not scored."""

    got: tuple[str, ...]
    had: tuple[str, ...]
    in_no_stage: tuple[str, ...]


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
            writing.flush()

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
            writing.flush()

    def give(self, leads: Iterable[str], address: str) -> Given:
        """Gives leads, by their ids, to somebody who is known, wherever they stand; all or none.

        One that somebody else has is passed on. One that no handoff ever took is given in the stage that it
        is in. Raises `StoreError` where nobody has the address.
        """
        with self.store.transaction() as db:
            writing = Writing(self.store, db, self.plan, self.version, self.now)
            person = _known(writing.people, address)
            found: dict[str, list[str]] = {"got": [], "had": [], "in_no_stage": []}
            for lead in dict.fromkeys(leads):
                found[self._give_lead(writing, lead, person)].append(lead)
            writing.flush()
        return Given(*map(tuple, found.values()))

    def _give_lead(self, writing: Writing, lead: str, person: Person) -> str:
        """Gives one lead in all stages that it stays in; says what came of it as `Given` does."""
        stays = writing.db.execute(_STAYS, (lead, self.version.ruleset_id)).fetchall()
        if not stays:
            entry = self._enter(writing.db, lead)
            if entry is None:
                return "in_no_stage"
            stays = [(None, None, None, *entry)]
        came = "had"
        for handoff, owner, name, *of in stays:
            if owner != folded(person.address):
                self._give(writing, Entry._make(of), name or "", person, passed_by=handoff)
                came = "got"
        return came

    def _enter(self, db: sqlite3.Connection, lead: str) -> Entry | None:
        """Notes that a lead stays in a stage, for which no handoff did; None where it is in none."""
        row = db.execute(
            "SELECT lead._id, score.run, score.result FROM score "
            f"JOIN lead ON lead._id = score.lead AND lead._state = {NAMED} "
            "WHERE lead._key = ? AND score.ruleset = ?",
            (lead, self.version.ruleset_id),
        ).fetchone()
        stages = stages_in(row[2]) if row is not None else {}
        track = next((one for one in self.plan.tracks if stages.get(one) is not None), None)
        if track is None:
            return None
        entry = db.execute(
            "INSERT INTO entry (ruleset, lead, track, stage, version, run, at, state) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 'unassigned') RETURNING id",
            (self.version.ruleset_id, row[0], track, stages[track], self.version.id, row[1], self.now),
        ).fetchone()
        return Entry(entry[0], row[0], lead, track, str(stages[track]), None)

    def _give(
        self, writing: Writing, entry: Entry, name: str, person: Person, passed_by: int | None = None
    ) -> None:
        handoff = next((one for one in self.plan.handoffs if one.name == name), None)
        whom, pick = Whom(None, (person.address,)), Pick(person.address, BY_HAND)
        writing.give(Assignment(entry, name, handoff, whom, pick, passed_by=passed_by, by=self.by))


def _known(people: Mapping[str, Person], address: str) -> Person:
    person = people.get(folded(address))
    if person is None:
        raise StoreError(f"nobody has the address {address}", "add them to the people who get leads first")
    return person
