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
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ....grammar.syntax.nodes import Kind, Unit
from ...outcomes.definitions import Asked, NotMeasurable, Outcomes, outcomes_of
from ...plan import Feed, Field, FieldValue, Plan, Selection, Selector
from ...score_one import Evaluator
from ...score_one.facts import instant_from
from ...values import MICROSECONDS
from ..database import Store
from ..records.leads import stored_fields
from .lead_blocks import LeadBlocks, lead_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...check.files import Files
    from ...outcomes.backtest import Backtest
    from ...outcomes.learn.conditions import DataField
    from ...outcomes.learn.learner import Compile, Data, Wishes
    from ...outcomes.learn.proposal import Proposal
    from ...outcomes.looking import Looking
    from ...outcomes.measure import Measures, Wanted
    from ...outcomes.rows import Lives
    from ...plan import Condition
    from ...ruleset import Ruleset
    from ...values import Prepared

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


def learn(
    ruleset: Ruleset | Plan,
    store: Store,
    *,
    as_of: Instant | None = None,
    within: Length | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    age: Length | None = None,
    born: str | None = None,
    outcome: str | None = None,
    wishes: Wishes | None = None,
    files: Files | None = None,
) -> Proposal:
    """Proposes points, rules and thresholds from the outcomes known at `as_of`, now where it is None.

    What comes is a proposal of edits; its `text` is the ruleset with them. `files` are those that the rules
    include or take lists from, looked for beside them where it is None. Otherwise as `measure`.
    """
    from ...outcomes.learn.learner import Learner, Wishes

    question = Question(as_of, within, since, until, age, born, outcome)
    plan = _plan(ruleset)
    with ready(plan, store, question) as found:
        learner = Learner(
            plan.sources[0].text,
            found.looking,
            found.outcomes,
            found.blocks,
            found.blocks.known,
            _data(found),
            _compiling(plan, store, found, files),
            wishes or Wishes(),
        )
        return learner.learn(found.asked, max(now(), found.asked.at))


def _data(found: Ready) -> Data:
    """What the store knows of fields."""
    from ....grammar.text.printer import name_text
    from ...outcomes.learn.conditions import DataField
    from ...outcomes.learn.learner import Data
    from .lead_reader import all_ready

    blocks, plan = found.blocks, found.plan
    called = {field.column: field.name for field in plan.fields}
    types = {type_ for type_, _ in blocks.kinds.values()}
    fields = [
        DataField(one.name, one.column, one.kind, name_text(called.get(one.name, one.name)))
        for one in blocks.stored.values()
        if one.kind not in (Kind.DATE, Kind.DATETIME) and (one.name in called or one.name not in types)
    ]
    outcome_fields = {
        plan.fields[number].column
        for one in (found.outcomes.won, found.outcomes.lost)
        if one is not None and one.condition is not None
        for number in _fields_in(one.condition)
    }
    fields = [one for one in fields if one.name not in outcome_fields and one.name.isprintable()]

    def filled_after(lives: Lives, column: str) -> float:
        winners = np.flatnonzero(lives.won <= found.asked.at)
        if not len(winners):
            return 0.0
        pairs = zip(lives.leads[winners].tolist(), lives.won[winners].tolist(), strict=True)
        return sum(blocks.filled_after(lead, column, at) for lead, at in pairs) / len(winners)

    def ready_for(field: DataField) -> Callable[[Sequence[object]], list[Prepared]]:
        stored = blocks.stored[field.name]
        return all_ready(Field(field.name, field.name, stored.kind), stored)

    return Data(fields, ready_for, filled_after, blocks.history_from)


def _fields_in(condition: Condition) -> Iterator[int]:
    from ...plan.walk import condition_values

    return (value.field for value in condition_values(condition) if isinstance(value, FieldValue))


def _compiling(plan: Plan, store: Store, found: Ready, files: Files | None) -> Compile:
    """What makes an edited text ready to look, and runs its tests."""
    from ....grammar.messages.diagnostics import Source
    from ...check.files import Folder
    from ...reading import read
    from ...testing import run_tests
    from ..records.catalogue import catalogue

    source = plan.sources[0]
    there = files or Folder(source.path.parent if source.path is not None else Path())
    data = catalogue(store)

    def compiled(text: str) -> tuple[Looking, list[str]] | None:
        reading = read(Source(text, source.path), catalogue=data, files=there, pinned=plan.names)
        if reading.plan is None:
            return None
        failing = [one.test.name for one in run_tests(reading.plan) if not one.passed]
        return found.blocks.looking(Evaluator(reading.plan)), failing

    return compiled


def backtest(
    ruleset: Ruleset | Plan | str,
    store: Store,
    *,
    start: Instant,
    end: Instant,
    every: str = "month",
    against: Ruleset | Plan | None = None,
    at: Instant | None = None,
    within: Length | None = None,
    age: Length | None = None,
    born: str | None = None,
    outcome: str | None = None,
    capacity: float | None = None,
) -> Backtest:
    """Scores leads as they were, month by month ("day", "week", "month"), and judges by what came after.

    A ruleset that is the name of one in the store is replayed with the versions that were live at the time;
    `against` are other rules to hold beside it, `capacity` how many leads a week the team can take. Otherwise
    as `measure`.
    """
    from ...outcomes.backtest import Trial, Version, backtested, period_starts

    if every not in ("day", "week", "month"):
        raise NotMeasurable(f'there is no "{every}" to go by', "say day, week or month")
    first, last = instant(start), instant(end)
    if first >= last:
        raise NotMeasurable("the time to be replayed ends before it begins", "put the earlier day first")
    plans = _versions(ruleset, store)
    question = Question(at, within, None, None, age, born, outcome)
    with ready(plans[-1][2], store, question) as found:
        versions = [
            Version(
                label, since, found.looking if plan is plans[-1][2] else found.blocks.looking(Evaluator(plan))
            )
            for label, since, plan in plans
        ]
        other = None
        if against is not None:
            plan = _plan(against)
            other = Version(plan.title or "draft", 0, found.blocks.looking(Evaluator(plan)))
        starts = period_starts(first, last, every)
        if len(starts) > 1_000:
            raise NotMeasurable("these are more than 1,000 periods", "choose longer ones: --every month")
        trial = Trial(versions, other, starts, last, capacity)
        return backtested(trial, found.blocks, found.outcomes, found.asked, known=found.blocks.known)


def _versions(ruleset: Ruleset | Plan | str, store: Store) -> list[tuple[str, int, Plan]]:
    """The versions of a ruleset with when each went live, the first one first."""
    if not isinstance(ruleset, str):
        return [("", 0, _plan(ruleset))]
    from ....grammar.messages.diagnostics import Source
    from ...check.files import FrozenFiles
    from ...reading import read
    from ...values import instant_of
    from ..records.rulesets import load_version, versions

    load_version(store, ruleset)
    found = []
    for version in versions(store, ruleset):
        source = Source(version.text, Path(f"{version.ruleset}@{version.number}"))
        reading = read(source, pinned=version.names, files=FrozenFiles(version.files))
        if reading.plan is not None:
            found.append((f"version {version.number}", instant_of(version.published_at), reading.plan))
    if not found:
        raise NotMeasurable(f"no version of {ruleset} can run", "mend the rules and score with them")
    return found
