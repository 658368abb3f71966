"""The panel of the dry run as HTML."""

from __future__ import annotations

from flask import render_template

from .trial import Trial


def panel_html(trial: Trial) -> str:
    """What stands in `#panel`."""
    return render_template("trial/panel.html", trial=trial)
