"""The parts of conditions."""

from __future__ import annotations

from ..spec.operators import OPERATORS, operator_of
from ..syntax import nodes as n
from ..syntax.nodes import Span
from ..text.printer import text_of
from .expected_parts import expected
from .parts import Part, Parts, Row, Series
from .values import shown

FINE_UNITS = ("minute", "hour", "day", "week")
_PROPERTY_FUNCTIONS = ("sum", "avg", "min", "max")
_EVENT_FUNCTIONS = ("distinct", "days")


def condition(parts: Parts, path: str, node: n.Expression, *, filters: bool = False) -> Row:
    """Takes in a condition: its rows and the parts of each."""
    span = node.span
    inner, inside, bracketed = node, span, False
    if filters and isinstance(node, n.Brackets) and isinstance(node.inner, n.And | n.Or):
        inner, bracketed = node.inner, True
        inside = Span(node.span.start + 1, node.span.end - 1)
    operands, join = _operands(inner)
    outside, parts.filtering = parts.filtering, filters
    rows = tuple(_row(parts, f"{path}.{index}", operand) for index, operand in enumerate(operands))
    parts.filtering = outside
    row = Row(path, node, span, inner, False, rows, join, inside, bracketed, filters)
    return _kept(parts, row)


def _kept(parts: Parts, row: Row) -> Row:
    parts.rows[row.path] = row
    if row.rows is not None:
        items = tuple(child.node for child in row.rows)
        separator = "or" if row.join == "any" else "and"
        parts.series[row.path] = Series(row.path, "condition", items, separator)
    return row


def _operands(node: n.Expression) -> tuple[tuple[n.Expression, ...], str | None]:
    if isinstance(node, n.And):
        return node.operands, "all"
    if isinstance(node, n.Or):
        return node.operands, "any"
    return (node,), None


def _row(parts: Parts, path: str, node: n.Expression) -> Row:
    inner, negated = node, False
    while isinstance(inner, n.Not):
        inner, negated = inner.operand, not negated
    span = node.span
    brackets = inner.subject if isinstance(inner, n.Clause) and inner.test is None else inner
    if isinstance(brackets, n.Brackets) and _holds_rows(brackets.inner):
        operands, join = _operands(brackets.inner)
        inside = Span(brackets.span.start + 1, brackets.span.end - 1)
        rows = tuple(_row(parts, f"{path}.{index}", operand) for index, operand in enumerate(operands))
        if isinstance(inner, n.Clause):
            _window(parts, path, inner.window, brackets.span.end)
        return _kept(parts, Row(path, node, span, inner, negated, rows, join, inside))
    _clause(parts, path, inner)
    return _kept(parts, Row(path, node, span, inner, negated))


def _holds_rows(node: n.Expression) -> bool:
    truths = n.And | n.Or | n.Not | n.Clause | n.Reference | n.EventPhrase | n.Sequence
    return isinstance(node, truths) or (isinstance(node, n.Brackets) and _holds_rows(node.inner))


def _clause(parts: Parts, path: str, node: n.Expression) -> None:
    if isinstance(node, n.Surely):
        expected(parts, path, node.of)
        return
    subject: n.Expression = node.subject if isinstance(node, n.Clause) else node
    test = node.test if isinstance(node, n.Clause) else None
    window = node.window if isinstance(node, n.Clause) else None
    core = _subject(parts, f"{path}.", subject, node.span.end)
    _test(parts, path, test, core)
    takes_window = not isinstance(subject, n.DaysSince | n.DaysUntil | n.Call | n.TotalScore | n.Arithmetic)
    if window is not None or (takes_window and not parts.filtering):
        _window(parts, path, window, test.span.end if test is not None else core)


# --- subjects ---------------------------------------------------------------------------------------


def _subject(parts: Parts, prefix: str, node: n.Expression, end: int) -> int:
    """Takes in what a clause is about; gives where its test can come in. Filters come in at `end`."""
    match node:
        case n.Reference() | n.EventPhrase():
            return event(parts, prefix, node, end)
        case n.Sequence(first, second, within):
            core = event(parts, f"{prefix}first.", first, None)
            event(parts, f"{prefix}second.", second, None)
            parts.duration(f"{prefix}within", within, FINE_UNITS)
            return max(core, node.span.end)
        case n.Aggregate():
            return _aggregate(parts, prefix, node, end)
        case n.DaysSince(of, first):
            core = event(parts, prefix, of, end)
            span = node.span.token("first") if first else None
            value, since = "yes" if first else None, node.span.token("since")
            at = since.end if since is not None else node.span.start
            parts.add(Part(f"{prefix}first", "flag", value, span, span, at=at, phrase="first"))
            return core
        case n.DaysUntil(of):
            parts.name(f"{prefix}name", of.name, "operand")
            return of.span.end
        case n.Call(_, n.Reference(name)):
            parts.name(f"{prefix}name", name, "operand")
            return node.span.end
        case n.TotalScore():
            parts.add(Part(f"{prefix}name", "operand", "score", node.span))
            return node.span.end
    parts.add(Part(f"{prefix}subject", "expression", text_of(node), node.span))
    return node.span.end


