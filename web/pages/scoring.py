"""Scoring all leads from the page: begun here, watched where one came from."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from ...engine.values import instant_of
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import reading
from ..jobs import jobs
from ..queries import instant_asked
from ..ruleset_cache import version_of
from ..scoring import begin_scoring

pages = Blueprint("scoring", __name__)


@pages.post("/rulesets/<name>/score")
@needs(Role.PUBLISHER)
def begin(name: str) -> Response:
    """Begins to score all leads by what is live, as of now or as of when old data ends."""
    store = reading(settings())
    version_of(store, name)
    now = instant_of(instant_asked("now")) if request.form.get("at") == "now" else None
    begin_scoring(settings(), store, name, doer(), now)
    return redirect(url_for("history.show", name=name), 303)


@pages.get("/rulesets/<name>/scoring")
def state(name: str) -> Response:
    """How far scoring is, for scripts."""
    job = jobs().of(("score", name))
    return jsonify(job.data() if job is not None else {"what": "", "share": 1, "done": True})
