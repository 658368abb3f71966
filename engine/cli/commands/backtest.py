"""`leadwright backtest`: rules tried on the past."""

from __future__ import annotations

import click

from ..command import Command, at_option, db_option, json_option, text_style, write, write_json
from ..inputs import rules_named
from ..outcome_options import moment, rules_and_store


@click.command(
    cls=Command,
    examples=[
        "leadwright backtest inbound --from 2026-01-01 --to 2026-09-01",
        "leadwright backtest inbound.rules --against draft.rules --from 2026-01-01 --to 2026-09-01",
    ],
)
@click.argument("rules", type=click.Path())
@db_option()
@click.option("--against", metavar="RULES", help="Other rules to compare with, such as a draft.")
@click.option("--from", "start", metavar="DAY", required=True, help="The first day to be replayed.")
@click.option("--to", "end", metavar="DAY", required=True, help="The day after the last one.")
@click.option(
    "--every", type=click.Choice(["day", "week", "month"]), default="month", show_default=True,
    help="How long a period is.",
)  # fmt: skip
@at_option(default="now")
@click.option("--within", metavar="TIME", help="How long a lead may take.  [default: as the rules say]")
@click.option("--age", metavar="TIME", help="How long after it came a lead is looked at.")
@click.option("--born", metavar="NAME", help="The field or event that says when a lead came.")
@click.option("--outcome", metavar="NAME", help="Which outcome of the rules.")
@click.option(
    "--capacity",
    metavar="N",
    type=click.FloatRange(min=0, min_open=True),
    help="How many leads a week the team can take.  [default: as many as reach the top stage]",
)
@json_option
def command(
    *,
    rules: str,
    db: str,
    against: str | None,
    start: str,
    end: str,
    every: str,
    at: str | None,
    within: str | None,
    age: str | None,
    born: str | None,
    outcome: str | None,
    capacity: float | None,
    as_json: bool,
) -> int:
    """Try rules on the past, knowing only what was known then.

    Each lead is scored as it was some days after it came, and judged by what came after that. A ruleset that
    was published is replayed with the versions live at the time. What scores with today's data would seem to
    be is printed beside it: the gap is what a comparison that looks at today would have claimed.
    """
    from ...report.backtests import backtest_data, backtest_text
    from ...store.records.catalogue import catalogue
    from ...store.records.rulesets import ruleset_names
    from ...store.scoring.outcome_inputs import instant
    from ...store.scoring.outcome_questions import backtest

    with rules_and_store(rules, db) as (loaded, store):
        other = None if against is None else rules_named(against, store, catalogue(store)).plan
        found = backtest(
            rules if rules in ruleset_names(store) else loaded.plan,
            store,
            start=instant(start),
            end=instant(end),
            every=every,
            against=other,
            at=moment(at),
            within=within,
            age=age,
            born=born,
            outcome=outcome,
            capacity=capacity,
        )
    if as_json:
        write_json(backtest_data(found))
    else:
        write(backtest_text(found, text_style()))
    return 0
