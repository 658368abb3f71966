"""What a question about outcomes needs from a store: which leads, as of when, and the rules ready to run."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind, Unit
from ...outcomes.definitions import Cohort, NotMeasurable, Outcomes, outcomes_of
from ...plan import Feed, Field, FieldValue, Plan, Selection, Selector
from ...score_one.facts import instant_from
from ...score_one.scorer import Scorer
from ...values import MICROSECONDS
from ..database import Store
from ..records.leads import stored_fields
from .lead_blocks import LeadBlocks, lead_blocks

if TYPE_CHECKING:
    from ...check.files import Files
    from ...outcomes.learn.conditions import DataField
    from ...outcomes.learn.learner import Compile, Data
    from ...outcomes.rows import Lives
    from ...outcomes.scored_leads import LeadsScorer
    from ...plan import Condition
    from ...values import Prepared

Instant = dt.datetime | dt.date | str | int
Length = dt.timedelta | str | int
"""A length of time: a timedelta, text such as "90d" or "90 days", or microseconds."""

_LENGTH = re.compile(r"\s*(\d+)\s*(minutes?|min|hours?|h|days?|d|weeks?|w)\s*", re.IGNORECASE)
_UNITS = {"m": Unit.MINUTE, "h": Unit.HOUR, "d": Unit.DAY, "w": Unit.WEEK}


@frozen
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

    def asked(self, outcomes: Outcomes) -> Cohort:
        """The same in microseconds. Raises NotMeasurable for what is no length, FactsError for instants."""
        return Cohort(
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
    scorer: LeadsScorer
    outcomes: Outcomes
    blocks: LeadBlocks
    asked: Cohort


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
        yield Ready(plan, blocks.scorer(Scorer(plan)), outcomes, blocks, asked)


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


def column_of(store: Store, name: str) -> str:
    """The column of the record that holds a field. Raises NotMeasurable where there is no such field."""
    field = stored_fields(store).get(name)
    if field is None:
        raise NotMeasurable(f'there is no field "{name}"', "leadwright fields lists what there is")
    return field.column


def data_for_learning(found: Ready) -> Data:
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

    return Data(frozenset(blocks.stored), fields, ready_for, filled_after, blocks.history_from)


def _fields_in(condition: Condition) -> Iterator[int]:
    from ...plan.walk import condition_values

    return (value.field for value in condition_values(condition) if isinstance(value, FieldValue))


def compiler(plan: Plan, store: Store, found: Ready, files: Files | None) -> Compile:
    """What makes an edited text ready to look, and runs its tests."""
    from ....grammar.messages.diagnostics import Source
    from ...check.files import Folder
    from ...reading import read
    from ...testing import run_tests
    from ..records.catalogue import catalogue

    source = plan.sources[0]
    there = files or Folder(source.path.parent if source.path is not None else Path())
    data = catalogue(store)

    def compiled(text: str) -> tuple[LeadsScorer, list[str]] | None:
        reading = read(Source(text, source.path), catalogue=data, files=there, pinned=plan.names)
        if reading.plan is None:
            return None
        failing = [one.test.name for one in run_tests(reading.plan) if not one.passed]
        return found.blocks.scorer(Scorer(reading.plan)), failing

    return compiled


def plans_over_time(ruleset: Plan | str, store: Store) -> list[tuple[str, int, Plan]]:
    """The versions of a ruleset with when each went live, the first one first."""
    if not isinstance(ruleset, str):
        return [("", 0, ruleset)]
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
        raise NotMeasurable(f"no version of {ruleset} can run", "fix the rules and score with them")
    return found
