"""`leadwright fields`: what the data holds."""

from __future__ import annotations

import click

from ..command import Command, db_option, json_option, paper, write, write_json


@click.command(
    cls=Command,
    examples=["leadwright fields", "leadwright fields --values 20", "leadwright fields --json"],
)
@db_option()
@click.option("--values", default=4, metavar="N", type=int, help="How many values to show.  [default: 4]")
@json_option
def command(db: str, values: int, as_json: bool) -> int:
    """Show what the data holds: the words that rules can use.

    Fields of leads with their kind, how many leads have them, and their commonest values. Events with
    their objects (what was visited, downloaded, attended) and properties.
    """
    from ...report.catalogue import catalogue_data, catalogue_text
    from ...store.database import open_store
    from ...store.records.catalogue import catalogue

    with open_store(db) as store:
        found = catalogue(store)
    if as_json:
        write_json(catalogue_data(found))
    else:
        write(catalogue_text(found, paper(), values=max(values, 0)))
    return 0
