"""The pages: rendered on the server, whole without JavaScript."""

from __future__ import annotations

from flask import Flask

from . import audit, compare, leads, log_in, rulesets, theme, words


def register(app: Flask) -> None:
    """Mounts the pages."""
    words.register(app)
    for blueprint in (rulesets.pages, leads.pages, compare.pages, log_in.pages, audit.pages, theme.pages):
        app.register_blueprint(blueprint)
