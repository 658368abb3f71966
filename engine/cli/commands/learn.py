"""`leadwright learn`: points, rules and thresholds proposed from outcomes."""

from __future__ import annotations

from pathlib import Path

import click

from ..command import Command, db_option, json_option, text_style, write, write_json
from ..failures import Failure, of_the_disk
from ..outcome_options import moment, outcome_options, rules_and_store


@click.command(
    cls=Command,
    examples=[
        "leadwright learn inbound.rules",
        "leadwright learn inbound.rules --within 30d --write draft.rules",
        'leadwright learn inbound.rules --as-of 2026-06-01 --use occupation --keep "Asked for a demo"',
    ],
)
@click.argument("rules", type=click.Path())
@db_option()
@click.option("--as-of", metavar="INSTANT", help="Learn from what was known then.  [default: now]")
@outcome_options
@click.option("--most-changes", metavar="N", type=click.IntRange(min=1), help="Propose at most so many.")
@click.option("--keep", metavar="RULE", multiple=True, help="Leave the points of this rule as they are.")
@click.option("--exclude", metavar="NAME", multiple=True, help="Do not use this field or event.")
@click.option("--use", metavar="NAME", multiple=True, help="Use this field or event though it may leak.")
@click.option("--no-new-rules", is_flag=True, help="Look at the rules that are there alone.")
@click.option(
    "--precision",
    metavar="PERCENT",
    type=click.FloatRange(0, 100, min_open=True, max_open=True),
    help="Set the top stage so that at least so many of its leads win, even at the low end.",
)
@click.option("--write", "out", metavar="FILE", type=click.Path(), help="Write the changed rules here.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@json_option
def command(
    *,
    rules: str,
    db: str,
    as_of: str | None,
    most_changes: int | None,
    keep: tuple[str, ...],
    exclude: tuple[str, ...],
    use: tuple[str, ...],
    no_new_rules: bool,
    precision: float | None,
    out: str | None,
    force: bool,
    as_json: bool,
    **asked: str | None,
) -> int:
    """Propose points, rules and thresholds from who became a customer.

    Points are fitted toward the present ones, in whole numbers, and each changed number must earn its change.
    New rules are found on the earlier leads and confirmed on the later ones. What leaks is left out and
    named. Nothing proposed is a fine answer, and exit code 0. Nothing is stored; with --write the changed
    rules go to a file, but for changes that a test of the ruleset speaks against.
    """
    from ...check.files import FrozenFiles
    from ...outcomes.definitions import outcomes_of
    from ...outcomes.learn.learner import LearnOptions
    from ...report.proposals import proposal_data, proposal_text
    from ...store.scoring.outcome_questions import learn

    if out is not None and Path(out).exists() and not force:
        raise Failure(f"{out} is there already", "name another file, or write over it with --force")
    options = LearnOptions(
        most_changes, keep, exclude, use, not no_new_rules, None if precision is None else precision / 100
    )
    with rules_and_store(rules, db) as (loaded, store):
        found = learn(
            loaded.plan, store, as_of=moment(as_of), options=options, files=FrozenFiles(loaded.files), **asked
        )
        name = outcomes_of(loaded.plan, asked["outcome"]).won.name
    wrote = out is not None and bool(found.taken)
    if wrote:
        assert out is not None
        try:
            Path(out).write_text(found.text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise of_the_disk(error, out) from None
    if as_json:
        write_json(proposal_data(found))
        return 0
    write(proposal_text(found, name, text_style()))
    if wrote:
        write(f"\nWrote {out}. See: leadwright diff {rules} {out}")
    elif out is not None:
        write(f"\nNothing was written to {out}.")
    return 0
