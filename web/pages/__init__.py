"""The pages: rendered on the server, whole without JavaScript."""

from __future__ import annotations

from flask import Flask

from . import audit, compare, lead, leads, log_in, rulesets, theme, words


def register(app: Flask) -> None:
    """Mounts the pages."""
    words.register(app)
    for part in (rulesets, leads, lead, compare, log_in, audit, theme):
        app.register_blueprint(part.pages)
