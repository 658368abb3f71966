"""What `leadwright dbt init` writes, built by the real dbt on DuckDB and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from leadwright import load
from leadwright.engine.cli.program import run
from leadwright.engine.plan import Plan
from leadwright.engine.score_one.facts import Event
from leadwright.engine.sql.layout import event_rows, layout_of, lead_row
from leadwright.engine.values import instant_of
from leadwright.rulesets.sample import write_sample
from leadwright.tests.dbt.conftest import Warehouse
from leadwright.tests.engine.sql.sides import Lead, in_python
from leadwright.tests.engine.sql.worlds import SHIPPED

RULES = """\
ruleset "About {{ first_name }} {% raw %} {# x #}"

field title: text
field interests: texts
field size: number
field joined: date

list odd: "{{ a }}", "{% b %}", "{# c #}", "{{ 1/0 }}*"

score fit from 0 to 40

# A comment of the rules: {{ undefined_thing() }}

rule "Asks {{ first_name }}"
when title = "{{ first_name }}"
then +10, tag "{% raw %}"

rule "Odd {# c"
when title in odd or interests contains "{{ x }}"
then +5 fit

rule "Pricing"
when visited pricing >= 2 in last 30 days
then +20

rule "Spent, {{ currency }}"
when sum(paid.amount where currency = "{{ eur }}") > 10 in last 3 months
then +15

rule "Large" when size >= 0.1 + 0.2 then +3

stage [{{ hot }}] when score >= 30
disqualify when title = "{{{ bad" because "{% set x %}"
grade fit: "{{ a }}" from 5, "{# b #}" otherwise

test "one {{ y }}"
given title = "{{ first_name }}", visited pricing 2 times 3 days ago, size = 0.3
expect stage = [{{ hot }}] and tag "{% raw %}"

test "two, later" at 2025-03-30
given title = "{% b %}", joined = 2025-01-01, visited pricing on 2025-03-01
expect score = 5

