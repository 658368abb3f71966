"""Going through the nodes of a tree."""

from __future__ import annotations

from collections.abc import Iterator

from .nodes import Node

_NO_NODES = {
    f"{kind}{or_none}" for kind in ("str", "int", "float", "bool", "Span") for or_none in ("", " | None")
}


class _Below(dict[type[Node], tuple[str, ...]]):
    """By class of nodes, the fields that can hold others."""

    def __missing__(self, kind: type[Node]) -> tuple[str, ...]:
        fields = kind.__dataclass_fields__.items()
        found = self[kind] = tuple(name for name, field in fields if field.type not in _NO_NODES)
        return found


_BELOW = _Below()


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node, in the order of their fields."""
    for name in _BELOW[node.__class__]:
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
