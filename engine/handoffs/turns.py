"""Who of a handoff's people gets a lead: by turns, by who is there, and by who has its like already.

Nothing is counted beside the record: whose turn it is follows from who got which lead last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..plan import Whom
from ..zone import Zone
from .people import Person, folded

NEVER = -1
"""Somebody who never got a lead of a list had the last one before all others."""


class Pick(NamedTuple):
    """Who gets a lead, and why: "kept" with those of the same value, in "turn", "first" of those there, or
    "named". None of the people there: `person` is None, and `absent` says why of each."""

    person: str | None
    why: str
    absent: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class HandedOff:
    """What came of a pass: how many leads each person got, how many wait for somebody, how many go to nobody,
    how many were not answered in time."""

    people: dict[str, int]
    queued: int = 0
    unassigned: int = 0
    too_soon: int = 0
    overdue: int = 0


class _Presence(NamedTuple):
    """Who of some people gets leads at an instant, each with the address folded; why the others do not."""

    there: Sequence[tuple[str, str]]
    absent: tuple[tuple[str, str], ...]


class _Queue(NamedTuple):
    """The people of a list who are there, in the order in which it is their turn."""

    of: _Presence
    people: deque[tuple[str, str]]


@dataclass
class Turns:
    """Whose turn it is; brought up to date by each lead that is given.

    `known` are the people on record by their folded addresses; whoever is not takes leads as they come.
    `last` is the number of the last lead that somebody got from a list, `keepers` who has the leads of a list
    with a value, `got` when somebody got leads.
    """

    known: Mapping[str, Person]
    zone: Zone
    last: dict[tuple[str, str], int] = field(default_factory=dict)
    keepers: dict[tuple[str, str], str] = field(default_factory=dict)
    got: dict[str, list[int]] = field(default_factory=dict)
    _away: dict[tuple[str, int], bool] = field(default_factory=dict)
    _today: dict[tuple[str, int], int] = field(default_factory=dict)
    _presence: dict[tuple[Whom, int], _Presence] = field(default_factory=dict)
    _queues: dict[str, _Queue] = field(default_factory=dict)

    def give(self, person: str, whom: Whom, kept: str | None, number: int, at: int) -> None:
        """Takes note of a lead that somebody (folded) got, in the order of `number`."""
        self.got.setdefault(person, []).append(at)
        one = self.known.get(person)
        if one is not None and one.daily is not None:
            # Nobody else goes because of a lead.
            self._presence.clear()
            for known in [each for each in self._today if each[0] == person]:
                del self._today[known]
        if whom.list is not None:
            self.last[whom.list, person] = number
            queue = self._queues.get(whom.list)
            if queue is not None and queue.people[0][1] == person:
                queue.people.rotate(-1)
            elif queue is not None:
                del self._queues[whom.list]
            if kept is not None:
                self.keepers[whom.list, kept] = person

    def pick(self, whom: Whom, at: int, *, turn: bool, kept: str | None, but: str | None = None) -> Pick:
        """Who gets a lead at an instant; `but` names somebody who does not."""
        presence = self._who_is_there(whom, at, but)
        there, absent = presence
        # A limit is for what is new: whoever knows a company gets all of its leads.
        if kept is not None and whom.list is not None:
            keeper = self.keepers.get((whom.list, kept))
            away = {folded(one) for one, why in absent if why != "limit"}
            found = next((one for one in whom.people if folded(one) == keeper), None)
            if found is not None and keeper not in away:
                return Pick(found, "kept", absent)
        if not there:
            return Pick(None, "nobody", absent)
        name = whom.list
        if name is None:
            return Pick(there[0][0], "named", absent)
        if not turn:
            return Pick(there[0][0], "first", absent)
        queue = self._queues.get(name)
        if queue is None or queue.of is not presence:
            last = self.last
            order = sorted(there, key=lambda one: last.get((name, one[1]), NEVER))
            queue = self._queues[name] = _Queue(presence, deque(order))
        return Pick(queue.people[0][0], "turn", absent)

    def _who_is_there(self, whom: Whom, at: int, but: str | None) -> _Presence:
        found = self._presence.get((whom, at)) if but is None else None
        if found is None:
            found = self._look(whom, at, but)
            if but is None:
                self._presence[whom, at] = found
        return found

    def _look(self, whom: Whom, at: int, but: str | None) -> _Presence:
        there, absent = [], []
        for address in whom.people:
            name = folded(address)
            before = but is not None and name == folded(but)
            why = "had it before" if before else self.absence(address, at)
            if why is None:
                there.append((address, name))
            else:
                absent.append((address, why))
        return _Presence(there, tuple(absent))

    def absence(self, address: str, at: int) -> str | None:
        """Why somebody gets no lead at an instant: "away" or "limit"; None where they are there."""
        name = folded(address)
        person = self.known.get(name)
        if person is None:
            return None
        away = self._away.get((name, at))
        if away is None:
            away = self._away[name, at] = person.is_away(at, self.zone)
        if away:
            return "away"
        if person.daily is not None and self.today(person, at) >= person.daily:
            return "limit"
        return None

    def today(self, person: Person, at: int) -> int:
        """How many leads somebody got on the day of an instant, up to it."""
        name = folded(person.address)
        found = self._today.get((name, at))
        if found is None:
            began = person.day_began(at, self.zone)
            found = self._today[name, at] = sum(began <= one for one in self.got.get(name, ()))
        return found
