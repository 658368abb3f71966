"""Who gets which lead, written together with the messages about it."""

from __future__ import annotations

import json
import sqlite3
from typing import NamedTuple

from ...handoffs.people import Person, folded
from ...handoffs.turns import Pick
from ...outbox.destinations import asked
from ...plan import Answer, Handoff, Plan, Whom
from ...values import MICROSECONDS, instant_text
from ...zone import Zone
from ..database import Store
from ..records.rulesets import RulesetVersion
from .messages import HandoffMessage, MessageContent, MessageRecorder
from .people import people_known

HANDED_OFF = "handed off"


class Entry(NamedTuple):
    """The stay of a lead (its number and its own id) in a stage: its number, and why it is in its state."""

    id: int
    lead: int
    key: str
    track: str
    stage: str
    reason: str | None


ENTRY = "entry.id, entry.lead, lead._key, track, stage, reason"
"""The columns of an `Entry`."""
OF_LEAD = "JOIN (SELECT _id, _key, _state FROM lead) AS lead ON lead._id = entry.lead"


class Assignment(NamedTuple):
    """A lead for somebody, by the handoff `name`, which is None where the rules no longer have it.
    `passed_by` is the handoff by which somebody else had it, `by` whoever gave it by hand."""

    entry: Entry
    name: str
    handoff: Handoff | None
    whom: Whom
    pick: Pick
    kept: str | None = None
    passed_by: int | None = None
    by: str | None = None


class _Terms(NamedTuple):
    """What many assignments share: columns of the record, and what messages say, None for no messages."""

    columns: tuple[str | int | None, ...]
    message_about: MessageContent | None


class Writing:
    """What a transaction is going to write, all of it at once in the end."""

    def __init__(
        self, store: Store, db: sqlite3.Connection, plan: Plan, version: RulesetVersion, now: int
    ) -> None:
        self.db = db
        self.people = people_known(db)
        self._plan = plan
        self._version = version
        self._now = now
        self._recorder = MessageRecorder(store, version)
        # Much of what is written is the same for many leads.
        self._terms: dict[tuple[object, ...], _Terms] = {}
        self._assignments: dict[int, tuple[_Terms, list[tuple[int | str | None, ...]]]] = {}
        self._messages: list[HandoffMessage] = []
        self._gone: list[int] = []
        self._states: list[tuple[str, str | None, int]] = []
        self._asked: dict[str, bool] = {}
        row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'handoff'").fetchone()
        self._last: int = row[0] if row else 0

    def set(self, entry: Entry, state: str, reason: object) -> None:
        """What becomes of an entry that nobody gets, and why."""
        why = None if reason is None else json.dumps(reason, ensure_ascii=False)
        self._states.append((state, why, entry.id))

    def give(self, assignment: Assignment) -> int:
        """Records what somebody gets; gives the number of the handoff."""
        entry, name, _, whom, pick, kept, passed_by, by = assignment
        key = name, entry.track, entry.stage, whom.list, pick, passed_by is None, by
        terms = self._terms.get(key)
        if terms is None:
            terms = self._terms[key] = self._terms_of(assignment)
        # Nobody else writes meanwhile.
        self._last += 1
        found = self._assignments.get(id(terms))
        if found is None:
            found = self._assignments[id(terms)] = terms, []
        found[1].append((self._last, entry.id, entry.lead, passed_by, kept))
        if passed_by is None:
            self._gone.append(entry.id)
        if terms.message_about is not None:
            self._messages.append(HandoffMessage("handoff", entry.lead, entry.key, terms.message_about))
        return self._last

    def _terms_of(self, assignment: Assignment) -> _Terms:
        entry, name, handoff, whom, pick, _, passed_by, by = assignment
        address = pick.person
        assert address is not None
        person = self.people.get(folded(address)) or Person(address, address)
        # What is passed on has no clock: there is nobody to pass it on to.
        clock = handoff.answer if handoff is not None and passed_by is None else None
        due = None if clock is None else _due_by(clock, person, self._now, self._plan.zone)
        said = {"why": pick.why, **({} if by is None else {"by": by}), "absent": dict(pick.absent)}
        why = json.dumps(said, ensure_ascii=False)
        columns = name, folded(address), address, whom.list, why, due
        tell = () if handoff is None else handoff.tell
        if not tell and not self._anyone_asks("handoff"):
            return _Terms(columns, None)
        owner = ("address", address), ("name", person.name)
        more = ("why", pick.why), ("due", None if due is None else instant_text(due))
        return _Terms(columns, MessageContent(name, tell, entry.track, entry.stage, owner, more))

    def tell_overdue(self, entry: Entry, handoff: Handoff, address: str) -> None:
        """Has destinations told that somebody did not answer in time."""
        if handoff.tell or self._anyone_asks("handoff.overdue"):
            owner = (("address", address),)
            about = MessageContent(handoff.name, handoff.tell, entry.track, entry.stage, owner, ())
            self._messages.append(HandoffMessage("handoff.overdue", entry.lead, entry.key, about))

    def _anyone_asks(self, kind: str) -> bool:
        """Whether any destination asks for messages of a kind."""
        if kind not in self._asked:
            self._asked[kind] = asked(self.db, kind)
        return self._asked[kind]

    def flush(self) -> None:
        """Writes states, handoffs, and messages."""
        self.db.execute(
            f"UPDATE entry SET state = '{HANDED_OFF}', reason = NULL "
            "WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(self._gone),),
        )
        self.db.executemany("UPDATE entry SET state = ?, reason = ? WHERE id = ?", self._states)
        # One statement for many is several times as fast as one for each.
        for terms, rows in self._assignments.values():
            self.db.execute(
                "INSERT INTO handoff (id, entry, lead, passed_by, kept, ruleset, version, at, name, person, "
                "address, list, why, due) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, "
                "value ->> 4, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM json_each(?)",
                (
                    *(self._version.ruleset_id, self._version.id, self._now, *terms.columns),
                    json.dumps(rows, ensure_ascii=False),
                ),
            )
        self._recorder.record(self.db, self._messages, self._now)


def _due_by(answer: Answer, person: Person, now: int, zone: Zone) -> int:
    """By when somebody answers what is handed off now."""
    if answer.working:
        return person.after_work(now, answer.amount * MICROSECONDS[answer.unit], zone)
    return zone.shift(now, answer.amount, answer.unit)
