"""The page of the editor."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from ..access import settings
from ..database import reading, writable
from .opening import caught_up, draft_of, published_words, screen_of

editor = Blueprint("editor", __name__)

VIEWS = ("visual", "text", "both")


@editor.get("/rulesets/<name>/edit")
def show(name: str) -> str:
    """The draft of a ruleset, or its live version as the draft that it would become."""
    store = reading(settings())
    draft_of(store, name)
    caught = caught_up(name)
    screen = screen_of(
        store, draft_of(store, name), request.args.get("lead"), request.args.get("at"), opened=_opened()
    )
    asked = request.args.get("view", "visual")
    return render_template(
        "editor/edit.html",
        screen=screen,
        everything=request.args.get("cards") == "all",
        view=asked if asked in VIEWS else "visual",
        published=published_words(caught) if caught is not None else None,
        read_only=not writable(settings()),
    )


def _opened() -> frozenset[str] | None:
    """Which cards are opened: `all`, or one by its element; none unless that is asked for."""
    asked = request.args.get("open", "")
    return None if asked == "all" else frozenset(filter(None, [asked]))
