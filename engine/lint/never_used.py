"""A list, define, field or event that is declared and never used."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic, Severity
from ...grammar.syntax import nodes as n
from ...grammar.syntax.walk import walk
from .. import plan as p
from ..plan.walk import clauses, holds, operands, parts
from .study import Study

CODE = "never-used"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at the declarations of the main text; what only a test or a switched-off rule uses is used."""
    spared = names_in_rules_off(study)
    if spared is None:
        return
    mentioned = _in_defines(study)
    used = {
        n.ListDeclaration: _lists(study),
        n.ListFile: _lists(study),
        n.Define: _defines(study),
        n.FieldDeclaration: {field.name for field in study.plan.fields} | _given(study.plan),
        n.EventDeclaration: {selector.name for selector in study.plan.selectors} | _given(study.plan),
    }
    words = {n.Define: "define", n.FieldDeclaration: "field", n.EventDeclaration: "event"}
    for statement in study.tree.statements:
        names = used.get(type(statement))
        if names is None or not isinstance(statement, _DECLARATIONS):
            continue
        name = statement.name.text
        if name not in names | spared | mentioned:
            yield Diagnostic(
                CODE,
                Severity.LINT,
                f"the {words.get(type(statement), 'list')} {name} is never used",
                study.plan.sources[0],
                statement.name.span,
                "use it, or take it away",
            )


_DECLARATIONS = n.ListDeclaration | n.ListFile | n.Define | n.FieldDeclaration | n.EventDeclaration


def names_in_rules_off(study: Study) -> frozenset[str] | None:
    """All names that switched-off rules mention; None where some of them stand in an included text."""
    if study.plan.off and len(study.plan.sources) > 1:
        return None
    names: set[str] = set()
    for statement in study.tree.statements:
        for rule in statement.rules if isinstance(statement, n.Group) else (statement,):
            if isinstance(rule, n.Rule) and rule.off:
                names.update(node.text for node in walk(rule) if isinstance(node, n.Name))
    return frozenset(names)


def _in_defines(study: Study) -> frozenset[str]:
    """All names that the bodies of defines mention: only the define that uses them may be idle."""
    bodies = [statement.body for statement in study.tree.statements if isinstance(statement, n.Define)]
    return frozenset(node.text for body in bodies for node in walk(body) if isinstance(node, n.Name))


def _lists(study: Study) -> set[str]:
    return {
        clause.list
        for root in study.roots
        for clause in clauses(root.condition)
        if isinstance(clause, p.OneOf) and clause.list is not None
    }


def _defines(study: Study) -> set[str]:
    used = {index for root in study.roots for index in holds(root.condition)}
    asked = [value for root in study.roots for it in clauses(root.condition) for value in operands(it)]
    asked += [definition.value for definition in study.plan.definitions if definition.value is not None]
    for value in asked:
        used.update(part.define for part in parts(value) if isinstance(part, p.DefineValue))
    return {study.plan.definitions[index].name for index in used}


def _given(plan: p.Plan) -> set[str]:
    names: set[str] = set()
    for test in plan.tests:
        names.update(test.fields)
        names.update(event.type for event in test.events)
    return names
