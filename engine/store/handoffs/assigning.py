"""Entries handed off: who gets each lead, recorded once and told in the same transaction.

Entries are taken in one order, by the instant of entry and then by lead, and each transaction reads what was
given out before under the lock that it writes with. So two processes at once give what one gives.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from ...handoffs.choosing import Choosing, HandoffFacts
from ...handoffs.people import Person, folded
from ...handoffs.turns import HandedOff, Turns
from ...plan import Handoff, Plan, Whom
from ..database import Store
from ..records.lead_keys import NAMED
from ..records.rulesets import RulesetVersion
from ..scoring.lead_reader import LeadReader, listed
from ..scoring.row_scorer import without_gc
from .answers import PASSED, note_answered
from .assignments import ENTRY, OF_LEAD, Assignment, Entry, Writing

AT_ONCE = 2_000
"""How many entries are handed off in one transaction."""

_TWO_DAYS = 172_800_000_000


def given_out(
    db: sqlite3.Connection, ruleset: int, plan: Plan, now: int, people: Mapping[str, Person]
) -> Turns:
    """Whose turn it is, by what was given out before; `people` are those on record."""
    turns = Turns(people, plan.zone)
    offered = [handoff.whom for handoff in plan.handoffs]
    offered += [one.answer.otherwise for one in plan.handoffs if one.answer and one.answer.otherwise]
    pairs = {(one.list, folded(person)) for one in offered if one.list for person in one.people}
    rows = db.execute(
        "SELECT one.value ->> 0, one.value ->> 1, (SELECT max(id) FROM handoff "
        "WHERE person = one.value ->> 1 AND ruleset = ? AND list = one.value ->> 0) FROM json_each(?) AS one",
        (ruleset, json.dumps(sorted(pairs))),
    )
    turns.last.update({(name, person): number for name, person, number in rows if number is not None})
    for person, one in turns.known.items():
        if one.daily is not None:
            got = db.execute("SELECT at FROM handoff WHERE person = ? AND at > ?", (person, now - _TWO_DAYS))
            turns.got[person] = [at for (at,) in got]
    return turns


def know_keeper(db: sqlite3.Connection, ruleset: int, turns: Turns, whom: Whom, kept: str) -> None:
    """Finds out who has the leads of a list with a value, where that is not known yet."""
    if whom.list is None or (whom.list, kept) in turns.keepers:
        return
    row = db.execute(
        "SELECT person FROM handoff WHERE ruleset = ? AND list = ? AND kept = ? ORDER BY id DESC LIMIT 1",
        (ruleset, whom.list, kept),
    ).fetchone()
    if row is not None:
        turns.keepers[whom.list, kept] = row[0]


def hand_off(
    store: Store, plan: Plan, version: RulesetVersion, now: int, leads: Collection[int] | None = None
) -> HandedOff:
    """Notes answers, passes on what was not answered in time, and hands off every entry that is open.

    `leads` are those in which anything is new since the last time; None where that is not known.
    """
    if not plan.handoffs:
        return HandedOff({})
    with without_gc():
        return Assigning(store, plan, version, now).run(leads)


def ask_handoffs(store: Store, choosing: Choosing, leads: Iterable[int], now: int) -> dict[int, HandoffFacts]:
    """What handoffs ask, of every lead by its number."""
    numbers = sorted(set(leads))
    if choosing.anyone is not None:
        return dict.fromkeys(numbers, choosing.anyone)
    reader, ask = LeadReader(store, choosing.evaluator, now), choosing.ask
    return {lead: ask(fields, events, now) for lead, fields, events in reader.leads(listed(numbers))}


class Assigning:
    """One pass over the open entries of a ruleset as of an instant."""

    def __init__(self, store: Store, plan: Plan, version: RulesetVersion, now: int) -> None:
        self.store = store
        self.plan = plan
        self.version = version
        self.ruleset = version.ruleset_id
        self.now = now
        self.choosing = Choosing(plan)
        self.by_name = {handoff.name: handoff for handoff in plan.handoffs}
        self.done = HandedOff({})
        self._turns: Turns | None = None

    def run(self, leads: Collection[int] | None) -> HandedOff:
        """The whole pass."""
        first, more = True, True
        while more:
            with self.store.transaction() as db:
                self._turns = None
                writing = Writing(self.store, db, self.plan, self.version, self.now)
                if first:
                    note_answered(db, self.plan, self.ruleset, self.now, leads)
                    self._pass_on(writing)
                    self._retry(writing)
                entries = self._entries(db, "open", AT_ONCE)
                if entries:
                    self._hand_off(writing, entries)
                writing.flush()
            first, more = False, len(entries) == AT_ONCE
        return self.done

    # --- entries ------------------------------------------------------------------------------------

    def _entries(self, db: sqlite3.Connection, state: str, most: int) -> list[Entry]:
        rows = db.execute(
            # As the index has it, so that SQLite sees that all of these are in it.
            f"SELECT {ENTRY} FROM entry {OF_LEAD} WHERE ruleset = ? AND state IN ('open', 'queued') "
            f"AND state = '{state}' AND lead._state = {NAMED} AND left_at IS NULL "
            "ORDER BY at, entry.lead, track LIMIT ?",
            (self.ruleset, most),
        )
        return [Entry._make(row) for row in rows]

    def _retry(self, writing: Writing) -> None:
        """Tries again what waits for somebody to be there, in the order of coming."""
        for entry in self._entries(writing.db, "queued", -1):
            reason = json.loads(entry.reason or "{}")
            handoff = self.by_name.get(reason.get("handoff", ""))
            if handoff is None:
                # The rules changed meanwhile: it is asked again who takes the lead.
                writing.db.execute("UPDATE entry SET state = 'open', reason = NULL WHERE id = ?", (entry.id,))
            else:
                self._give(writing, entry, handoff, reason.get("kept"), again=True)

    def _hand_off(self, writing: Writing, entries: Sequence[Entry]) -> None:
        asked = ask_handoffs(self.store, self.choosing, (entry.lead for entry in entries), self.now)
        for entry in entries:
            found = asked[entry.lead]
            number = self.choosing.take(entry.track, entry.stage, found)
            if number is None:
                writing.set(entry, "unassigned", None)
                self.done.unassigned += 1
                continue
            handoff = self.plan.handoffs[number]
            if handoff.again is not None and self._had_before(writing.db, entry, handoff):
                writing.set(entry, "too soon", {"handoff": handoff.name})
                self.done.too_soon += 1
                continue
            self._give(writing, entry, handoff, found.kept[number])

    def _had_before(self, db: sqlite3.Connection, entry: Entry, handoff: Handoff) -> bool:
        found = db.execute(
            "SELECT 1 FROM handoff WHERE lead = ? AND ruleset = ? AND name = ? AND at > ?",
            (entry.lead, self.ruleset, handoff.name, self.now - (handoff.again or 0)),
        )
        return found.fetchone() is not None

    # --- people -------------------------------------------------------------------------------------

    def turns(self, writing: Writing) -> Turns:
        """Whose turn it is, as nobody else writes meanwhile."""
        if self._turns is None:
            self._turns = given_out(writing.db, self.ruleset, self.plan, self.now, writing.people)
        return self._turns

    def _give(
        self, writing: Writing, entry: Entry, handoff: Handoff, kept: str | None, *, again: bool = False
    ) -> None:
        turns = self.turns(writing)
        if kept is not None:
            know_keeper(writing.db, self.ruleset, turns, handoff.whom, kept)
        pick = turns.pick(handoff.whom, self.now, turn=handoff.turn, kept=kept)
        if pick.person is not None:
            self._record(writing, Assignment(entry, handoff.name, handoff, handoff.whom, pick, kept))
            return
        if not again:
            absent = dict(pick.absent)
            writing.set(entry, "queued", {"handoff": handoff.name, "kept": kept, "absent": absent})
        self.done.queued += 1

    def _record(self, writing: Writing, assignment: Assignment) -> None:
        address = assignment.pick.person
        assert address is not None
        number = writing.give(assignment)
        self.turns(writing).give(folded(address), assignment.whom, assignment.kept, number, self.now)
        self.done.people[address] = self.done.people.get(address, 0) + 1

    # --- what was not answered ------------------------------------------------------------------------

    def _pass_on(self, writing: Writing) -> None:
        """What was not answered in time: told, and given to whoever else there is."""
        db = writing.db
        rows = db.execute(
            f"SELECT handoff.id, handoff.name, handoff.address, overdue, {ENTRY} FROM handoff "
            f"JOIN entry ON entry.id = handoff.entry {OF_LEAD} "
            "WHERE handoff.ruleset = ? AND due <= ? AND answered IS NULL AND left_at IS NULL "
            f"AND NOT {PASSED} ORDER BY due, handoff.id",
            (self.ruleset, self.now),
        ).fetchall()
        for number, name, address, overdue, *of in rows:
            entry, handoff = Entry._make(of), self.by_name.get(name)
            if handoff is None or handoff.answer is None:
                continue
            if overdue is None:
                self.done.overdue += 1
                db.execute("UPDATE handoff SET overdue = ? WHERE id = ?", (self.now, number))
                writing.tell_overdue(entry, handoff, address)
            whom = handoff.answer.otherwise
            if whom is None:
                continue
            turn = whom.list is not None
            pick = self.turns(writing).pick(whom, self.now, turn=turn, kept=None, but=address)
            if pick.person is not None:
                passed = pick._replace(why="passed on")
                self._record(writing, Assignment(entry, name, handoff, whom, passed, passed_by=number))
