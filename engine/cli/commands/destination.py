"""`leadwright destination`: where messages about leads are sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ..command import Command, db_option, json_option, text_style, write, write_json
from ..failures import FAILED, Failure
from ..publishing import user_at_this_computer

if TYPE_CHECKING:
    from ...outbox.destinations import Destination, Kind
    from ...store.database import Store
    from ...store.records.audit import Action


class Destinations(Command, click.Group):
    """A command that has commands."""


@click.group(
    cls=Destinations,
    examples=[
        "leadwright destination add crm --url https://crm.example.com/hook --field company",
        "leadwright destination add sales --url https://hooks.example.com/T1/B2 --template slack",
        "leadwright destination list",
        "leadwright destination test crm",
    ],
)
def command() -> None:
    """Manage where messages about leads are sent, such as a CRM or a chat channel.

    `leadwright watch` sends them, or `leadwright outbox send`.
    """


@contextmanager
def _open(db: str, *, read_only: bool = False) -> Iterator[Store]:
    from ...outbox.destinations import DestinationError
    from ...store.database import open_store

    try:
        with open_store(db, read_only=read_only) as store:
            yield store
    except DestinationError as error:
        raise Failure(error.message, error.hint) from None


@command.command(
    "add",
    cls=Command,
    examples=[
        "leadwright destination add crm --url https://crm.example.com/hook --kind handoff --field company",
        "leadwright destination add sales --url https://hooks.example.com/T1/B2 --template slack",
        "leadwright destination add lake --file /data/stages.jsonl --kind stage.entered --kind stage.left",
        'leadwright destination add desk --command "python3 tell.py"',
    ],
)
@click.argument("name")
@click.option("--url", help="An address that messages are posted to.")
@click.option("--file", type=click.Path(), help="A file that messages are added to, a line each.")
@click.option("--command", help="A command that is started for each message, to read it.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    help="Send only messages of this kind: handoff, handoff.overdue, stage.entered or stage.left. "
    "Can be repeated.  [default: handoff and handoff.overdue]",
)
@click.option(
    "--field",
    "fields",
    multiple=True,
    help="A field of the lead that messages may hold. Can be repeated.  [default: none]",
)
@click.option("--template", help="A Jinja template for the body: slack, teams, or a file.")
@click.option("--allow-private", "private", is_flag=True, help="Allow an address within your own network.")
@db_option()
@json_option
def add(name: str, db: str, as_json: bool, template: str | None, **given: Any) -> int:
    """Add a destination. One over HTTP gets a secret, which is shown only once.

    The receiver checks with it that messages come from here, as Standard Webhooks says. What was recorded
    before is not sent to it.
    """
    from ...outbox.destinations import add_destination
    from ...outbox.sender import present
    from ...store.records.audit import Action

    kind, address = _one_of(given.pop("url"), given.pop("file"), given.pop("command"))
    text = _template(template)
    with _open(db) as store:
        _check_fields(store, given["fields"])
        made = add_destination(store, name, kind, address, present(), template=text, **given)
        _record(store, Action.DESTINATION_ADDED, made)
    if as_json:
        write_json({**_data(made), "secret": made.secret})
        return 0
    write(f"{made.name} is sent to from now on. Try it: leadwright destination test {made.name}")
    if made.secret is not None:
        write(["", "The secret, for the receiver; it is not shown again:", f"  {made.secret}"])
    return 0


def _one_of(url: str | None, file_: str | None, command_: str | None) -> tuple[Kind, str]:
    from ...outbox.destinations import Kind

    given = [
        (kind, text)
        for kind, text in ((Kind.HTTP, url), (Kind.FILE, file_), (Kind.COMMAND, command_))
        if text is not None
    ]
    if len(given) != 1:
        raise Failure(
            "a destination is one of an address, a file and a command", "give --url, --file or --command"
        )
    return given[0]


def _template(named: str | None) -> str | None:
    from ...outbox.destinations import TEMPLATES, shipped_template
    from ..inputs import read_source

    if named is None:
        return None
    return shipped_template(named) if named in TEMPLATES else read_source(named).text


def _check_fields(store: Store, fields: tuple[str, ...]) -> None:
    from ...store.records.leads import stored_fields

    known = stored_fields(store)
    for name in fields:
        if name not in known:
            raise Failure(f"leads have no field {name}", f"they have {', '.join(known) or 'none yet'}")


def _record(store: Store, action: Action, changed: Destination) -> None:
    from ...outbox.destinations import note_change

    note_change(store, action, changed, user_at_this_computer(), "command line")


def _data(one: Destination) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": one.kind,
        "address": one.address,
        "state": one.state,
        "kinds": list(one.kinds),
        "fields": list(one.fields),
        "template": one.template is not None,
    }


@command.command("list", cls=Command, examples=["leadwright destination list --json"])
@db_option()
@json_option
def list_(db: str, as_json: bool) -> int:
    """List all destinations, with how much was sent, is waiting and is parked."""
    from ...outbox.deliveries import tallies
    from ...report.text_style import table, when
    from ...values import moment_of

    with _open(db, read_only=True) as store:
        found = tallies(store.connection)
    if as_json:
        write_json(
            [
                {**_data(one.destination), "waiting": one.waiting, "sent": one.sent, "parked": one.parked,
                 "status": one.status, "answer": one.answer}
                for one in found
            ]
        )  # fmt: skip
        return 0
    if not found:
        write("There are no destinations. Add one: leadwright destination add --help")
        return 0
    rows = [
        (
            one.destination.name,
            one.destination.state,
            f"{one.sent:,}",
            f"{one.waiting:,}",
            f"{one.parked:,}",
            f"{when(moment_of(one.at))}  {one.status or ''} {one.answer}" if one.at is not None else "",
        )
        for one in found
    ]
    write(
        table(
            rows,
            text_style(),
            head=("name", "state", "sent", "waiting", "parked", "last answer"),
            right={2, 3, 4},
        )
    )
    return 0


@command.command("test", cls=Command, examples=["leadwright destination test crm"])
@click.argument("name")
@db_option()
def test(name: str, db: str) -> int:
    """Send an example to a destination, and show its answer."""
    from ...outbox.sender import try_out
    from ...outbox.transports import SendResult

    with _open(db, read_only=True) as store:
        answer = try_out(store, name)
    said = " ".join(str(one) for one in (answer.status, answer.text) if one not in (None, ""))
    if answer.outcome is SendResult.SENT:
        write(f"{name} took the example{': ' + said if said else '.'}")
        return 0
    raise Failure(f"{name} did not take the example: {said}", "fix what it says, then try again", FAILED)


@command.command("rotate", cls=Command, examples=["leadwright destination rotate crm --days 7"])
@click.argument("name")
@click.option(
    "--days",
    default=1.0,
    type=click.FloatRange(min=0, max=90),
    help="How long messages are signed with the former secret too.  [default: 1]",
)
@db_option()
def rotate(name: str, days: float, db: str) -> int:
    """Give a destination a new secret, which is shown only once."""
    from ...outbox.destinations import rotate_secret
    from ...outbox.sender import present
    from ...store.records.audit import Action

    with _open(db) as store:
        made = rotate_secret(store, name, present(), days)
        _record(store, Action.SECRET_ROTATED, made)
    write(["The new secret, for the receiver; it is not shown again:", f"  {made.secret}", ""])
    write(f"Messages are signed with both for {days:g} more {'day' if days == 1 else 'days'}.")
    return 0


def _set_state(name: str, db: str, state: str) -> None:
    from ...outbox.destinations import State, set_state

    with _open(db) as store:
        set_state(store, name, State(state))


@command.command("pause", cls=Command, examples=["leadwright destination pause crm"])
@click.argument("name")
@db_option()
def pause(name: str, db: str) -> int:
    """Pause a destination: messages wait until it is resumed."""
    _set_state(name, db, "paused")
    write(f"{name} is paused. Resume it: leadwright destination resume {name}")
    return 0


@command.command("resume", cls=Command, examples=["leadwright destination resume crm"])
@click.argument("name")
@db_option()
def resume(name: str, db: str) -> int:
    """Resume a destination: waiting messages are sent first."""
    _set_state(name, db, "on")
    write(f"{name} is sent to again.")
    return 0


@command.command("remove", cls=Command, examples=["leadwright destination remove crm"])
@click.argument("name")
@db_option()
def remove(name: str, db: str) -> int:
    """Remove a destination, and what waits for it."""
    from ...outbox.destinations import remove_destination
    from ...store.records.audit import Action

    with _open(db) as store:
        _record(store, Action.DESTINATION_REMOVED, remove_destination(store, name))
    write(f"{name} is removed.")
    return 0
