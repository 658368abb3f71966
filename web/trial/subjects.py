"""Whom rules are tried on: a lead of the record, a test of the ruleset, or a lead that was pasted in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ...engine.plan import Plan
from ...engine.report.paper import cut, shown
from ...engine.store.database import Store
from ...engine.store.records.leads import StoredLead, find_lead, search_leads
from ...engine.trial.case import Case, case_of_test
from ...engine.values import instant_of
from ..lookups import events_of_lead
from ..naming import told
from .pasted import PasteError, read_pasted

TEST, GIVEN = "test:", "given:"
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
    found = search_leads(store, asked, 2)
    if len(found) == 1:
        return _lead(store, found[0], now)
    said = "no lead with" if not found else "more than one lead with"
    return Subject(asked, "", "", None, problem=f'There is {said} "{shown(cut(asked, 60))}". Choose one.')


def _lead(store: Store, lead: StoredLead, now: dt.datetime) -> Subject:
    case = Case(lead.fields, tuple(events_of_lead(store, lead.id)), instant_of(now))
    title, words = told(lead)
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


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody to choose: what the page calls it by, who it is, and what else tells it from others."""

    asked: str
    title: str
    words: str


def search(store: Store, plan: Plan | None, text: str) -> list[Found]:
    """Leads with a text in their id or any attribute, and tests of the ruleset with it in their name."""
    found = [Found(lead.key, *told(lead)) for lead in search_leads(store, text, _MOST_FOUND)]
    wanted = text.strip().casefold()
    tests = [test.name for test in plan.tests] if plan is not None else []
    return found + [
        Found(f"{TEST}{name}", shown(name), "test") for name in tests if wanted in name.casefold()
    ]
