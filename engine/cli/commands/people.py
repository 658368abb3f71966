"""`leadwright people`: who gets leads, when they are away, and how many leads a day they take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..command import Command, db_option, json_option, text_style, write, write_json
from ..failures import Failure

_F = TypeVar("_F", bound=Callable[..., Any])

_OPTIONS = (
    ("--name", "name", "NAME", "How people call them."),
    ("--away-from", "away_from", "DAY", "The first day on which they are away, as in 2026-08-03."),
    ("--away-to", "away_to", "DAY", "The last day on which they are away."),
    ("--limit", "limit", "LEADS", "How many leads a day they take at most."),
    ("--zone", "zone", "ZONE", "Whose days are theirs, as in Europe/Berlin."),
    ("--hours", "hours", "HOURS", "When they work, as in 09:00-17:00."),
    ("--days", "days", "DAYS", "On which weekdays, as in mon-fri."),
    ("--holidays", "holidays", "DAYS", "On which days they do not, with commas."),
)


class People(Command, click.Group):
    """A command that has commands."""


@click.group(
    cls=People,
    examples=[
        "leadwright people add ana@acme.example --name Ana --zone Europe/Berlin",
        "leadwright people set ana@acme.example --away-from 2026-08-03 --away-to 2026-08-21",
        'leadwright people set ana@acme.example --away-from "" --away-to ""',
        "leadwright people import people.csv",
        "leadwright people list",
    ],
)
def command() -> None:
    """Manage who gets leads by handoffs.

    Rulesets name people by their email addresses. Days away, daily limits and working hours are kept here,
    and change without a new version of the rules. Someone whom a handoff names, but who is not listed here,
    still gets leads, and works from 9 to 17 on Monday to Friday in the time zone of the ruleset.
    """


def _facts(function: _F) -> _F:
    """The options for what is kept of a person."""
    for option, name, metavar, what in reversed(_OPTIONS):
        function = click.option(option, name, metavar=metavar, help=what)(function)
    return function


@command.command("add", cls=Command, examples=["leadwright people add ana@acme.example --name Ana"])
@click.argument("address")
@_facts
@db_option()
def add(address: str, db: str, **facts: str | None) -> int:
    """Add a person."""
    from ...store.database import open_store
    from ...store.handoffs.people import find_person, new_person, save_people

    with open_store(db, create=True) as store:
        if find_person(store, address) is not None:
            raise Failure(
                f"{address} is known already", f"to change something: leadwright people set {address} ..."
            )
        made = new_person(address, _given(facts))
        with store.transaction() as connection:
            save_people(connection, [made])
    write(f"{made.name} can get leads now, as {made.address}.")
    return 0


@command.command("set", cls=Command, examples=["leadwright people set ana@acme.example --limit 20"])
@click.argument("address")
@_facts
@db_option()
def set_(address: str, db: str, **facts: str | None) -> int:
    """Change what is known about a person; "" clears a value."""
    from ...store.database import open_store
    from ...store.handoffs.people import changed, find_person, save_people

    given = _given(facts)
    if not given:
        raise Failure("nothing is to be changed", "say what, as in --limit 20")
    with open_store(db) as store:
        person = find_person(store, address)
        if person is None:
            raise Failure(f"nobody has the address {address}", f"leadwright people add {address}")
        with store.transaction() as connection:
            save_people(connection, [changed(person, given)])
    write(f"{person.name} is changed.")
    return 0


def _given(facts: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value is not None}


@command.command("remove", cls=Command, examples=["leadwright people remove ana@acme.example"])
@click.argument("address")
@db_option()
def remove(address: str, db: str) -> int:
    """Remove a person. Their leads stay theirs, and rulesets that name them still do."""
    from ...store.database import open_store
    from ...store.handoffs.people import remove_person

    with open_store(db) as store, store.transaction() as connection:
        if not remove_person(connection, address):
            raise Failure(f"nobody has the address {address}", "leadwright people list shows everybody")
    write(f"{address} is removed.")
    return 0


@command.command("import", cls=Command, examples=["leadwright people import people.csv"])
@click.argument("file", type=click.Path(dir_okay=False))
@db_option()
def import_(file: str, db: str) -> int:
    """Read people from a CSV file.

    Its columns are any of address, name, away_from, away_to, limit, zone, hours, days and holidays; only
    those that are there are changed. A line that cannot be read is named, and then nothing is changed.
    """
    from ...report.text_style import counted
    from ...store.database import open_store
    from ...store.handoffs.people import import_people

    with open_store(db, create=True) as store:
        found = import_people(store, Path(file))
    write(f"{counted(found.added, 'new person', 'new people')}, {found.changed:,} changed.")
    return 0


@command.command("list", cls=Command, examples=["leadwright people list --json"])
@db_option()
@json_option
def list_(db: str, as_json: bool) -> int:
    """List everyone, with what is known about them."""
    from ...report.text_style import table
    from ...store.database import open_store
    from ...store.handoffs.people import people, written

    with open_store(db, read_only=True) as store:
        found = [written(person) for person in people(store)]
    if as_json:
        write_json(found)
    elif found:
        names = ("name", "address", "away_from", "away_to", "limit", "zone", "hours", "days")
        rows = [tuple(one[name] for name in names) for one in found]
        head = ("name", "address", "away from", "away to", "limit", "zone", "hours", "days")
        write(table(rows, text_style(), head=head))
    else:
        write("Nobody yet. Rulesets can name people all the same: leadwright people add ADDRESS")
    return 0
