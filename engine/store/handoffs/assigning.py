"""Entries handed off: who gets each lead, recorded once and told in the same transaction.

Entries are taken in one order, by the instant of entry and then by lead, and each transaction reads what was
given out before under the lock that it writes with. So two processes at once give what one gives.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from ...handoffs.choosing import Asked, Choosing
from ...handoffs.people import Person, folded
from ...handoffs.turns import HandedOff, Pick, Turns
from ...outbox.destinations import asked
from ...plan import Answer, Handoff, Plan, Whom
from ...values import MICROSECONDS, instant_text
from ...zone import Zone
from ..database import Store
from ..records.lead_keys import NAMED
from ..records.rulesets import RulesetVersion
from ..scoring.lead_reader import LeadReader, listed
from ..scoring.row_scorer import without_gc
from .answers import PASSED, note_answered
from .people import people_known
from .telling import HandoffMessage, Telling

AT_ONCE = 1_000
"""How many entries are handed off in one transaction."""

HANDED_OFF = "handed off"
_TWO_DAYS = 172_800_000_000


class _Entry(NamedTuple):
    id: int
    lead: int
    key: str
    track: str
    stage: str
    reason: str | None


class _Gift(NamedTuple):
    """A lead for somebody: `passed_by` is the handoff that was not answered."""

    entry: _Entry
    handoff: Handoff
    whom: Whom
    pick: Pick
    kept: str | None
    passed_by: int | None = None


class _Writing:
    """What a transaction is going to write, all of it at once in the end."""

    def __init__(self, db: sqlite3.Connection, plan: Plan, ruleset: int, now: int) -> None:
        self.db = db
        self._out = plan, ruleset, now
        self.handoffs: list[tuple[Any, ...]] = []
        self.messages: list[HandoffMessage] = []
        self._states: list[tuple[str, str | None, int]] = []
        self._asked: dict[str, bool] = {}
        row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'handoff'").fetchone()
        self._last: int = row[0] if row else 0

    @cached_property
    def turns(self) -> Turns:
        """Whose turn it is, as nobody else writes meanwhile."""
        plan, ruleset, now = self._out
        return given_out(self.db, ruleset, plan, now)

    def next_handoff(self) -> int:
        """The number of the next handoff: nobody else writes meanwhile."""
        self._last += 1
        return self._last

    def asked(self, kind: str) -> bool:
        """Whether any destination asks for messages of a kind."""
        if kind not in self._asked:
            self._asked[kind] = asked(self.db, kind)
        return self._asked[kind]

    def set(self, entry: _Entry, state: str, reason: object = None) -> None:
        """What becomes of an entry, and why."""
        self._states.append(
            (state, None if reason is None else json.dumps(reason, ensure_ascii=False), entry.id)
        )

    def tell(
        self, kind: str, entry: _Entry, handoff: Handoff, *, owner: Mapping[str, str], **more: str | None
    ) -> None:
        """Has destinations told of a lead and its owner."""
        about = (
            handoff.name,
            handoff.tell,
            entry.track,
            entry.stage,
            tuple(owner.items()),
            tuple(more.items()),
        )
        self.messages.append(HandoffMessage(kind, entry.lead, entry.key, *about))

    def flush(self) -> None:
        """Writes states and handoffs."""
        gone = [entry for state, _, entry in self._states if state == HANDED_OFF]
        self.db.execute(
            f"UPDATE entry SET state = '{HANDED_OFF}', reason = NULL "
            "WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(gone),),
        )
        others = [one for one in self._states if one[0] != HANDED_OFF]
        self.db.executemany("UPDATE entry SET state = ?, reason = ? WHERE id = ?", others)
        self.db.executemany(
            "INSERT INTO handoff (id, entry, passed_by, ruleset, lead, version, name, person, address, list, "
            "kept, at, why, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self.handoffs,
        )


def given_out(db: sqlite3.Connection, ruleset: int, plan: Plan, now: int) -> Turns:
    """Whose turn it is, by what was given out before."""
    turns = Turns(people_known(db), plan.zone)
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


def know_keeper(db: sqlite3.Connection, ruleset: int, turns: Turns, whom: Whom, kept: str | None) -> None:
    """Finds out who has the leads of a list with a value, where that is not known yet."""
    if kept is None or whom.list is None or (whom.list, kept) in turns.keepers:
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


def due_by(answer: Answer, person: Person, now: int, zone: Zone) -> int:
    """By when somebody answers what is handed off now."""
    if answer.working:
        return person.after_work(now, answer.amount * MICROSECONDS[answer.unit], zone)
    return zone.shift(now, answer.amount, answer.unit)


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
        self.telling = Telling(store, version)
        # Much of what is written is the same for many leads.
        self._whys: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
        self._dues: dict[tuple[str, str], tuple[int, str]] = {}

    def run(self, leads: Collection[int] | None) -> HandedOff:
        """The whole pass."""
        first, more = True, True
        while more:
            with self.store.transaction() as db:
                writing = _Writing(db, self.plan, self.ruleset, self.now)
                if first:
                    note_answered(db, self.plan, self.ruleset, self.now, leads)
                    self._pass_on(writing)
                    self._retry(writing)
                entries = self._entries(db, "open", AT_ONCE)
                if entries:
                    self._hand_off(writing, entries)
                self._flush(writing)
            first, more = False, len(entries) == AT_ONCE
        return self.done

    # --- entries ------------------------------------------------------------------------------------

    def _entries(self, db: sqlite3.Connection, state: str, most: int) -> list[_Entry]:
        rows = db.execute(
            "SELECT entry.id, entry.lead, lead._key, track, stage, reason FROM entry "
            "JOIN (SELECT _id, _key, _state FROM lead) AS lead ON lead._id = entry.lead "
            # As the index has it, so that SQLite sees that all of these are in it.
            "WHERE ruleset = ? AND state IN ('open', 'queued') "
            f"AND state = '{state}' AND lead._state = {NAMED} AND left_at IS NULL "
            "ORDER BY at, entry.lead, track LIMIT ?",
            (self.ruleset, most),
        )
        return [_Entry._make(row) for row in rows]

    def _retry(self, writing: _Writing) -> None:
        """Tries again what waits for somebody to be there, in the order of coming."""
        for entry in self._entries(writing.db, "queued", -1):
            reason = json.loads(entry.reason or "{}")
            handoff = self.by_name.get(reason.get("handoff", ""))
            if handoff is None:
                # The rules changed meanwhile: it is asked anew who takes the lead.
                writing.db.execute("UPDATE entry SET state = 'open', reason = NULL WHERE id = ?", (entry.id,))
            else:
                self._give(writing, entry, handoff, reason.get("kept"), again=True)

    def _hand_off(self, writing: _Writing, entries: Sequence[_Entry]) -> None:
        asked = self._ask(entries)
        for entry in entries:
            found = asked[entry.lead]
            number = self.choosing.take(entry.track, entry.stage, found)
            if number is None:
                writing.set(entry, "unassigned")
                self.done.unassigned += 1
                continue
            handoff = self.plan.handoffs[number]
            if handoff.again is not None and self._had_before(writing.db, entry, handoff):
                writing.set(entry, "too soon", {"handoff": handoff.name})
                self.done.too_soon += 1
                continue
            self._give(writing, entry, handoff, found.kept[number])

    def _ask(self, entries: Iterable[_Entry]) -> dict[int, Asked]:
        """What handoffs ask, of every lead among the entries."""
        leads = sorted({entry.lead for entry in entries})
        if self.choosing.anyone is not None:
            return dict.fromkeys(leads, self.choosing.anyone)
        reader = LeadReader(self.store, self.choosing.evaluator, self.now)
        ask = self.choosing.ask
        return {lead: ask(fields, events, self.now) for lead, fields, events in reader.leads(listed(leads))}

    def _had_before(self, db: sqlite3.Connection, entry: _Entry, handoff: Handoff) -> bool:
        found = db.execute(
            "SELECT 1 FROM handoff WHERE lead = ? AND ruleset = ? AND name = ? AND at > ?",
            (entry.lead, self.ruleset, handoff.name, self.now - (handoff.again or 0)),
        )
        return found.fetchone() is not None

    # --- people -------------------------------------------------------------------------------------

    def _give(
        self,
        writing: _Writing,
        entry: _Entry,
        handoff: Handoff,
        kept: str | None,
        *,
        again: bool = False,
    ) -> None:
        turns = writing.turns
        know_keeper(writing.db, self.ruleset, turns, handoff.whom, kept)
        pick = turns.pick(handoff.whom, self.now, turn=handoff.turn, kept=kept)
        if pick.person is None:
            if not again:
                absent = dict(pick.absent)
                writing.set(entry, "queued", {"handoff": handoff.name, "kept": kept, "absent": absent})
            self.done.queued += 1
            return
        writing.set(entry, HANDED_OFF)
        self._record(writing, _Gift(entry, handoff, handoff.whom, pick, kept))

    def _record(self, writing: _Writing, gift: _Gift) -> None:
        entry, handoff, whom, pick, kept, passed_by = gift
        address = pick.person
        assert address is not None
        name, turns = folded(address), writing.turns
        person = turns.known.get(name) or Person(address, address)
        # What was passed on has no clock: there is nobody to pass it on to.
        due, due_text = (None, None) if handoff.answer is None or passed_by else self._due(handoff, person)
        why = pick.why if passed_by is None else "passed on"
        number = writing.next_handoff()
        writing.handoffs.append(
            (
                *(number, entry.id, passed_by, self.ruleset, entry.lead, self.version.id, handoff.name),
                *(name, address, whom.list, kept, self.now, self._why(why, pick.absent), due),
            )
        )
        turns.give(name, whom, kept, number, self.now)
        self.done.people[address] = self.done.people.get(address, 0) + 1
        if handoff.tell or writing.asked("handoff"):
            owner = {"address": address, "name": person.name}
            writing.tell("handoff", entry, handoff, owner=owner, why=why, due=due_text)

    def _why(self, why: str, absent: tuple[tuple[str, str], ...]) -> str:
        """Why somebody got a lead, as it is kept."""
        found = self._whys.get((why, absent))
        if found is None:
            found = json.dumps({"why": why, "absent": dict(absent)}, ensure_ascii=False)
            self._whys[why, absent] = found
        return found

    def _due(self, handoff: Handoff, person: Person) -> tuple[int, str]:
        """By when somebody answers what is handed off now, and that as text."""
        key = handoff.name, person.address
        if key not in self._dues:
            assert handoff.answer is not None
            due = due_by(handoff.answer, person, self.now, self.plan.zone)
            self._dues[key] = due, instant_text(due)
        return self._dues[key]

    def _flush(self, writing: _Writing) -> None:
        """Writes what was settled, and what is to be told of it; in the same transaction."""
        writing.flush()
        self.telling.tell(writing.db, writing.messages, self.now)

    # --- what was not answered ------------------------------------------------------------------------

    def _pass_on(self, writing: _Writing) -> None:
        """What was not answered in time: told, and given to whoever else there is."""
        db = writing.db
        rows = db.execute(
            "SELECT handoff.id, handoff.name, handoff.address, overdue, entry.id, entry.lead, lead._key, "
            "track, stage, reason FROM handoff JOIN entry ON entry.id = handoff.entry "
            "JOIN (SELECT _id, _key, _state FROM lead) AS lead ON lead._id = handoff.lead "
            "WHERE handoff.ruleset = ? AND due <= ? AND answered IS NULL AND left_at IS NULL "
            f"AND NOT {PASSED} ORDER BY due, handoff.id",
            (self.ruleset, self.now),
        ).fetchall()
        for number, name, address, overdue, *of in rows:
            entry, handoff = _Entry._make(of), self.by_name.get(name)
            if handoff is None or handoff.answer is None:
                continue
            if overdue is None:
                self.done.overdue += 1
                db.execute("UPDATE handoff SET overdue = ? WHERE id = ?", (self.now, number))
                if handoff.tell or writing.asked("handoff.overdue"):
                    writing.tell("handoff.overdue", entry, handoff, owner={"address": address})
            whom = handoff.answer.otherwise
            if whom is None:
                continue
            pick = writing.turns.pick(whom, self.now, turn=whom.list is not None, kept=None, but=address)
            if pick.person is not None:
                self._record(writing, _Gift(entry, handoff, whom, pick, None, number))
