"""A clause that adds nothing, since one beside it asks for more or lets more in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .. import plan as p
from ..plan.walk import items_of
from .reasons import joined
from .study import Study, said
from .subjects import Topic

CODE = "condition-overlap"
MOST_PER_TOPIC = 24
"""More clauses about one thing than this are compared by their likeness alone."""


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at everything joined by one `and` or `or`, through brackets."""
    for root in study.roots:
        yield from _within(study, root.condition, None)


def _within(study: Study, condition: p.Condition, around: p.Condition | None) -> Iterator[Diagnostic]:
    if id(condition) in study.judged:
        return
    if isinstance(condition, p.All | p.Any) and type(condition) is not type(around):
        yield from _among(study, condition)
    for item in items_of(condition):
        yield from _within(study, item, condition)


def _among(study: Study, condition: p.All | p.Any) -> Iterator[Diagnostic]:
    items = [item for item in joined(condition) if id(item) not in study.judged]
    by_topic: dict[Topic, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        for topic in study.logic.topics(item):
            by_topic[topic].append(index)
    idle: set[int] = set()
    for group in by_topic.values():
        for position, second in enumerate(group):
            for first in group[:position] if len(group) <= MOST_PER_TOPIC else ():
                if first not in idle and second not in idle:
                    found = _idle(study, condition, items, first, second)
                    if found is not None:
                        idle.add(found[0])
                        yield _said(condition, items[found[0]], items[found[1]], found[2])


def _idle(
    study: Study, condition: p.All | p.Any, items: list[p.Condition], first: int, second: int
) -> tuple[int, int, bool] | None:
    """The item that adds nothing, the one that makes it so, and whether they are alike."""
    one, other = items[first], items[second]
    if study.follows(one) or study.follows(other):
        return None
    if isinstance(one, p.Holds) and isinstance(other, p.Holds):
        return None  # names are put side by side for the reader's sake
    if study.logic.number(one) == study.logic.number(other):
        return second, first, True
    every = isinstance(condition, p.All)
    if study.logic.is_stricter(one, other):
        return (second, first, False) if every else (first, second, False)
    if study.logic.is_stricter(other, one):
        return (first, second, False) if every else (second, first, False)
    return None


def _said(condition: p.All | p.Any, item: p.Condition, other: p.Condition, alike: bool) -> Diagnostic:
    text, its = item.origin.text, other.origin.text
    if alike:
        return said(
            CODE, item.origin, f"{text} adds nothing: {its} already says the same", "take one of them away"
        )
    if isinstance(condition, p.All):
        message = f"{text} adds nothing: {its}, joined by and, already asks for more"
        return said(CODE, item.origin, message, 'take it away, or did you mean "or"?')
    message = f"{text} adds nothing: {its}, joined by or, already lets it in"
    return said(CODE, item.origin, message, 'take it away, or did you mean "and"?')
