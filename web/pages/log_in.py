"""Logging in and out."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..access import open_to_all, person, session_cookie, settings
from ..accounts.log_in import LONGEST, Throttled
from ..accounts.log_in import log_in as begin_session
from ..accounts.log_in import log_out as end_session
from ..accounts.users import any_users
from ..database import reading, writing
from .context import own_path

pages = Blueprint("log_in", __name__)


@pages.get("/log-in")
@open_to_all
def form() -> Response:
    """The form, or straight on where one is logged in already."""
    to = own_path(request.args.get("to"))
    if person() is not None:
        return redirect(to)
    return _form(to, empty=settings().sso is None and not any_users(reading(settings())))


@pages.post("/log-in")
@open_to_all
def check() -> Response:
    """Begins a session where name and password are right."""
    to = own_path(request.form.get("to"))
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        with writing(settings()) as store:
            secret = begin_session(store, name, password, request.remote_addr or "")
    except Throttled as wait:
        minutes = -(-wait.seconds // 60)
        said = f"Too many log-ins failed. Try again in {minutes} minute{'s' if minutes > 1 else ''}."
        response = _form(to, name, said, status=429)
        response.headers["Retry-After"] = str(wait.seconds)
        return response
    if secret is None:
        return _form(to, name, "Name and password do not belong together. Check both.", status=401)
    return enter(to, secret)


def enter(to: str, secret: str) -> Response:
    """Leads on, with the session's secret for the browser to keep."""
    response = redirect(to, 303)
    response.set_cookie(
        session_cookie(),
        secret,
        max_age=LONGEST // 1_000_000,
        httponly=True,
        samesite="Lax",
        secure=settings().https,
        path="/",
    )
    return response


@pages.post("/log-out")
@open_to_all
def log_out() -> Response:
    """Ends the session."""
    secret = request.cookies.get(session_cookie())
    if secret:
        with writing(settings()) as store:
            end_session(store, secret)
    response = redirect(url_for("log_in.form"), 303)
    response.delete_cookie(session_cookie(), path="/", secure=settings().https, httponly=True, samesite="Lax")
    return response


def _form(
    to: str, name: str = "", said: str | None = None, *, empty: bool = False, status: int = 200
) -> Response:
    sso = settings().sso
    page = render_template("log_in.html", to=to, name=name[:100], said=said, empty=empty, sso=sso)
    return make_response(page, status)
