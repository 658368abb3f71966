"""What was done, by whom."""

from __future__ import annotations

from flask import Blueprint, render_template

from ...engine.store.records.audit import entries
from ..access import needs, settings
from ..accounts.users import Role
from ..database import reading

pages = Blueprint("audit", __name__)


@pages.get("/audit")
@needs(Role.ADMIN)
def index() -> str:
    """The latest entries of the record."""
    return render_template("audit.html", entries=entries(reading(settings())))
