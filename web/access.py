"""Who is asking, and whether they may. Everything needs a role unless it says that it is open to all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from ..engine.store.database import StoreError
from .accounts.log_in import seen, session_of
from .accounts.tokens import person_of_token
from .accounts.users import Doer, Person, Role, any_users, name_of
from .database import reading, writing
from .problems import Problem
from .settings import Settings

_F = TypeVar("_F", bound=Callable[..., Any])

LOCAL = Person("local", Role.ADMIN)
"""The one person at this computer, as long as there are no users."""

_NEEDS = "leadwright_needs"


def needs(role: Role) -> Callable[[_F], _F]:
    """Marks a view as one for this role and above. Views without a mark are for viewers."""

    def mark(view: _F) -> _F:
        setattr(view, _NEEDS, role)
        return view

    return mark


def open_to_all(view: _F) -> _F:
    """Marks a view that nobody has to log in for."""
    setattr(view, _NEEDS, None)
    return view


def settings() -> Settings:
    """What this application was started with."""
    found: Settings = current_app.config["LEADWRIGHT"]
    return found


def person() -> Person | None:
    """Who is asking, None for a stranger; looked up once a request."""
    if "person" not in g:
        g.person = _person()
    found: Person | None = g.person
    return found


def doer() -> Doer:
    """Who does what is done here, and from where, for the record."""
    found = person()
    assert found is not None, "views that write need a role"
    return Doer(found.name, request.remote_addr or "")


def account() -> str:
    """The name of the user who is asking, whether in person or by a token; "" for a stranger."""
    found = person()
    if found is None:
        return ""
    return found.name if found.user is None else name_of(reading(settings()), found.user)


def session_cookie() -> str:
    """The cookie's name; the prefix has browsers insist on HTTPS and on this very host."""
    return "__Host-leadwright" if settings().https else "leadwright"


def _person() -> Person | None:
    store = reading(settings())
    authorization = request.authorization
    if authorization is not None and authorization.type == "bearer":
        return person_of_token(store, authorization.token or "")
    secret = request.cookies.get(session_cookie())
    if secret:
        session = session_of(store, secret)
        if session is not None:
            if session.note_use:
                # Whoever cannot write now stays logged in for this request all the same.
                with suppress(StoreError), writing(settings()) as written:
                    seen(written, secret)
            g.check_with_provider = session.check
            return session.person
    if settings().local and settings().sso is None and not any_users(store):
        return LOCAL
    return None


def register(app: Flask) -> None:
    """Has every request checked before its view runs."""

    @app.before_request
    def check() -> Response | None:
        if request.endpoint in (None, "static"):
            return None
        view = app.view_functions[request.endpoint]
        needed: Role | None = getattr(view, _NEEDS, Role.VIEWER)
        if needed is None:
            return None
        who = person()
        if who is None:
            return _log_in_first()
        if g.get("check_with_provider") and settings().sso is not None and _opens_a_page():
            return redirect(url_for("sso.begin", to=request.full_path.rstrip("?"), quiet=1))
        if not who.role.may(needed):
            raise Problem(
                403,
                "Not allowed",
                f"This needs the role {needed.value}, and {who.name} is {who.role.value}. Ask an admin.",
            )
        return None


def _opens_a_page() -> bool:
    """Whether the browser goes to a page, and so can make the detour to a provider and back."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return request.method == "GET" and mode == "navigate" and not request.path.startswith("/api/")


def _log_in_first() -> Response:
    if request.path.startswith("/api/") or request.method != "GET":
        raise Problem(
            401,
            "Log in first",
            "Log in, or send a token that is still good in the header Authorization: Bearer.",
            headers={"WWW-Authenticate": 'Bearer realm="Leadwright"'},
        )
    return redirect(url_for("log_in.form", to=request.full_path.rstrip("?")))
