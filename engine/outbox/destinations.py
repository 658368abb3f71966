"""Destinations: where messages are sent, which ones, and what of a lead they may hold."""

from __future__ import annotations

import json
import shlex
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...grammar.frozen import frozen
from ..store.database import Store
from ..store.records.audit import Action, record
from .addresses import AddressRefused, web_address
from .message import MessageRefused, check_template
from .signing import new_secret

DAY = 86_400_000_000
"""Microseconds."""

TEMPLATES = ("slack", "teams")
"""The templates that are shipped."""

HANDOFF_KINDS = ("handoff", "handoff.overdue")
"""The kinds of messages that a destination gets which asks for none by name."""

MESSAGE_KINDS = (*HANDOFF_KINDS, "stage.entered", "stage.left")


class DestinationError(Exception):
    """A destination cannot be made or changed. `message` says why, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Kind(StrEnum):
    """What a destination is."""

    HTTP = "http"
    FILE = "file"
    COMMAND = "command"


class State(StrEnum):
    """Whether a destination is sent to. `ENDED`: it answered that it is gone for good."""

    ON = "on"
    PAUSED = "paused"
    ENDED = "ended"


@frozen
class Destination:
    """A destination as it is kept. `secrets` are those in force, the newest first."""

    id: int
    name: str
    kind: Kind
    address: str
    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    template: str | None
    private: bool
    secret: str | None
    former: str | None
    former_until: int | None
    state: State
    created: int

    def secrets(self, now: int) -> tuple[str, ...]:
        """The secrets that messages are signed with at an instant, in microseconds since 1970 UTC."""
        former = self.former if self.former_until is not None and now < self.former_until else None
        return tuple(one for one in (self.secret, former) if one is not None)


_COLUMNS = (
    "id, name, kind, address, kinds, fields, template, private, secret, former, former_until, state, created"
)


def _of_row(row: Sequence[Any]) -> Destination:
    id_, name, kind, address, kinds, fields, template, private, *rest = row
    secret, former, until, state, created = rest
    asked_for, allowed = (tuple(json.loads(one)) for one in (kinds, fields))
    return Destination(
        id_, name, Kind(kind), address, asked_for, allowed, template, bool(private), secret, former, until,
        State(state), created,
    )  # fmt: skip


def destinations(connection: sqlite3.Connection) -> list[Destination]:
    """All destinations, by name."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM destination ORDER BY name")
    return [_of_row(row) for row in rows]


def asked(connection: sqlite3.Connection, kind: str) -> bool:
    """Whether any destination asks for messages of a kind."""
    found = connection.execute(
        "SELECT 1 FROM destination WHERE (kinds = '[]' AND ?) OR EXISTS"
        " (SELECT 1 FROM json_each(kinds) WHERE value = ?) LIMIT 1",
        (kind in HANDOFF_KINDS, kind),
    )
    return found.fetchone() is not None


def destination(connection: sqlite3.Connection, name: str) -> Destination:
    """The destination of a name. Raises `DestinationError` where there is none."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM destination WHERE name = ?", (name,)).fetchone()
    if row is None:
        known = [one.name for one in destinations(connection)]
        hint = f"there are {', '.join(known)}" if known else "add one: leadwright destination add --help"
        raise DestinationError(f"there is no destination {name}", hint)
    return _of_row(row)


def add_destination(
    store: Store,
    name: str,
    kind: Kind,
    address: str,
    now: int,
    *,
    kinds: Sequence[str] = (),
    fields: Sequence[str] = (),
    template: str | None = None,
    private: bool = False,
) -> Destination:
    """Adds a destination, which gets what is recorded from now on. Of `http`, it has a new secret.

    `kinds` are the kinds of messages it asks for, none means `HANDOFF_KINDS`. `template` is the text of a
    Jinja template for its body. Raises `DestinationError`.
    """
    name = _name(name)
    address = _address(kind, address)
    _check(kinds, template)
    secret = new_secret() if kind is Kind.HTTP else None
    with store.transaction() as connection:
        if connection.execute("SELECT 1 FROM destination WHERE name = ?", (name,)).fetchone():
            raise DestinationError(
                f"there is a destination {name} already", "choose another name, or remove it"
            )
        connection.execute(
            "INSERT INTO destination (name, kind, address, kinds, fields, template, private, secret, state,"
            " after, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'on',"
            " (SELECT coalesce(max(number), 0) FROM message), ?)",
            (name, kind, address, json.dumps(list(kinds)), json.dumps(list(fields)), template,
             int(private), secret, now),
        )  # fmt: skip
        return destination(connection, name)


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise DestinationError("a destination needs a name of at most 100 characters", "such as crm")
    return name


def _address(kind: Kind, address: str) -> str:
    if kind is Kind.HTTP:
        try:
            web_address(address)
        except AddressRefused as error:
            raise DestinationError(str(error), "name another address") from None
        return address.strip()
    if kind is Kind.FILE:
        path = Path(address).absolute()
        if not path.parent.is_dir():
            raise DestinationError(f"there is no folder {path.parent}", "make it first, or name another file")
        return str(path)
    try:
        words = shlex.split(address)
    except ValueError:
        words = []
    if not words:
        raise DestinationError("the command cannot be read", 'write it as in --command "python3 tell.py"')
    return address


def _check(kinds: Sequence[str], template: str | None) -> None:
    for kind in kinds:
        if kind not in MESSAGE_KINDS:
            raise DestinationError(
                f"there are no messages of kind {kind}", f"choose of {', '.join(MESSAGE_KINDS)}"
            )
    if template is not None:
        try:
            check_template(template)
        except MessageRefused as error:
            raise DestinationError(str(error), "fix the template, then add the destination again") from None


def shipped_template(name: str) -> str:
    """The text of a template that is shipped, one of `TEMPLATES`."""
    return (files(__package__) / "templates" / f"{name}.json.j2").read_text(encoding="utf-8")


def note_change(store: Store, action: Action, changed: Destination, who: str, where: str) -> None:
    """Notes in the audit log what somebody did to a destination, and from where."""
    detail = changed.address if changed.kind is Kind.HTTP else changed.kind.value
    with store.transaction() as connection:
        record(connection, action, who=who, address=where, subject=changed.name, detail=detail)


def rotate_secret(store: Store, name: str, now: int, days: float = 1.0) -> Destination:
    """Gives a destination a new secret. Until `days` have passed, messages are signed with both."""
    with store.transaction() as connection:
        found = destination(connection, name)
        if found.secret is None:
            raise DestinationError(
                f"{found.name} is a {found.kind}, which has no secret", "only messages over HTTP are signed"
            )
        made = replace(found, secret=new_secret(), former=found.secret, former_until=now + round(days * DAY))
        connection.execute(
            "UPDATE destination SET secret = ?, former = ?, former_until = ? WHERE id = ?",
            (made.secret, made.former, made.former_until, found.id),
        )
        return made


def set_state(store: Store, name: str, state: State) -> Destination:
    """Pauses a destination, or sends to it again; what waits for it is kept."""
    with store.transaction() as connection:
        found = destination(connection, name)
        connection.execute("UPDATE destination SET state = ? WHERE id = ?", (state, found.id))
        return replace(found, state=state)


def remove_destination(store: Store, name: str) -> Destination:
    """Removes a destination and what waits for it."""
    with store.transaction() as connection:
        found = destination(connection, name)
        connection.execute("DELETE FROM destination WHERE id = ?", (found.id,))
        return found
