"""The parts of conditions."""

from __future__ import annotations

from ..spec.operators import OPERATORS, operator_of
from ..syntax import nodes as n
from ..syntax.nodes import Span
from ..text.printer import text_of
from .parts import Anatomy, Part, Row, Series
from .values import shown

FINE_UNITS = ("minute", "hour", "day", "week")
_PROPERTY_FUNCTIONS = ("sum", "avg", "min", "max")
_EVENT_FUNCTIONS = ("distinct", "days")


def condition(anatomy: Anatomy, path: str, node: n.Expression, *, filters: bool = False) -> Row:
    """Takes in a condition: its rows and the parts of each."""
    span = _span(anatomy, node)
    inner, inside, bracketed = node, span, False
    if filters and isinstance(node, n.Brackets) and isinstance(node.inner, n.And | n.Or):
        inner, bracketed = node.inner, True
        inside = Span(node.span.start + 1, node.span.end - 1)
    operands, join = _operands(inner)
    outside, anatomy.filtering = anatomy.filtering, filters
    rows = tuple(_row(anatomy, f"{path}.{index}", operand) for index, operand in enumerate(operands))
    anatomy.filtering = outside
    row = Row(path, node, span, inner, False, rows, join, inside, bracketed, filters)
    return _kept(anatomy, row)


def _kept(anatomy: Anatomy, row: Row) -> Row:
    anatomy.rows[row.path] = row
    if row.rows is not None:
        items = tuple(child.node for child in row.rows)
        separator = "or" if row.join == "any" else "and"
        anatomy.series[row.path] = Series(row.path, "condition", items, separator)
    return row


def _span(anatomy: Anatomy, node: n.Expression) -> Span:
    """Where an operand stands; the span of a `not` after `where` begins with that word."""
    if isinstance(node, n.Not):
        first = anatomy.manuscript.lexemes_in(node.span.start, node.span.end)[0]
        if first.word == "where":
            after = anatomy.manuscript.lexeme_after(first.end)
            return Span(after.start if after is not None else first.end, node.span.end)
    return node.span


def _operands(node: n.Expression) -> tuple[tuple[n.Expression, ...], str | None]:
    if isinstance(node, n.And):
        return node.operands, "all"
    if isinstance(node, n.Or):
        return node.operands, "any"
    return (node,), None


def _row(anatomy: Anatomy, path: str, node: n.Expression) -> Row:
    inner, negated = node, False
    while isinstance(inner, n.Not):
        inner, negated = inner.operand, not negated
    span = _span(anatomy, node)
    brackets = inner.subject if isinstance(inner, n.Clause) and inner.test is None else inner
    if isinstance(brackets, n.Brackets) and _holds_rows(brackets.inner):
        operands, join = _operands(brackets.inner)
        inside = Span(brackets.span.start + 1, brackets.span.end - 1)
        rows = tuple(_row(anatomy, f"{path}.{index}", operand) for index, operand in enumerate(operands))
        if isinstance(inner, n.Clause):
            _window(anatomy, path, inner.window, brackets.span.end)
        return _kept(anatomy, Row(path, node, span, inner, negated, rows, join, inside))
    _clause(anatomy, path, inner)
    return _kept(anatomy, Row(path, node, span, inner, negated))


def _holds_rows(node: n.Expression) -> bool:
    truths = n.And | n.Or | n.Not | n.Clause | n.Reference | n.EventPhrase | n.Sequence
    return isinstance(node, truths) or (isinstance(node, n.Brackets) and _holds_rows(node.inner))


def _clause(anatomy: Anatomy, path: str, node: n.Expression) -> None:
    subject: n.Expression = node.subject if isinstance(node, n.Clause) else node
    test = node.test if isinstance(node, n.Clause) else None
    window = node.window if isinstance(node, n.Clause) else None
    core = _subject(anatomy, f"{path}.", subject, node.span.end)
    _test(anatomy, path, test, core)
    takes_window = not isinstance(subject, n.DaysSince | n.DaysUntil | n.Call | n.TotalScore | n.Arithmetic)
    if window is not None or (takes_window and not anatomy.filtering):
        _window(anatomy, path, window, test.span.end if test is not None else core)


# --- subjects ---------------------------------------------------------------------------------------


def _subject(anatomy: Anatomy, prefix: str, node: n.Expression, end: int) -> int:
    """Takes in what a clause is about; gives where its test can come in. Filters come in at `end`."""
    match node:
        case n.Reference() | n.EventPhrase():
            return event(anatomy, prefix, node, end)
        case n.Sequence(first, second, within):
            core = event(anatomy, f"{prefix}first.", first, None)
            event(anatomy, f"{prefix}second.", second, None)
            anatomy.duration(f"{prefix}within", within, FINE_UNITS)
            return max(core, node.span.end)
        case n.Aggregate():
            return _aggregate(anatomy, prefix, node, end)
        case n.DaysSince(of, first):
            core = event(anatomy, prefix, of, end)
            word = anatomy.manuscript.word("first", node.span.start, of.span.start) if first else None
            span = word.span if word is not None else None
            value = "yes" if first else None
            anatomy.add(
                Part(f"{prefix}first", "flag", value, span, span, at=_since(anatomy, node), phrase="first")
            )
            return core
        case n.DaysUntil(of):
            anatomy.name(f"{prefix}name", of.name, "operand")
            return of.span.end
        case n.Call(_, n.Reference(name)):
            anatomy.name(f"{prefix}name", name, "operand")
            return node.span.end
        case n.TotalScore():
            anatomy.add(Part(f"{prefix}name", "operand", "score", node.span))
            return node.span.end
    anatomy.add(Part(f"{prefix}subject", "expression", text_of(node), node.span))
    return node.span.end


