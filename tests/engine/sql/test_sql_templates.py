"""A statement pasted into a model of dbt passes through Jinja, which must leave it as it is."""

from __future__ import annotations

import datetime as dt

import jinja2
import pytest
from leadwright import load
from leadwright.engine.sql import DIALECTS, compile_sql
from leadwright.engine.values import instant_of
from leadwright.tests.engine.sql.sides import DuckDb, Lead, Sqlite, differences

NOW = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
TEXTS = [
    "{{ first_name }}",
    "{% raw %}",
    "{# note #}",
    "{{{",
    "a{{b{%c",
    "}} {{",
    "{ { %} #}",
    "100%{{_}}",
]


def rules(text: str) -> str:
    return (
        f'ruleset "About {text}"\nfield title: text\n'
        f'rule "Asks {text}"\nwhen title = "{text}"\nthen +1, tag "{text}"\n'
        f'rule "Like {text}"\nwhen title like "*{text}"\nthen +2\n'
        f"stage [{text.replace(']', '')}] when score >= 1"
    )


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_jinja_leaves_a_statement_as_it_is(dialect: str, text: str) -> None:
    statement = compile_sql(load(rules(text)).plan, dialect, NOW)
    assert jinja2.Environment(keep_trailing_newline=True).from_string(statement).render() == statement


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("engine", [DuckDb, Sqlite])
def test_texts_are_compared_as_they_were_written(engine: type, text: str) -> None:
    leads = [
        Lead("a", {"title": text}, []),
        Lead("b", {"title": f"so {text}"}, []),
        Lead("c", {"title": "other"}, []),
    ]
    assert differences(load(rules(text)).plan, leads, instant_of(NOW), engine()) == []
