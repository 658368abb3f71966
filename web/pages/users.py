"""Users, for admins: who can log in, as what, and which tokens they have."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.store.database import Store
from ..access import account, doer, needs, settings
from ..accounts.tokens import revoke_token, tokens
from ..accounts.users import AccountError, Role, add_user, change_password, change_role, remove_user, users
from ..database import reading, writing
from ..problems import invalid

pages = Blueprint("users", __name__)


@pages.get("/users")
@needs(Role.ADMIN)
def index() -> str:
    """All users with their roles and tokens."""
    return _page()


@pages.post("/users")
@needs(Role.ADMIN)
def add() -> Response:
    """Adds a user. The first one must be an admin, since from then on everybody logs in."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    role = _role()
    try:
        with writing(settings()) as store:
            if role is not Role.ADMIN and not _admins(store):
                raise AccountError("the first user has to be an admin", "or nobody could add others")
            add_user(store, name, role, password, doer())
    except AccountError as error:
        return _refused(error, name)
    return redirect(url_for("users.index"), 303)


@pages.post("/users/change")
@needs(Role.ADMIN)
def change() -> Response:
    """Gives a user another role or password, or removes them."""
    name, what = request.form.get("name", ""), request.form.get("what", "")
    try:
        with writing(settings()) as store:
            _change(store, name, what)
    except AccountError as error:
        return _refused(error)
    return redirect(url_for("users.index"), 303)


def _change(store: Store, name: str, what: str) -> None:
    match what:
        case "role":
            change_role(store, name, _role(), doer())
        case "password":
            password, tokens_too = request.form.get("password", ""), "tokens" in request.form
            change_password(store, name, password, doer(), end_tokens=tokens_too)
        case "remove":
            remove_user(store, name, doer())
        case "token":
            revoke_token(store, name, request.form.get("token", ""), doer())
        case _:
            raise invalid("Say what to change.")


def _admins(store: Store) -> list[str]:
    return [user.name for user in users(store) if user.role is Role.ADMIN]


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise invalid("Choose a role.") from None


def _page(said: str | None = None, name: str = "") -> str:
    store = reading(settings())
    return render_template(
        "users.html",
        users=users(store),
        tokens=tokens(store),
        roles=list(Role),
        me=account(),
        said=said,
        name=name,
    )


def _refused(error: AccountError, name: str = "") -> Response:
    said = f"{error.message[:1].upper()}{error.message[1:]}. To do: {error.hint}."
    return make_response(_page(said, name[:100]), 422)
