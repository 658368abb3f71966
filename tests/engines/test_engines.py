"""PostgreSQL and Spark against the Python back end, row by row."""

from __future__ import annotations

import pytest
from leadwright.tests.engine.sql.sides import Engine, differences
from leadwright.tests.engine.sql.worlds import World, hostile_world

HOSTILE = {"postgres": 300, "spark": 16}
"""Random rulesets for each; Spark takes seconds to plan one."""


@pytest.fixture(params=HOSTILE)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each of the engines that are servers or clusters."""
    made: Engine = request.getfixturevalue(request.param)
    return made


def no_difference(world: World, engine: Engine) -> None:
    for plan in world.plans:
        found = differences(plan, world.leads, world.now, engine)
        assert not found, f"{plan.title}: {len(found)} differences: {found[:5]}"


def test_the_sample_scores_as_in_python(engine: Engine, sample: World) -> None:
    no_difference(sample, engine)


def test_bpi_2012_scores_as_in_python(engine: Engine, bpi: World) -> None:
    no_difference(bpi, engine)


def test_hostile_leads_score_as_in_python(engine: Engine) -> None:
    for seed in range(HOSTILE[engine.dialect]):
        no_difference(hostile_world(seed, 40), engine)
