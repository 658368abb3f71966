"""Leads with what a plan reads of them, streamed from the store in the order it keeps them in.

SQLite hands over a lead's events as JSON arrays, one row a lead: reading two arrays takes half the time of
reading as many rows as there are events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ...due.oldest_events import EVER, oldest_by_selector
from ...plan import Field
from ...score_one.facts import EventRow
from ...score_one.scorer import Scorer
from ...values import Prepared, ascii_keys, prepare, text_key
from ..database import Store
from ..records.events import event_kinds
from ..records.lead_keys import MERGED, NAMED
from ..records.leads import StoredField, from_stored, quoted, stored_fields

_LEADS_AT_ONCE = 1_000
_MOST_LISTED = 500
_MOST_REMEMBERED = 20_000
_BETWEEN = "\x1e"
"""Stands between texts of JSON, in which it cannot stand."""

_read_json: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder())["scan_once"]
"""The decoder's own step: without the checks that `json.loads` makes of every text."""


@frozen
class Span:
    """Leads by their numbers: those from first to last or, where any are listed, of these the listed ones."""

    first: int
    last: int
    listed: tuple[int, ...] = ()

    def test(self, column: str) -> str:
        """What a statement of SQL asks of the column that holds the number."""
        if self.listed:
            return f"{column} IN (SELECT value FROM json_each(:listed))"
        return f"{column} BETWEEN :first AND :last"

    @property
    def parameters(self) -> dict[str, object]:
        """What the test refers to."""
        return {"first": self.first, "last": self.last, "listed": json.dumps(self.listed)}


def listed(numbers: Sequence[int]) -> Span:
    """These leads, which are in order and at least one."""
    return Span(numbers[0], numbers[-1], tuple(numbers))