def event(parts: Parts, prefix: str, node: n.Reference | n.EventPhrase, end: int | None) -> int:
    """Takes in an event or field; gives where type and object end. A filter comes in at `end` or there."""
    name, object_, where = node.name if isinstance(node, n.Reference) else node.type, None, None
    if isinstance(node, n.EventPhrase):
        object_, where = node.object, node.where
    core = (object_ or name).span.end
    parts.name(f"{prefix}name", name, "operand")
    if object_ is not None or not parts.filtering:
        parts.optional(f"{prefix}object", "object", object_, at=name.span.end, of=node)
    if where is not None or not parts.filtering:
        filters(parts, f"{prefix}where", node, end or core)
    return core


def filters(parts: Parts, path: str, event: n.Reference | n.EventPhrase, end: int) -> None:
    """Takes in what stands after the `where` of an event; one comes in at `end`."""
    where = event.where if isinstance(event, n.EventPhrase) else None
    if where is None:
        parts.add(Part(path, "condition", None, at=end, phrase="where {}"))
        return
    row = condition(parts, path, where, filters=True)
    word = event.span.token("where")
    whole = Span(word.start if word is not None else row.span.start, row.span.end)
    parts.add(Part(path, "condition", text_of(where), row.span, whole, end, "where {}"))


def _aggregate(parts: Parts, prefix: str, node: n.Aggregate, end: int) -> int:
    word = Span(node.span.start, node.span.start + len(node.function))
    choices = _PROPERTY_FUNCTIONS if node.property is not None else _EVENT_FUNCTIONS
    parts.add(Part(f"{prefix}function", "choice", node.function, word, choices=choices))
    event(parts, prefix, node.event, None)
    if node.property is not None:
        parts.by_path.pop(f"{prefix}object", None)
        parts.name(f"{prefix}property", node.property)
    bracket = node.span.token("RPAR")
    core = bracket.end if bracket is not None else node.span.end
    part = parts.by_path.get(f"{prefix}where")
    if part is not None and part.value is None:
        parts.add(Part(part.path, part.kind, None, at=max(core, end), phrase=part.phrase))
    return core


# --- tests ------------------------------------------------------------------------------------------


def _test(parts: Parts, path: str, test: n.ClauseTest | None, at: int) -> None:
    if test is None:
        parts.add(Part(f"{path}.operator", "choice", None, at=at, phrase="{} 1", choices=tuple(OPERATORS)))
        return
    value, end = _operator(test)
    operator = Span(test.span.start, end)
    parts.add(Part(f"{path}.operator", "choice", value, operator, test.span, at, choices=tuple(OPERATORS)))
    match test:
        case n.Compare(_, right):
            _value(parts, f"{path}.value", right)
        case n.Between(low, high):
            _value(parts, f"{path}.low", low)
            _value(parts, f"{path}.high", high)
        case n.In(n.Name() as among):
            parts.name(f"{path}.list", among)
        case n.In(tuple() as among):
            parts.series[f"{path}.values"] = Series(f"{path}.values", "value", among, ",")
            for index, item in enumerate(among):
                _value(parts, f"{path}.values.{index}", item)
        case n.Match(_, text):
            parts.text(f"{path}.value", text)


def _operator(test: n.ClauseTest) -> tuple[str, int]:
    """The operator of a test, and where the words that say it end."""
    operator = operator_of(test).written
    last = test.span.tokens[operator.count(" ")]
    return operator, last.end + test.span.moved


def _value(parts: Parts, path: str, node: n.Node) -> None:
    kind, value = shown(node)
    parts.add(Part(path, kind, value, node.span))


# --- windows ----------------------------------------------------------------------------------------


def _window(parts: Parts, path: str, window: n.Window | None, at: int) -> None:
    path = f"{path}.window"
    if window is None:
        parts.add(Part(path, "window", None, at=at))
        return
    window_parts(parts, path, window, at)


def window_parts(parts: Parts, path: str, window: n.Window, at: int) -> None:
    """Takes in a window."""
    parts.add(Part(path, "window", text_of(window), window.span, window.span, at))
    match window:
        case n.InLast(duration) | n.InNext(duration):
            parts.duration(path, duration)
        case n.Since(moment):
            _value(parts, f"{path}.start", moment)
        case n.Before(moment):
            _value(parts, f"{path}.end", moment)
        case n.BetweenMoments(start, end):
            _value(parts, f"{path}.start", start)
            _value(parts, f"{path}.end", end)
