"""The page of the editor."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from ...grammar.syntax import nodes as n
from ..access import settings
from ..database import reading, writable
from .card_cache import cached_cards
from .opening import draft_of, published_words, rebased_draft, screen_of
from .screen import Screen

editor = Blueprint("editor", __name__)

VIEWS = ("visual", "text", "both")

_LONG = 40_000
"""Characters of a text that is shown before it is looked through for hints: the page asks for them then."""


@editor.get("/rulesets/<name>/edit")
def show(name: str) -> str:
    """The draft of a ruleset, or its live version as the draft that it would become."""
    store = reading(settings())
    draft_of(store, name)
    rebased = rebased_draft(name)
    draft, everything = draft_of(store, name), request.args.get("cards") == "all"
    screen = screen_of(
        store,
        draft,
        request.args.get("lead"),
        request.args.get("at"),
        lints=everything or len(draft.text) <= _LONG,
        opened=_opened(),
    )
    asked = request.args.get("view", "visual")
    return render_template(
        "editor/edit.html",
        screen=screen,
        everything=everything,
        view=asked if asked in VIEWS else "visual",
        published=published_words(rebased) if rebased is not None else None,
        read_only=not writable(settings()),
    )


@editor.get("/rulesets/<name>/edit/forms")
def forms(name: str) -> str:
    """The forms of new statements."""
    draft = draft_of(reading(settings()), name)
    tree = cached_cards().texts.read(draft.text, draft.ruleset).tree
    scores = any(isinstance(node, n.ScoreDeclaration) and node.name is not None for node in tree.statements)
    return render_template("editor/forms.html", scores=scores, asking=Screen.asking)


def _opened() -> frozenset[str] | None:
    """Which cards are opened: `all`, or one by its element; none unless that is asked for."""
    asked = request.args.get("open", "")
    return None if asked == "all" else frozenset(filter(None, [asked]))
