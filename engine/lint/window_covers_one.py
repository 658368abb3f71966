"""A window at the end of several counts that belongs to the last of them alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from ...grammar.messages.diagnostics import Diagnostic, Severity
from ...grammar.syntax import nodes as n
from ...grammar.syntax.walk import walk
from ...grammar.text.printer import text_of
from ..plan import Meaning
from .study import Study

CODE = "window-covers-one"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks for `a >= 2 and b >= 3 in last 30 days`, where what stands before has the form of the last."""
    for node in walk(study.tree):
        if isinstance(node, n.And | n.Or):
            found = _found(study, node)
            if found is not None:
                yield found


def _found(study: Study, node: n.And | n.Or) -> Diagnostic | None:
    *before, last = node.operands
    if not isinstance(last, n.Clause) or last.window is None or not _is_counted(study, last.subject):
        return None
    if isinstance(last.window, n.BetweenMoments) or any(_has_window(operand) for operand in before):
        return None
    compared = isinstance(last.test, n.Compare | n.Between)
    alike = list(takewhile(lambda operand: _is_alike(study, operand, compared), reversed(before)))
    if not alike:
        return None
    alike.reverse()
    word = "and" if isinstance(node, n.And) else "or"
    window, others = text_of(last.window), f" {word} ".join(text_of(operand) for operand in alike)
    bare = n.Clause(last.subject, last.test, None, span=last.span) if last.test else last.subject
    return Diagnostic(
        CODE,
        Severity.LINT,
        f"{window} belongs to {text_of(bare)} alone; {others} is counted over all time",
        study.plan.sources[0],
        last.window.span,
        f"for one window over all: ({others} {word} {text_of(bare)}) {window}",
    )


def _is_alike(study: Study, operand: n.Expression, compared: bool) -> bool:
    if not compared:
        return _is_counted(study, operand)
    return (
        isinstance(operand, n.Clause)
        and isinstance(operand.test, n.Compare | n.Between)
        and _is_counted(study, operand.subject)
    )


def _has_window(operand: n.Node) -> bool:
    return any(isinstance(node, n.Clause) and node.window is not None for node in walk(operand))


def _is_counted(study: Study, node: n.Expression) -> bool:
    """Whether it is an event, counted."""
    if isinstance(node, n.Reference):
        found = study.plan.names.get(node.name.text)
        return found is not None and found.meaning is Meaning.EVENT
    return isinstance(node, n.EventPhrase)
