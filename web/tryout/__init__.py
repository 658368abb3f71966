"""The dry run beside the editor: a draft tried on one lead, on all leads, and by its own tests."""

from __future__ import annotations

from flask import Flask

from . import pages
from .opening import trial_of
from .pages import panel_html
from .trial import Trial

__all__ = ["Trial", "panel_html", "register", "trial_of"]


def register(app: Flask) -> None:
    """Mounts what the panel asks for."""
    app.register_blueprint(pages.trial)
