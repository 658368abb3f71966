"""The SQL, run by DuckDB and SQLite, against the Python back end: random rulesets and hostile leads.

Each pair is a ruleset and a lead. LEADWRIGHT_DIFFERENTIAL=100000 holds so many pairs against each other.
"""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leadwright.engine.check import FrozenFiles, check
from leadwright.engine.score_one.facts import Event
from leadwright.engine.values import instant_of, moment_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.text.printer import text_of
from leadwright.tests import strategies
from leadwright.tests.effort import examples
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead
from leadwright.tests.engine.sql.sides import DuckDb, Engine, Lead, Sqlite, differences

LEADS = 20
PAIRS = int(os.environ.get("LEADWRIGHT_DIFFERENTIAL", "4000"))
BATCH = 50
"""Rulesets in one test."""

ENGINES = {"duckdb": DuckDb, "sqlite": Sqlite}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each of the engines that run in this process."""
    made: Engine = ENGINES[request.param]()
    return made


@pytest.mark.parametrize("batch", range(-(-PAIRS // (LEADS * BATCH))))
def test_random_rulesets_score_random_leads_alike(engine: Engine, batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        plan = RandomPlan(seed).plan()
        drawn = [random_lead(plan, seed * LEADS + number) for number in range(LEADS)]
        leads = [
            Lead(
                str(number), fields, [Event(e.type, moment_of(e.at), e.object, e.properties) for e in events]
            )
            for number, (fields, events) in enumerate(drawn)
        ]
        now = NOW + random.Random(seed).choice((0, 0, 1, -1, 10**13))
        found = differences(plan, leads, now, engine)
        assert not found, f"seed {seed}: {found[:5]}"


@settings(max_examples=examples(25), suppress_health_check=list(HealthCheck))
@given(tree=strategies.rulesets(), drawn=st.lists(strategies.leads(), min_size=1, max_size=8))
def test_rulesets_of_texts_score_leads_alike(tree, drawn) -> None:
    checked = check(parse(Source(text_of(tree))), files=FrozenFiles({}))
    assert checked.plan is not None, [item.message for item in checked.diagnostics]
    leads = [
        Lead(str(number), fields, [Event(**event) for event in events])
        for number, (fields, events) in enumerate(drawn)
    ]
    for engine in (DuckDb(), Sqlite()):
        assert not differences(checked.plan, leads, instant_of(strategies.NOW), engine)


def test_the_hostile_leads_have_something_to_say() -> None:
    """Were all scores 0, equal scores would prove nothing."""
    from leadwright.tests.engine.sql.sides import in_python

    totals, stages = set(), set()
    for seed in range(40):
        plan = RandomPlan(seed).plan()
        fields, events = random_lead(plan, seed)
        lead = Lead("1", fields, [Event(e.type, moment_of(e.at), e.object, e.properties) for e in events])
        row = in_python(plan, [lead], NOW)["1"]
        totals.add(row[0])
        stages |= {value for value in row if isinstance(value, str)}
    assert len(totals) > 5
    assert len(stages) > 5
