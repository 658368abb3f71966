"""Pages that are freed once they have been shown.

The context of a template refers to its macros, and they to the context: a reference cycle, in which all
that the page was given stays until Python looks for cycles, which a server lets it do seldom. So the
contexts of a page are emptied as soon as it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from flask import Flask
from jinja2 import Template
from jinja2.runtime import Context

_made: ContextVar[list[Context] | None] = ContextVar("made", default=None)


class FreedTemplate(Template):
    """A template of which nothing is left in memory but the text that was made with it."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        made: list[Context] = []
        before = _made.set(made)
        try:
            return super().render(*args, **kwargs)
        finally:
            _made.reset(before)
            for context in made:
                context.vars.clear()
                context.parent = {}

    def new_context(
        self,
        vars: dict[str, Any] | None = None,  # noqa: A002  # as Jinja calls it
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,  # noqa: A002
    ) -> Context:
        context = super().new_context(vars, shared, locals)
        made = _made.get()
        # Jinja keeps the module of what is imported without values of the page. Nothing of a page is in it.
        if made is not None and (shared or not made):
            made.append(context)
        return context


def register(app: Flask) -> None:
    """Lets all templates of the page be of this kind."""
    app.jinja_env.template_class = FreedTemplate
