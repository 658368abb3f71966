"""What a statement is known by: its sort and its name."""

from __future__ import annotations

from ..spec.statements import filled, spec_of
from ..syntax import nodes as n
from .printer import text_of


def sort_and_name(node: n.Statement) -> tuple[str, str]:
    """The sort of a statement and its name, or the text that stands for the name where it has none."""
    spec = spec_of(node)
    if spec.key_text and getattr(node, spec.key.strip("{}")) is None:
        return spec.sort, text_of(node if spec.key_text == "*" else getattr(node, spec.key_text))
    return spec.sort, filled(spec.key, node, lambda _, part: _plain(part))


def _plain(part: object) -> str:
    return part.text if isinstance(part, n.Name) else part.value if isinstance(part, n.Text) else ""
