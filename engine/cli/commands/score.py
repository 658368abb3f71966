"""`leadwright score`: the leads that are due, by one ruleset or by each that was used before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from ..command import Command, at_option, db_option, json_option, text_style, write, write_json
from ..failures import Failure

if TYPE_CHECKING:
    from ...report.scores import Scored
    from ...store.database import Store
    from ..inputs import LoadedRules


@click.command(
    cls=Command,
    examples=[
        "leadwright score inbound.rules",
        "leadwright score inbound                   as it was scored last",
        "leadwright score inbound@2                 by its second version",
        "leadwright score                           what is due, by every ruleset scored before",
        "leadwright score inbound.rules --at 2026-01-15",
        "leadwright score inbound.rules --parquet lake --to scores --at 2026-01-15",
    ],
)
@click.argument("rules", metavar="[RULES]", type=click.Path(), required=False)
@click.option(
    "--publish", is_flag=True, help="Publish the file, whatever was published since it was last read."
)
@click.option(
    "--hand-off",
    is_flag=True,
    help="Hand off also what a first scoring, or a new version of the rules, brings into stages.",
)
@click.option("--all", "whole", is_flag=True, help="Score all leads, whether they are due or not.")
@click.option(
    "--memory",
    type=click.IntRange(min=64),
    metavar="MIB",
    help="How much memory scoring all of many leads may take, about; less is slower.",
)
@click.option("--parquet", metavar="FOLDER", help="Score leads and events in files, without a database.")
@click.option("--to", metavar="FOLDER", help="With --parquet: where scores are written, as Parquet files.")
@click.option(
    "--lines",
    type=click.Choice(["full", "short", "none"]),
    default="full",
    help="With --parquet: how the lines of a score are written.  [default: full]",
)
@click.option(
    "--columns",
    metavar="FILE",
    help='With --parquet: column names, as TOML: lead_id = "contact_id".',
)
@click.option(
    "--paired",
    is_flag=True,
    help="With --parquet: the events of each file of leads are in the file of events of the same name.",
)
@click.option(
    "--buckets",
    type=click.IntRange(min=1, max=100_000),
    metavar="N",
    help="With --parquet: put events with their leads in so many portions.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1, max=1_024),
    metavar="N",
    help="With --parquet: how many processes score.  [default: one for each processor]",
)
@db_option()
@at_option(default="now")
@json_option
def command(
    *,
    rules: str | None,
    publish: bool,
    hand_off: bool,
    whole: bool,
    memory: int | None,
    parquet: str | None,
    to: str | None,
    lines: str,
    columns: str | None,
    paired: bool,
    buckets: int | None,
    processes: int | None,
    db: str,
    at: str | None,
    as_json: bool,
) -> int:
    """Score leads by a ruleset.

    RULES is a file, or the name of a ruleset that was scored before. A file that changed becomes the next
    version of the ruleset of its name, unless another was published in the meantime, and all leads are scored
    by it; else only those that changed, got events, or whose score time alone can have changed. Each score is
    kept with the lines it is made of and the version that made it. Leads that enter a stage with handoffs are
    handed off; those that a first scoring or a new version of the rules brings there are not, unless you say
    so with --hand-off.

    With --parquet, leads and events are read from the files in FOLDER/leads and FOLDER/events (or
    leads.parquet and events.parquet) and scores are written to files, without a database.
    """
    if parquet is not None:
        from ..parquet_scoring import score_parquet

        if publish or hand_off or whole or memory is not None:
            raise Failure(
                "--publish, --hand-off, --all and --memory are about the database, and --parquet uses none",
                "leave them out",
            )
        score_parquet(
            rules,
            parquet,
            to,
            at,
            lines=lines,
            names=columns,
            paired=paired,
            buckets=buckets,
            processes=processes,
            as_json=as_json,
        )
        return 0
    if to is not None:
        raise Failure("--to goes with --parquet", "name a folder of Parquet files, or leave --to out")
    from ...report.scores import scored_data, scored_text
    from ...store.database import open_store
    from ...store.records.catalogue import catalogue
    from ..command import instant_asked
    from ..inputs import rules_named
    from ..publishing import published

    now = instant_asked(at)
    with open_store(db) as store:
        if rules is None:
            chosen = rules_in_use(store)
        else:
            chosen = [published(store, rules_named(rules, store, catalogue(store)), always=publish)]
        if hand_off:
            choose_to_hand_off(store, chosen)
        scored = [score(store, found, now, whole=whole, memory=memory) for found in chosen]
    if as_json:
        data = [scored_data(one) for one in scored]
        write_json(data if rules is None else data[0])
    else:
        for place, one in enumerate(scored):
            write(["", *scored_text(one, text_style())] if place else scored_text(one, text_style()))
    return 0


def choose_to_hand_off(store: Store, chosen: list[LoadedRules]) -> None:
    """Keeps that what versions bring into stages is handed off."""
    from ...store.handoffs.entries import choose_entries

    with store.transaction() as connection:
        for rules in chosen:
            if rules.version is not None:
                choose_entries(connection, rules.version.id, hand_off=True)


def rules_in_use(store: Store) -> list[LoadedRules]:
    """The newest version of each ruleset that leads were scored by. Raises Failure where there is none."""
    from ...store.records.freshness import scored_rulesets
    from ...store.records.rulesets import load_version
    from ..inputs import of_version

    names = scored_rulesets(store)
    if not names:
        raise Failure(
            f"nothing was scored in {store.path} yet, so there is no ruleset to go on with",
            "name one, as in: leadwright score inbound.rules",
        )
    return [of_version(load_version(store, name)) for name in names]


def score(
    store: Store, rules: LoadedRules, now: dt.datetime, *, whole: bool = False, memory: int | None = None
) -> Scored:
    """Scores the leads that are due by a published ruleset, with progress, and counts where all stand."""
    from ...due.stale_events import stale_events
    from ...report.scores import Scored
    from ...score_one.scorer import Scorer
    from ...store.records.catalogue import catalogue
    from ...store.scoring.full_run import Resources
    from ...store.scoring.score_run import score_store
    from ...values import instant_of
    from ..command import note
    from ..progress import ProgressLine
    from ..scored import disqualified, highest, totals

    version, plan = rules.version, rules.plan
    assert version is not None, "published before it is scored"
    with ProgressLine() as progress:
        at = instant_of(now)
        resources = Resources(memory=memory)
        report = score_store(
            store, Scorer(plan), version, at, whole=whole, progress=progress, resources=resources
        )
    if report.note is not None:
        note(f"read the database itself, which takes longer: {report.note}")
    tally = report.tally
    by_total = totals(store, rules.name)
    return Scored(
        ruleset=rules.name,
        version=version.number,
        title=plan.title,
        digest=plan.digest,
        now=now,
        leads=by_total.total(),
        looked_at=tally.leads,
        added=tally.added,
        changed=tally.changed,
        disqualified=disqualified(store, rules.name),
        stages={track: _in_stages(store, rules, track) for track in plan.tracks},
        totals=by_total,
        moves=tally.moves,
        highest=highest(store, rules.name, 5),
        stale=stale_events(plan, catalogue(store).newest_event, at),
        handed_off=report.handed_off,
    )


def _in_stages(store: Store, rules: LoadedRules, track: str) -> dict[str | None, int]:
    """How many leads are in no stage of a track, and in each from the lowest to the highest."""
    from ..scored import stages

    counts = stages(store, rules.name, track)
    named = [stage.name for stage in rules.plan.stages if stage.track == track]
    return {stage: counts[stage] for stage in (None, *named)}
