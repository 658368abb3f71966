"""`leadwright user`: who may use the page, and what they may do there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..command import Command, db_option, json_option, text_style, write, write_json
from ..failures import Failure
from ..publishing import user_at_this_computer

if TYPE_CHECKING:
    from ....web.accounts.users import Doer
    from ...store.database import Store

_F = TypeVar("_F", bound=Callable[..., Any])

_ROLES = ("sales", "viewer", "editor", "publisher", "admin")


class Users(Command, click.Group):
    """A command that has commands."""


@click.group(
    cls=Users,
    examples=[
        "leadwright user add zoe@example.com --role publisher",
        "leadwright user list",
        "leadwright user role zoe@example.com admin",
        'leadwright user token zoe@example.com --name "CRM" --role viewer --days 365',
    ],
)
def command() -> None:
    """Manage who may use the page, and what they may do.

    Sales sees and answers the leads handed to them. A viewer reads. An editor also changes drafts. A
    publisher also publishes and rolls back. An admin also manages users and reads the audit log.
    """


@contextmanager
def _open(db: str, *, read_only: bool = False) -> Iterator[tuple[Store, Doer]]:
    from ....web.accounts.users import AccountError, Doer
    from ...store.database import open_store

    try:
        with open_store(db, read_only=read_only) as store:
            yield store, Doer(user_at_this_computer(), "command line")
    except AccountError as error:
        raise Failure(error.message, error.hint) from None


def _password(name: str) -> str:
    """The password typed twice at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        password: str = click.prompt(
            f"Password for {name}", hide_input=True, confirmation_prompt="The same again", err=True
        )
        return password
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise Failure(
            "there is no password on standard input", "type it at a terminal, or send it in one line"
        )
    return password


def _role_option(default: str) -> Callable[[_F], _F]:
    choice = click.Choice(_ROLES)
    return click.option(
        "--role", type=choice, default=default, help=f"What they may do.  [default: {default}]"
    )


@command.command("add", cls=Command, examples=["leadwright user add zoe@example.com --role publisher"])
@click.argument("name")
@_role_option("viewer")
@db_option()
def add(name: str, role: str, db: str) -> int:
    """Add a user; the password is asked for, or read from standard input."""
    from ....web.accounts.users import Role, add_user

    with _open(db) as (store, doer):
        made = add_user(store, name, Role(role), _password(name), doer)
    write(f"{made.name} can log in now, as {made.role.value}.")
    return 0


@command.command("list", cls=Command, examples=["leadwright user list --json"])
@db_option()
@json_option
def list_(db: str, as_json: bool) -> int:
    """List all users, with their roles."""
    from ....web.accounts.users import users
    from ...report.text_style import table, when

    with _open(db, read_only=True) as (store, _):
        found = users(store)
    if as_json:
        write_json(
            [{"name": user.name, "role": user.role.value, "since": when(user.created)} for user in found]
        )
    elif found:
        rows = [(user.name, user.role.value, when(user.created)) for user in found]
        write(table(rows, text_style(), head=("name", "role", "since")))
    else:
        write("There are no users: the page is for this computer alone, and nobody needs to log in.")
    return 0


@command.command("remove", cls=Command, examples=["leadwright user remove zoe@example.com"])
@click.argument("name")
@db_option()
def remove(name: str, db: str) -> int:
    """Remove a user; their sessions and tokens end at once."""
    from ....web.accounts.users import remove_user

    with _open(db) as (store, doer):
        remove_user(store, name, doer, last_too=True)
    write(f"{name} cannot log in any more.")
    return 0


@command.command("role", cls=Command, examples=["leadwright user role zoe@example.com admin"])
@click.argument("name")
@click.argument("role", type=click.Choice(_ROLES))
@db_option()
def role_(name: str, role: str, db: str) -> int:
    """Change a user's role."""
    from ....web.accounts.users import Role, change_role

    with _open(db) as (store, doer):
        change_role(store, name, Role(role), doer)
    write(f"{name} is {role} now.")
    return 0


@command.command("password", cls=Command, examples=["leadwright user password zoe@example.com"])
@click.argument("name")
@click.option("--end-tokens", is_flag=True, help="End all their tokens too.")
@db_option()
def password_(name: str, end_tokens: bool, db: str) -> int:
    """Change a user's password; they are logged out everywhere."""
    from ....web.accounts.users import change_password, user_named

    with _open(db) as (store, doer):
        user_named(store, name)
        change_password(store, name, _password(name), doer, end_tokens=end_tokens)
    too = ", and all tokens have ended" if end_tokens else ""
    write(f"{name} has another password now, and is logged out everywhere{too}.")
    return 0


@command.command(
    "token", cls=Command, examples=['leadwright user token zoe@example.com --name "CRM" --days 365']
)
@click.argument("user")
@click.option("--name", required=True, help="What will use it.")
@_role_option("viewer")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it lasts.  [default: until revoked]")
@db_option()
def token(user: str, name: str, role: str, days: int | None, db: str) -> int:
    """Make a token with which a program uses the HTTP interface; it is shown only once."""
    from ....web.accounts.tokens import make_token
    from ....web.accounts.users import Role

    with _open(db) as (store, doer):
        write(make_token(store, user, name, Role(role), days=days, doer=doer))
    return 0


@command.command("tokens", cls=Command, examples=["leadwright user tokens"])
@db_option()
@json_option
def tokens_(db: str, as_json: bool) -> int:
    """List all tokens, without their secrets."""
    from ....web.accounts.tokens import tokens
    from ...report.text_style import table, when

    with _open(db, read_only=True) as (store, _):
        found = [
            (one.user, one.name, one.role.value, when(one.created), when(one.expires) if one.expires else "")
            for one in tokens(store)
        ]
    head = ("user", "name", "role", "since", "until")
    if as_json:
        write_json([dict(zip(head, row, strict=True)) for row in found])
    else:
        write(table(found, text_style(), head=head) if found else "There are no tokens.")
    return 0


@command.command("revoke", cls=Command, examples=['leadwright user revoke zoe@example.com --name "CRM"'])
@click.argument("user")
@click.option("--name", required=True, help="The token's name.")
@db_option()
def revoke(user: str, name: str, db: str) -> int:
    """Revoke a token at once."""
    from ....web.accounts.tokens import revoke_token

    with _open(db) as (store, doer):
        revoke_token(store, user, name, doer)
    write(f"The token {name} of {user} has ended.")
    return 0
