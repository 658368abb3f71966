"""The statement itself: readable, named as asked, refused by name where an engine cannot say it."""

from __future__ import annotations

import datetime as dt
import math
import random
import re
import sqlite3
import struct
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlglot
from leadwright import load
from leadwright.engine import plan as p
from leadwright.engine.score_one.facts import Event
from leadwright.engine.sql import (
    DIALECTS,
    ResultKind,
    TableMapping,
    UnsupportedSql,
    compile_sql,
    read_mapping,
    result_columns,
)
from leadwright.engine.sql.layout import event_rows, layout_of, lead_row
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.engine.sql.sides import DuckDb, Lead, Sqlite, asked, differences
from leadwright.tests.engine.sql.worlds import SHIPPED, World, sample_world

NOW = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
RULES = """
ruleset "Inbound */ DROP"
score fit from 0 to 50
rule "Pricing */ interest"
when visited pricing >= 2 in last 30 days
then +20 fit, tag "hot lead"
when employees >= 1000 then +5
stage MQL when score >= 20
stage PQL in product when logged_in
disqualify when country = "XX"
grade fit: A from 20, B otherwise
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> World:
    return sample_world(tmp_path_factory.mktemp("sample"), 150)


def test_shipped_rulesets_score_the_sample_as_in_python(sample: World) -> None:
    for plan in sample.plans:
        for engine in (DuckDb(), Sqlite()):
            assert not differences(plan, sample.leads, sample.now, engine)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_dialect_says_every_shipped_ruleset(path: Path, dialect: str) -> None:
    plan = load(path).plan
    statement = compile_sql(plan, dialect, NOW)
    assert statement == compile_sql(plan, dialect, NOW)
    (parsed,) = sqlglot.parse(statement, dialect=dialect)
    assert parsed is not None
    assert parsed.named_selects == [column.name for column in result_columns(plan)]
    for rule in plan.rules:
        named = f'"{rule.name}"' if rule.name else rule.identity
        assert f"{named}, line {rule.origin.line} */" in statement


def test_columns_say_what_they_tell() -> None:
    told = [(c.name, c.tells, c.subject) for c in result_columns(load(RULES).plan)]
    assert told == [
        ("lead_id", ResultKind.LEAD, None),
        ("total", ResultKind.TOTAL, None),
        ("score_fit", ResultKind.SCORE, "fit"),
        ("stage_main", ResultKind.STAGE, "main"),
        ("stage_product", ResultKind.STAGE, "product"),
        ("disqualified", ResultKind.DISQUALIFIED, None),
        ("grade_fit", ResultKind.GRADE, "fit"),
        ("tag_hot_lead", ResultKind.TAG, "hot lead"),
    ]


def test_each_signal_is_one_aggregate() -> None:
    rules = "\n".join(f"when visited pricing >= {n} in last 30 days then +1" for n in range(1, 9))
    statement = compile_sql(load(rules).plan, "duckdb", NOW)
    assert statement.count("COUNT(") == 1
    assert statement.count("'visited' AND") == 1


def test_a_comment_ends_only_where_it_should() -> None:
    statement = compile_sql(load(RULES).plan, "duckdb", NOW)
    assert '"Pricing * / interest", line 4' in statement


# --- names --------------------------------------------------------------------------------------


def test_names_of_tables_and_columns_come_from_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "tables.toml"
    path.write_text(
        "leads = \"{{ ref('leads') }}\"\nevents = 'crm.\"Event Log\"'\nlead_id = 'contact'\n"
        "event_at = '\"At\"'\n[fields]\nemployees = 'headcount'\n"
    )
    statement = compile_sql(load(RULES).plan, "postgres", NOW, read_mapping(path))
    for part in ("FROM {{ ref('leads') }} AS l", 'FROM crm."Event Log" AS e', 'e."At" AS happened_at'):
        assert part in statement
    assert "l.contact AS lead_id" in statement
    assert "l.headcount AS employees_number" in statement
    assert "l.country_text" in statement


def test_a_step_is_never_called_like_a_table() -> None:
    mapping = TableMapping(leads="facts", events="signals", lead_id="facts")
    plan, engine = load(RULES).plan, Sqlite()
    statement = compile_sql(plan, "sqlite", NOW, mapping)
    layout = layout_of([plan], mapping)
    leads = [lead_row(layout, "a", {"employees": 2000}, "sqlite")]
    events = event_rows(layout, "a", [Event("visited", NOW, "pricing")] * 2, "sqlite")
    engine.fill(layout, leads, events)
    assert engine.ask(statement)[0][:3] == ("a", 25, 20)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("leads = 'a; DROP TABLE b'", "'a; DROP TABLE b' for leads is not a name"),
        ("table = 'a'", 'cannot name "table"'),
        ("fields = 'a'", '"fields" in a mapping of tables is not what it should be'),
        ("leads = 3", "3 for leads is not a name"),
        ("leads = ", "is not TOML"),
        ('[properties]\namount = "a\'b"', "for amount is not a name"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "tables.toml"
    path.write_text(text)
    with pytest.raises(UnsupportedSql, match=re.escape(message)) as refused:
        read_mapping(path)
    assert refused.value.hint


def test_one_column_for_a_property_of_two_kinds_is_refused() -> None:
    plan = load('when bought where size = "xl" then +1\nwhen sum(sold.size) > 3 then +1').plan
    assert compile_sql(plan, "duckdb", NOW)
    with pytest.raises(UnsupportedSql, match='names the column "size" for two things'):
        compile_sql(plan, "duckdb", NOW, TableMapping(properties={"size": "size"}))


def test_columns_differ_where_names_do() -> None:
    rules = 'field Email: text\nfield email: text\nwhen Email = "a" and email = "b" then +1'
    plan = load(rules).plan
    columns = [column.column for column in layout_of([plan]).fields]
    assert len({column.lower() for column in columns}) == 2
    lead = Lead("1", {"Email": "a", "email": "b"}, [])
    for engine in (DuckDb(), Sqlite()):
        assert not differences(plan, [lead], 0, engine)


# --- refusals -----------------------------------------------------------------------------------


def test_a_text_that_no_engine_holds_is_refused() -> None:
    plan = load('field t: text\nwhen t = "x" then +1').plan
    clause = plan.rules[0].condition
    assert isinstance(clause, p.Compare)
    odd = replace(clause, right=p.Constant(Kind.TEXT, "\0"))
    made = replace(plan, rules=(replace(plan.rules[0], condition=odd),))
    with pytest.raises(UnsupportedSql, match="cannot be looked for in SQL"):
        compile_sql(made, "duckdb", NOW)


def test_equal_lists_are_refused_where_an_engine_cannot_compare_them() -> None:
    plan = load('field t: texts\nwhen t contains "x" then +1').plan
    rule = plan.rules[0]
    assert rule.condition is not None
    equal = p.Compare(
        "=", p.FieldValue(0, Kind.TEXTS), p.Constant(Kind.TEXTS, ("a", "b")), rule.condition.origin
    )
    made = replace(plan, rules=(replace(rule, condition=equal),))
    leads = [Lead("1", {"t": ["a", "b"]}, []), Lead("2", {"t": ["b"]}, []), Lead("3", {}, [])]
    for engine in (DuckDb(), Sqlite()):
        assert not differences(made, leads, 0, engine)
    with pytest.raises(UnsupportedSql, match="BigQuery cannot ask whether two lists"):
        compile_sql(made, "bigquery", NOW)


def test_a_ruleset_too_wide_for_an_engine_is_refused() -> None:
    plan = load("\n".join(f"when e{n} then +1" for n in range(900))).plan
    lead = Lead("1", {}, [Event("e7", NOW), Event("e8", NOW)])
    assert not differences(plan, [lead], 1_774_958_400_000_000, DuckDb())
    with pytest.raises(UnsupportedSql, match=r"PostgreSQL cannot work with the 1,8.. columns"):
        compile_sql(plan, "postgres", NOW)


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(UnsupportedSql, match='no dialect "oracle"; the dialects are duckdb, sqlite'):
        compile_sql(load(RULES).plan, "oracle", NOW)


# --- numbers ------------------------------------------------------------------------------------


def test_sqlite_reads_every_number_as_it_is() -> None:
    """SQLite's own reading of decimals is not always the nearest double."""
    chance = random.Random(7)
    numbers = [struct.unpack("<d", chance.randbytes(8))[0] for _ in range(3_000)]
    numbers += [chance.randint(1, 10**9) / 10 ** chance.randint(1, 9) for _ in range(3_000)]
    numbers += [1e308, 5e-324, 1.7976931348623157e308, 0.1, 999.9999995, 1e22, 2.5]
    wanted = [abs(number) for number in numbers if math.isfinite(number)]
    literals = [DIALECTS["sqlite"].real(number).sql("sqlite") for number in wanted]
    with closing(sqlite3.connect(":memory:")) as connection, connection:
        for number, literal in zip(wanted, literals, strict=True):
            assert connection.execute(f"SELECT {literal}").fetchone()[0] == number, literal


def test_long_chains_do_not_nest_too_deeply() -> None:
    names = ", ".join(f'"entry {n}*"' for n in range(3_000))
    rules = f"list L: {names}\nfield t: text\nwhen t in L then +1\n"
    rules += "\n".join(f"when size = {n} then +1" for n in range(700))
    plan = load(rules).plan
    lead = Lead("1", {"t": "Entry 2999 a", "size": 5}, [])
    for engine in (DuckDb(), Sqlite()):
        assert not differences(plan, [lead], 0, engine)
        assert asked(plan, 0, engine)["1"][0] == 2
