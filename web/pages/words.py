"""What the templates need to say things: numbers, instants, and what is always on a page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask, request, url_for

from ...engine.report.decision import when
from ...engine.report.paper import counted, listed, percent, shown, signed
from ...engine.report.score_changes import along_words, cause_words, clue_words, stage_words
from ...engine.score_change import Cause
from ...engine.store.database import StoreError
from ..access import person, session_cookie
from ..accounts.roles import Role
from ..problems import Problem
from .theme import COOKIE, THEMES


def register(app: Flask) -> None:
    """Gives templates their filters, and every page who asks and how it looks."""
    app.jinja_env.filters.update(when=when, counted=counted, percent=percent, signed=signed, listed=listed)
    app.jinja_env.filters.update(number=_number, day=_day, shown=shown, paragraphs=_paragraphs)
    app.jinja_env.filters.update(
        cause_name=_CAUSES.__getitem__,
        cause_words=cause_words,
        clue_words=clue_words,
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
    return f"{value:,}"


def _day(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).date().isoformat()


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines as paragraphs, which lines without a word part."""
    said = "\n".join(line if line.strip("-= ") else "" for line in lines)
    return [" ".join(part.split("\n")) for part in said.strip("\n").split("\n\n") if part.strip()]


def _always() -> dict[str, Any]:
    theme = request.cookies.get(COOKIE)
    return {
        "person": _person_if_possible(),
        "may": _may,
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
