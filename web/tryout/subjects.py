"""Whom rules are tried on: a lead of the record, a test of the ruleset, or a lead that was pasted in."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...engine.plan import Plan
from ...engine.report.text_style import cut, shown
from ...engine.score_one.facts import Event, FactsError, event_from, instant_from
from ...engine.store.database import Store
from ...engine.store.records.leads import StoredLead, find_lead, search_leads
from ...engine.tryout.case import Case, case_of_test
from ...engine.tryout.change import Change, Happening, changed
from ...engine.values import instant_of, moment_of, read_moment, shift
from ...grammar.syntax.nodes import Unit
from ..queries import events_of_lead, lead_title

LONGEST = 64 * 1024
_MOST_EVENTS = 10_000
_AGE = re.compile(
    r"(?P<object>.*?)[\s,]*(?:(?P<times>\d{1,4})\s+times?)?[\s,]*"
    r"(?:(?P<amount>\d{1,6})\s+(?P<unit>minute|hour|day|week|month|year)s?\s+ago|on\s+(?P<on>\S+))?",
    re.IGNORECASE | re.DOTALL,
)


class PasteError(ValueError):
    """What was pasted cannot be read as a lead; the message says why and what to do."""


def read_pasted(text: str, plan: Plan, now: int) -> Case:
    """The lead in a text. JSON is an object of fields, with its events under "events"; else each line is
    `name: value`, or for an event `visited: pricing 2 times 3 days ago`.

    Raises PasteError.
    """
    if len(text) > LONGEST:
        raise PasteError("That is too much for one lead: at most 64 KiB.")
    if not text.strip():
        raise PasteError("Paste a lead: JSON, or a line such as title: VP Marketing for each thing known.")
    if text.lstrip().startswith(("{", "[")):
        return _from_json(text, now)
    return _from_lines(text, plan, now)


def _from_json(text: str, now: int) -> Case:
    try:
        found = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise PasteError(f"This is not JSON: look at line {line}.") from None
    except RecursionError:
        raise PasteError("This JSON is nested too deep for a lead.") from None
    if not isinstance(found, dict):
        raise PasteError('A lead is one object, such as {"title": "VP Marketing", "employees": 120}.')
    events = found.pop("events", [])
    inner = found.get("lead", found.get("fields"))
    if isinstance(inner, dict) and isinstance(found.get("now"), str):
        try:
            now = instant_from(found["now"], "now is")
        except FactsError as error:
            raise PasteError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    fields: Mapping[str, Any] = inner if isinstance(inner, dict) else found
    if not isinstance(events, list) or len(events) > _MOST_EVENTS:
        raise PasteError(f'"events" is a list of at most {_MOST_EVENTS:,} events.')
    return Case(fields, tuple(_event(number, one) for number, one in enumerate(events, 1)), now)


def _event(number: int, given: object) -> Event:
    if not isinstance(given, Mapping):
        raise PasteError(f'Event {number} is no object, such as {{"type": "visited", "at": "2026-01-15"}}.')
    try:
        event = event_from(given)
        instant_from(event.at)
        return event
    except FactsError as error:
        raise PasteError(f"Event {number}: {error}.") from None


# --- lines ------------------------------------------------------------------------------------


def _from_lines(text: str, plan: Plan, now: int) -> Case:
    fields: dict[str, str] = {}
    events: list[Event] = []
    known = {field.name for field in plan.fields} | {field.column for field in plan.fields}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise PasteError(f"Line {number} has no colon: write it as title: VP Marketing.")
        name, value = name.strip(), value.strip()
        type_ = _type_of(plan, name) if name not in known else None
        if type_ is None:
            fields[name] = value
        else:
            events += _happened(number, *type_, value, now)
        if len(events) > _MOST_EVENTS:
            raise PasteError(f"Those are too many events: at most {_MOST_EVENTS:,}.")
    return Case(fields, tuple(events), now)


def _type_of(plan: Plan, name: str) -> tuple[str, str | None] | None:
    """What the data calls the events that rules call so, and which property is their object."""
    for selector in plan.selectors:
        if selector.name == name:
            return selector.feeds[0].type, selector.feeds[0].by
    return None


def _happened(number: int, type_: str, by: str | None, value: str, now: int) -> Iterator[Event]:
    found = _AGE.fullmatch(value)
    assert found is not None, "every part may be absent"
    at = moment_of(now)
    if found["amount"]:
        try:
            at = moment_of(shift(now, -int(found["amount"]), Unit(found["unit"].lower())))
        except (OverflowError, ValueError):
            raise PasteError(f"Line {number}: that is too long ago.") from None
    elif found["on"]:
        moment = read_moment(found["on"])
        if moment is None:
            raise PasteError(f'Line {number}: "{found["on"]}" is no day; write it as 2026-01-15.')
        at = moment if isinstance(moment, dt.datetime) else moment_of(instant_of(moment))
    thing = found["object"].strip().strip('"') or None
    properties = {by: thing} if by is not None and thing is not None else {}
    times = found["times"] or "1"
    if len(times) > len(str(_MOST_EVENTS)) or int(times) > _MOST_EVENTS:
        raise PasteError(f"Line {number}: that is too often; at most {_MOST_EVENTS:,} times.")
    for _ in range(int(times)):
        yield Event(type_, at, None if by is not None else thing, properties)


TEST, GIVEN, WITH = "test:", "given:", "with:"
"""What begins the name of a subject that is no lead of the record; a lead of that id goes before."""

_MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom rules are tried on.

    `asked` is what the page calls it by; `title` who it is, `words` what else tells it from others; `lead`
    its id where it is a lead of the record. `case` is None where it is not to be had, and `problem` says why.
    """

    asked: str
    title: str
    words: str
    case: Case | None
    lead: str | None = None
    problem: str | None = None


