"""What to tell the person whom a decision is about, to read and to print; and reviews by people."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.store.database import StoreError
from ..access import needs, settings
from ..accounts.users import Role
from ..api.people import keep_review, person_explained
from ..database import reading, writing
from ..problems import Problem
from ..queries import lead_with
from .context import text_asked

pages = Blueprint("person", __name__)


@pages.get("/lead/for-person")
def show() -> str:
    """The explanation for the person."""
    store = reading(settings())
    lead = lead_with(store, text_asked("id") or "")
    at = text_asked("at")
    ruleset, explanation = person_explained(store, lead, text_asked("ruleset"), at)
    return render_template("lead_person.html", lead=lead, ruleset=ruleset, explanation=explanation, at=at)


@pages.post("/lead/for-person")
@needs(Role.EDITOR)
def review() -> Response:
    """Records a review of the decision."""
    given = {name: request.form.get(name, "").strip() for name in ("id", "ruleset", "at", "stands", "reason")}
    with writing(settings()) as store:
        lead = lead_with(store, given["id"])
        ruleset, explanation = person_explained(store, lead, given["ruleset"] or None, given["at"] or None)
        try:
            keep_review(
                store,
                lead,
                ruleset,
                explanation,
                upheld=given["stands"] == "yes",
                reason=given["reason"],
            )
        except StoreError as error:
            raise Problem(422, "Not recorded", f"{error.message}: {error.hint}.") from error
    to = url_for("person.show", id=lead.key, ruleset=ruleset, at=given["at"] or None)
    return redirect(f"{to}#reviews", 303)
