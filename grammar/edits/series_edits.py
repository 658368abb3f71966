"""Adding, taking out and moving: rows of conditions, and things that stand side by side."""

from __future__ import annotations

from itertools import pairwise

from ..syntax import nodes as n
from ..syntax.nodes import Span
from ..syntax.scan import scan
from ..text.printer import text_of
from . import row_edits as rows
from .document import Document
from .edit import Edit, conflict, refused
from .parts import Parts, Series
from .series import HANG, INDENT, added, without
from .splices import NOTHING, Splice, Splices
from .values import shown, statement_in, written

_FRAMES = {
    "award": "when x then {}",
    "band": "grade: {}, x otherwise",
    "fact": 'test "x" given {} expect score = 0',
    "expectation": 'test "x" expect {}',
}
"""Statements that a thing of each sort stands in, to read it by itself."""


def add_part(parts: Parts, edit: Edit) -> Splices:
    """A row into a group of rows, or a thing into a series, before the one of index `at` or at the end."""
    row = parts.rows.get(edit.path)
    series = parts.series.get(edit.path)
    if row is not None or series is None or series.kind == "condition":
        if row is None and edit.path not in parts.by_path:
            raise conflict("The place for this is no longer there; somebody changed the statement meanwhile.")
        return rows.add_row(parts, edit)
    new = _written(parts, series, edit)
    document = parts.document
    if series.kind == "expectation" and len(series.items) > 1:
        separators = document.lexemes_in(series.items[-2].span.end, series.items[-1].span.start)
        if separators and separators[0].kind == "COMMA":
            series = Series(series.path, series.kind, series.items, ",", series.openers)
    if series.kind == "band":
        return _band(parts, series, edit.at, new)
    return added(document, series, edit.at, new, HANG if series.kind == "condition" else INDENT)


def _band(parts: Parts, series: Series, at: int | None, new: str) -> Splices:
    """Bands are followed by `otherwise`, so the last one is not the end of the series."""
    node = parts.item.node
    assert isinstance(node, n.Grade)
    items: tuple[n.Node, ...] = series.items
    if node.otherwise is not None:
        items = (*items, n.Name(node.otherwise.text, span=Span(node.otherwise.span.start, node.span.end)))
        at = min(at if at is not None else len(series.items), len(series.items))
    return added(parts.document, Series(series.path, "band", items, ","), at, new, INDENT)


def _written(parts: Parts, series: Series, edit: Edit) -> str:
    new = edit.new or ""
    if series.kind in ("text", "value"):
        kind = edit.kind or "text"
        if series.kind == "value" and edit.kind is None and series.items:
            kind = shown(series.items[0])[0]
        return written(kind, new)
    if scan(new).comments or not new.strip():
        raise refused("Write what is to be added here, without a comment.")
    node = statement_in(_FRAMES[series.kind].replace("{}", new))
    found = _elements(node)
    if len(found) != 1:
        raise refused("Add one thing at a time.")
    return new.strip()


def _elements(node: n.Statement) -> tuple[n.Node, ...]:
    match node:
        case n.Rule(awards=awards):
            return awards
        case n.Grade(bands=bands):
            return bands
        case n.Test(given=given, expect=expect):
            return given or expect
    return ()


def remove_part(parts: Parts, edit: Edit) -> Splices:
    """A row, or a thing out of a series, with its comments."""
    if edit.path in parts.rows:
        return rows.remove_row(parts, edit)
    series, index = _in_series(parts, edit)
    if series.kind == "band":
        node = parts.item.node
        if isinstance(node, n.Grade) and node.otherwise is not None:
            otherwise = n.Name(node.otherwise.text, span=Span(node.otherwise.span.start, node.span.end))
            if len(series.items) == 1:
                raise refused("A grade needs at least one band.")
            series = Series(series.path, series.kind, (*series.items, otherwise), ",")
    return without(parts.document, series, index)


def _in_series(parts: Parts, edit: Edit) -> tuple[Series, int]:
    path, _, last = edit.path.rpartition(".")
    series = parts.series.get(path)
    if series is None or not last.isdigit() or int(last) >= len(series.items):
        raise conflict("This is no longer there; somebody changed the statement meanwhile.")
    index = int(last)
    item = series.items[index]
    found = shown(item)[1] if series.kind in ("text", "value") else text_of(item)
    if edit.old is not None and edit.old != found:
        raise conflict(f"Somebody changed this meanwhile: it is {found} now.", found)
    return series, index


def move_part(parts: Parts, edit: Edit) -> Splices:
    """A row or a thing to another index of its series; those in between make room."""
    series, index = _in_series(parts, edit)
    target = min(max(edit.at if edit.at is not None else len(series.items), 0), len(series.items) - 1)
    if target == index:
        return NOTHING
    low, high = sorted((index, target))
    document = parts.document
    spans = [item.span for item in series.items[low : high + 1]]
    order = list(range(len(spans)))
    order.insert(target - low, order.pop(index - low))
    notes = [_comment_beside(document, span) for span in spans]
    loose = any(
        comment.own_line
        for one, two in pairwise(spans)
        for comment in document.comments_in(one.end, two.start)
    )
    if loose or (any(notes) and not all(notes)):
        raise refused("Comments stand between these; move them in the text view, so that each keeps its own.")
    made = NOTHING
    for place, source in enumerate(order):
        if place != source:
            made += _swap(document, spans[place], spans[source])
            here, there = notes[place], notes[source]
            if here is not None and there is not None:
                made += _swap(document, here.span, there.span)
    return made


def _swap(document: Document, place: Span, source: Span) -> Splices:
    return Splices((Splice(place.start, place.end, document.written(source)),))


def _comment_beside(document: Document, span: Span) -> n.Comment | None:
    comment = document.trailing(span.end)
    if comment is None:
        return None
    rest = document.lexemes_in(span.end, comment.span.start)
    return comment if all(lexeme.kind == "COMMA" or lexeme.word in ("and", "or") for lexeme in rest) else None
