"""`leadwright dbt`: a ruleset as a package of dbt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..command import Command, at_option, db_option, note, write
from ..failures import Failure, of_the_disk
from ..inputs import open_beside, refuse_both, replace_text
from .sql import DIALECTS, mapping_named, refused, require_sqlglot, rules_beside

if TYPE_CHECKING:
    from ...plan import Plan
    from ...sql.dbt_package import SampleLead
    from ...store.database import Store

ENGINES = tuple(name for name in DIALECTS if name != "sqlite")
"""Those that dbt speaks to."""


class Packages(Command, click.Group):
    """A command that has commands."""


@click.group(
    cls=Packages, examples=["leadwright dbt init inbound.rules --dialect duckdb --to leadwright_inbound"]
)
def command() -> None:
    """Write a ruleset as a dbt package."""


@command.command(
    "init",
    cls=Command,
    examples=[
        "leadwright dbt init inbound.rules --dialect duckdb --to leadwright_inbound",
        "leadwright dbt init inbound.rules --dialect postgres --to leadwright_inbound --sample 50",
    ],
)
@click.argument("rules", metavar="RULES", type=click.Path())
@click.option("--dialect", required=True, type=click.Choice(ENGINES), help="The engine that dbt runs on.")
@click.option("--to", required=True, metavar="FOLDER", type=click.Path(), help="The folder of the package.")
@click.option("--names", metavar="FILE", help="What tables and columns are called, as TOML.")
@db_option(must=False)
@click.option("--no-db", is_flag=True, help="Ignore the database.")
@click.option(
    "--sample",
    metavar="NUMBER",
    type=click.IntRange(1, 1_000),
    help="Compare so many leads of the database, too. Their values are written into the package.",
)
@at_option(default="whenever dbt runs")
def init(
    *,
    rules: str,
    dialect: str,
    to: str,
    names: str | None,
    db: str | None,
    no_db: bool,
    sample: int | None,
    at: str | None,
) -> int:
    """Write a package of dbt with a model that scores all leads, and tests that compare with Leadwright.

    The tests compare the made-up leads of the tests in the rules and, with --sample, leads of the database.
    After a change of the rules it is run again: models and tests are replaced, files that are yours are left.
    """
    from ..command import instant_asked

    refuse_both(db, no_db)
    now = None if at is None else instant_asked(at)
    require_sqlglot()
    from ...sql import DEFAULT, UnsupportedSql
    from ...sql.dbt_package import dbt_package

    with open_beside(db, ignored=no_db) as store:
        found = rules_beside(rules, store)
        leads = [*_of_tests(found.plan), *_of_database(store, found.plan, sample, found.name)]
    try:
        mapping = DEFAULT if names is None else mapping_named(names)
        package = dbt_package(
            found.plan, found.plan.title or found.name, dialect, now, leads, mapping=mapping
        )
    except UnsupportedSql as refusal:
        raise refused(refusal) from None
    folder = Path(to)
    _refuse_other(folder, package.name)
    _remove_old(folder, package.made)
    for name, text in package.made.items():
        _write(folder / name, text)
    for name, text in package.begun.items():
        if not (folder / name).exists():
            _write(folder / name, text)
    from ...report.text_style import counted

    write(
        f"{folder} is the package {package.name} of dbt, whose tests compare {counted(len(leads), 'lead')}."
    )
    if not leads:
        note("Nothing is compared with Leadwright: write tests into the rules, or give --sample 50.")
    return 0


def _of_tests(plan: Plan) -> Iterator[SampleLead]:
    from ...sql.dbt_package import SampleLead
    from ...testing import lead_of_test

    for test in plan.tests:
        fields, events = lead_of_test(plan, test)
        yield SampleLead(fields, events, test.now)


def _of_database(store: Store | None, plan: Plan, number: int | None, ruleset: str) -> Iterator[SampleLead]:
    """So many leads from all over the database, as of the last scoring."""
    if number is None:
        return
    if store is None:
        raise Failure("--sample takes leads of a database, and there is none", "name it with --db")
    from ...sql.dbt_package import SampleLead
    from ...store.records.leads import count_leads, iterate_leads
    from ...values import instant_of
    from ..inputs import events_of_lead
    from ..scored import instant_of_reading

    now = instant_of(instant_of_reading(None, store, ruleset))
    read = {field.column for field in plan.fields}
    step = max(1, count_leads(store) // number)
    for place, lead in enumerate(iterate_leads(store)):
        if place % step == 0 and place // step < number:
            fields = {name: value for name, value in lead.fields.items() if name in read}
            yield SampleLead(fields, events_of_lead(store, lead.id), now)


def _refuse_other(folder: Path, name: str) -> None:
    """A folder that is another project is not written into."""
    project = folder / "dbt_project.yml"
    if project.exists() and f"name: {name}\n" not in project.read_text(encoding="utf-8", errors="replace"):
        raise Failure(
            f"{folder} is another project of dbt", f"name a folder of its own: --to {folder / name}"
        )


def _remove_old(folder: Path, made: Mapping[str, str]) -> None:
    """Removes what an earlier run wrote and this one does not."""
    from ...sql.dbt_package import HEAD

    for path in folder.glob("**/*.sql"):
        if path.relative_to(folder).as_posix() not in made and path.read_text("utf-8", "replace").startswith(
            HEAD
        ):
            path.unlink()


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as error:
        raise of_the_disk(error, path) from None
    replace_text(path, text)
