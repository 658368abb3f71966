"""`leadwright source`: which clients may send events, and how they are doing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...receivers.adapters import KINDS
from ..command import Command, db_option, json_option, note, text_style, write, write_json
from ..failures import Failure
from ..publishing import user_at_this_computer

if TYPE_CHECKING:
    from ...store.database import Store

_WHERE = "command line"


class Sources(Command, click.Group):
    """A command that has commands."""


@click.group(
    cls=Sources,
    examples=[
        "leadwright source add website --kind segment",
        "leadwright source add shop --kind posthog --origin https://shop.acme.example",
        "leadwright source list",
        "leadwright source messages website",
    ],
)
def command() -> None:
    """Manage which clients may send events.

    leadwright serve takes what they send. Each source has a write key, which can do nothing but send.
    """


@contextmanager
def _open(db: str, *, create: bool = False, read_only: bool = False) -> Iterator[Store]:
    from ...store.database import open_store

    with open_store(db, create=create, read_only=read_only) as store:
        yield store


@command.command(
    "add",
    cls=Command,
    examples=[
        "leadwright source add website --kind segment",
        "leadwright source add shop --kind posthog --origin https://shop.acme.example",
    ],
)
@click.argument("name")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(list(KINDS)),
    help="The client that sends; events is Leadwright's own address.",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="WEBSITE",
    help="A website whose pages may send from browsers, as https://acme.example; may be given several times.",
)
@db_option()
def add(name: str, kind: str, origins: tuple[str, ...], db: str) -> int:
    """Add a source. Its write key is printed once."""
    from ...live.sources import add_source

    with _open(db, create=True) as store:
        key = add_source(store, name, kind, origins, who=user_at_this_computer(), address=_WHERE)
    note(f"{name} may send now, with this write key. It is shown only once:")
    write(key)
    return 0


@command.command("list", cls=Command, examples=["leadwright source list --json"])
@db_option()
@json_option
def list_(db: str, as_json: bool) -> int:
    """List the sources, and what came from them in the last 24 hours."""
    from ...live.figures import source_figures

    with _open(db, read_only=True) as store:
        found = source_figures(store)
    if as_json:
        write_json([figures.data() for figures in found])
        return 0
    if not found:
        write("There are no sources: leadwright source add makes one.")
        return 0
    from ...report.text_style import table

    rows = [
        (
            figures.source.name,
            figures.source.kind,
            f"{figures.total:,}",
            f"{figures.counts['refused']:,}",
            figures.lag("stored") or "",
            figures.lag("scored") or "",
        )
        for figures in found
    ]
    head = ("name", "kind", "messages in 24 h", "refused", "95% stored in", "95% scored in")
    write(table(rows, text_style(), head=head))
    return 0


@command.command("remove", cls=Command, examples=["leadwright source remove website"])
@click.argument("name")
@db_option()
def remove(name: str, db: str) -> int:
    """Remove a source at once; the events it sent stay."""
    from ...live.sources import remove_source

    with _open(db) as store:
        remove_source(store, name, who=user_at_this_computer(), address=_WHERE)
    write(f"{name} can no longer send.")
    return 0


@command.command(
    "key", cls=Command, examples=["leadwright source key website", "leadwright source key website --keep"]
)
@click.argument("name")
@click.option(
    "--keep", is_flag=True, help="Let the former keys be good as well, until all clients have changed."
)
@db_option()
def key(name: str, keep: bool, db: str) -> int:
    """Make a new write key; former keys stop working at once, unless --keep."""
    from ...live.sources import new_key

    with _open(db) as store:
        made = new_key(store, name, keep=keep, who=user_at_this_computer(), address=_WHERE)
    note("The new write key is shown only once:")
    write(made)
    return 0


@command.command(
    "origin", cls=Command, examples=["leadwright source origin website https://www.acme.example"]
)
@click.argument("name")
@click.argument("websites", nargs=-1)
@db_option()
def origin(name: str, websites: tuple[str, ...], db: str) -> int:
    """Set the WEBSITES that browsers may send from."""
    from ...live.sources import set_origins

    with _open(db) as store:
        set_origins(store, name, websites, who=user_at_this_computer(), address=_WHERE)
    write(f"Browsers may send to {name} from {', '.join(websites)}." if websites else "No browser may send.")
    return 0


@command.command(
    "mapping",
    cls=Command,
    examples=["leadwright source mapping website", "leadwright source mapping website website.toml"],
)
@click.argument("name")
@click.argument("file", required=False, type=click.Path(path_type=Path, allow_dash=True))
@db_option()
def mapping(name: str, file: Path | None, db: str) -> int:
    """Print what a source's messages become, or take it from a FILE."""
    from ...live.sources import set_mapping, source_named

    if file is None:
        with _open(db, read_only=True) as store:
            write(source_named(store, name).mapping.rstrip("\n"))
        return 0
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"the file {file} cannot be read: {error}", "check the name") from None
    with _open(db) as store:
        set_mapping(store, name, text, who=user_at_this_computer(), address=_WHERE)
    write(f"Messages of {name} are read this way from now on.")
    return 0


@command.command("messages", cls=Command, examples=["leadwright source messages website --json"])
@click.argument("name")
@click.option("--refused", is_flag=True, help="Those that could not be taken, with the reasons.")
@db_option()
@json_option
def messages(name: str, refused: bool, db: str, as_json: bool) -> int:
    """Show the last messages of a source, and what became of each."""
    from ...live.messages import last_messages, last_refusals
    from ...live.sources import source_named
    from ...report.text_style import when

    with _open(db, read_only=True) as store:
        source = source_named(store, name)
        if refused:
            rows = [
                {"received": when(one.received), "state": "refused", "why": one.reason, "body": one.body}
                for one in last_refusals(store, source.id)
            ]
        else:
            rows = [
                {"received": when(one.received), **one.became, "body": one.body}
                for one in last_messages(store, source.id)
            ]
    if as_json:
        write_json(rows)
        return 0
    for row in rows:
        what = row.get("event") or ", ".join(row.get("fields", ())) or row.get("why", "")
        write(f"{row['received']}  {row['state']:8}  {row.get('lead', ''):30}  {what}")
        for remark in row.get("notes", ()):
            write(f"  {remark}")
    if not rows:
        write("Nothing came yet.")
    return 0
