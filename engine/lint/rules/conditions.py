"""Conditions and their parts that are always or never true, or add nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import takewhile

from ....grammar.messages.diagnostics import Diagnostic, Severity
from ....grammar.syntax import nodes as n
from ....grammar.syntax.nodes import Kind
from ....grammar.syntax.walk import walk
from ....grammar.text.printer import name_text, text_of
from ... import plan as p
from ...plan import Meaning
from ...plan.walk import items_of, subject
from ..context import LintContext, RootKind, Verdict, lint_at
from ..proof.variables import Topic
from ..reasons import asks_score, joined, why_always, why_never
from .names import facts_of


def condition_always_true(context: LintContext) -> Iterator[Diagnostic]:
    """Leaves whole rules and disqualifications, and comparisons of scores, to lints of their own."""
    for verdict in context.verdicts:
        if verdict.always and not asks_score(verdict.part) and not _is_said_elsewhere(verdict):
            at, why, _ = why_always(context, verdict.part)
            yield lint_at("condition-always-true", at, why, "remove it, or correct it")


def _is_said_elsewhere(verdict: Verdict) -> bool:
    if not verdict.is_whole:
        return False
    owner = verdict.root.owner
    if verdict.root.what in (RootKind.DISQUALIFICATION, RootKind.UNTIL):
        return True
    return isinstance(owner, p.Rule) and owner.each is None


_ELSEWHERE = (RootKind.RULE, RootKind.STAGE, RootKind.UNTIL, RootKind.HANDOFF)


def condition_contradiction(context: LintContext) -> Iterator[Diagnostic]:
    """Leaves whole rules and stages, and comparisons of scores, to lints of their own."""
    for verdict in context.verdicts:
        whole_said = verdict.is_whole and verdict.root.what in _ELSEWHERE
        if not verdict.always and not whole_said and not asks_score(verdict.part):
            at, why, _ = why_never(context, verdict.part)
            yield lint_at("condition-contradiction", at, why + _meaning(verdict), "correct it, or remove it")


def _meaning(verdict: Verdict) -> str:
    if verdict.is_whole and verdict.root.what is RootKind.FILTER:
        return ", so no event passes this filter"
    if verdict.is_whole and verdict.root.what is RootKind.DISQUALIFICATION:
        return ", so nobody is disqualified by it"
    return ""


MOST_PER_TOPIC = 24
"""More clauses about one thing than this are compared by their likeness alone."""


def condition_overlap(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at everything joined by one `and` or `or`, through brackets."""
    for root in context.roots:
        yield from _within(context, root.condition, None)


def _within(context: LintContext, condition: p.Condition, around: p.Condition | None) -> Iterator[Diagnostic]:
    if id(condition) in context.judged:
        return
    if isinstance(condition, p.All | p.Any) and type(condition) is not type(around):
        yield from _among(context, condition)
    for item in items_of(condition):
        yield from _within(context, item, condition)