def _since(anatomy: Anatomy, node: n.DaysSince) -> int:
    return anatomy.manuscript.lexemes_in(node.span.start, node.span.end)[1].end


def event(anatomy: Anatomy, prefix: str, node: n.Reference | n.EventPhrase, end: int | None) -> int:
    """Takes in an event or field; gives where type and object end. A filter comes in at `end` or there."""
    name, object_, where = node.name if isinstance(node, n.Reference) else node.type, None, None
    if isinstance(node, n.EventPhrase):
        object_, where = node.object, node.where
    core = (object_ or name).span.end
    anatomy.name(f"{prefix}name", name, "operand")
    if object_ is not None or not anatomy.filtering:
        anatomy.optional(f"{prefix}object", "object", object_, at=name.span.end)
    if where is not None or not anatomy.filtering:
        filters(anatomy, f"{prefix}where", where, name.span.end, end or core)
    return core


def filters(anatomy: Anatomy, path: str, where: n.Expression | None, start: int, end: int) -> None:
    """Takes in what stands after `where`, looked for after `start`; one comes in at `end`."""
    if where is None:
        anatomy.add(Part(path, "condition", None, at=end, phrase="where {}"))
        return
    row = condition(anatomy, path, where, filters=True)
    lexemes = anatomy.manuscript.lexemes_in(start, row.span.start)
    words = [lexeme for lexeme in lexemes if lexeme.word == "where"]
    whole = Span(words[-1].start, row.span.end) if words else row.span
    anatomy.add(Part(path, "condition", text_of(where), row.span, whole, end, "where {}"))


def _aggregate(anatomy: Anatomy, prefix: str, node: n.Aggregate, end: int) -> int:
    lexemes = anatomy.manuscript.lexemes_in(node.span.start, len(anatomy.manuscript.text))
    choices = _PROPERTY_FUNCTIONS if node.property is not None else _EVENT_FUNCTIONS
    anatomy.add(Part(f"{prefix}function", "choice", node.function, lexemes[0].span, choices=choices))
    event(anatomy, prefix, node.event, None)
    if node.property is not None:
        anatomy.parts.pop(f"{prefix}object", None)
        anatomy.name(f"{prefix}property", node.property)
    depth = 0
    for lexeme in lexemes[1:]:
        depth += {"LPAR": 1, "RPAR": -1}.get(lexeme.kind, 0)
        if depth == 0:
            core = lexeme.end
            break
    part = anatomy.parts.get(f"{prefix}where")
    if part is not None and part.value is None:
        anatomy.add(Part(part.path, part.kind, None, at=max(core, end), phrase=part.phrase))
    return core


# --- tests ------------------------------------------------------------------------------------------


def _test(anatomy: Anatomy, path: str, test: n.ClauseTest | None, at: int) -> None:
    if test is None:
        anatomy.add(Part(f"{path}.operator", "choice", None, at=at, phrase="{} 1", choices=tuple(OPERATORS)))
        return
    value, end = _operator(anatomy, test)
    operator = Span(test.span.start, end)
    anatomy.add(Part(f"{path}.operator", "choice", value, operator, test.span, at, choices=tuple(OPERATORS)))
    match test:
        case n.Compare(_, right):
            _value(anatomy, f"{path}.value", right)
        case n.Between(low, high):
            _value(anatomy, f"{path}.low", low)
            _value(anatomy, f"{path}.high", high)
        case n.In(n.Name() as among):
            anatomy.name(f"{path}.list", among)
        case n.In(tuple() as among):
            anatomy.series[f"{path}.values"] = Series(f"{path}.values", "value", among, ",")
            for index, item in enumerate(among):
                _value(anatomy, f"{path}.values.{index}", item)
        case n.Match(_, text):
            anatomy.text(f"{path}.value", text)


def _operator(anatomy: Anatomy, test: n.ClauseTest) -> tuple[str, int]:
    """The operator of a test, and where the words that say it end."""
    operator = operator_of(test).written
    lexemes = anatomy.manuscript.lexemes_in(test.span.start, test.span.end)
    return operator, lexemes[operator.count(" ")].end


def _value(anatomy: Anatomy, path: str, node: n.Node) -> None:
    kind, value = shown(node)
    anatomy.add(Part(path, kind, value, node.span))


# --- windows ----------------------------------------------------------------------------------------


def _window(anatomy: Anatomy, path: str, window: n.Window | None, at: int) -> None:
    path = f"{path}.window"
    if window is None:
        anatomy.add(Part(path, "window", None, at=at))
        return
    window_parts(anatomy, path, window, at)


def window_parts(anatomy: Anatomy, path: str, window: n.Window, at: int) -> None:
    """Takes in a window."""
    anatomy.add(Part(path, "window", text_of(window), window.span, window.span, at))
    match window:
        case n.InLast(duration) | n.InNext(duration):
            anatomy.duration(path, duration)
        case n.Since(moment):
            _value(anatomy, f"{path}.start", moment)
        case n.Before(moment):
            _value(anatomy, f"{path}.end", moment)
        case n.BetweenMoments(start, end):
            _value(anatomy, f"{path}.start", start)
            _value(anatomy, f"{path}.end", end)
