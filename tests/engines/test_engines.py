"""PostgreSQL, Spark and ClickHouse against the Python back end, row by row."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest
from leadwright.engine.sql import DIALECTS, UnsupportedSql
from leadwright.engine.sql.terms import whole
from leadwright.engine.store.database import open_store
from leadwright.engine.store.export.parquet import export_parquet
from leadwright.engine.values import text_key
from leadwright.tests.engine.sql.sides import Engine, asked, by_its_clock, differences, in_python
from leadwright.tests.engine.sql.test_sql_checks import FOUND, problems
from leadwright.tests.engine.sql.test_sql_text_keys import TEXTS, statement
from leadwright.tests.engine.sql.worlds import World, holding_worlds, hostile_world
from leadwright.tests.engines.sides import Postgres, Spark
from leadwright.tests.test_language_in_back_ends import CASES, no_case_differs

HOSTILE = {"postgres": 300, "spark": 16, "clickhouse": 40}
"""Random rulesets for each; Spark takes seconds to plan one."""

HOLDING = {"postgres": range(12), "spark": (11, 16), "clickhouse": (1,)}
"""Seeds of rulesets with stages that hold; ClickHouse takes minutes over most of them."""


@pytest.fixture(params=HOSTILE)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each of the engines that are servers or clusters."""
    made: Engine = request.getfixturevalue(request.param)
    return made


def no_difference(world: World, engine: Engine) -> None:
    for plan in world.plans:
        found = differences(plan, world.leads, world.now, engine)
        assert not found, f"{plan.title}: {len(found)} differences: {found[:5]}"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_conformance_cases_score_as_in_python(engine: Engine, path: Path) -> None:
    no_case_differs(path, engine)


def test_the_sample_scores_as_in_python(engine: Engine, sample: World) -> None:
    no_difference(sample, engine)


def test_bpi_2012_scores_as_in_python(engine: Engine, bpi: World) -> None:
    no_difference(bpi, engine)


@pytest.mark.parametrize("name", ["sample", "bpi"])
def test_spark_scores_what_was_exported(
    spark: Spark, name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    world: World = request.getfixturevalue(name)
    assert world.db is not None
    with open_store(world.db, read_only=True) as store:
        export_parquet(store, tmp_path / "out", world.plans, per_file=300)
    spark.read(tmp_path / "out")
    for plan in world.plans:
        assert asked(plan, world.now, spark) == in_python(plan, world.leads, world.now), plan.title


def test_it_looks_from_its_own_clock(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    dialect = DIALECTS[engine.dialect]
    ((shown,),) = engine.ask(f"SELECT {dialect.clock().sql(dialect.sqlglot)} AS now")
    assert abs(shown - time.time() * 1e6) < 60e6
    for seed in range(HOSTILE[engine.dialect] // 8):
        world = hostile_world(1_000 + seed, 20)
        monkeypatch.setattr(dialect, "clock", partial(dialect.bigint, whole(world.now)), raising=False)
        for plan in world.plans:
            live = by_its_clock(plan, world.leads, engine)
            assert live in (None, in_python(plan, world.leads, world.now)), f"seed {seed}"


def test_hostile_leads_score_as_in_python(engine: Engine) -> None:
    for seed in range(HOSTILE[engine.dialect]):
        no_difference(hostile_world(seed, 40), engine)


def test_stages_hold_as_in_python(engine: Engine) -> None:
    refused = []
    for _, world in holding_worlds(HOLDING[engine.dialect]):
        try:
            no_difference(world, engine)
        except UnsupportedSql as error:
            refused.append(error.message)
    assert len(refused) < len(HOLDING[engine.dialect]) / 2
    assert all("the days that it counts" in one for one in refused)


def test_each_mistake_in_the_tables_is_found(engine: Engine) -> None:
    assert problems(engine) == FOUND


def test_postgres_makes_the_same_keys_of_texts(postgres: Postgres) -> None:
    postgres.connection.execute("DROP TABLE IF EXISTS given")
    postgres.connection.execute("CREATE TABLE given (t TEXT)")
    with postgres.connection.cursor().copy("COPY given FROM STDIN") as copy:
        for one in TEXTS:
            copy.write_row((one,))
    found = postgres.ask(statement("postgres"))
    assert len(found) == len(TEXTS)
    assert [row for row in found if row[1] != (text_key(row[0]) or None)] == []