class LeadReader:
    """The leads of a store as one plan sees them at one instant, with the events that are yet to come; with
    the `anonymous` ones, or without.

    `reader` should be in a read transaction, so that all of it is one moment's state.
    """

    def __init__(self, reader: Store, evaluator: Scorer, now: int, *, anonymous: bool = True) -> None:
        self.reader = reader
        self._which = f"_state <> {MERGED}" if anonymous else f"_state = {NAMED}"
        self.plan = evaluator.plan
        self.classes = evaluator.classes
        self.now = now
        self.kinds = event_kinds(reader)
        self._codes = [0] * (max(self.kinds, default=0) + 1)
        self._values: list[Any] = [None] * len(self._codes)
        for number, (type_, object_) in self.kinds.items():
            if self.classes.properties_decide(type_):
                self._codes[number] = -1
            else:
                code = self._codes[number] = self.classes.code(type_, object_, {})
                self._values[number] = self.classes.columns(code, type_, object_, {})
        self._read = [number for number, code in enumerate(self._codes) if code]
        self._remembered: dict[tuple[int, str], tuple[int, Any]] = {}
        self._by_properties = {number for number in self._read if self._needs_properties(number)}
        stored = stored_fields(reader)
        columns = [
            quoted(stored[field.column].column) if field.column in stored else "NULL"
            for field in self.plan.fields
        ]
        self._columns = ", ".join(["_id", *columns])
        self._makers = [Prepare(maker(field, stored.get(field.column))) for field in self.plan.fields]
        self._event_tests = self._write_event_tests()
        self._event_sql: dict[bool, str] = {}

    def leads(self, span: Span) -> Iterator[tuple[int, Sequence[Prepared], list[EventRow]]]:
        """Each lead of a span: its number, its fields as the plan reads them, and those of its events, in
        the order of time, that can make a difference now or later."""
        happened = self.events(span)
        waiting, events = next(happened, _NOTHING)
        for numbers, all_fields in self._leads(span):
            for number, fields in zip(numbers, all_fields, strict=True):
                if number == waiting:
                    yield number, fields, events
                    waiting, events = next(happened, _NOTHING)
                else:
                    yield number, fields, []

    def fields(self, span: Span) -> Iterator[Sequence[Prepared]]:
        """The fields of each lead of a span alone."""
        for _, all_fields in self._leads(span):
            yield from all_fields

    # --- leads ----------------------------------------------------------------------------------

    def _leads(self, span: Span) -> Iterator[tuple[Sequence[int], list[Sequence[Prepared]]]]:
        sql = f"SELECT {self._columns} FROM lead WHERE {span.test('_id')} AND {self._which} ORDER BY _id"
        cursor = self.reader.connection.execute(sql, span.parameters)
        while found := cursor.fetchmany(_LEADS_AT_ONCE):
            numbers, *columns = zip(*found, strict=True)
            ready = [
                list(map(maker.__getitem__, column))
                for maker, column in zip(self._makers, columns, strict=True)
            ]
            yield numbers, list(zip(*ready, strict=True)) if ready else [()] * len(numbers)

    # --- events ---------------------------------------------------------------------------------

    def events(self, span: Span) -> Iterator[tuple[int, list[EventRow]]]:
        """The leads of a span that have events that can make a difference now or later, with these."""
        if not self._read:
            return
        sparse = bool(span.listed)
        if sparse not in self._event_sql:
            self._event_sql[sparse] = self._write_event_sql(span)
        rows = self.reader.connection.execute(self._event_sql[sparse], span.parameters)
        code_of, value_of = self._codes.__getitem__, self._values.__getitem__
        width = self.classes.width
        for lead, at, kind, given_properties in rows:
            instants, kinds = _read_json(at, 0)[0], _read_json(kind, 0)[0]
            codes = map(code_of, kinds)
            if width or given_properties is not None:
                events: list[EventRow] = list(zip(instants, codes, map(value_of, kinds), strict=True))
                if given_properties is not None:
                    events = self._with_properties(events, kinds, given_properties.split(_BETWEEN))
                yield lead, events
            else:
                yield lead, list(zip(instants, codes, strict=True))

    def _with_properties(
        self, events: list[EventRow], kinds: list[int], properties: list[str]
    ) -> list[EventRow]:
        """The events with those told by their properties in place; these come in the same order."""
        remembered, unread = self._remembered, False
        places = [place for place, kind in enumerate(kinds) if kind in self._by_properties]
        for place, text in zip(places, properties, strict=True):
            kind = kinds[place]
            found = remembered.get((kind, text)) or self._read_properties(kind, text)
            unread = unread or not found[0]
            events[place] = (events[place][0], *found)
        if unread:
            events = [event for event in events if event[1]]
        return events if self.classes.width else [event[:2] for event in events]

    def _read_properties(self, kind: int, text: str) -> tuple[int, Any]:
        """The code of an event of a kind with these properties, and what is read of it."""
        type_, object_ = self.kinds[kind]
        given = json.loads(text) if text else {}
        code = self.classes.code(type_, object_, given)
        found = (code, self.classes.columns(code, type_, object_, given))
        if len(self._remembered) < _MOST_REMEMBERED:
            self._remembered[kind, text] = found
        return found

    def _write_event_tests(self) -> list[str]:
        """What is asked of events: to be of the kinds that the plan reads and, where a kind is only read
        within windows around now, not to lie before them."""
        # A kind that has come up since cannot be told yet: who got such an event is scored again anyhow.
        tests = [f"kind <= {max(self.kinds, default=0)}"]
        if len(self._read) < len(self.kinds):
            tests = [_among(self._read)]
        oldest = self._oldest()
        bounds = [bound for bound in oldest.values() if bound > EVER]
        if bounds:
            ever = [number for number, bound in oldest.items() if bound == EVER]
            tests.append(f"(at >= {min(bounds)}{' OR ' + _among(ever) if ever else ''})")
        return tests

    def _write_event_sql(self, span: Span) -> str:
        """Reads each lead's events as arrays, in the order of time."""
        given_properties = "NULL"
        if self._by_properties:
            those = _among(sorted(self._by_properties))
            given_properties = (
                f"group_concat(CASE WHEN {those} THEN ifnull(properties, '') END, '{_BETWEEN}')"
            )
        arrays = f"lead, json_group_array(at), json_group_array(kind), {given_properties}"
        where = " AND ".join([span.test("lead"), *self._event_tests])
        sql = f"SELECT {arrays} FROM event WHERE {where} GROUP BY lead ORDER BY lead"
        if self._is_in_order(sql, span):
            return sql
        ordered = f"SELECT * FROM event WHERE {where} ORDER BY lead, at"
        return f"SELECT {arrays} FROM ({ordered}) GROUP BY lead ORDER BY lead"

    def _is_in_order(self, sql: str, span: Span) -> bool:
        """Whether SQLite will go through the events as they lie, so that arrays come in order of time."""
        steps = self.reader.connection.execute(f"EXPLAIN QUERY PLAN {sql}", span.parameters).fetchall()
        said = [step[3] for step in steps]
        return not any("TEMP B-TREE" in step for step in said) and "PRIMARY KEY" in said[0]

    def _needs_properties(self, kind: int) -> bool:
        code = self._codes[kind]
        return code < 0 or self.classes.needs_properties(self.kinds[kind][0], code)

    def _oldest(self) -> dict[int, int]:
        """Before which instant events of each kind that is read can make no difference."""
        by_selector = oldest_by_selector(self.plan, self.now)
        oldest = {}
        for number in self._read:
            code = self._codes[number]
            selectors = self.classes.known[code].selectors if code > 0 else ()
            oldest[number] = min((by_selector.get(selector, EVER) for selector in selectors), default=EVER)
        return oldest


