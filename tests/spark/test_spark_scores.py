"""Spark against one machine: the same rows, and the same refusals, on the driver."""

from __future__ import annotations

import pickle
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from leadwright import arrow, load
from leadwright import spark as lw
from leadwright.engine.arrow.blocks import Tally
from leadwright.engine.arrow.results import LinesAs
from leadwright.engine.arrow.scorer import TableScorer
from leadwright.engine.ruleset import Ruleset, RulesetError
from leadwright.engine.values import moment_of
from leadwright.tests import pythons
from leadwright.tests.engine.arrow.tables import Drawn, drawn
from leadwright.tests.engine.arrow.test_arrow_files import NOW, RULES
from leadwright.tests.engine.evaluate.random_plans import NOW as INSTANT
from leadwright.tests.engine.evaluate.random_plans import RandomPlan

PLANS, LEADS = 10, 200
"""2,000 pairs of a ruleset and a lead."""

_PLAIN = {
    pa.large_string(): pa.string(),
    pa.dictionary(pa.int32(), pa.string()): pa.string(),
    pa.timestamp("ns", tz="Europe/Berlin"): pa.timestamp("us", tz="UTC"),
    pa.date64(): pa.date32(),
    pa.large_list(pa.string()): pa.list_(pa.string()),
}


def frame(spark: Any, table: pa.Table) -> Any:
    """A table as Spark has it, in types that Spark knows."""
    fields = [(one.name, _PLAIN.get(one.type, one.type)) for one in table.schema]
    return spark.createDataFrame(table.cast(pa.schema(fields), safe=False))


