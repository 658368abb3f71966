"""Questions about scores and outcomes, asked of a store: measured, tested on the past, learned from.

with open_store("leads.db") as store:
    measures = measure(load("inbound.rules"), store, at="2026-11-01", within="90d")
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ....grammar.syntax.nodes import Kind, Unit
from ...evaluate import Evaluator
from ...evaluate.facts import instant_from
from ...outcomes.definitions import Asked, NotMeasurable, Outcomes, outcomes_of
from ...plan import Feed, Field, FieldValue, Plan, Selection, Selector
from ...values import MICROSECONDS
from ..database import Store
from ..records.leads import stored_fields
from .lead_blocks import LeadBlocks, lead_blocks

if TYPE_CHECKING:
    from ...outcomes.looking import Looking
    from ...outcomes.measure import Measures, Wanted
    from ...ruleset import Ruleset

Instant = dt.datetime | dt.date | str | int
Length = dt.timedelta | str | int
"""A length of time: a timedelta, text such as "90d" or "90 days", or microseconds."""

_LENGTH = re.compile(r"\s*(\d+)\s*(minutes?|min|hours?|h|days?|d|weeks?|w)\s*", re.IGNORECASE)
_UNITS = {"m": Unit.MINUTE, "h": Unit.HOUR, "d": Unit.DAY, "w": Unit.WEEK}


@dataclass(frozen=True, slots=True)
class Question:
    """What all questions have in common: as of when (None: now), how long a lead may take (None: as the rules
    say), which leads by when they were born, at which age they are looked at (None: as suits the data), what
    says when they were born, and which outcome it is about."""

    at: Instant | None = None
    within: Length | None = None
    since: Instant | None = None
    until: Instant | None = None
    age: Length | None = None
    born: str | None = None
    outcome: str | None = None

    def asked(self, outcomes: Outcomes) -> Asked:
        """The same in microseconds. Raises NotMeasurable for what is no length, FactsError for instants."""
        return Asked(
            now() if self.at is None else instant(self.at),
            outcomes.within if self.within is None else length(self.within),
            None if self.since is None else instant(self.since),
            None if self.until is None else instant(self.until),
            None if self.age is None else length(self.age, least=0),
        )


@dataclass(frozen=True)
class Ready:
    """A plan ready to look at the leads of a store."""

    plan: Plan
    looking: Looking
    outcomes: Outcomes
    blocks: LeadBlocks
    asked: Asked


def now() -> int:
    """This instant, in microseconds since 1970 UTC."""
    return time.time_ns() // 1_000


def instant(given: Instant) -> int:
    """An instant in microseconds. Raises FactsError where it is none."""
    return given if isinstance(given, int) else instant_from(given, "leads are to be looked at from")


def length(given: Length, least: int = 1) -> int:
    """A length of time in microseconds. Raises NotMeasurable where it is none."""
    if isinstance(given, dt.timedelta):
        return given // dt.timedelta(microseconds=1)
    if isinstance(given, int):
        return given
    found = _LENGTH.fullmatch(given)
    if found is None or int(found[1]) < least or int(found[1]) > 40_000:
        raise NotMeasurable(f'"{given}" is not a length of time', "write it like 90d, 12h or 4w")
    return int(found[1]) * MICROSECONDS[_UNITS[found[2][0].lower()]]


@contextmanager
def ready(plan: Plan, store: Store, question: Question) -> Iterator[Ready]:
    """A plan and a store for one question. Raises NotMeasurable, StoreError."""
    outcomes = outcomes_of(plan, question.outcome)
    if question.born is not None:
        plan, born = born_by(plan, store, question.born)
        outcomes = replace(outcomes, born=born)
    asked = question.asked(outcomes)
    with lead_blocks(store) as blocks:
        yield Ready(plan, blocks.looking(Evaluator(plan)), outcomes, blocks, asked)


def born_by(plan: Plan, store: Store, name: str) -> tuple[Plan, FieldValue | Selection]:
    """The plan with a field or a type of event by which leads are born, and which that is."""
    for number, field in enumerate(plan.fields):
        if name in (field.name, field.column) and field.kind in (Kind.DATE, Kind.DATETIME):
            return plan, FieldValue(number, field.kind)
    stored = stored_fields(store).get(name)
    if stored is not None and stored.kind in (Kind.DATE, Kind.DATETIME):
        fields = (*plan.fields, Field(name, name, stored.kind))
        return replace(plan, fields=fields), FieldValue(len(plan.fields), stored.kind)
    if stored is not None:
        raise NotMeasurable(
            f'the field "{name}" holds no dates, so it cannot say when leads are born',
            "name a field with dates, or an event",
        )
    types = [row[0] for row in store.connection.execute("SELECT DISTINCT type FROM event_kind")]
    feeds = next((one.feeds for one in plan.selectors if one.name == name and one.object is None), None)
    if feeds is None and name not in types:
        raise NotMeasurable(
            f'there is neither a field nor an event "{name}"', "leadwright fields lists what there is"
        )
    selector = Selector(name, feeds or (Feed(name),), None)
    return replace(plan, selectors=(*plan.selectors, selector)), Selection(len(plan.selectors), None, None)


def measure(
    ruleset: Ruleset | Plan,
    store: Store,
    *,
    at: Instant | None = None,
    within: Length | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    age: Length | None = None,
    born: str | None = None,
    outcome: str | None = None,
    wanted: Wanted | None = None,
) -> Measures:
    """Compares the scores of a ruleset with what became of the leads of a store.

    `at`: as of when, now where it is None; `within`: how long a lead may take, as the rules say, else 90
    days; `since` and `until`: leads born from and before; `age`: how long after birth a lead is looked at;
    `born`: the field or event that says when that was; `outcome`: which one. Raises NotMeasurable where
    nothing can be compared, and StoreError.
    """
    from ...outcomes.measure import Wanted, measured

    question = Question(at, within, since, until, age, born, outcome)
    with ready(_plan(ruleset), store, question) as found:
        return measured(
            found.looking,
            found.blocks,
            found.outcomes,
            found.asked,
            known=found.blocks.known,
            wanted=wanted or Wanted(),
        )


def _plan(ruleset: Ruleset | Plan) -> Plan:
    return ruleset if isinstance(ruleset, Plan) else ruleset.plan