_NOTHING: tuple[int, list[EventRow]] = (0, [])


def _among(kinds: list[int]) -> str:
    """A test in SQL for these kinds, by ranges of neighbours as far as they go."""
    runs: list[list[int]] = []
    for kind in kinds:
        if runs and runs[-1][1] == kind - 1:
            runs[-1][1] = kind
        else:
            runs.append([kind, kind])
    if len(runs) > _MOST_LISTED:
        return f"kind IN (SELECT value FROM json_each('{json.dumps(kinds)}'))"
    tests = [f"kind = {low}" if low == high else f"kind BETWEEN {low} AND {high}" for low, high in runs]
    if len(tests) > 8:
        return f"kind IN ({', '.join(map(str, kinds))})"
    return f"({' OR '.join(tests)})"


# --- values -------------------------------------------------------------------------------------


class Prepare(dict[Any, Prepared]):
    """Stored values of one column made ready, the first so many different ones remembered."""

    def __init__(self, make: Callable[[Any], Prepared]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, value: Any) -> Prepared:
        made = self.make(value)
        if len(self) < _MOST_REMEMBERED:
            self[value] = made
        return made


def maker(field: Field, stored: StoredField | None) -> Callable[[Any], Prepared]:
    """What makes a stored value ready for a field of a plan."""
    if stored is None:
        return partial(_default, field.default)
    if field.kind is stored.kind is Kind.TEXT:
        return partial(_folded, field.default)
    if field.kind is stored.kind is Kind.NUMBER:
        return partial(_number, field.default)
    return partial(_made_ready, field, stored.kind)


def all_ready(field: Field, stored: StoredField | None) -> Callable[[Sequence[Any]], list[Prepared]]:
    """What makes many stored values ready for a field of a plan."""
    prepare_one = Prepare(maker(field, stored))

    def one_by_one(values: Sequence[Any]) -> list[Prepared]:
        return [prepare_one[value] for value in values]

    def folded(values: Sequence[str | None]) -> list[Prepared]:
        keys = ascii_keys(values)
        return one_by_one(values) if keys is None else [key or field.default for key in keys]

    plain = stored is not None and field.kind is stored.kind is Kind.TEXT
    return folded if plain else one_by_one


def _default(default: Prepared, _: object) -> Prepared:
    return default


def _folded(default: Prepared, value: str | None) -> Prepared:
    return default if value is None else text_key(value) or default


def _number(default: Prepared, value: float | None) -> Prepared:
    return default if value is None else value + 0.0


def _made_ready(field: Field, kind: Kind, value: object) -> Prepared:
    found = None if value is None else prepare(field.kind, from_stored(kind, value))
    return field.default if found is None else found
