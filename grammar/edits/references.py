"""What refers to a statement by its name."""

from __future__ import annotations

from collections.abc import Iterator

from ..syntax import nodes as n
from ..syntax.nodes import Span
from ..syntax.walk import children
from ..text.printer import name_text, quoted


def references(tree: n.Tree, declared: n.Statement | None, new: str) -> list[tuple[Span, str]]:
    """Where a statement's name stands outside of it, with the new name as each place writes it."""
    match declared:
        case n.ListDeclaration(name) | n.ListFile(name):
            return [(span, name_text(new)) for span in _lists(tree, name.text)]
        case n.Define(name):
            return [(span, name_text(new)) for span in _names(tree, name.text, tests=False)]
        case n.FieldDeclaration(name):
            known = () if name.text in _declared(tree, n.Define) else _names(tree, name.text, tests=True)
            return [(span, name_text(new)) for span in known]
        case n.EventDeclaration(name):
            if _same_event(tree, declared):
                return []
            bare = name.text in _declared(tree, n.Define) | _declared(tree, n.FieldDeclaration)
            return [(span, name_text(new)) for span in _events(tree, name.text, bare=not bare)]
        case n.ScoreDeclaration(n.Name(text)):
            return [(span, name_text(new)) for span in _scores(tree, text)]
        case n.Stage(name, track):
            label = f"[{new}]" if new.lower() == "none" else name_text(new)
            return [(span, label) for span in _stages(tree, name.text, track)]
        case n.Rule(n.Text(value)):
            return [(span, quoted(new)) for span in _rules(tree, value)]
    return []


def _declared(tree: n.Tree, kind: type[n.Define] | type[n.FieldDeclaration]) -> set[str]:
    return {statement.name.text for statement in tree.statements if isinstance(statement, kind)}


def _same_event(tree: n.Tree, declared: n.EventDeclaration) -> bool:
    """Whether another line declares the same event: then the old name stays in use."""
    events = [it for it in tree.statements if isinstance(it, n.EventDeclaration) and it.name == declared.name]
    return len(events) > 1


def _walk(node: n.Node, *, filters: bool) -> Iterator[n.Node]:
    """A node and all below it; without `filters`, not what stands after a `where`."""
    yield node
    for child in children(node):
        if not filters and isinstance(node, n.EventPhrase) and child is node.where:
            continue
        yield from _walk(child, filters=filters)


def _lists(tree: n.Tree, name: str) -> Iterator[Span]:
    for node in _walk(tree, filters=True):
        if isinstance(node, n.In) and isinstance(node.among, n.Name) and node.among.text == name:
            yield node.among.span


def _names(tree: n.Tree, name: str, *, tests: bool) -> Iterator[Span]:
    for node in _walk(tree, filters=False):
        if isinstance(node, n.Reference) and node.name.text == name:
            yield node.name.span
        elif tests and isinstance(node, n.Test):
            for fact in node.given:
                if isinstance(fact, n.GivenField) and fact.name.text == name:
                    yield fact.name.span


def _events(tree: n.Tree, name: str, *, bare: bool) -> Iterator[Span]:
    for node in _walk(tree, filters=False):
        if isinstance(node, n.EventPhrase | n.GivenEvent) and node.type.text == name:
            yield node.type.span
        elif bare and isinstance(node, n.Reference) and node.name.text == name:
            yield node.name.span


def _scores(tree: n.Tree, name: str) -> Iterator[Span]:
    yield from _names(tree, name, tests=False)
    for node in _walk(tree, filters=False):
        if not isinstance(node, n.Points | n.Grade | n.ExpectScore | n.ExpectGrade) or node.score is None:
            continue
        if node.score.text == name:
            yield node.score.span


def _stages(tree: n.Tree, name: str, track: n.Name | None) -> Iterator[Span]:
    for node in _walk(tree, filters=False):
        if not isinstance(node, n.ExpectStage) or node.stage is None or node.track != track:
            continue
        if node.stage.text == name:
            yield node.stage.span


def _rules(tree: n.Tree, name: str) -> Iterator[Span]:
    for node in _walk(tree, filters=False):
        if isinstance(node, n.ExpectRule) and node.name.value == name:
            yield node.name.span
