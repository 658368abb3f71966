"""`leadwright measure`: scores compared with who became a customer."""

from __future__ import annotations

import click

from ..command import Command, at_option, db_option, json_option, text_style, write, write_json
from ..failures import Failure
from ..outcome_options import moment, outcome_options, rules_and_store


@click.command(
    cls=Command,
    examples=[
        "leadwright measure inbound.rules",
        "leadwright measure inbound.rules --within 30d --since 2026-01-01",
        "leadwright measure inbound.rules --by source --costs costs.csv",
        "leadwright measure inbound.rules --only source=fair",
    ],
)
@click.argument("rules", type=click.Path())
@db_option()
@at_option(default="now")
@outcome_options
@click.option("--by", metavar="FIELD", help="Also by the values of a field, such as the source.")
@click.option("--only", metavar="FIELD=VALUE", help="Only the leads of which a field has this value.")
@click.option(
    "--costs",
    metavar="FILE",
    type=click.Path(),
    help="What each value of --by cost: CSV with source, month, cost and perhaps currency.",
)
@json_option
def command(
    *,
    rules: str,
    db: str,
    at: str | None,
    by: str | None,
    only: str | None,
    costs: str | None,
    as_json: bool,
    **asked: str | None,
) -> int:
    """Compare scores with who became a customer.

    Each lead is looked at once, as it was some days after it came, and judged by what came after that.
    Leads that are too young to be judged are counted and left out. Rates come with 95% intervals; below
    five leads there is none. RULES is a file, or the name of a ruleset that was scored, and needs a line
    such as: outcome won when became customer. Nothing is stored.
    """
    from ...report.outcomes import measures_data, measures_text
    from ...store.scoring.outcome_questions import measure

    if costs is not None and by is None:
        raise Failure("--costs needs --by, the field that holds the source", "for example: --by source")
    with rules_and_store(rules, db) as (loaded, store):
        found = measure(
            loaded.plan,
            store,
            at=moment(at),
            by=by,
            only=None if only is None else _field_and_value(only),
            costs=costs,
            within=asked["within"],
            since=asked["since"],
            until=asked["until"],
            age=asked["age"],
            born=asked["born"],
            outcome=asked["outcome"],
        )
    if as_json:
        write_json(measures_data(found))
    else:
        write(measures_text(found, text_style()))
    return 0


def _field_and_value(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Failure(
            f'--only needs a field and a value, and has "{text}"', "for example: --only source=fair"
        )
    return name.strip(), value.strip()
