"""Handoffs as people look at them: one's own leads, and where all stand."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from statistics import median
from typing import Any

from ....grammar.frozen import frozen
from ...handoffs.people import folded
from ...values import DAY, instant_of, moment_of
from ..database import Store
from ..records.lead_keys import NAMED

ANSWERS = ("accepted", "contacted", "rejected")
"""The events by which sales answers."""

_WEEK, _MONTH = 7 * DAY, 30 * DAY
_MOST_BEFORE = 3


class Standing(Enum):
    """Where a handed lead stands: waiting for an answer, in talks, rejected, or no longer this person's."""

    WAITING = "waiting"
    TALKS = "talks"
    REJECTED = "rejected"
    GONE = "gone"


@frozen
class Answered:
    """What sales answered: one of `ANSWERS`, when, and the reason and words that came with it."""

    what: str
    at: datetime
    reason: str
    note: str


@frozen
class HandedLead:
    """A lead that somebody got. `lead` is its own id, `number` its number in the store.

    `why` is "turn", "kept", "first", "named" or "passed on"; `absent` says who was passed over, and why.
    `passed_to` is who has it now, where it was not answered in time.
    """

    id: int
    number: int
    lead: str
    ruleset: str
    version: int
    handoff: str
    track: str
    stage: str
    entered: datetime
    address: str
    list: str | None
    kept: str | None
    at: datetime
    why: str
    absent: Mapping[str, str]
    by: str | None
    due: datetime | None
    overdue: bool
    answered: datetime | None
    passed_to: str | None
    left: bool
    score: int | None
    answers: tuple[Answered, ...]

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        last = next((one for one in reversed(self.answers)), None)
        if self.passed_to is not None:
            return Standing.GONE
        if last is not None and last.what == "rejected":
            return Standing.REJECTED
        if last is not None:
            return Standing.TALKS
        return Standing.GONE if self.left else Standing.WAITING


_SELECT = (
    "SELECT handoff.id, handoff.lead, lead._key, ruleset.name, ruleset_version.number, handoff.name, track, "
    "stage, entry.at, handoff.address, handoff.list, handoff.kept, handoff.at, handoff.why, handoff.due, "
    "handoff.overdue, handoff.answered, next.address, entry.left_at, "
    "(SELECT total FROM score WHERE score.ruleset = handoff.ruleset AND score.lead = handoff.lead) "
    "FROM handoff JOIN entry ON entry.id = handoff.entry "
    "JOIN ruleset_version ON ruleset_version.id = handoff.version "
    "JOIN ruleset ON ruleset.id = handoff.ruleset "
    f"JOIN (SELECT _id, _key, _state FROM lead) AS lead ON lead._id = handoff.lead AND lead._state = {NAMED} "
    "LEFT JOIN handoff AS next ON next.passed_by = handoff.id "
)


_LAST_ANSWER = (
    "(SELECT type FROM event JOIN event_kind ON event_kind.id = event.kind "
    f"WHERE event.lead = handoff.lead AND event.at >= handoff.at AND type IN {ANSWERS!r} "
    "ORDER BY event.at DESC LIMIT 1)"
)
_STANDING = (
    "CASE WHEN EXISTS (SELECT 1 FROM handoff AS next WHERE next.passed_by = handoff.id) THEN 'gone' "
    f"ELSE CASE {_LAST_ANSWER} WHEN 'rejected' THEN 'rejected' WHEN 'accepted' THEN 'talks' "
    "WHEN 'contacted' THEN 'talks' ELSE iif(left_at IS NULL, 'waiting', 'gone') END END"
)
"""As `HandedLead.standing`."""


def handed_to(store: Store, address: str, standing: Standing, most: int = 100) -> list[HandedLead]:
    """The leads that somebody got and that stand so, what is due first on top, then the newest."""
    with store.guard():
        numbers = store.connection.execute(
            "SELECT handoff.id FROM handoff JOIN entry ON entry.id = handoff.entry "
            f"JOIN (SELECT _id, _state FROM lead) AS lead ON _id = handoff.lead AND _state = {NAMED} "
            f"WHERE person = ? AND {_STANDING} = ? "
            # What waits for an answer in time comes first.
            "ORDER BY due IS NULL OR answered IS NOT NULL, iif(answered IS NULL, due, NULL), handoff.id DESC "
            "LIMIT ?",
            (folded(address), standing.value, most),
        ).fetchall()
        rows = store.connection.execute(
            f"{_SELECT} WHERE handoff.id IN (SELECT value FROM json_each(?))",
            (json.dumps([number for (number,) in numbers]),),
        )
        found = {lead.id: lead for lead in _read(store.connection, rows.fetchall())}
    return [found[number] for (number,) in numbers if number in found]


def standings(store: Store, address: str) -> Counter[Standing]:
    """How many leads that somebody got stand how."""
    with store.guard():
        rows = store.connection.execute(
            f"SELECT {_STANDING}, count(*) FROM handoff JOIN entry ON entry.id = handoff.entry "
            f"JOIN (SELECT _id, _state FROM lead) AS lead ON _id = handoff.lead AND _state = {NAMED} "
            "WHERE person = ? GROUP BY 1",
            (folded(address),),
        )
        return Counter({Standing(standing): count for standing, count in rows})


