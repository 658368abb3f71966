"""Rulesets to start from: an example, or one that asks about what the data holds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from .starter import Starter, starter_of

__all__ = ["Starter", "filled", "first_text", "starter_of"]

_TEMPLATES = Path(__file__).parent / "templates"


def first_text() -> str:
    """A ruleset whose fields and events are examples, for when there is no data yet."""
    return (_TEMPLATES / "first.rules").read_text(encoding="utf-8")


def filled(starter: Starter) -> str:
    """The starter as text, laid out as `leadwright fmt` would."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from ...grammar.messages.diagnostics import Source
    from ...grammar.text.formatter import format_text

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    names = [field.name for field in dataclasses.fields(starter)]
    names += [name for name, part in vars(type(starter)).items() if isinstance(part, property)]
    text = environment.get_template("starter.rules.jinja").render(
        {name: getattr(starter, name) for name in names}
    )
    return format_text(Source(text)).text
