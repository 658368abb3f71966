"""The application: everything put together."""

from __future__ import annotations

from flask import Flask

from ..engine.live.service import Live
from . import (
    access,
    api,
    built,
    compression,
    database,
    health,
    metrics,
    problems,
    rendering,
    scoring,
    screens,
    security,
)
from .receiving import Receiving
from .ruleset_cache import RulesetCache
from .settings import Settings


def create_app(settings: Settings, live: Live | None = None) -> Flask:
    """A WSGI application over one database. Holds nothing that a restart would lose.

    With `live`, clients' requests are taken in, too.
    """
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config["LEADWRIGHT"] = settings
    app.config["MAX_CONTENT_LENGTH"] = settings.largest_request
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.largest_request
    # Asked again each time, or a browser would mix a new page with scripts of an hour ago.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 0
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["leadwright"] = RulesetCache()
    rendering.register(app)
    compression.register(app)
    security.register(app, settings)
    problems.register(app)
    database.register(app)
    access.register(app)
    health.register(app)
    scoring.register(app)
    metrics.register(app)
    api.register(app)
    screens.register(app)
    built.register(app)
    if live is not None:
        app.wsgi_app = Receiving(app.wsgi_app, live)  # type: ignore[method-assign]  # as Flask's docs do
    return app
