"""The editor: a draft as cards, changed by whoever reads them."""

from __future__ import annotations

from flask import Flask

from . import editing, pages, text, values
from .cards import id_of


def register(app: Flask) -> None:
    """Mounts the editor; `card_id` gives templates the element of a statement."""
    app.add_template_filter(id_of, "card_id")
    for module in (pages, editing, text, values):
        app.register_blueprint(module.editor)
