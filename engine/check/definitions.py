"""Defines: each read once, at its first use, wherever it stands."""

from __future__ import annotations

from ...grammar import nodes as n
from .. import plan as p
from .draft import Draft
from .expressions import Expressions
from .scopes import Facts


class Definitions:
    """Reads defines in the order of use, so that a plan's definitions need only those before them."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.expressions = Expressions(draft, Facts(draft))
        self._indices: dict[str, int | None] = {}
        self._open: list[str] = []

    def read(self, reference: n.Reference) -> int | None:
        """The index of a define, None where it is wrong, reported where it stands."""
        name = reference.name.text
        if name in self._open:
            self._circle(reference, name)
            return None
        if name not in self._indices:
            declared = self.draft.names.defines[name]
            self._open.append(name)
            with self.draft.problems.within(declared.source):
                definition = self._definition(declared.node)
            self._open.pop()
            self._indices[name] = None if definition is None else len(self.draft.definitions)
            if definition is not None:
                self.draft.definitions.append(definition)
        return self._indices[name]

    def _definition(self, node: n.Define) -> p.Definition | None:
        origin = self.draft.origin(node)
        if self._is_condition(node.body):
            condition = self.expressions.condition(node.body)
            return None if condition is None else p.Definition(node.name.text, condition, None, origin)
        value = self.expressions.value(node.body)
        if value is None:
            return None
        return p.Definition(node.name.text, None, value, origin)

    def _is_condition(self, body: n.Expression) -> bool:
        """Whether a body is true or false: all but numbers, texts and dates."""
        match body:
            case n.Brackets(inner):
                return self._is_condition(inner)
            case n.And() | n.Or() | n.Not() | n.EventPhrase() | n.Sequence():
                return True
            case n.Clause(subject, test, _):
                return test is not None or not isinstance(subject, n.Aggregate | n.Arithmetic)
            case n.Reference(name):
                return self._names_condition(name)
        return False

    def _names_condition(self, name: n.Name) -> bool:
        found = self.draft.names.resolve(name)
        if found is None or found.meaning is p.Meaning.EVENT:
            return True
        if found.meaning is p.Meaning.FIELD:
            return found.kind is n.Kind.YES_NO
        index = self.read(n.Reference(name, span=name.span))
        return index is None or self.draft.definitions[index].condition is not None

    def _circle(self, at: n.Reference, name: str) -> None:
        way = " -> ".join([*self._open[self._open.index(name) :], name])
        self.draft.problems.error(
            "define-circle", at, f'"{name}" is defined by itself: {way}', "take one of these uses away"
        )
