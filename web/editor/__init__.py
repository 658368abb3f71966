"""The editor: a draft as cards, changed by whoever reads them."""

from __future__ import annotations

from flask import Flask

from . import editing, pages, text, values


def register(app: Flask) -> None:
    """Mounts the editor."""
    for module in (pages, editing, text, values):
        app.register_blueprint(module.editor)
