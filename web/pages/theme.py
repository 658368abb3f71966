"""Light, dark, or as the system has it: kept in a cookie, since pages work without JavaScript."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from ..access import open_to_all, settings

COOKIE = "leadwright_theme"
THEMES = ("light", "dark")
_YEAR = 365 * 24 * 3600

pages = Blueprint("theme", __name__)


@pages.post("/theme")
@open_to_all
def change() -> Response:
    """Changes how pages look, and goes back to where one was."""
    response = redirect(own_path(request.form.get("to")), 303)
    theme = request.form.get("theme", "")
    if theme in THEMES:
        secure = settings().https
        response.set_cookie(COOKIE, theme, max_age=_YEAR, httponly=True, samesite="Lax", secure=secure)
    else:
        response.delete_cookie(COOKIE)
    return response


def own_path(path: str | None) -> str:
    """A path on this server, or the first page where it would lead elsewhere."""
    home = url_for("rulesets.index")
    if not path or not path.startswith("/") or path[1:2] in ("/", "\\") or not path.isprintable():
        return home
    try:
        parts = urlsplit(path)
    except ValueError:
        return home
    return home if parts.scheme or parts.netloc else path
