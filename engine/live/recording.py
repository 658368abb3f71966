"""Calls made into fields and events of leads, within one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..importing.events import given_key
from ..importing.staging import insert_many
from ..receivers.calls import Call, clean
from ..store.database import Store, StoreError
from ..store.records.events import stored_properties
from ..store.records.freshness import mark_changed
from ..store.records.history import Former, last_instant, note_former, noting_late
from ..store.records.identity import Whose, lead_of, named_leads, say_same
from ..store.records.lead_keys import lead_key
from ..store.records.leads import StoredField, add_field, change_kind, from_stored, quoted, stored_fields
from ..store.records.merging import claim, fill_gaps
from .mapping import SourceMapping
from .messages import Became, State
from .values import Odd, flat, kind_of, member, stored


@frozen
class Change:
    """A call that changes something: by which mapping, when it happened, the message's key, when it came.
    What becomes of it is noted in `became`."""

    call: Call
    mapping: SourceMapping
    at: int
    key: str
    received: int
    became: Became


@frozen
class _Event:
    whose: Whose
    at: int
    type: str
    object: str | None
    key: int
    properties: str | None
    became: Became


class Batch:
    """Records changes in the order in which they came. Use one a transaction."""

    def __init__(self, store: Store, now: int) -> None:
        self.store = store
        self.connection = store.connection
        self.now = now
        self._whose: dict[tuple[str | None, str | None], Whose | None] = {}
        self._same: set[tuple[str, str]] = set()
        self._former: Former = []

    def record(self, changes: Sequence[Change]) -> None:
        """Stores them; within a transaction."""
        newest = self._newest()
        self._look_up(changes)
        for change in changes:
            self._say_same(change.call)
            self._belongs(change)
        if self._same:
            # What was one lead's when it was looked up may be another's since.
            self._whose.clear()
            self._look_up(changes)
        owned = [(change, whose) for change in changes if (whose := self._belongs(change)) is not None]
        self._name_leads(owned)
        touched = self._record_fields(owned)
        touched |= self._record_events(owned)
        touched.update(whose.lead for _, whose in owned if whose.lead > newest)
        if touched:
            self.connection.execute(
                "UPDATE lead SET _changed = ?1 WHERE _id IN (SELECT value FROM json_each(?2)) "
                "AND _changed <> ?1",
                (self.now, json.dumps(sorted(touched))),
            )
            mark_changed(self.connection, sorted(touched))
            if self._former and last_instant(self.connection) is not None:
                note_former(self.connection, self._former)

    def _look_up(self, changes: Iterable[Change]) -> None:
        """Finds whose those changes are that name a lead with a name by its own id, all at once."""
        wanted: dict[str, str] = {}
        for change in changes:
            call = change.call
            if call.named is not None and call.anonymous is None and call.same is None:
                wanted[call.named] = lead_key(call.named)
        leads = named_leads(self.connection, wanted.values())
        for named, key in wanted.items():
            if key in leads:
                self._whose[named, None] = Whose(leads[key])

    def _say_same(self, call: Call) -> None:
        """Joins ids that are one person's."""
        if call.same is not None and call.named is not None and (call.same, call.named) not in self._same:
            self._same.add((call.same, call.named))
            say_same(self.connection, call.same, call.named, self.now)
        elif call.named is not None and call.anonymous is not None:
            self._same.add((call.anonymous, call.named))

    def _belongs(self, change: Change) -> Whose | None:
        """Whose a change is, None of a person who is kept out."""
        call = change.call
        ids = (call.named, call.anonymous)
        if call.same is not None and call.type is None and not call.traits:
            # It says that two ids are one person's, and not which of the two names somebody.
            ids = (None, call.named)
        if ids not in self._whose:
            self._whose[ids] = lead_of(self.connection, *ids, self.now)
        found = self._whose[ids]
        if found is None:
            change.became.state, change.became.why = (
                State.IGNORED,
                "this person was forgotten and is kept out",
            )
        return found

    def _newest(self) -> int:
        """The number of the newest lead."""
        found: int = self.connection.execute("SELECT ifnull(max(_id), 0) FROM lead").fetchone()[0]
        return found

    def _name_leads(self, owned: Iterable[tuple[Change, Whose]]) -> None:
        """Notes what each message's lead is called."""
        numbers = sorted({whose.lead for _, whose in owned})
        rows = self.connection.execute(
            "SELECT _id, _key FROM lead WHERE _id IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)
        )
        keys = dict(rows.fetchall())
        for change, whose in owned:
            change.became.lead, change.became.key = whose.lead, keys[whose.lead]

    # --- fields -------------------------------------------------------------------------------

    def _record_fields(self, owned: Iterable[tuple[Change, Whose]]) -> set[int]:
        """Sets the fields that are newer than what clients said before; gives the leads that changed."""
        known = stored_fields(self.store)
        wanted: dict[tuple[int, str], tuple[int, str, Any, Became]] = {}
        for change, whose in owned:
            for name, value in self._fields_of(change):
                place = (whose.lead, name)
                before = wanted.get(place)
                if before is None or (change.at, change.key) >= before[:2]:
                    wanted[place] = (change.at, change.key, value, change.became)
        if not wanted:
            return set()
        said = self._said(lead for lead, _ in wanted)
        news: dict[int, dict[str, Any]] = {}
        noted = []
        for (lead, name), (at, key, value, became) in wanted.items():
            if (at, key) <= said.get((lead, name), (-1, "")):
                continue
            noted.append((lead, name, at, key))
            field = self._field(known, name, value, became)
            if field is not None and (kept := self._kept(field, value, became)) is not None:
                news.setdefault(lead, {})[name] = kept
        self.connection.executemany("INSERT OR REPLACE INTO live_field VALUES (?, ?, ?, ?)", noted)
        return self._update(known, news)

    def _fields_of(self, change: Change) -> Iterable[tuple[str, Any]]:
        if not change.call.traits:
            return
        for trait, value in flat(change.call.traits, change.became.notes.append):
            name = change.mapping.field_of(trait)
            if name is not None and (value is None or kind_of(value) is not None):
                yield name, (value, change.mapping)

    def _said(self, leads: Iterable[int]) -> dict[tuple[int, str], tuple[int, str]]:
        rows = self.connection.execute(
            "SELECT lead, field, at, message FROM live_field WHERE lead IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(set(leads))),),
        )
        return {(lead, name): (at, message) for lead, name, at, message in rows}

    def _field(
        self, known: dict[str, StoredField], name: str, value: tuple[Any, SourceMapping], became: Became
    ) -> StoredField | None:
        """The field of a name, made where it is new; a day becomes an instant where one comes."""
        given, mapping = value
        kind = kind_of(given)
        field = known.get(name)
        if field is None:
            if kind is None:
                return None
            try:
                field = known[name] = add_field(self.store, name, mapping.kinds.get(name, kind))
            except StoreError as error:
                became.notes.append(error.message)
                return None
        elif field.kind is Kind.DATE and kind is Kind.DATETIME:
            field = known[name] = change_kind(self.store, field, Kind.DATETIME)
        return field

    def _kept(self, field: StoredField, value: tuple[Any, SourceMapping], became: Became) -> Any:
        """What is stored, b"" for unknown, None where it cannot be read."""
        given, mapping = value
        try:
            kept = stored(field.kind, given, mapping.blanks)
        except Odd as error:
            became.notes.append(f"{field.name} was left as it is: {error}")
            return None
        became.fields[field.name] = None if kept is None else from_stored(field.kind, kept)
        return b"" if kept is None else kept

    def _update(self, known: Mapping[str, StoredField], news: Mapping[int, Mapping[str, Any]]) -> set[int]:
        """Writes new values, notes the former ones; gives the leads that have another value now."""
        names = sorted({name for values in news.values() for name in values})
        if not names:
            return set()
        columns = ", ".join(quoted(known[name].column) for name in names)
        rows = self.connection.execute(
            f"SELECT _id, {columns} FROM lead WHERE _id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(news)),),
        ).fetchall()
        former: Former = []
        updates = []
        for lead, *values in rows:
            changed = {}
            for name, old in zip(names, values, strict=True):
                new = news[lead].get(name)
                if new is not None and (None if new == b"" else new) != old:
                    changed[name] = None if old is None else from_stored(known[name].kind, old)
            if changed:
                former.append((lead, json.dumps(changed, ensure_ascii=False)))
                updates.append((lead, changed))
        for lead, changed in updates:
            sets = ", ".join(f"{quoted(known[name].column)} = ?" for name in changed)
            new_values = [None if news[lead][name] == b"" else news[lead][name] for name in changed]
            self.connection.execute(f"UPDATE lead SET {sets} WHERE _id = ?", (*new_values, lead))
        self._claim(updates)
        self._former = former
        return {lead for lead, _ in updates}

    def _claim(self, updates: Sequence[tuple[int, dict[str, Any]]]) -> None:
        """Notes of leads that others were merged into that these fields are their own now."""
        rows = self.connection.execute(
            "SELECT DISTINCT lead FROM alias WHERE merged IS NOT NULL "
            "AND lead IN (SELECT value FROM json_each(?))",
            (json.dumps([lead for lead, _ in updates]),),
        )
        joined = {lead for (lead,) in rows}
        for lead, changed in updates:
            if lead in joined:
                claim(self.connection, lead, changed)
        fill_gaps(self.connection, joined)

    # --- events -------------------------------------------------------------------------------

    def _record_events(self, owned: Iterable[tuple[Change, Whose]]) -> set[int]:
        """Adds the events that are not there yet; gives the leads that got one."""
        kinds = stored_properties(self.store)
        found: dict[tuple[str, str], Kind] = {}
        events = [
            self._event(change, whose, kinds, found)
            for change, whose in owned
            if change.call.type is not None
        ]
        if not events:
            return set()
        self._save_kinds(found)
        there = self._there(events)
        numbers = self._kind_numbers({(event.type, event.object) for event in events})
        rows, leads = [], set()
        for event in events:
            place = (event.whose.lead, event.key)
            if place in there:
                event.became.state = State.REPEATED
                continue
            there.add(place)
            leads.add(event.whose.lead)
            kind = numbers[event.type, event.object]
            rows.append((event.whose.lead, event.at, kind, event.key, event.properties, event.whose.alias))
        with noting_late(self.connection):
            rows.sort(key=itemgetter(0, 1, 2, 3))
            insert_many(
                self.connection,
                "INSERT OR IGNORE INTO main.event (lead, at, kind, key, properties, alias)",
                ["?"] * 6,
                list(chain.from_iterable(rows)),
            )
        return leads

    def _event(
        self,
        change: Change,
        whose: Whose,
        kinds: dict[str, dict[str, Kind]],
        found: dict[tuple[str, str], Kind],
    ) -> _Event:
        type_, object_, given = change.mapping.event_of(change.call)
        type_, object_ = clean(type_), None if object_ is None else clean(object_)
        known = kinds.setdefault(type_, {})
        members, blanks = [], change.mapping.blanks
        rename, stated = change.mapping.rename, change.mapping.kinds
        for name, value in sorted(flat(given, change.became.notes.append), key=itemgetter(0)):
            name = rename.get(name, name)  # noqa: PLW2901
            kind = known.get(name) or stated.get(name) or kind_of(value)
            if kind is None:
                continue
            if kind is Kind.DATE and kind_of(value) is Kind.DATETIME:
                kind = Kind.DATETIME
            try:
                written = member(name, kind, value, blanks)
            except Odd as error:
                change.became.notes.append(f"{name} was left out: {error}")
                continue
            if written:
                members.append(written)
                if known.get(name) is not kind:
                    known[name] = found[type_, name] = kind
        change.became.event = type_ if object_ is None else f"{type_} {object_}"
        properties = "{" + ",".join(members) + "}" if members else None
        change.became.properties = properties
        return _Event(
            whose, change.at, type_, object_, given_key(type_, change.key), properties, change.became
        )

    def _save_kinds(self, found: Mapping[tuple[str, str], Kind]) -> None:
        self.connection.executemany(
            "INSERT INTO property (type, name, kind) VALUES (?, ?, ?) "
            "ON CONFLICT (type, name) DO UPDATE SET kind = excluded.kind",
            [(type_, name, kind.value) for (type_, name), kind in found.items()],
        )

    def _there(self, events: Iterable[_Event]) -> set[tuple[int, int]]:
        """Which of the events are there already."""
        asked = json.dumps([(event.whose.lead, event.key) for event in events])
        rows = self.connection.execute(
            "SELECT event.lead, event.key FROM json_each(?) AS asked CROSS JOIN event "
            "ON event.lead = asked.value ->> 0 AND event.key = asked.value ->> 1 AND event.key < 0",
            (asked,),
        )
        return set(rows.fetchall())

    def _kind_numbers(self, pairs: Iterable[tuple[str, str | None]]) -> dict[tuple[str, str | None], int]:
        numbers = {}
        for type_, object_ in pairs:
            self.connection.execute(
                "INSERT OR IGNORE INTO event_kind (type, object) VALUES (?, ?)", (type_, object_)
            )
            numbers[type_, object_] = self.connection.execute(
                "SELECT id FROM event_kind WHERE type = ? AND ifnull(object, '') = ?", (type_, object_ or "")
            ).fetchone()[0]
        return numbers
