"""Defines: each read once, after those it uses, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.syntax import nodes as n
from ...grammar.syntax.limits import DEEPEST
from ...grammar.syntax.walk import children
from .. import plan as p
from .draft import PlanDraft
from .expressions import Expressions
from .scopes import Defined

_DEEPER = n.And | n.Or | n.Not | n.Arithmetic | n.Negative


class Definitions:
    """Reads defines so that a plan's definitions need only those before them, however long their chains."""

    def __init__(self, draft: PlanDraft) -> None:
        self.draft = draft
        self.defines = draft.names.defines
        self.scope = Defined(draft)
        self.expressions = Expressions(draft, self.scope)
        self._indices: dict[str, int | None] = {}
        self._depths: dict[str, int] = {}

    def read(self, reference: n.Reference) -> int | None:
        """The index of a define, None where it is wrong, reported where it stands."""
        name = reference.name.text
        if name not in self._indices:
            for needed in self._in_order(name):
                self._enter(needed)
        return self._indices[name]

    def _in_order(self, name: str) -> Iterator[str]:
        """The unread defines that one leans on, and it last. Circles are reported, and wrong."""
        way = [name]
        pending = [self._used(name)]
        while way:
            used = next(pending[-1], None)
            if used is None:
                pending.pop()
                finished = way.pop()
                if finished not in self._indices:
                    yield finished
            elif used.name.text in way:
                self._circle(used, way)
            elif used.name.text not in self._indices:
                way.append(used.name.text)
                pending.append(self._used(used.name.text))

    def _used(self, name: str) -> Iterator[n.Reference]:
        """The defines that a define's body names; the names in a filter are properties."""
        pending: list[n.Node] = [self.defines[name].node.body]
        while pending:
            node = pending.pop()
            if isinstance(node, n.Reference) and node.name.text in self.defines:
                yield node
            below = [child for child in children(node) if child is not getattr(node, "where", None)]
            pending.extend(reversed(below))

    def _enter(self, name: str) -> None:
        declared = self.defines[name]
        node = declared.node
        below = max((self._depths[used.name.text] for used in self._used(name)), default=0)
        depth = self._depths[name] = below + 1 + _nesting(node.body)
        with self.draft.problems.within(declared.source):
            if depth > DEEPEST and below <= DEEPEST:
                self.draft.problems.error(
                    "too-deep",
                    node.name,
                    f"with the defines it uses, this is nested more than {DEEPEST} deep",
                    "say it in fewer steps",
                )
            self.scope.reads_scores = False
            definition = self._definition(node) if depth <= DEEPEST else None
        self._indices[name] = None if definition is None else len(self.draft.definitions)
        if definition is not None:
            if self.scope.reads_scores:
                self.draft.of_scores.add(len(self.draft.definitions))
            self.draft.definitions.append(definition)

    def _definition(self, node: n.Define) -> p.Definition | None:
        origin = self.draft.origin(node)
        if self._is_condition(node.body):
            condition = self.expressions.condition(node.body)
            return None if condition is None else p.Definition(node.name.text, condition, None, origin)
        value = self.expressions.value(node.body)
        return None if value is None else p.Definition(node.name.text, None, value, origin)

    def _is_condition(self, body: n.Expression) -> bool:
        """Whether a body is true or false: all but numbers, texts and dates."""
        match body:
            case n.Brackets(inner):
                return self._is_condition(inner)
            case n.And() | n.Or() | n.Not() | n.Surely() | n.EventPhrase() | n.Sequence():
                return True
            case n.Clause(subject, test, _):
                return test is not None or not isinstance(subject, n.Aggregate | n.Arithmetic)
            case n.Reference(name):
                return self._names_condition(name)
        return False

    def _names_condition(self, name: n.Name) -> bool:
        if name.text in self.draft.names.scores and name.text not in self.defines:
            return False
        found = self.draft.names.resolve(name)
        if found is None or found.meaning is p.Meaning.EVENT:
            return True
        if found.meaning is p.Meaning.FIELD:
            return found.kind is n.Kind.YES_NO
        index = self._indices[name.text]
        return index is None or self.draft.definitions[index].condition is not None

    def _circle(self, at: n.Reference, way: list[str]) -> None:
        name = at.name.text
        circle = way[way.index(name) :]
        for member in circle:
            self._indices[member] = None
            self._depths[member] = 0
        if name in self.draft.names.circular:
            return
        self.draft.names.circular.update(circle)
        with self.draft.problems.within(self.defines[circle[-1]].source):
            steps = " -> ".join([*circle, name] if len(circle) <= 8 else [*circle[:7], "...", name])
            self.draft.problems.error(
                "define-circle", at, f'"{name}" is defined by itself: {steps}', "remove one of these uses"
            )


def _nesting(body: n.Node) -> int:
    """How deep conditions and arithmetic are nested in an expression."""
    deepest = 0
    pending = [(body, 0)]
    while pending:
        node, depth = pending.pop()
        depth += isinstance(node, _DEEPER)
        deepest = max(deepest, depth)
        pending.extend((child, depth) for child in children(node))
    return deepest
