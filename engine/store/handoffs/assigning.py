"""Entries handed off: who gets each lead, recorded once and told in the same transaction.

Entries are taken in one order, by the instant of entry and then by lead, and each transaction reads what was
given out before under the lock that it writes with. So two processes at once give what one gives.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ...explain.decision import Line
from ...handoffs.choosing import Asked, Choosing
from ...handoffs.people import Person, folded
from ...handoffs.turns import HandedOff, Pick, Turns
from ...outbox.destinations import asked
from ...outbox.queue import enqueue_all
from ...plan import Handoff, Plan, Whom
from ...values import MICROSECONDS, instant_text, text_key
from ...zone import Zone
from ..database import Store
from ..records.lead_keys import NAMED
from ..records.rulesets import RulesetVersion
from ..scoring.lead_reader import LeadReader, listed
from ..scoring.version_lines import load_lines, read_lines
from .people import people_known

AT_ONCE = 1_000
"""How many entries are handed off in one transaction."""

_TWO_DAYS = 172_800_000_000
_PASSED = "EXISTS (SELECT 1 FROM handoff AS next WHERE next.passed_by = handoff.id)"


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

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.handoffs: list[tuple[Any, ...]] = []
        self.told: list[tuple[str, _Entry, Handoff, Mapping[str, object]]] = []
        self._states: list[tuple[str, str | None, int]] = []
        self._asked: dict[str, bool] = {}
        row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'handoff'").fetchone()
        self._last: int = row[0] if row else 0

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

    def flush(self) -> None:
        """Writes states and handoffs."""
        self.db.executemany("UPDATE entry SET state = ?, reason = ? WHERE id = ?", self._states)
        self.db.executemany(
            "INSERT INTO handoff (id, entry, passed_by, ruleset, lead, version, name, person, address, list, "
            "kept, at, why, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self.handoffs,
        )
        self._states.clear()
        self.handoffs.clear()


def given_out(db: sqlite3.Connection, ruleset: int, zone: Zone, now: int) -> Turns:
    """Whose turn it is, by what was given out before."""
    turns = Turns(people_known(db), zone)
    rows = db.execute(
        "SELECT list, person, max(id) FROM handoff WHERE ruleset = ? AND list IS NOT NULL "
        "GROUP BY list, person",
        (ruleset,),
    )
    turns.last.update({(name, person): number for name, person, number in rows})
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


def hand_off(store: Store, plan: Plan, version: RulesetVersion, now: int) -> HandedOff:
    """Notes answers, passes on what was not answered in time, and hands off every entry that is open."""
    return Assigning(store, plan, version, now).run() if plan.handoffs else HandedOff({})


def note_answers(store: Store, plan: Plan, version: RulesetVersion, now: int) -> None:
    """Notes which handoffs have been answered by now, and nothing else."""
    Assigning(store, plan, version, now).note_answers()


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
        self._lines: dict[int, list[Line]] = {}
        # Much of what is written is the same for many leads.
        self._told_lines: dict[tuple[int, str], list[dict[str, object]]] = {}
        self._whys: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
        self._dues: dict[tuple[str, str], tuple[int, str]] = {}

    def run(self) -> HandedOff:
        """The whole pass."""
        self.note_answers()
        with self.store.transaction() as db:
            self._pass_on(_Writing(db))
        self._retry()
        while True:
            with self.store.transaction() as db:
                entries = self._entries(db, "open", AT_ONCE)
                if entries:
                    self._hand_off(_Writing(db), entries)
            if len(entries) < AT_ONCE:
                return self.done

    def note_answers(self) -> None:
        """Notes what was answered, whether in time or not."""
        with self.store.transaction() as db:
            self._note_answers(db)

    # --- entries ------------------------------------------------------------------------------------

    def _entries(self, db: sqlite3.Connection, state: str, most: int) -> list[_Entry]:
        rows = db.execute(
            "SELECT entry.id, entry.lead, lead._key, track, stage, reason FROM entry "
            "JOIN (SELECT _id, _key, _state FROM lead) AS lead ON lead._id = entry.lead "
            f"WHERE ruleset = ? AND state = ? AND lead._state = {NAMED} AND left_at IS NULL "
            "ORDER BY at, entry.lead, track LIMIT ?",
            (self.ruleset, state, most),
        )
        return [_Entry._make(row) for row in rows]

    def _retry(self) -> None:
        """Tries again what waits for somebody to be there, in the order of coming."""
        with self.store.transaction() as db:
            entries = self._entries(db, "queued", -1)
            if not entries:
                return
            turns = given_out(db, self.ruleset, self.plan.zone, self.now)
            writing = _Writing(db)
            for entry in entries:
                reason = json.loads(entry.reason or "{}")
                handoff = self.by_name.get(reason.get("handoff", ""))
                if handoff is None:
                    # The rules changed meanwhile: it is asked anew who takes the lead.
                    db.execute("UPDATE entry SET state = 'open', reason = NULL WHERE id = ?", (entry.id,))
                else:
                    self._give(writing, turns, entry, handoff, reason.get("kept"), again=True)
            self._flush(writing)

    def _hand_off(self, writing: _Writing, entries: Sequence[_Entry]) -> None:
        asked = self._ask(entries)
        db = writing.db
        turns = given_out(db, self.ruleset, self.plan.zone, self.now)
        for entry in entries:
            found = asked[entry.lead]
            number = self.choosing.take(entry.track, entry.stage, found)
            if number is None:
                writing.set(entry, "unassigned")
                self.done.unassigned += 1
                continue
            handoff = self.plan.handoffs[number]
            if handoff.again is not None and self._had_before(db, entry, handoff):
                writing.set(entry, "too soon", {"handoff": handoff.name})
                self.done.too_soon += 1
                continue
            self._give(writing, turns, entry, handoff, found.kept[number])
        self._flush(writing)

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
        turns: Turns,
        entry: _Entry,
        handoff: Handoff,
        kept: str | None,
        *,
        again: bool = False,
    ) -> None:
        know_keeper(writing.db, self.ruleset, turns, handoff.whom, kept)
        pick = turns.pick(handoff.whom, self.now, turn=handoff.turn, kept=kept)
        if pick.person is None:
            if not again:
                absent = dict(pick.absent)
                writing.set(entry, "queued", {"handoff": handoff.name, "kept": kept, "absent": absent})
            self.done.queued += 1
            return
        writing.set(entry, "handed off")
        self._record(writing, turns, _Gift(entry, handoff, handoff.whom, pick, kept))

    def _record(self, writing: _Writing, turns: Turns, gift: _Gift) -> None:
        entry, handoff, whom, pick, kept, passed_by = gift
        address = pick.person
        assert address is not None
        name = folded(address)
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
            told = {"owner": owner, "why": why, "due": due_text}
            writing.told.append(("handoff", entry, handoff, told))

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
            answer, zone = handoff.answer, self.plan.zone
            assert answer is not None
            if answer.working:
                due = person.after_work(self.now, answer.amount * MICROSECONDS[answer.unit], zone)
            else:
                due = zone.shift(self.now, answer.amount, answer.unit)
            self._dues[key] = due, instant_text(due)
        return self._dues[key]

    def _flush(self, writing: _Writing) -> None:
        """Writes what was settled, and what is to be told of it; in the same transaction."""
        writing.flush()
        scores = self._scores(writing)
        messages = [
            (kind, entry.key, self._said(entry, handoff, told, scores.get(entry.lead)))
            for kind, entry, handoff, told in writing.told
        ]
        enqueue_all(writing.db, messages, self.now)
        writing.told.clear()

    def _scores(self, writing: _Writing) -> dict[int, tuple[int, list[dict[str, object]]]]:
        """The score of each lead that is told of, with the lines that explain it."""
        leads = json.dumps(sorted({entry.lead for _, entry, _, _ in writing.told}))
        rows = writing.db.execute(
            "SELECT scored.lead, result.total, scored.lines, run.version FROM json_each(?) AS told "
            "CROSS JOIN scored ON scored.ruleset = ? AND scored.lead = told.value "
            "JOIN result ON result.id = scored.result JOIN run ON run.id = scored.run",
            (leads, self.ruleset),
        ).fetchall()
        return {lead: (total, self._lines_told(version, lines)) for lead, total, lines, version in rows}

    def _lines_told(self, version: int, written: str) -> list[dict[str, object]]:
        """The lines of an explanation as destinations are told of them."""
        found = self._told_lines.get((version, written))
        if found is None:
            if version not in self._lines:
                self._lines[version] = load_lines(self.store, version)
            lines = read_lines(self._lines[version], written)
            found = [{"text": one.text, "score": one.score, "points": one.points} for one in lines]
            self._told_lines[version, written] = found
        return found

    def _said(
        self,
        entry: _Entry,
        handoff: Handoff,
        more: Mapping[str, object],
        score: tuple[int, list[dict[str, object]]] | None,
    ) -> dict[str, Any]:
        """What destinations are told of a handoff: the lead's score and why, so that sales can read it."""
        total, lines = score or (None, [])
        return {
            **({"tell": list(handoff.tell)} if handoff.tell else {}),
            "ruleset": self.version.ruleset,
            "version": self.version.number,
            "handoff": handoff.name,
            "stage": entry.stage,
            "track": entry.track,
            "score": total,
            "lines": lines,
            **more,
        }

    # --- answers ------------------------------------------------------------------------------------

    def _note_answers(self, db: sqlite3.Connection) -> None:
        types = {name: self._types(handoff) for name, handoff in self.by_name.items()}
        known = json.dumps(sorted({type_ for one in types.values() for type_ in one}))
        rows = db.execute(
            "SELECT handoff.id, handoff.name, event.at, type, object, properties FROM handoff "
            "CROSS JOIN event ON event.lead = handoff.lead AND event.at BETWEEN handoff.at AND ? "
            "JOIN event_kind ON event_kind.id = event.kind WHERE handoff.ruleset = ? AND due IS NOT NULL "
            f"AND answered IS NULL AND NOT {_PASSED} "
            "AND event.kind IN (SELECT id FROM event_kind WHERE type IN (SELECT value FROM json_each(?))) "
            "ORDER BY handoff.id, event.at",
            (self.now, self.ruleset, known),
        )
        found: dict[int, tuple[int, str]] = {}
        for number, name, at, type_, object_, properties in rows:
            handoff = self.by_name.get(name)
            if number in found or handoff is None or type_ not in types[name]:
                continue
            by = types[name][type_]
            about = object_ if by is None else json.loads(properties or "{}").get(by)
            if self._answers(handoff, about):
                found[number] = at, type_ if object_ is None else f"{type_} {object_}"
        db.executemany(
            "UPDATE handoff SET answered = ?, answer = ? WHERE id = ?",
            [(*answer, number) for number, answer in found.items()],
        )

    def _types(self, handoff: Handoff) -> dict[str, str | None]:
        """The types of events that may answer a handoff, each with the property that is its object."""
        if handoff.answer is None:
            return {}
        return {feed.type: feed.by for feed in self.plan.selectors[handoff.answer.selector].feeds}

    def _answers(self, handoff: Handoff, about: object) -> bool:
        """Whether an event of such a type answers, by what it is about."""
        assert handoff.answer is not None
        wanted = self.plan.selectors[handoff.answer.selector].object
        return wanted is None or (isinstance(about, str) and wanted.matches(text_key(about)))

    def _pass_on(self, writing: _Writing) -> None:
        """What was not answered in time: told, and given to whoever else there is."""
        db = writing.db
        rows = db.execute(
            "SELECT handoff.id, handoff.name, handoff.address, overdue, entry.id, entry.lead, lead._key, "
            "track, stage, reason FROM handoff JOIN entry ON entry.id = handoff.entry "
            "JOIN (SELECT _id, _key, _state FROM lead) AS lead ON lead._id = handoff.lead "
            "WHERE handoff.ruleset = ? AND due <= ? AND answered IS NULL AND left_at IS NULL "
            f"AND NOT {_PASSED} ORDER BY due, handoff.id",
            (self.ruleset, self.now),
        ).fetchall()
        turns = given_out(db, self.ruleset, self.plan.zone, self.now) if rows else None
        for number, name, address, overdue, *of in rows:
            entry, handoff = _Entry._make(of), self.by_name.get(name)
            if handoff is None or handoff.answer is None or turns is None:
                continue
            if overdue is None:
                self.done.overdue += 1
                db.execute("UPDATE handoff SET overdue = ? WHERE id = ?", (self.now, number))
                if handoff.tell or writing.asked("handoff.overdue"):
                    told: dict[str, object] = {"owner": {"address": address}}
                    writing.told.append(("handoff.overdue", entry, handoff, told))
            whom = handoff.answer.otherwise
            if whom is None:
                continue
            pick = turns.pick(whom, self.now, turn=whom.list is not None, kept=None, but=address)
            if pick.person is not None:
                self._record(writing, turns, _Gift(entry, handoff, whom, pick, None, number))
        self._flush(writing)
