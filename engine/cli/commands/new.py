"""`leadwright new`: a ruleset to start from."""

from __future__ import annotations

from pathlib import Path

import click

from ..command import Command, db_option, text_style, write
from ..failures import Failure, of_the_disk
from ..inputs import open_beside, refuse_both


@click.command(
    cls=Command,
    examples=[
        "leadwright new inbound.rules       from the data in leads.db, where it is there",
        "leadwright new --db crm.db         prints it",
    ],
)
@click.argument("file", required=False, type=click.Path())
@db_option(must=False)
@click.option("--no-db", is_flag=True, help="Start from examples, even where a database is there.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def command(file: str | None, db: str | None, no_db: bool, force: bool) -> int:
    """Start a ruleset, with comments that teach and tests that pass.

    It asks about the fields and events that the data holds, but for ids, owners and what only keeps
    records, and puts about a tenth of the leads into its top stage. Where the data says who became a
    customer, rules are ranked by that. Without data, it is an example.
    Without FILE, it is printed.
    """
    refuse_both(db, no_db)
    text = _text(db, no_db, file)
    if file is None or file == "-":
        write(text.rstrip("\n"))
        return 0
    path = Path(file)
    if path.exists() and not force:
        raise Failure(f"{file} is there already", "name another file, or write over it with --force")
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise of_the_disk(error, file) from None
    style = text_style()
    write(f"Wrote {style.name(file)}. Read it, change what is wrong, then: leadwright check {file}")
    return 0


def _text(db: str | None, no_db: bool, file: str | None) -> str:
    from ...starters import first_text

    text = first_text()
    with open_beside(db, ignored=no_db) as store:
        if store is not None:
            from ...store.scoring.starting import starter_for

            text = starter_for(store, store.path.name)
    return text.replace("FILE", file, 3) if file and file != "-" and " " not in file else text
