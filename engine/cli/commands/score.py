"""`leadwright score`: all leads, by one ruleset."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from ..command import Command, at_option, db_option, json_option, paper, write, write_json

if TYPE_CHECKING:
    from ...report.scores import Scored
    from ...store.opening import Store
    from ..rulesets import Rules


@click.command(
    cls=Command,
    examples=[
        "leadwright score inbound.rules",
        "leadwright score inbound                   as it was scored last",
        "leadwright score inbound@2                 by its second version",
        "leadwright score inbound.rules --at 2026-01-15",
    ],
)
@click.argument("rules", metavar="RULES", type=click.Path())
@db_option()
@at_option(default="now")
@json_option
def command(rules: str, db: str, at: str | None, as_json: bool) -> int:
    """Score all leads by a ruleset.

    RULES is a file, or the name of a ruleset that was scored before. A file that changed becomes the next
    version of the ruleset of its name. Each score is kept with the lines it is made of and the version
    that made it.
    """
    from ...report.scores import scored_data, scored_text
    from ...store.catalogue import catalogue
    from ...store.opening import open_store
    from ..clock import instant_asked
    from ..rulesets import published, rules_named

    now = instant_asked(at)
    with open_store(db) as store:
        found = published(store, rules_named(rules, store, catalogue(store)))
        scored = score(store, found, now)
    if as_json:
        write_json(scored_data(scored))
    else:
        write(scored_text(scored, paper()))
    return 0


def score(store: Store, rules: Rules, now: dt.datetime) -> Scored:
    """Scores all leads by a published ruleset, with progress, and counts where they stand."""
    from ...evaluate import Evaluator
    from ...report.scores import Scored
    from ...store.scoring import score_store
    from ...values import instant_of
    from ..progress import ProgressLine
    from ..scored import highest, totals

    version, plan = rules.version, rules.plan
    assert version is not None, "published before it is scored"
    with ProgressLine() as progress:
        tally = score_store(store, Evaluator(plan), version, instant_of(now), progress=progress).tally
    return Scored(
        ruleset=rules.name,
        version=version.number,
        title=plan.title,
        digest=plan.digest,
        now=now,
        leads=tally.leads,
        added=tally.added,
        changed=tally.changed,
        disqualified=tally.disqualified,
        stages={track: _in_stages(store, rules, track) for track in plan.tracks},
        totals=totals(store, rules.name),
        moves=tally.moves,
        highest=highest(store, rules.name, 5),
    )


def _in_stages(store: Store, rules: Rules, track: str) -> dict[str | None, int]:
    """How many leads are in no stage of a track, and in each from the lowest to the highest."""
    from ..scored import stages

    counts = stages(store, rules.name, track)
    named = [stage.name for stage in rules.plan.stages if stage.track == track]
    return {stage: counts[stage] for stage in (None, *named)}
