"""`leadwright diff`: what differs between two rulesets, and who would move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..command import Command, at_option, db_option, json_option, text_style, write, write_json
from ..inputs import open_beside, refuse_both, rules_named
from ..progress import ProgressLine

if TYPE_CHECKING:
    import datetime as dt

    from ...impact.effect import Effect
    from ...outcomes.before_after import BeforeAfter
    from ...store.database import Store
    from ..inputs import LoadedRules


@click.command(
    cls=Command,
    examples=[
        "leadwright diff inbound.rules draft.rules",
        "leadwright diff inbound draft.rules        inbound as it was last scored",
        "leadwright diff inbound@1 inbound@2        two of its versions",
        "leadwright diff --no-db old.rules new.rules",
    ],
)
@click.argument("old", metavar="A", type=click.Path())
@click.argument("new", metavar="B", type=click.Path())
@db_option(must=False)
@click.option("--no-db", is_flag=True, help="Compare the rules alone, even where a database is there.")
@at_option(default="when last scored")
@click.option(
    "--top",
    metavar="N",
    type=click.IntRange(min=0),
    help="How many leads to name.  [default: 10; in JSON all]",
)
@json_option
def command(
    *, old: str, new: str, db: str | None, no_db: bool, at: str | None, top: int | None, as_json: bool
) -> int:
    """Compare two rulesets: what differs, and which leads would move.

    A and B are files, or names of rulesets that were scored. Where there is a database, all its leads are
    scored with both: which stages they leave and enter, how the scores are spread, which rules move them,
    and who moves most. Where they have an outcome, precision and recall of the top stage are compared too.
    Nothing is stored; Ctrl+C ends it at any time.
    """
    from ...impact.text_diff import compare
    from ...report.changes import changes_data, changes_text, effect_data, effect_text
    from ...report.outcomes import before_after_data, before_after_text
    from ..scored import instant_of_reading

    refuse_both(db, no_db)
    with open_beside(db, ignored=no_db) as store:
        before, after = _both(old, new, store)
        changes = compare(before.reading.tree, after.reading.tree)
        now = instant_of_reading(at, store)
        named = top if as_json else 10 if top is None else top
        found = None if store is None else _effect(store, before, after, now, named)
        judged = None if store is None else _score_change(store, before, after, now)
    if as_json:
        outcomes = before_after_data(judged) if judged is not None and not isinstance(judged, str) else None
        effect = found and effect_data(found, now)
        write_json({"changes": changes_data(changes), "effect": effect, "outcomes": outcomes})
        return 0
    style = text_style()
    write(changes_text(changes, style))
    if found is not None:
        write(["", *effect_text(found, now, style, named or 0)])
    if isinstance(judged, str):
        write(["", *style.wrapped(judged)])
    elif judged is not None:
        write(["", *before_after_text(judged, style)])
    return 0


def _score_change(
    store: Store, before: LoadedRules, after: LoadedRules, now: dt.datetime
) -> BeforeAfter | str | None:
    """Both compared with outcomes; why they cannot be, in a sentence; None where they have no outcome."""
    from ...outcomes.definitions import NotMeasurable
    from ...store.scoring.outcome_questions import before_and_after

    try:
        return before_and_after(before.plan, after.plan, store, at=now)
    except NotMeasurable as error:
        return f"Not compared with outcomes: {error.message}."


def _both(old: str, new: str, store: Store | None) -> tuple[LoadedRules, LoadedRules]:
    from ...store.records.catalogue import catalogue

    known = catalogue(store) if store is not None else None
    return rules_named(old, store, known), rules_named(new, store, known)


def _effect(
    store: Store, before: LoadedRules, after: LoadedRules, now: dt.datetime, named: int | None
) -> Effect:
    from ...evaluator import Evaluator
    from ...store.scoring.what_if import WhatIf
    from ...values import instant_of

    with ProgressLine() as progress:
        old, new = Evaluator(before.plan), Evaluator(after.plan)
        return WhatIf().effect(store, old, new, instant_of(now), most_moves=named, progress=progress)
