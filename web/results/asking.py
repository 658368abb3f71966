"""Questions about outcomes as pages and programs ask them: bounded, and kept for some minutes.

What cannot be compared is a problem with a sentence; what is kept is asked again once the data changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ...engine.check.files import FrozenFiles
from ...engine.outcomes.backtest import Backtest
from ...engine.outcomes.before_after import BeforeAfter
from ...engine.outcomes.costs import Costs
from ...engine.outcomes.definitions import NotMeasurable
from ...engine.outcomes.learn.learner import LearnOptions
from ...engine.outcomes.learn.proposal import Proposal
from ...engine.outcomes.measure import Measures
from ...engine.plan import Plan
from ...engine.score_one.facts import FactsError
from ...engine.store.database import Store
from ...engine.store.records.leads import count_leads
from ...engine.store.scoring.outcome_questions import backtest, before_and_after, learn, measure
from ..access import settings
from ..counted_catalogue import state_of
from ..problems import Problem, invalid
from ..ruleset_cache import Ready, kept

_FRESH = 600.0
"""For so many seconds "now" is taken for the same instant."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MeasureForm:
    """What all questions have in common, as people write it: 2026-01-15, 90d; None as `measure` has it.
    `only` is for `measured` alone."""

    at: str | None = None
    within: str | None = None
    since: str | None = None
    until: str | None = None
    age: str | None = None
    born: str | None = None
    outcome: str | None = None
    only: tuple[str, str] | None = None

    @property
    def moment(self) -> str | None:
        """The instant to look from, None for now."""
        return None if self.at in (None, "", "now") else self.at


@dataclass(frozen=True, slots=True)
class Rules:
    """A plan that runs, with the files that its text reads; `name` is given where it is the live version."""

    plan: Plan
    files: Mapping[str, str]
    name: str | None = None

    @classmethod
    def live(cls, ready: Ready) -> Rules:
        """Those of a published version."""
        return cls(ready.plan, ready.version.files, ready.version.ruleset)


def measured(
    store: Store, rules: Rules, asked: MeasureForm, *, by: str | None = None, costs: Costs | None = None
) -> Measures:
    """How scores compare with what became of leads. Problem 422 where they cannot be compared."""
    spent = None if costs is None else (costs.currency, *sorted(costs.spent.items()))
    return _answered(
        store,
        ("measure", rules.plan.digest, asked, by, spent),
        asked,
        lambda: measure(
            rules.plan,
            store,
            at=asked.moment,
            within=asked.within,
            since=asked.since,
            until=asked.until,
            age=asked.age,
            born=asked.born,
            outcome=asked.outcome,
            by=by,
            costs=costs,
            only=asked.only,
        ),
    )


def proposed(store: Store, rules: Rules, asked: MeasureForm, options: LearnOptions | None = None) -> Proposal:
    """What outcomes speak for. Problem 422 where they cannot be compared."""
    options = options or LearnOptions()
    return _answered(
        store,
        ("learn", rules.plan.digest, asked, options),
        asked,
        lambda: learn(
            rules.plan,
            store,
            as_of=asked.moment,
            within=asked.within,
            since=asked.since,
            until=asked.until,
            age=asked.age,
            born=asked.born,
            outcome=asked.outcome,
            options=options,
            files=FrozenFiles(rules.files),
        ),
    )


def compared(store: Store, before: Plan, after: Plan) -> BeforeAfter | str | None:
    """Two rulesets by the outcome of the second, else of the first: None where there is none, and where it
    takes too long; a sentence where they cannot be compared."""
    try:
        return _answered(
            store,
            ("diff", before.digest, after.digest),
            MeasureForm(),
            lambda: before_and_after(before, after, store),
        )
    except Problem as problem:
        return f"Not compared with outcomes: {problem.detail}" if problem.status == 422 else None


@dataclass(frozen=True, slots=True)
class Replay:
    """The time to replay, from one day to the day after the last, each so long, and the leads a week that the
    team can take (None: as many as reach the top stage)."""

    start: str
    end: str
    every: str = "month"
    capacity: float | None = None


def replayed(
    store: Store, rules: Rules, asked: MeasureForm, replay: Replay, *, against: Rules | None = None
) -> Backtest:
    """Rules tried on the past, published ones with the versions live then. Problem 422 as above."""
    other = None if against is None else against.plan.digest
    return _answered(
        store,
        ("backtest", rules.name or rules.plan.digest, rules.plan.digest, other, asked, replay),
        asked,
        lambda: backtest(
            rules.name or rules.plan,
            store,
            start=replay.start,
            end=replay.end,
            every=replay.every,
            capacity=replay.capacity,
            against=None if against is None else against.plan,
            at=asked.moment,
            within=asked.within,
            age=asked.age,
            born=asked.born,
            outcome=asked.outcome,
        ),
    )


def _answered(store: Store, key: tuple[Hashable, ...], asked: MeasureForm, make: Callable[[], T]) -> T:
    most = settings().most_leads
    if count_leads(store) > most:
        raise Problem(
            503,
            "Too many leads for a page",
            f"There are more than {most:,} leads. Ask for it on the command line: leadwright {key[0]}",
        )
    # Blocks of leads are read for longer than a question to the database may take; their number is bounded.
    store.connection.set_progress_handler(None, 0)
    minute = None if asked.moment is not None else int(time.time() // _FRESH)
    try:
        return kept().answer((*key, state_of(store), minute), make)
    except NotMeasurable as error:
        raise not_comparable(error) from None
    except FactsError as error:
        raise invalid(f"{error}"[:500]) from None


def not_comparable(error: NotMeasurable) -> Problem:
    """Why there is nothing to compare, and what to do."""
    said = f"{error.message[:1].upper()}{error.message[1:]}. To go on: {error.hint}."
    return Problem(422, "Nothing to compare", said, errors=[said])