def subject_of(store: Store, plan: Plan, asked: str, now: dt.datetime) -> Subject:
    """Whom is meant: a lead by its id or any text that only it has, a test, or what was pasted."""
    lead = find_lead(store, asked)
    if lead is not None:
        return _lead(store, lead, now)
    if asked.startswith(TEST):
        return _test(plan, asked)
    if asked.startswith(GIVEN):
        return _given(plan, asked, now)
    if asked.startswith(WITH):
        return _with(store, asked, now)
    found = search_leads(store, asked, 2)
    if len(found) == 1:
        return _lead(store, found[0], now)
    said = "no lead with" if not found else "more than one lead with"
    return Subject(asked, "", "", None, problem=f'There is {said} "{shown(cut(asked, 60))}". Choose one.')


def _lead(store: Store, lead: StoredLead, now: dt.datetime) -> Subject:
    case = Case(lead.fields, tuple(events_of_lead(store, lead.id)), instant_of(now))
    title, words = lead_title(lead)
    return Subject(lead.key, title, words, case, lead.key)


def _test(plan: Plan, asked: str) -> Subject:
    name = asked.removeprefix(TEST)
    test = next((test for test in plan.tests if test.name == name), None)
    if test is None:
        return Subject(asked, name, "", None, problem="This test is no longer in the rules.")
    return Subject(asked, name, "test of the ruleset", case_of_test(plan, test))


def _given(plan: Plan, asked: str, now: dt.datetime) -> Subject:
    text = asked.removeprefix(GIVEN)
    try:
        case = read_pasted(text, plan, instant_of(now))
    except PasteError as error:
        return Subject(asked, "A lead pasted in", "", None, problem=f"{error}")
    texts = [value for value in case.fields.values() if isinstance(value, str) and value.strip()]
    return Subject(asked, "A lead pasted in", shown(cut(", ".join(texts[:3]), 80)), case)


def with_changes(lead: str, changes: Iterable[Change]) -> str:
    """What the page calls a lead of the record by, of whom some things more were known or had happened."""
    told = list(changes)
    fields = {name: value for change in told for name, value in change.fields}
    events = [
        [one.type, one.object, dict(one.properties), one.minutes_ago]
        for change in told
        for one in change.events
    ]
    return WITH + json.dumps([lead, fields, events], ensure_ascii=False, separators=(",", ":"))


def _with(store: Store, asked: str, now: dt.datetime) -> Subject:
    try:
        key, fields, events = json.loads(asked.removeprefix(WITH))
        happened = tuple(
            (Happening(str(kind), to, tuple(more.items()), int(ago))) for kind, to, more, ago in events
        )
        change = Change("", tuple(fields.items()), happened)
        lead = find_lead(store, str(key))
    except (ValueError, TypeError, AttributeError, RecursionError):
        lead = None
    if lead is None or len(happened) > _MOST_EVENTS:
        return Subject(asked, "", "", None, problem="This lead is not there any more. Choose one.")
    known = _lead(store, lead, now)
    assert known.case is not None
    return Subject(asked, known.title, "with the way to the next stage", changed(known.case, [change]))


@dataclass(frozen=True, slots=True)
class SubjectChoice:
    """Somebody to choose: what the page calls it by, who it is, and what else tells it from others."""

    asked: str
    title: str
    words: str


def search(store: Store, plan: Plan | None, text: str) -> list[SubjectChoice]:
    """Leads with a text in their id or any attribute, and tests of the ruleset with it in their name."""
    found = [SubjectChoice(lead.key, *lead_title(lead)) for lead in search_leads(store, text, _MOST_FOUND)]
    wanted = text.strip().casefold()
    tests = [test.name for test in plan.tests] if plan is not None else []
    return found + [
        SubjectChoice(f"{TEST}{name}", shown(name), "test") for name in tests if wanted in name.casefold()
    ]