def newest_handoff(store: Store, address: str) -> int:
    """The number of the newest handoff to somebody, 0 for none."""
    with store.guard():
        ask = "SELECT ifnull(max(id), 0) FROM handoff WHERE person = ?"
        return int(store.connection.execute(ask, (folded(address),)).fetchone()[0])


def handed_lead(store: Store, number: int) -> HandedLead | None:
    """One of them by its number, None where there is none."""
    with store.guard():
        rows = store.connection.execute(f"{_SELECT} WHERE handoff.id = ?", (number,)).fetchall()
        return next(iter(_read(store.connection, rows)), None)


def latest(
    store: Store,
    most: int = 50,
    *,
    person: str | None = None,
    stage: str | None = None,
    only_overdue: bool = False,
    leads: Sequence[str] | None = None,
) -> list[HandedLead]:
    """Handoffs, overdue ones first, then the newest; all, or those of a person, a stage, overdue, or
    of some leads by their ids."""
    order = "handoff.overdue IS NULL OR next.id IS NOT NULL OR handoff.answered IS NOT NULL, handoff.id DESC"
    with store.guard():
        rows = store.connection.execute(
            f"{_SELECT} WHERE (:person IS NULL OR handoff.person = :person) "
            "AND (:stage IS NULL OR stage = :stage) "
            "AND (:leads IS NULL OR lead._key IN (SELECT value FROM json_each(:leads))) "
            "AND (NOT :overdue OR (handoff.overdue IS NOT NULL "
            f"AND handoff.answered IS NULL AND next.id IS NULL)) ORDER BY {order} LIMIT :most",
            {
                "person": None if person is None else folded(person),
                "stage": stage,
                "overdue": only_overdue,
                "leads": None if leads is None else json.dumps(list(leads)),
                "most": most,
            },
        ).fetchall()
        return _read(store.connection, rows)


@frozen
class LeadUp:
    """What a lead did before it came into a stage: the last event (type and object, when), and what else it
    did in the month before that, each type and object with how often, the latest first."""

    last: str
    at: datetime
    before: tuple[tuple[str, int], ...]


def lead_up(store: Store, handed: HandedLead) -> LeadUp | None:
    """What a handed lead did before it came into its stage; None where that was nothing."""
    events = (
        "FROM event JOIN event_kind ON event_kind.id = event.kind WHERE lead = ? AND event.at <= ? "
        f"AND type NOT IN ({', '.join('?' * len(ANSWERS))})"
    )
    of = (handed.number, instant_of(handed.entered), *ANSWERS)
    with store.guard():
        rows = store.connection.execute(
            f"SELECT type, object, max(event.at), count(*) {events} "
            f"AND event.at >= (SELECT max(event.at) {events}) - ? GROUP BY event.kind ORDER BY 3 DESC, 1, 2",
            (*of, *of, _MONTH),
        ).fetchall()
    if not rows:
        return None
    (type_, object_, at, count), *others = rows
    found = [(type_, object_, count - 1), *((one[0], one[1], one[3]) for one in others)]
    before = tuple((_called(*names), times) for *names, times in found if times)
    return LeadUp(_called(type_, object_), moment_of(at), before[:_MOST_BEFORE])


def _called(type_: str, object_: str | None) -> str:
    return type_ if object_ is None else f"{type_} {object_}"


