"""The plan in the making: what has been read of a ruleset so far."""

from __future__ import annotations

from collections.abc import Callable

from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import text_of
from ..plan import DefineValue, Definition, Field, FieldValue, Origin
from .events import Resolved, Signals
from .names import Names
from .problems import Problems


class PlanDraft:
    """Fields, signals and definitions collected as expressions are read.

    `definition` reads a define at its first use and gives its index, None where it is wrong; the
    checker sets it.
    """

    def __init__(self, problems: Problems, names: Names) -> None:
        self.problems = problems
        self.names = names
        self.asked: list[Resolved] = []
        """What was asked for since this was cleared last, but for what defines did."""
        self.signals = Signals(problems, names, self.asked)
        self.fields: list[Field] = []
        self._field_indices: dict[str, int] = {}
        self.definitions: list[Definition] = []
        self.of_scores: set[int] = set()
        """The definitions that read a score, by index, directly or through others."""
        self.definition: Callable[[n.Reference], int | None] = lambda _: None

    def origin(self, node: n.Node) -> Origin:
        """Where a node stands in the text now being read, and its canonical text."""
        source = self.problems.source
        return Origin(source, node.span, source.position(node.span.start)[0], text_of(node))

    def field(self, name: str, kind: Kind) -> FieldValue:
        """The value of a field, entered in the plan at its first use."""
        if name not in self._field_indices:
            declared = self.names.fields.get(name)
            default, written = None, None
            if declared is not None and declared.default is not None:
                default, literal = declared.default, declared.node.default
                written = literal.value if isinstance(literal, n.Text) else None
            self._field_indices[name] = len(self.fields)
            self.fields.append(Field(name, self.names.column(name), kind, default, written))
        self.asked.append((FieldValue, self._field_indices[name], name, kind))
        return FieldValue(self._field_indices[name], kind)

    def define(self, node: n.Reference) -> int | None:
        """The index of a define, None where it is wrong."""
        used = self.names.used
        first, named = len(self.asked), len(used)
        index = self.definition(node)
        del self.asked[first:], used[named:]
        standing = None if index is None else self.standing(index)
        self.asked.append((DefineValue, index, node, standing))
        return index

    def standing(self, define: int) -> tuple[Kind | None, bool]:
        """The kind of a define's value, None for a condition, and whether it reads a score."""
        value = self.definitions[define].value
        return None if value is None else value.kind, define in self.of_scores
