"""`leadwright fields`: what the data holds."""

from __future__ import annotations

import click

from ..command import Command, db_option, json_option, text_style, write, write_json


@click.command(
    cls=Command,
    examples=[
        "leadwright fields",
        "leadwright fields --values 20",
        "leadwright fields --json",
        "leadwright fields --worth      which blank fields would decide most stages",
    ],
)
@db_option()
@click.option("--values", default=4, metavar="N", type=int, help="How many values to show.  [default: 4]")
@click.option("--worth", is_flag=True, help="Which blank fields are worth filling first.")
@click.option("--rules", metavar="RULES", help="With --worth: a file or a name.  [default: the last scored]")
@json_option
def command(*, db: str, values: int, worth: bool, rules: str | None, as_json: bool) -> int:
    """Show what the data holds: the words that rules can use.

    Fields of leads with their kind, how many leads have them, and their commonest values. Events with
    their objects (what was visited, downloaded, attended) and properties.

    With --worth, which blank fields are worth filling first: how many leads each would decide, so that their
    stage is certain whatever its value turns out to be, and for how many it bears on the stage.
    """
    if worth:
        return _worth(db, rules, as_json)
    from ...report.catalogue import catalogue_data, catalogue_text
    from ...store.database import open_store
    from ...store.records.catalogue import catalogue

    with open_store(db) as store:
        found = catalogue(store)
    if as_json:
        write_json(catalogue_data(found))
    else:
        write(catalogue_text(found, text_style(), values=max(values, 0)))
    return 0


def _worth(db: str, rules: str | None, as_json: bool) -> int:
    from ...report.bounds import worth_data, worth_text
    from ...store.database import open_store
    from ...store.worth import worth_of_all
    from ...values import instant_of
    from ..scored import instant_of_reading
    from .explain import rules_for

    with open_store(db, read_only=True) as store:
        chosen = rules_for(store, rules)
        now = instant_of(instant_of_reading(None, store, chosen.name))
        found = worth_of_all(store, chosen.plan, now)
    if as_json:
        write_json({"ruleset": chosen.name, **worth_data(found)})
    else:
        write(worth_text(found, text_style()))
    return 0
