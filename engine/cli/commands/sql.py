"""`leadwright sql`: a ruleset as one statement of SQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..command import Command, at_option, db_option, json_option, write, write_json
from ..failures import FOUND, Failure, of_the_disk
from ..inputs import open_beside, refuse_both

if TYPE_CHECKING:
    import datetime as dt

    from ...sql import TableMapping, UnsupportedSql
    from ...store.database import Store
    from ..inputs import LoadedRules

DIALECTS = (
    *("duckdb", "sqlite", "postgres", "spark", "databricks"),
    *("snowflake", "bigquery", "clickhouse"),
)


@click.command(
    cls=Command,
    examples=[
        "leadwright sql inbound.rules --dialect duckdb",
        "leadwright sql inbound.rules --dialect duckdb --tables     the tables that it reads",
        "leadwright sql inbound.rules --dialect duckdb --checks     what these tables must not hold",
        "leadwright sql inbound.rules --dialect snowflake --live --names tables.toml > lead_scores.sql",
    ],
)
@click.argument("rules", metavar="RULES", type=click.Path())
@click.option("--dialect", required=True, type=click.Choice(DIALECTS), help="The engine it is for.")
@click.option("--names", metavar="FILE", help="What tables and columns are called, as TOML.")
@click.option("--tables", is_flag=True, help="Print the tables that the statement reads instead.")
@click.option("--checks", is_flag=True, help="Print a SELECT that finds values which they must not hold.")
@db_option(must=False)
@click.option("--no-db", is_flag=True, help="Ignore the database.")
@at_option(default="now")
@click.option("--live", is_flag=True, help="Look from whatever the engine's own clock shows each time.")
@json_option
def command(
    *,
    rules: str,
    dialect: str,
    names: str | None,
    tables: bool,
    checks: bool,
    db: str | None,
    no_db: bool,
    at: str | None,
    live: bool,
    as_json: bool,
) -> int:
    """Print a ruleset as one SELECT that scores all leads.

    The statement looks from one instant (--at) or, with --live, from the time at which it is run, as a model
    of dbt should. What a dialect cannot say exactly as the rules mean it is refused by name. The tables hold
    values made ready for comparison, as `leadwright export` writes them; docs/scaling.md says how.
    """
    from ..command import instant_asked

    refuse_both(db, no_db)
    if live and at is not None:
        raise Failure("--live and --at cannot be used together", "give one of the two")
    if checks and (tables or as_json):
        raise Failure(
            f"--checks and {'--tables' if tables else '--json'} cannot be used together",
            "give one of the two",
        )
    now = None if live else instant_asked(at)
    with open_beside(db, ignored=no_db) as store:
        found = rules_beside(rules, store)
    require_sqlglot()
    from ...sql import DEFAULT, UnsupportedSql
    from ...sql.checks import check_statement
    from ...sql.layout import layout_of

    try:
        mapping = DEFAULT if names is None else mapping_named(names)
        if checks:
            write(f"{check_statement(layout_of([found.plan], mapping), dialect)};")
        else:
            _print(found, dialect, now, mapping=mapping, tables=tables, as_json=as_json)
    except UnsupportedSql as refusal:
        raise refused(refusal) from None
    return 0


def rules_beside(rules: str, store: Store | None) -> LoadedRules:
    """A ruleset of a file or, where there is a database, of a name in it, read with what the data holds."""
    from ..inputs import rules_named

    if store is None:
        return rules_named(rules, None, None)
    from ...store.records.catalogue import catalogue

    return rules_named(rules, store, catalogue(store))


def _print(
    rules: LoadedRules,
    dialect: str,
    now: dt.datetime | None,
    *,
    mapping: TableMapping,
    tables: bool,
    as_json: bool,
) -> None:
    from ...sql import compile_sql, result_columns
    from ...sql.layout import create_tables, layout_of
    from ...sql.templates import plain_comment

    created = create_tables(layout_of([rules.plan], mapping), dialect)
    if tables and not as_json:
        write([f"{statement};" for statement in created])
        return
    statement = compile_sql(rules.plan, dialect, now, mapping)
    if as_json:
        columns = [
            {"name": one.name, "tells": one.tells.value, "of": one.subject}
            for one in result_columns(rules.plan)
        ]
        write_json({"dialect": dialect, "sql": statement, "columns": columns, "tables": created})
        return
    label = plain_comment(" ".join(rules.label.split()))
    instant = "whenever it is run" if now is None else f"{now:%Y-%m-%dT%H:%M:%S.%fZ}"
    write([f"-- {label}, for {dialect}, as of {instant}", statement])


def mapping_named(path: str) -> TableMapping:
    """The names of tables and columns in a file."""
    from ...sql import read_mapping

    try:
        return read_mapping(Path(path))
    except OSError as error:
        raise of_the_disk(error, path) from None


def require_sqlglot() -> None:
    """Raises Failure where SQL cannot be written."""
    from importlib.util import find_spec

    if find_spec("sqlglot") is None:
        raise Failure(
            "SQL is written by the package sqlglot, which is not installed", "pip install 'leadwright[sql]'"
        )


def refused(refusal: UnsupportedSql) -> Failure:
    """What a dialect cannot say, as people are told."""
    if refusal.origin is None:
        return Failure(refusal.message, refusal.hint, FOUND)
    place = f"{refusal.origin.source.label}:{refusal.origin.line}"
    return Failure(f"{place}: {refusal.message}", refusal.hint, FOUND)
