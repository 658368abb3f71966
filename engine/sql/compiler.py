"""From a plan to one statement of SQL that scores all leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlglot import exp

from ..plan import Plan
from ..result_columns import ResultKind, SqlNames, result_columns
from ..score_one.scorer import instant
from .dialects import Dialect, dialect_named
from .events import EventSteps
from .instants import FixedInstants, SqlInstants
from .leads import Leads
from .live import LiveInstants
from .measures import Measures
from .outcome import add_decisions, add_rules, add_scores
from .past import HeldStages
from .steps import INSTANTS, SqlStep, common_table
from .tables import DEFAULT, TableMapping
from .templates import literal_in_templates
from .terms import UnsupportedSql, column


def compile_sql(
    plan: Plan,
    dialect: str,
    now: dt.datetime | int | None,
    mapping: TableMapping = DEFAULT,
    *,
    given: Sequence[SqlStep] = (),
    pretty: bool = True,
) -> str:
    """One SELECT that gives of every lead what `result_columns` names, as the plan means it at `now`.

    `dialect` is one of `DIALECTS`; `now` a datetime (without an offset UTC), microseconds since 1970, or None
    for whatever the engine's clock shows each time. The tables hold prepared values, see `layout`;
    `given` are steps that stand first and may make them. Raises UnsupportedSql for what the dialect cannot
    say, and FactsError for an instant outside the years 1 to 9999.
    """
    engine = dialect_named(dialect)
    columns = result_columns(plan)
    names = SqlNames(
        [
            INSTANTS,
            mapping.leads.lower(),
            mapping.events.lower(),
            *(step.name for step in given),
            *(result_column.name for result_column in columns),
        ]
    )
    if now is not None:
        instants: SqlInstants = FixedInstants(instant(now), engine, plan.zone)
    elif plan.zone.is_utc:
        instants = LiveInstants(engine, names)
    else:
        raise UnsupportedSql(
            f"{engine.label} cannot tell by its own clock which day it is in {plan.zone.name}",
            "say the instant to score at with --at, and make the SQL again for another one",
        )
    events = EventSteps(plan, engine, instants, mapping, names)
    measures = Measures(events, names)
    leads = Leads(plan, engine, instants, mapping=mapping, names=names, measures=measures)
    fires = add_rules(leads)
    scores = [result_column.name for result_column in columns if result_column.tells is ResultKind.SCORE]
    add_scores(leads, fires, {None: columns[1].name, **dict(enumerate(scores))})
    held = HeldStages(leads, names)
    add_decisions(leads, fires, columns, held.add())
    _refuse_breadth(engine, max(leads.width, measures.width))
    steps, last = leads.finish()
    _refuse_breadth(engine, held.width)
    before = measures.finish() if measures.are_any else []
    statement = exp.select(*(column(result_column.name) for result_column in columns), copy=False).from_(last)
    ordered = [*instants.steps(), *before, *steps]
    kept = {step.name for step in steps}
    statement.set("with_", _with(engine, [*given, *ordered], kept))
    statement.set("settings", [_setting(name, value) for name, value in engine.settings.items()])
    return literal_in_templates(statement).sql(engine.sqlglot, pretty=pretty, copy=False)


def _setting(name: str, value: int) -> exp.EQ:
    return exp.EQ(this=exp.to_identifier(name), expression=exp.Literal.number(value))


def _with(engine: Dialect, steps: list[SqlStep], kept: set[str]) -> exp.With:
    recursive = any(step.is_recursive for step in steps)
    tables = [common_table(step, engine, keep=step.name in kept) for step in steps]
    return exp.With(expressions=tables, recursive=recursive)


def _refuse_breadth(engine: Dialect, width: int) -> None:
    if width > engine.columns:
        raise UnsupportedSql(
            f"{engine.label} cannot work with the {width:,} columns that this ruleset needs, "
            f"at most with {engine.columns:,}",
            "split the ruleset, or use another engine",
        )