def rows(table: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.sort_by(table.column_names[0]).to_pylist()
    return found


@pytest.fixture(scope="module")
def given() -> Drawn:
    return drawn(load(RULES).plan, 7, 600)


@pytest.fixture(scope="module")
def expected(given: Drawn) -> pa.Table:
    return arrow.score(RULES, given.leads, given.events, now=NOW)


@pytest.mark.parametrize("buckets", [1, 7, 64])
def test_the_same_rows_in_any_number_of_buckets(
    buckets: int, spark: Any, given: Drawn, expected: pa.Table
) -> None:
    leads, events = frame(spark, given.leads), frame(spark, given.events)
    found = lw.score(RULES, leads, events, now=NOW, buckets=buckets).toArrow()
    assert rows(found) == rows(expected)
    assert found.schema.names == expected.schema.names


def test_prepared_pairs(spark: Any, given: Drawn, expected: pa.Table, tmp_path: Path) -> None:
    """Spark writes instants as INT96, which workers must read as it was meant."""
    leads, events = frame(spark, given.leads), frame(spark, given.events)
    lw.prepare(leads, events, str(tmp_path / "copy"), buckets=5)
    for lines in ("full", "short", "none"):
        found = lw.score_prepared(spark, RULES, str(tmp_path / "copy"), now=NOW, lines=lines)
        assert (
            found.columns == arrow.score(RULES, given.leads, given.events, now=NOW, lines=lines).column_names
        )
    assert rows(lw.score_prepared(spark, RULES, str(tmp_path / "copy"), now=NOW).toArrow()) == rows(expected)


@pytest.mark.parametrize("number", range(PLANS))
def test_random_rulesets(number: int, spark: Any) -> None:
    plan = RandomPlan(number, holding=number % 4 == 3).plan()
    given = drawn(plan, number, LEADS)
    named = arrow.Columns()
    schemas = given.leads.schema, given.events.schema
    wanted = TableScorer(plan, INSTANT, named, LinesAs.FULL, schemas).score(
        given.leads, given.events, Tally()
    )
    rules = Ruleset.__new__(Ruleset)
    rules.plan = plan
    found = lw.score(
        rules, frame(spark, given.leads), frame(spark, given.events), now=moment_of(INSTANT), buckets=3
    )
    assert rows(found.toArrow()) == rows(wanted)


def test_what_is_wrong_is_said_on_the_driver(spark: Any, given: Drawn) -> None:
    leads, events = frame(spark, given.leads), frame(spark, given.events)
    with pytest.raises(TypeError, match="now"):
        lw.score(RULES, leads, events)  # type: ignore[call-arg]
    with pytest.raises(lw.DataError, match='leads have no column "f1"'):
        lw.score(RULES, leads.drop("f1"), events, now=NOW)
    with pytest.raises(lw.DataError, match="at in events is a timestamp without a time zone"):
        lw.score(RULES, leads, events.withColumn("at", events["at"].cast("timestamp_ntz")), now=NOW)
    with pytest.raises(lw.DataError, match="f1 in leads is of type bool"):
        lw.score(RULES, leads.withColumn("f1", leads["f1"].isNull()), events, now=NOW)
    with pytest.raises(lw.DataError, match="lead_id in leads is of type int64"):
        lw.score(RULES, leads.withColumn("lead_id", leads["f1"].cast("bigint")), events, now=NOW)
    with pytest.raises(RulesetError, match="error"):
        lw.score("score fit fit", leads, events, now=NOW)


def test_local_time_counts_where_its_zone_is_named(spark: Any, given: Drawn, expected: pa.Table) -> None:
    leads, events = frame(spark, given.leads), frame(spark, given.events)
    local = events.withColumn("at", events["at"].cast("timestamp_ntz"))
    assert str(local.schema["at"].dataType) == "TimestampNTZType()"
    found = lw.score(RULES, leads, local, now=NOW, zone="Europe/Berlin")
    assert rows(found.toArrow()) == rows(expected)


def test_doubles(spark: Any, given: Drawn, expected: pa.Table) -> None:
    leads, events = frame(spark, given.leads), frame(spark, given.events)
    ids = given.events.append_column("id", pa.array([f"e{n}" for n in range(len(given.events))]))
    twice = frame(spark, pa.concat_tables([ids, ids]))
    assert rows(lw.score(RULES, leads, twice, now=NOW, event_id="id", buckets=3).toArrow()) == rows(expected)
    doubled = lw.score(RULES, leads.union(leads.limit(1)), events, now=NOW, buckets=3)
    with pytest.raises(Exception, match='leads have rows with the same lead_id: "lead 0"'):
        doubled.toArrow()


def test_a_lead_without_events_and_leads_alone(spark: Any, given: Drawn) -> None:
    rules = 'field f1: number\nscore fit\nrule "Large"\nwhen f1 >= 2\nthen +5 fit\n'
    found = lw.score(rules, frame(spark, given.leads), now=NOW, buckets=2)
    assert rows(found.toArrow()) == rows(arrow.score(rules, given.leads, now=NOW))


def test_the_lines_of_explanations(spark: Any) -> None:
    assert (
        lw.explanation_lines(spark, RULES).toArrow().to_pylist() == arrow.explanation_lines(RULES).to_pylist()
    )


def test_another_version_on_a_worker_is_refused(given: Drawn) -> None:
    schemas = given.leads.schema, given.events.schema
    pickled, _ = lw._work(RULES, NOW, lw.Columns(), "full", schemas)
    other = pickle.dumps(replace(pickle.loads(pickled), version="0.0.1"))
    with pytest.raises(lw.DataError, match=r"the driver has Leadwright 0\.0\.1 and a worker"):
        lw._scorer(other)


def test_another_python_on_a_worker_is_refused(
    spark: Any, given: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spark itself says so, before anything of a ruleset is read."""
    others = {version[:2]: python for version, python in pythons.installed().items()}
    others.pop(sys.version_info[:2], None)
    if not others:
        pytest.skip("there is no other Python here")
    monkeypatch.setattr(spark.sparkContext, "pythonExec", str(others[max(others)]))
    found = lw.score(RULES, frame(spark, given.leads), frame(spark, given.events), now=NOW, buckets=1)
    with pytest.raises(Exception, match=r"PYTHON_VERSION_MISMATCH[^$]*3\.\d+"):
        found.toArrow()
