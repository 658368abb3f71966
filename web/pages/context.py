"""What every page needs: its address read, the words of its templates, light or dark."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from ...engine.impact.score_change import Cause
from ...engine.importing.values.columns import Setting
from ...engine.report.score_changes import along_words, cause_words, evidence_words, stage_words
from ...engine.report.text_style import counted, listed, percent, shown, signed, when
from ...engine.store.database import StoreError
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.parse import parse
from ...grammar.text.sentences import sentence
from ..access import open_to_all, person, session_cookie, settings
from ..accounts.users import Role
from ..jobs import said
from ..problems import Problem, invalid
from ..signs import real_minus
from .navigation import navigation, tabs

_LONGEST = 200


def text_asked(name: str) -> str | None:
    """A text in the address, None where it is blank or not there."""
    text = request.args.get(name, "").strip()
    if len(text) > _LONGEST:
        raise invalid(f"What is asked for under {name} is too long: at most {_LONGEST} characters.")
    return text or None


def number_asked(name: str) -> int | None:
    """A whole number in the address, None where it is blank or not there."""
    text = text_asked(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise invalid(f'"{text}" is not the number of a {name}.')
    return int(text)


def statement_sentence(text: str) -> str:
    """A statement of rules as a sentence; as it is written where no sentence says it."""
    parsed = parse(Source(text))
    if len(parsed.tree.statements) != 1 or parsed.diagnostics:
        return text
    return sentence(parsed.tree.statements[0])


def register(app: Flask) -> None:
    """Gives templates their filters, and every page who asks and how it looks."""
    app.jinja_env.filters.update(statement_sentence=statement_sentence)
    app.jinja_env.filters.update(when=when, counted=counted, percent=percent, signed=_signed, listed=listed)
    app.jinja_env.filters.update(
        span=_span, local=_local, number=_number, day=_day, shown=shown, paragraphs=_paragraphs
    )
    app.jinja_env.filters.update(changed=dataclasses.replace, settled=_settled, as_answer=_as_answer)
    app.jinja_env.globals.update(failed=said)
    app.jinja_env.filters.update(
        cause_name=_CAUSES.__getitem__,
        cause_words=cause_words,
        evidence_words=evidence_words,
        along_words=along_words,
        stage_words=stage_words,
    )
    app.context_processor(_always)


_CAUSES = {
    Cause.TIME: "time",
    Cause.EVENTS: "happened",
    Cause.FIELDS: "fields",
    Cause.RULES: "rules",
}


def _number(value: float) -> str:
    return real_minus(f"{value:,}")


def _signed(points: int) -> str:
    return real_minus(signed(points))


def _span(seconds: float) -> str:
    """How long that is, to the minute, of days to the hour; whichever way it goes."""
    minutes = round(abs(seconds) / 60)
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} d {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _local(instant: dt.datetime, zone: str | None) -> str:
    """An instant as somebody's clock shows it, in UTC where no zone is known."""
    there = instant.astimezone(ZoneInfo(zone) if zone else dt.UTC)
    today = dt.datetime.now(there.tzinfo).date()
    days = {0: "today", -1: "yesterday", 1: "tomorrow"}
    day = days.get((there.date() - today).days) or f"on {there.day} {there:%b}"
    if there.year != today.year:
        day = f"on {there.day} {there:%b %Y}"
    return f"{day} at {there:%H:%M}" + ("" if zone else " UTC")


def _day(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).date().isoformat()


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines as paragraphs, which lines without a word part."""
    said = "\n".join(line if line.strip("-= ") else "" for line in lines)
    return [" ".join(part.split("\n")) for part in said.strip("\n").split("\n\n") if part.strip()]


def _as_answer(result: str) -> str:
    """What an answer makes of values, as a button says it."""
    result = result.removeprefix("to ").removeprefix("if ")
    return result[:1].upper() + result[1:]


def _settled(setting: Setting) -> tuple[str, str | None, str]:
    """A setting that is offered, as a form sends it back."""
    return setting.option, setting.column, setting.value


def _always() -> dict[str, Any]:
    theme = request.cookies.get(COOKIE)
    return {
        "person": _person_if_possible(),
        "may": _may,
        "navigation": navigation,
        "tabs": tabs,
        "Role": Role,
        "logged_in": session_cookie() in request.cookies,
        "theme": theme if theme in THEMES else "auto",
        "here": request.full_path.rstrip("?"),
        "stylesheet": url_for("static", filename="leadwright.css"),
    }


def _person_if_possible() -> Any:
    """Who is asking; a page that says why the database cannot be used has to do without."""
    try:
        return person()
    except (StoreError, Problem):
        return None


def _may(role: Role) -> bool:
    found = _person_if_possible()
    return found is not None and found.role.may(role)


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
