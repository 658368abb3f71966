"""`leadwright lsp`: help with rules inside an editor."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from ..command import DATABASE, Command, db_option
from ..failures import Failure
from ..inputs import read_catalogue, refuse_both, was_typed


@click.command(
    cls=Command,
    examples=[
        "leadwright lsp                        your editor starts it",
        "leadwright lsp --db leads.db          with the names and numbers of your leads",
        "leadwright lsp --fields fields.json   with the names alone",
    ],
)
@db_option(must=False)
@click.option("--no-db", is_flag=True, help="Look at the rules alone, even where a database is there.")
@click.option(
    "--fields",
    metavar="FILE",
    type=click.Path(),
    help="Take names from this file, from `leadwright fields --json`, instead of a database.",
)
@click.option("--stdio", is_flag=True, hidden=True, help="What editors add; there is no other way.")
def command(*, db: str | None, no_db: bool, fields: str | None, stdio: bool) -> int:
    """Help whoever writes rules in an editor, by the Language Server Protocol.

    It speaks over standard input and output, so the editor starts it by itself: mistakes with their fixes,
    completion, hover, formatting, renaming over included files, and beside each rule how many leads it is
    about. Nothing is written; the database is opened for reading only.
    """
    from importlib.util import find_spec

    if find_spec("pygls") is None:
        raise Failure(
            "editors are answered by the package pygls, which is not installed",
            "pip install 'leadwright[lsp]'",
        )
    refuse_both(db, no_db)
    if fields is not None and db is not None and was_typed("db"):
        raise Failure("--db and --fields cannot be used together", "give one of the two")
    names = read_catalogue(fields) if fields is not None else None
    beside = (
        Path(DATABASE) if db is None and not no_db and fields is None and Path(DATABASE).exists() else None
    )
    named = Path(db) if db is not None and not no_db and fields is None else None
    if named is not None and not named.exists():
        raise Failure(f"there is no database {named}", "check the name, or leave --db out")
    # What is loaded stays: to look for garbage in it takes a part of the time until an editor is answered.
    gc.disable()
    from ....lsp.features import serve

    serve(named or beside, names)
    return 0
