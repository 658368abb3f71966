"""Going through the nodes of a tree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from .nodes import Node

_NO_NODES = {
    f"{kind}{or_none}" for kind in ("str", "int", "float", "bool", "Span") for or_none in ("", " | None")
}


@cache
def _below(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a class of nodes that can hold others."""
    return tuple(name for name, field in kind.__dataclass_fields__.items() if field.type not in _NO_NODES)


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node, in the order of their fields."""
    for name in _below(node.__class__):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Node):
                    yield item


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, parents first."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(list(children(current))))
