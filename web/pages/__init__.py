"""The pages: rendered on the server, whole without JavaScript."""

from __future__ import annotations

from flask import Flask

from ..importing.pages import pages as importing
from ..results.pages import pages as results
from . import (
    audit,
    compare,
    funnel,
    guarantees,
    handoffs,
    history,
    lead,
    lead_ids,
    leads,
    lists,
    log_in,
    my_leads,
    new,
    outbox,
    person,
    review,
    rulesets,
    scoring,
    sources,
    sso,
    users,
    words,
)
from . import context as filters
from . import context as theme


def register(app: Flask) -> None:
    """Mounts the pages."""
    filters.register(app)
    app.register_blueprint(results)
    app.register_blueprint(importing)
    for part in (
        rulesets,
        funnel,
        new,
        review,
        guarantees,
        history,
        scoring,
        leads,
        lists,
        lead,
        lead_ids,
        person,
        compare,
        handoffs,
        my_leads,
        sources,
        log_in,
        sso,
        users,
        audit,
        outbox,
        words,
        theme,
    ):
        app.register_blueprint(part.pages)
