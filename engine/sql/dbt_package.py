"""A ruleset as a package of dbt: a model that scores all leads, and a test that compares with Leadwright.

The test scores a few leads, written out in a model of their own, as of one instant, and lets dbt hold the
result against what Leadwright says of the same leads.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..evaluator import Evaluator
from ..explain.decision import Decision
from ..plan import Plan
from ..result_columns import ResultColumn, ResultKind, plain, result_columns
from ..score_one.facts import Event
from ..values import instant_of, moment_of
from .checks import check_statement
from .compiler import compile_sql
from .dialects import Dialect, dialect_named
from .layout import event_rows, layout_of, lead_row
from .literal_rows import Value, event_columns, lead_columns, steps_of_rows
from .steps import SqlStep, common_table
from .tables import DEFAULT, TableMapping
from .templates import literal_in_templates, plain_comment
from .text_keys import EXACT, text_key_macro

HEAD = "-- Written by leadwright dbt init, which replaces this file: change the rules instead."
"""The first line of files that are written again each time."""

_SAMPLE = TableMapping(leads="sample_leads", events="sample_events")


_KINDS = {
    ResultKind.LEAD: Kind.TEXT,
    ResultKind.TOTAL: Kind.DATETIME,
    ResultKind.SCORE: Kind.DATETIME,
    ResultKind.STAGE: Kind.TEXT,
    ResultKind.DISQUALIFIED: Kind.YES_NO,
    ResultKind.GRADE: Kind.TEXT,
    ResultKind.TAG: Kind.YES_NO,
    ResultKind.OUTCOME: Kind.YES_NO,
    ResultKind.OUTCOME_AT: Kind.DATETIME,
}
"""The kinds whose types the columns of the result have; a score is as wide a whole number as an instant."""


@frozen
class SampleLead:
    """A lead to compare: its fields by their names in the data, its events, the instant to score it at."""

    fields: Mapping[str, object]
    events: Sequence[Event]
    now: int


@frozen
class DbtPackage:
    """Files by their paths in the package.

    `made` follow from the rules and are replaced each time; `begun` are for people to change, and are only
    written where they are missing.
    """

    name: str
    made: Mapping[str, str]
    begun: Mapping[str, str]


def dbt_package(
    plan: Plan,
    called: str,
    dialect: str,
    now: dt.datetime | None,
    sample: Iterable[SampleLead],
    *,
    mapping: TableMapping = DEFAULT,
) -> DbtPackage:
    """The package of a plan that people call `called`; None for `now` is the engine's clock at each run.

    Tables that the mapping does not name are sources. Raises UnsupportedSql as `compile_sql` does.
    """
    slug = plain(called) or "rules"
    slug = slug if slug[0].isalpha() else f"rules_{slug}"
    mapping = replace(
        mapping,
        leads=_source("leads") if mapping.leads == DEFAULT.leads else mapping.leads,
        events=_source("events") if mapping.events == DEFAULT.events else mapping.events,
    )
    config = "{{ config(materialized='table') }}"
    statement = compile_sql(plan, dialect, now, mapping)
    checks = check_statement(layout_of([plan], mapping), dialect)
    made = {
        f"models/{slug}_scores.sql": f"{HEAD}\n{config}\n{statement}\n",
        f"tests/{slug}_reads_prepared_values.sql": f"{HEAD}\n{checks}\n",
    }
    if dialect in EXACT:
        made["macros/leadwright_text_key.sql"] = f"{HEAD}\n{text_key_macro(dialect)}"
    by_instant: dict[int, list[SampleLead]] = {}
    for lead in sample:
        by_instant.setdefault(lead.now, []).append(lead)
    for number, (instant, leads) in enumerate(sorted(by_instant.items()), 1):
        model = f"{slug}_sample_{number}"
        rows = [(f"lead {place}", lead) for place, lead in enumerate(leads, 1)]
        scored = _sample_statement(plan, dialect, instant, rows)
        made[f"models/samples/{model}.sql"] = f"{HEAD}\n{config}\n{scored}\n"
        test = _comparison(plan, dialect_named(dialect), instant, rows, model)
        made[f"tests/{model}_as_leadwright.sql"] = f"{HEAD}\n{test}\n"
    begun = {
        "dbt_project.yml": _PROJECT.format(slug=slug),
        "models/leadwright.yml": _sources(mapping, slug),
        "README.md": _README.format(title=plain_comment(" ".join(called.split())), slug=slug),
    }
    return DbtPackage(f"leadwright_{slug}", made, begun)


def _source(table: str) -> str:
    return f"{{{{ source('leadwright', '{table}') }}}}"


Rows = Sequence[tuple[str, SampleLead]]


def _sample_statement(plan: Plan, dialect: str, now: int, leads: Rows) -> str:
    layout, engine = layout_of([plan], _SAMPLE), dialect_named(dialect)
    facts = [lead_row(layout, key, lead.fields, dialect) for key, lead in leads]
    events = [row for key, lead in leads for row in event_rows(layout, key, lead.events, dialect)]
    given = [
        *steps_of_rows(_SAMPLE.leads, lead_columns(layout), facts, engine),
        *steps_of_rows(_SAMPLE.events, event_columns(layout), events, engine),
    ]
    return compile_sql(plan, dialect, now, _SAMPLE, given=given)


def _comparison(plan: Plan, engine: Dialect, now: int, leads: Rows, model: str) -> str:
    """A statement that selects what only one of the two says: no row, where they agree."""
    columns, evaluator = result_columns(plan), Evaluator(plan)
    rows = []
    for key, lead in leads:
        facts = evaluator.facts(lead.fields, lead.events)
        decision = evaluator.decide(facts, moment_of(now))
        rows.append(
            [key if one.tells is ResultKind.LEAD else decided_value(one, decision) for one in columns]
        )
    steps = steps_of_rows("expected", [(one.name, _KINDS[one.tells]) for one in columns], rows, engine)
    names = [one.name for one in columns]
    found = exp.select(*names).from_(
        exp.Table(this=exp.Identifier(this=f"{{{{ ref('{model}') }}}}", quoted=False))
    )
    steps.append(SqlStep("found", found))
    sides = []
    for one, other in (("expected", "found"), ("found", "expected")):
        only = exp.Except(this=_all(names, one), expression=_all(names, other), distinct=True)
        steps.append(SqlStep(f"only_{one}", only))
        sides.append(exp.select(exp.alias_(exp.Literal.string(one), "side"), "*").from_(f"only_{one}"))
    statement = exp.Union(this=sides[0], expression=sides[1], distinct=False)
    tables = [common_table(step, engine, keep=False) for step in steps]
    statement.set("with_", exp.With(expressions=tables))
    return literal_in_templates(statement).sql(engine.sqlglot, pretty=True, copy=False)


def _all(names: Sequence[str], table: str) -> exp.Select:
    return exp.select(*names).from_(table)


def decided_value(column: ResultColumn, decision: Decision) -> Value:
    """What a decision says in a column of the result other than the lead's id."""
    subject = column.subject
    match column.tells:
        case ResultKind.TOTAL:
            return decision.total
        case ResultKind.SCORE:
            return decision.scores[subject or ""]
        case ResultKind.STAGE:
            return decision.stages[subject or "main"]
        case ResultKind.DISQUALIFIED:
            return bool(decision.disqualified)
        case ResultKind.GRADE:
            return decision.grades[subject or ""]
        case ResultKind.TAG:
            return subject in decision.tags
        case ResultKind.OUTCOME:
            return decision.outcomes[subject or ""].reached
        case ResultKind.OUTCOME_AT:
            at = decision.outcomes[subject or ""].at
            return None if at is None else instant_of(at)
        case ResultKind.LEAD:
            raise AssertionError("a decision does not know whose it is")