def _read(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> list[HandedLead]:
    return [_handed(connection, row) for row in rows]


def _handed(connection: sqlite3.Connection, row: tuple[Any, ...]) -> HandedLead:
    (number, lead, key, ruleset, version, name, track, stage, entered, address, list_, kept, at, why, due,
     overdue, answered, passed_to, left, score) = row  # fmt: skip
    said = json.loads(why)
    return HandedLead(
        number, lead, key, ruleset, version, name, track, stage, moment_of(entered), address, list_, kept,
        moment_of(at), said["why"], said["absent"], said.get("by"), None if due is None else moment_of(due),
        overdue is not None, None if answered is None else moment_of(answered), passed_to, left is not None,
        score, _answers(connection, lead, at),
    )  # fmt: skip


def _answers(connection: sqlite3.Connection, lead: int, since: int) -> tuple[Answered, ...]:
    rows = connection.execute(
        "SELECT type, event.at, properties FROM event JOIN event_kind ON event_kind.id = event.kind "
        f"WHERE lead = ? AND event.at >= ? AND type IN ({', '.join('?' * len(ANSWERS))}) ORDER BY event.at",
        (lead, since, *ANSWERS),
    )
    found = []
    for what, at, properties in rows:
        given = json.loads(properties) if properties else {}
        found.append(
            Answered(what, moment_of(at), str(given.get("reason") or ""), str(given.get("note") or ""))
        )
    return tuple(found)


# --- where all stand --------------------------------------------------------------------------------


@frozen
class Waiting:
    """A lead that nobody has: the number of its entry, its own id, ruleset, stage, since when, "unassigned"
    or "queued", by which handoff it waits, and who is not there, and why."""

    entry: int
    lead: str
    ruleset: str
    stage: str
    at: datetime
    state: str
    handoff: str
    absent: Mapping[str, str]


@frozen
class Load:
    """What somebody has: how many leads are in talks, wait for an answer in time, and are overdue; how many
    came in the last seven days, and from which lists."""

    address: str
    talks: int
    waiting: int
    overdue: int
    week: int
    lists: tuple[str, ...]

    @property
    def all(self) -> int:
        """All of them."""
        return self.talks + self.waiting + self.overdue


@frozen
class Answers:
    """Of the leads of the last seven days that were to be answered: how many there are, how many were, and
    the median of seconds until then, None where none was."""

    asked: int
    answered: int
    median: float | None


def waiting(
    store: Store, most: int = 100, *, stage: str | None = None, leads: Sequence[str] | None = None
) -> list[Waiting]:
    """Leads in stages that have handoffs, or in one of these, and with nobody, the oldest first; of all, or
    of some by their ids."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT entry.id, lead._key, ruleset.name, stage, entry.at, state, reason FROM entry "
            "JOIN (SELECT _id, _key, _state FROM lead) AS lead "
            f"ON lead._id = entry.lead AND lead._state = {NAMED} "
            "JOIN ruleset ON ruleset.id = entry.ruleset "
            "WHERE state IN ('queued', 'unassigned') AND left_at IS NULL AND (?1 IS NULL OR stage = ?1) "
            "AND (?3 IS NULL OR lead._key IN (SELECT value FROM json_each(?3))) "
            "ORDER BY entry.at, lead._key LIMIT ?2",
            (stage, most, None if leads is None else json.dumps(list(leads))),
        ).fetchall()
    found = []
    for entry, lead, ruleset, stage_, at, state, reason in rows:
        said = json.loads(reason) if reason else {}
        name, absent = said.get("handoff", ""), said.get("absent", {})
        found.append(Waiting(entry, lead, ruleset, stage_, moment_of(at), state, name, absent))
    return found


def stages_handed(store: Store) -> list[str]:
    """The names of the stages that leads were noted in to be handed off."""
    with store.guard():
        rows = store.connection.execute("SELECT DISTINCT stage FROM entry ORDER BY stage")
        return [stage for (stage,) in rows]


def counts(store: Store) -> dict[str, int]:
    """How many leads there are in each state: those of entries, and overdue ones."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT state, count(*) FROM entry WHERE left_at IS NULL GROUP BY state"
        ).fetchall()
    return {**dict(rows), "overdue": overdue(store)}


def overdue(store: Store) -> int:
    """How many leads were not answered in time, and not passed on to anybody."""
    with store.guard():
        return int(
            store.connection.execute(
                "SELECT count(*) FROM handoff WHERE due IS NOT NULL AND overdue IS NOT NULL "
                "AND answered IS NULL "
                "AND NOT EXISTS (SELECT 1 FROM handoff AS next WHERE next.passed_by = handoff.id)"
            ).fetchone()[0]
        )


def nobody_has(store: Store) -> int:
    """How many leads in stages with handoffs are with nobody."""
    with store.guard():
        return int(
            store.connection.execute(
                "SELECT count(*) FROM entry WHERE state IN ('queued', 'unassigned') AND left_at IS NULL"
            ).fetchone()[0]
        )


def loads(store: Store, now: int) -> list[Load]:
    """What everybody has who has a lead, the fullest first; `now` in microseconds since 1970 UTC."""
    marks = ", ".join("?" * len(ANSWERS))
    answered = (
        "EXISTS (SELECT 1 FROM event WHERE event.lead = handoff.lead AND event.at >= handoff.at "
        f"AND kind IN (SELECT id FROM event_kind WHERE type IN ({marks})))"
    )
    with store.guard():
        rows = store.connection.execute(
            "SELECT max(address), sum(talks), sum(NOT talks AND NOT late), sum(NOT talks AND late), "
            f"sum(at >= ?), group_concat(DISTINCT list) FROM (SELECT person, address, list, handoff.at, "
            f"{answered} AS talks, overdue IS NOT NULL AND answered IS NULL AS late FROM handoff "
            "JOIN entry ON entry.id = handoff.entry WHERE left_at IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM handoff AS next WHERE next.passed_by = handoff.id)) "
            "GROUP BY person ORDER BY count(*) DESC, 1",
            (now - _WEEK, *ANSWERS),
        ).fetchall()
    return [
        Load(address, talks, due, late, week, tuple(lists.split(",")) if lists else ())
        for address, talks, due, late, week, lists in rows
    ]


def answers(store: Store, now: int) -> Answers:
    """How the leads of the last seven days were answered; `now` in microseconds since 1970 UTC."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT answered - at FROM handoff WHERE at >= ? AND due IS NOT NULL", (now - _WEEK,)
        ).fetchall()
    took = [one / 1_000_000 for (one,) in rows if one is not None]
    return Answers(len(rows), len(took), median(took) if took else None)