test "bad"
given title = "{{{ bad", interests = "{{ x }}"
expect disqualified
"""

NOW = dt.datetime.now(dt.UTC)


def lead(key: str, *days: float, **fields: object) -> Lead:
    events = [Event("visited", NOW - dt.timedelta(days=day), "Pricing", {}) for day in days]
    paid = Event("paid", NOW - dt.timedelta(days=5), None, {"amount": 30, "currency": "{{ EUR }}"})
    return Lead(key, fields, [*events, paid] if days else events)


LEADS = [
    lead("{{ id }}", 1, 2, title="{{ First_Name }}", size=0.3, interests=["{{ x }}", "Ärger"]),
    lead("o'neil", 1, 40, title="{{ 1/0 }} and more", size=float("nan")),
    lead("c", title="{{{ bad"),
    lead("d"),
]


def written(warehouse: Warehouse, rules: str, *more: str) -> Path:
    """The package of some rules."""
    (warehouse.folder / "shop.rules").write_text(rules, encoding="utf-8")
    package = warehouse.folder / "package"
    call = ("dbt", "init", str(warehouse.folder / "shop.rules"), "--dialect", warehouse.dialect, "--no-db")
    assert run([*call, "--to", str(package), *more]) == 0
    return package


def filled(warehouse: Warehouse, plan: Plan, leads: Sequence[Lead]) -> None:
    layout = layout_of([plan])
    warehouse.fill(
        layout,
        [lead_row(layout, one.id, one.fields, warehouse.dialect) for one in leads],
        [row for one in leads for row in event_rows(layout, one.id, one.events, warehouse.dialect)],
    )


def test_dbt_scores_and_compares_rules_full_of_templates(warehouse: Warehouse) -> None:
    plan = load(RULES).plan
    package = written(warehouse, RULES)
    filled(warehouse, plan, LEADS)
    ended = warehouse.dbt(package, "build")
    assert set(ended.values()) == {"success", "pass"}, ended
    assert sum("as_leadwright" in name for name in ended) == 2, ended
    (name,) = (name for name in ended if name.endswith("_scores"))
    found = {row[0]: row[1:] for row in warehouse.ask(f"SELECT * FROM {name}")}
    assert found == in_python(plan, LEADS, instant_of(dt.datetime.now(dt.UTC)))
    macro = "{{ leadwright_text_key(\"' STRASSE '\") }}"
    (package / "models" / "keys.sql").write_text(f"SELECT {macro} AS it", encoding="utf-8")
    assert set(warehouse.dbt(package, "run", "--select", "keys").values()) == {"success"}
    assert warehouse.ask("SELECT it FROM keys") == [("strasse",)]
    assert found["{{ id }}"][0] == 10 + 5 + 20 + 15 + 3


@pytest.mark.parametrize("warehouse", ["duckdb"], indirect=True)
def test_the_comparison_fails_where_the_engine_says_something_else(warehouse: Warehouse) -> None:
    package = written(warehouse, RULES)
    filled(warehouse, load(RULES).plan, LEADS)
    (model,) = package.glob("models/samples/*_sample_2.sql")
    changed = re.sub(r"THEN 20\b", "THEN 21", model.read_text(encoding="utf-8"))
    assert changed != model.read_text(encoding="utf-8")
    model.write_text(changed, encoding="utf-8")
    ended = warehouse.dbt(package, "build", "--select", "*_sample_*")
    failed = [name for name, status in ended.items() if status == "fail"]
    assert [name.endswith("_sample_2_as_leadwright") for name in failed] == [True], ended


def test_leads_of_a_database_are_compared(warehouse: Warehouse) -> None:
    db = str(warehouse.folder / "sample.db")
    for path in write_sample(warehouse.folder, 40):
        beside = str(path.with_suffix(".toml"))
        assert run(["import", str(path), "--mapping", beside, "--db", db]) == 0
    rules = SHIPPED[0]
    package = warehouse.folder / "package"
    call = ("dbt", "init", str(rules), "--dialect", warehouse.dialect, "--to", str(package))
    assert run([*call, "--db", db, "--sample", "30"]) == 0
    ended = warehouse.dbt(package, "build", "--select", "*_sample_*")
    assert set(ended.values()) == {"success", "pass"}, ended


@pytest.mark.parametrize("warehouse", ["duckdb"], indirect=True)
def test_an_incremental_model_goes_wrong_as_the_package_says(warehouse: Warehouse) -> None:
    plan = load(RULES).plan
    package = written(warehouse, RULES)
    (model,) = package.glob("models/*_scores.sql")
    filled(warehouse, plan, LEADS)
    table = "{{ config(materialized='table') }}"
    incremental = "{{ config(materialized='incremental', unique_key='lead_id') }}"
    select = ("--select", model.stem)
    model.write_text(model.read_text(encoding="utf-8").replace(table, incremental), encoding="utf-8")
    assert set(warehouse.dbt(package, "run", *select).values()) == {"success"}
    filled(warehouse, plan, LEADS[1:])
    more = RULES.replace("then +3", 'then +3, tag "new"')
    written(warehouse, more)
    model.write_text(model.read_text(encoding="utf-8").replace(table, incremental), encoding="utf-8")
    assert set(warehouse.dbt(package, "run", *select).values()) == {"success"}
    ask = f"SELECT lead_id FROM {model.stem} ORDER BY 1"
    assert len(warehouse.ask(ask)) == len(LEADS), "who was deleted stays"
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = "
    assert ("tag_new",) not in warehouse.ask(f"{columns}'{model.stem}'")
    written(warehouse, more)
    assert set(warehouse.dbt(package, "run", *select).values()) == {"success"}
    assert len(warehouse.ask(ask)) == len(LEADS) - 1
    assert ("tag_new",) in warehouse.ask(f"{columns}'{model.stem}'")