def _sources(mapping: TableMapping, slug: str) -> str:
    """The tests of the result, and of those tables that are sources."""
    parts = []
    if mapping.leads == _source("leads"):
        parts.append("      - name: leads\n        columns:\n" + _column(mapping.lead_id, "unique, not_null"))
    if mapping.events == _source("events"):
        known = (mapping.event_lead, mapping.event_at, mapping.event_type)
        parts.append(
            "      - name: events\n        columns:\n" + "".join(_column(one, "not_null") for one in known)
        )
    return (_SOURCES.format(tables="".join(parts)) if parts else "") + _RESULT.format(slug=slug)


def _column(name: str, tests: str) -> str:
    quote = ", quote: true" if name.startswith('"') else ""
    return f"          - {{name: {json.dumps(name.strip(chr(34)))}{quote}, data_tests: [{tests}]}}\n"


_PROJECT = """\
name: leadwright_{slug}
version: "1.0.0"
config-version: 2
require-dbt-version: ">=1.8.0"
profile: default
model-paths: [models]
test-paths: [tests]
"""

_SOURCES = """\
# Where the tables of leads and events are. Their columns: leadwright sql RULES --dialect DIALECT --tables
sources:
  - name: leadwright
    schema: "{{{{ var('leadwright_schema', target.schema) }}}}"
    tables:
{tables}
"""

_RESULT = """\
models:
  - name: {slug}_scores
    columns:
      - {{name: lead_id, data_tests: [unique, not_null]}}
"""

_README = """\
# {title} in dbt

`models/{slug}_scores.sql` scores every lead of the source `leadwright`, whose tables are named in
`models/leadwright.yml`. The models in `models/samples` score a few leads that are written out in them,
and the tests in `tests` hold these scores against what Leadwright says of the same leads.

    dbt build --select package:leadwright_{slug}

When the rules change, run `leadwright dbt init` again. It replaces the models and tests, and leaves this
file, `dbt_project.yml` and `models/leadwright.yml` as you made them.

Keep the table a table. An incremental model goes wrong: scores change as time passes, also of leads that
have no new rows; leads that were deleted stay; and a new tag or score is a new column, which older rows do
not have.
"""
