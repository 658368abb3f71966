"""Every page of the application, mounted: the pages themselves, the editor, and the dry run beside it."""

from __future__ import annotations

from flask import Flask

from .editor import editing, text, values
from .editor import pages as editor
from .editor.cards import id_of
from .importing.pages import pages as importing
from .pages import (
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
from .pages import context as theme
from .results.pages import pages as results
from .tryout.pages import trial


def register(app: Flask) -> None:
    """Mounts the pages; `card_id` gives templates the element of a statement."""
    theme.register(app)
    app.add_template_filter(id_of, "card_id")
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
    for module in (editor, editing, text, values):
        app.register_blueprint(module.editor)
    app.register_blueprint(trial)
