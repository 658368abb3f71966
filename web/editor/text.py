"""The text view: what it is told beside the text itself, and saving for those without scripts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.report.diagnostics import diagnostics_of
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.nodes import Span
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..drafts import take_text
from ..problems import invalid
from .opening import draft_of, screen_of
from .screen import Screen

editor = Blueprint("editing_text", __name__)


def text_parts(screen: Screen) -> dict[str, Any]:
    """The text of a draft, what is wrong with it, and the lines of each card, from the first to the last."""
    source = screen.parsed.source
    return {
        "text": screen.draft.text,
        "diagnostics": diagnostics_of(screen.reading),
        "places": {card: _lines(span, source) for one in screen.cards for card, span in one.spans},
    }


def _lines(span: Span, source: Source) -> list[int]:
    return [source.position(span.start)[0], source.position(span.end)[0]]


@editor.post("/rulesets/<name>/edit/text/save")
@needs(Role.EDITOR)
def save(name: str) -> Response | str:
    """Takes in a whole text from a form; what did not go in is shown, so that nobody has to type it again."""
    written, seen = request.form.get("text"), request.form.get("revision", "")
    if written is None or not (seen.isascii() and seen.isdecimal() and len(seen) <= 15):
        raise invalid("Send the text of the rules, and the revision of the draft that it was made from.")
    draft = draft_of(reading(settings()), name)
    with writing(settings()) as store:
        done = take_text(store, name, with_ends_of(draft.text, written), who=doer().who, seen=int(seen))
    if done.conflicts:
        screen = screen_of(reading(settings()), done.draft)
        return render_template("editor/conflicts.html", screen=screen, conflicts=done.conflicts)
    return redirect(url_for("editor.show", name=name, view="text"), 303)


def with_ends_of(before: str, text: str) -> str:
    """A text from a form, where every line ends in CRLF, with the line ends that its author uses."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n", "\r\n") if "\r\n" in before else text