def _among(context: LintContext, condition: p.All | p.Any) -> Iterator[Diagnostic]:
    items = [item for item in joined(condition) if id(item) not in context.judged]
    by_topic: dict[Topic, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        for topic in context.logic.topics(item):
            by_topic[topic].append(index)
    idle: set[int] = set()
    for group in by_topic.values():
        for position, second in enumerate(group):
            for first in group[:position] if len(group) <= MOST_PER_TOPIC else ():
                if first not in idle and second not in idle:
                    found = _idle(context, condition, items, first, second)
                    if found is not None:
                        idle.add(found[0])
                        yield _overlap_at(condition, items[found[0]], items[found[1]], found[2])


def _idle(
    context: LintContext, condition: p.All | p.Any, items: list[p.Condition], first: int, second: int
) -> tuple[int, int, bool] | None:
    """The item that adds nothing, the one that makes it so, and whether they are alike."""
    one, other = items[first], items[second]
    if context.follows(one) or context.follows(other):
        return None
    if isinstance(one, p.Holds) and isinstance(other, p.Holds):
        return None  # names are put side by side for the reader's sake
    if context.logic.number(one) == context.logic.number(other):
        return second, first, True
    every = isinstance(condition, p.All)
    if context.logic.is_stricter(one, other):
        return (second, first, False) if every else (first, second, False)
    if context.logic.is_stricter(other, one):
        return (first, second, False) if every else (second, first, False)
    return None


def _overlap_at(condition: p.All | p.Any, item: p.Condition, other: p.Condition, alike: bool) -> Diagnostic:
    text, its = item.origin.text, other.origin.text
    if alike:
        return lint_at(
            "condition-overlap",
            item.origin,
            f"{text} adds nothing: {its} already says the same",
            "remove one of them",
        )
    if isinstance(condition, p.All):
        message = f"{text} adds nothing: {its}, joined by and, already asks for more"
        return lint_at("condition-overlap", item.origin, message, 'remove it, or did you mean "or"?')
    message = f"{text} adds nothing: {its}, joined by or, already lets it in"
    return lint_at("condition-overlap", item.origin, message, 'remove it, or did you mean "and"?')


def disqualifies_everyone(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at whole conditions; what compares a score alone is said as such."""
    for verdict in context.verdicts:
        if verdict.always and verdict.is_whole and verdict.root.what is RootKind.DISQUALIFICATION:
            if asks_score(verdict.part):
                continue
            at, why, _ = why_always(context, verdict.part)
            yield lint_at(
                "disqualifies-everyone",
                at,
                f"every lead is disqualified: {why}",
                "correct it, or remove it",
            )


def negation_skips_unknown(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at denials of one field, unless the same condition asks something positive of the field too."""
    if context.catalogue is None:
        return
    for root in context.roots:
        if root.what is RootKind.FILTER:
            continue
        denied = list(_denied(context, root.condition, root.condition, True))
        settled = {field for _, field, negative in denied if not negative}
        for at, field, negative in denied:
            if negative and field not in settled and id(at) not in context.judged:
                yield from _said(context, at, field)


def _denied(
    context: LintContext, condition: p.Condition, at: p.Condition, positive: bool
) -> Iterator[tuple[p.Condition, int, bool]]:
    """Each clause about a field: what of it is written together, the field, whether it is denied."""
    match condition:
        case p.Not(item=item):
            yield from _denied(context, item, condition if positive else item, not positive)
        case p.All(items=items) | p.Any(items=items):
            for item in items:
                yield from _denied(context, item, item if positive else at, positive)
        case p.Holds(define=define):
            if not positive:
                yield from _denied(context, context.logic.reader.body(define), at, positive)
        case p.IsKnown(value=value):
            for field in _fields(context, value):
                yield condition, field, False
        case _:
            value = subject(condition)
            differs = isinstance(condition, p.Compare) and condition.operator == "!="
            for field in _fields(context, value):
                yield at, field, differs is positive


def _fields(context: LintContext, value: p.Value) -> Iterator[int]:
    value = context.logic.variables.resolve(value)
    if isinstance(value, p.Domain):
        value = context.logic.variables.resolve(value.of)
    if isinstance(value, p.FieldValue):
        yield value.field


def _said(context: LintContext, at: p.Condition, field: int) -> Iterator[Diagnostic]:
    facts, its = facts_of(context, field), context.plan.fields[field]
    if facts is None or context.catalogue is None or its.default is not None or not facts.known:
        return
    skipped = context.catalogue.leads - facts.known
    if skipped > 0:
        leads = "one lead" if skipped == 1 else f"{skipped:,} leads"
        if len(context.logic.topics(at)) > 1:
            # What else is asked decides it for some of them, and which ones cannot be told from counts.
            leads = f"up to {leads}"
        otherwise = {Kind.YES_NO: "no", Kind.NUMBER: "0", Kind.TEXT: '"..."'}.get(its.kind)
        default = (
            f", or declare field {name_text(its.name)}: {its.kind.value}, otherwise {otherwise}"
            if otherwise
            else ""
        )
        yield lint_at(
            "negation-skips-unknown",
            at.origin,
            f"{at.origin.text} is not true of {leads} whose {its.name} is unknown",
            f"to take them in, write ({at.origin.text} or {name_text(its.name)} is unknown){default}",
        )


def window_covers_one(context: LintContext) -> Iterator[Diagnostic]:
    """Looks for `a >= 2 and b >= 3 in last 30 days`, where what stands before has the form of the last."""
    for node in walk(context.tree):
        if isinstance(node, n.And | n.Or):
            found = _found(context, node)
            if found is not None:
                yield found


def _found(context: LintContext, node: n.And | n.Or) -> Diagnostic | None:
    *before, last = node.operands
    if not isinstance(last, n.Clause) or last.window is None or not _is_counted(context, last.subject):
        return None
    if isinstance(last.window, n.BetweenMoments) or any(_has_window(operand) for operand in before):
        return None
    compared = isinstance(last.test, n.Compare | n.Between)
    alike = list(takewhile(lambda operand: _is_alike(context, operand, compared), reversed(before)))
    if not alike:
        return None
    alike.reverse()
    word = "and" if isinstance(node, n.And) else "or"
    window, others = text_of(last.window), f" {word} ".join(text_of(operand) for operand in alike)
    bare = n.Clause(last.subject, last.test, None, span=last.span) if last.test else last.subject
    return Diagnostic(
        "window-covers-one",
        Severity.LINT,
        f"{window} belongs to {text_of(bare)} alone; {others} is counted over all time",
        context.plan.sources[0],
        last.window.span,
        f"for one window over all: ({others} {word} {text_of(bare)}) {window}",
    )


def _is_alike(context: LintContext, operand: n.Expression, compared: bool) -> bool:
    if not compared:
        return _is_counted(context, operand)
    return (
        isinstance(operand, n.Clause)
        and isinstance(operand.test, n.Compare | n.Between)
        and _is_counted(context, operand.subject)
    )


def _has_window(operand: n.Node) -> bool:
    return any(isinstance(node, n.Clause) and node.window is not None for node in walk(operand))


def _is_counted(context: LintContext, node: n.Expression) -> bool:
    """Whether it is an event, counted."""
    if isinstance(node, n.Reference):
        found = context.plan.names.get(node.name.text)
        return found is not None and found.meaning is Meaning.EVENT
    return isinstance(node, n.EventPhrase)
