"""`leadwright outbox`: messages that were not delivered, and what to do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..command import Command, db_option, json_option, note, text_style, write, write_json
from ..failures import FOUND, Failure
from .destination import _open

if TYPE_CHECKING:
    from ...outbox.deliveries import Tried

_MOST = 100


class Outbox(Command, click.Group):
    """A command that has commands."""


@click.group(
    cls=Outbox,
    examples=[
        "leadwright outbox list",
        "leadwright outbox send",
        "leadwright outbox again msg_1f0c",
        "leadwright outbox again --all crm",
    ],
)
def command() -> None:
    """Show which messages were not delivered, and send them again.

    A message that a receiver refuses is parked. One that cannot be delivered is tried again, with growing
    pauses, for three days, and then parked. Parked messages stay until they are sent again or dropped.
    """


@command.command("list", cls=Command, examples=["leadwright outbox list --json"])
@click.option("--waiting", is_flag=True, help="List those that wait for another try instead.")
@db_option()
@json_option
def list_(waiting: bool, db: str, as_json: bool) -> int:
    """List parked messages, with the answers that came."""
    from ...outbox.deliveries import PARKED, WAITING, undelivered

    with _open(db, read_only=True) as store:
        found = undelivered(store.connection, most=_MOST, state=WAITING if waiting else PARKED)
    if as_json:
        write_json([_data(one) for one in found])
    elif not found:
        write("Nothing waits." if waiting else "Nothing is parked.")
    else:
        write(_lines(found))
    return 0


def _data(one: Tried) -> dict[str, object]:
    return {
        "id": one.message.id,
        "destination": one.destination.name,
        "kind": one.message.kind,
        "lead": one.message.subject,
        "created": _when(one.message.created),
        "tries": one.tries,
        "last": _when(one.last) if one.last is not None else None,
        "status": one.status,
        "answer": one.answer,
    }


def _when(at: int) -> str:
    from ...report.text_style import when
    from ...values import moment_of

    return when(moment_of(at))


def _lines(found: list[Tried]) -> list[str]:
    from ...report.text_style import table

    rows = [
        (
            one.message.id,
            one.destination.name,
            one.message.kind,
            one.message.subject,
            str(one.tries),
            f"{one.status or ''} {one.answer}".strip(),
        )
        for one in found
    ]
    head = ("message", "destination", "kind", "lead", "tries", "last answer")
    return table(rows, text_style(), head=head, right={4})


@command.command("send", cls=Command, examples=["leadwright outbox send"])
@db_option()
def send(db: str) -> int:
    """Send what is due now, once. The exit code is 1 where something was not delivered."""
    from ...outbox.sender import send_due

    with _open(db) as store:
        totals = send_due(store)
    if not totals:
        note("There is no destination to send to.")
    for name, total in totals.items():
        failed = f", {total.failed:,} not delivered" if total.failed else ""
        write(f"{name}: {total.sent:,} sent{failed}")
    return FOUND if any(total.failed for total in totals.values()) else 0


@command.command(
    "again", cls=Command, examples=["leadwright outbox again msg_1f0c", "leadwright outbox again --all crm"]
)
@click.argument("message", required=False)
@click.option("--all", "name", metavar="DESTINATION", help="All that are parked for this destination.")
@db_option()
def again(message: str | None, name: str | None, db: str) -> int:
    """Send parked messages again, under the ids they have."""
    from ...outbox.deliveries import WAITING

    return _move(message, name, db, WAITING)


@command.command(
    "drop", cls=Command, examples=["leadwright outbox drop msg_1f0c", "leadwright outbox drop --all crm"]
)
@click.argument("message", required=False)
@click.option("--all", "name", metavar="DESTINATION", help="All that are parked for this destination.")
@db_option()
def drop(message: str | None, name: str | None, db: str) -> int:
    """Drop parked messages. A dropped one can still be sent again by its id."""
    from ...outbox.deliveries import DROPPED

    return _move(message, name, db, DROPPED)


def _move(message: str | None, name: str | None, db: str, to: int) -> int:
    from ...outbox.deliveries import WAITING, move, move_all
    from ...outbox.destinations import destination
    from ...outbox.sender import present

    if (message is None) == (name is None):
        raise Failure("name one message, or a destination with --all", "see: leadwright outbox list")
    with _open(db) as store:
        if message is not None:
            count = move(store, message, to, present())
            if not count:
                raise Failure(f"no message {message} is parked", "see: leadwright outbox list")
        else:
            assert name is not None
            count = move_all(store, destination(store.connection, name).name, to, present())
    what = "1 message" if count == 1 else f"{count:,} messages"
    write(f"To be sent again: {what}." if to == WAITING else f"Dropped: {what}.")
    return 0
