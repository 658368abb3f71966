"""Adding to things that stand side by side, and taking from them, their comments with them.

An item's own comment is the one that ends the item's line, if no other item stands there, and those on lines
of their own between the item and the one before. They go where the item goes; all others stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ..syntax import nodes as n
from ..syntax.nodes import Lexeme, Span
from ..syntax.scan import scan
from ..text.printer import text_of
from . import row_edits as rows
from .document import Document
from .edit import Edit, conflict, refused
from .parts import Parts, Series
from .splices import NOTHING, Splice, Splices, inserted, touch
from .values import shown, statement_in, written

_WIDTH = 100

HANG = 2
"""How far the further rows of a condition are indented."""

INDENT = 4
"""How far other things are."""


@dataclass(frozen=True, slots=True)
class _Element:
    """A lexeme, a comment or an item, in the order of the text."""

    start: int
    end: int
    gone: bool
    comment: str | None = None


def _is_separator(lexeme: Lexeme) -> bool:
    return lexeme.kind == "COMMA" or lexeme.word in ("and", "or")


# --- taking out -------------------------------------------------------------------------------------


def without(document: Document, series: Series, index: int) -> Splices:
    """An item taken out with its separator and its own comments."""
    spans = [item.span for item in series.items]
    item = spans[index]
    before = document.lexeme_before(item.start)
    after = document.lexeme_after(item.end)
    followed = after is not None and _is_separator(after) and index + 1 < len(spans)
    left = spans[index - 1].end if index else (before.end if before is not None else 0)
    gone: list[Lexeme] = []
    if before is not None and _is_separator(before) and index:
        noted = document.comments_in(before.end, item.start)
        attached = any(not comment.own_line for comment in noted)
        gone = [after if followed and attached and after is not None else before]
    elif followed and after is not None:
        gone = [after]
    elif before is not None and before.word in series.openers and (series.may_end or len(spans) > 1):
        gone, left = [before], _end_before(document, before.start)
    else:
        raise refused("This is the only one, so it cannot be taken out by itself.")
    own = _own_comments(document, spans, index)
    return _cut(document, item, left, gone, own, first=index == 0 and bool(gone) and gone[0] is after)


def _end_before(document: Document, offset: int) -> int:
    before = document.lexeme_before(offset)
    return before.end if before is not None else 0


def _own_comments(document: Document, spans: list[Span], index: int) -> list[n.Comment]:
    item = spans[index]
    own: list[n.Comment] = []
    if index:
        own = [one for one in document.comments_in(spans[index - 1].end, item.start) if one.own_line]
    trailing = document.trailing(item.end)
    if trailing is None:
        return own
    alone = not index or spans[index - 1].end <= document.line_start(item.start)
    rest = document.lexemes_in(item.end, trailing.span.start)
    if alone and all(_is_separator(lexeme) for lexeme in rest):
        own.append(trailing)
    return own


def _cut(
    document: Document, item: Span, left: int, gone: list[Lexeme], own: list[n.Comment], *, first: bool
) -> Splices:
    """Takes away an item with separators and comments; blanks are kept so that what stays keeps its lines."""
    last = max([item.end, *(lexeme.end for lexeme in gone), *(comment.span.end for comment in own)])
    following = document.lexeme_after(last)
    right = following.start if following is not None else len(document.text)
    elements = [_Element(item.start, item.end, True)]
    others = [one for one in document.lexemes_in(left, right) if not item.start <= one.start < item.end]
    elements += [_Element(one.start, one.end, one in gone) for one in others]
    for comment in document.comments_in(left, right):
        if not item.start <= comment.span.start < item.end:
            elements.append(
                _Element(
                    comment.span.start, comment.span.end, comment in own and _same(comment, own), comment.text
                )
            )
    elements.sort(key=lambda element: element.start)
    inner = document.comments_in(item.start, item.end)
    taken = tuple(comment.text for comment in (*inner, *own))
    return Splices(tuple(_runs(document, elements, left, right, first=first)), taken)


def _same(comment: n.Comment, own: list[n.Comment]) -> bool:
    return any(comment.span == one.span for one in own)


def _runs(
    document: Document, elements: list[_Element], left: int, right: int, *, first: bool
) -> list[Splice]:
    """One splice for each stretch that goes, with the blanks before or after it."""
    text = document.text
    splices: list[Splice] = []
    kept_end, in_comment = left, False
    run: list[_Element] = []
    for element in [*elements, _Element(right, right, False)]:
        if element.gone:
            run.append(element)
            continue
        if run:
            before, after = text[kept_end : run[0].start], text[run[-1].end : element.start]
            blank = before if first and kept_end == left else after
            if in_comment and "\n" not in blank and "\r" not in blank:
                blank = before
            if not blank and touch(text[kept_end - 1 : kept_end], text[element.start : element.start + 1]):
                blank = before or " "
            if element.comment is not None and not blank:
                blank = after or " "
            splices.append(Splice(kept_end, element.start, blank))
            run = []
        kept_end, in_comment = element.end, element.comment is not None
    return splices


# --- putting in -------------------------------------------------------------------------------------


def added(document: Document, series: Series, index: int | None, new: str, hang: int) -> Splices:
    """An item put in before that of an index, or at the end; lines of its own are indented by `hang`."""
    spans = [item.span for item in series.items]
    if not spans:
        return inserted(document, series.at, series.phrase.replace("{}", new))
    at = len(spans) if index is None or index > len(spans) else max(index, 0)
    if at == 0:
        glue = ", " if series.separator == "," else f" {series.separator} "
        return Splices((Splice(spans[0].start, spans[0].start, new + glue),))
    return _after(document, series, spans, at, new, hang=hang)


def _after(document: Document, series: Series, spans: list[Span], at: int, new: str, *, hang: int) -> Splices:
    previous = spans[at - 1].end
    last = at == len(spans)
    following = document.lexeme_after(previous)
    separator = following if not last and following is not None and _is_separator(following) else None
    note = _note(document, previous, last=last)
    lead = _lead(document, spans, at, new, hang=hang, noted=note is not None)
    place = note.span.end if note is not None else previous
    comma = series.separator == ","
    if separator is not None and (comma or (note is not None and separator.start < note.span.start)):
        place = max(place, separator.end)
        glue = "," if comma else f" {series.separator}"
        return Splices((Splice(place, place, f"{lead}{new}{glue}"),))
    if comma:
        if place == previous:
            return Splices((Splice(previous, previous, f",{lead}{new}"),))
        return Splices((Splice(previous, previous, ","), Splice(place, place, f"{lead}{new}")))
    blank = " " if place == previous and document.text[place : place + 1].isalnum() else ""
    return Splices((Splice(place, place, f"{lead}{series.separator} {new}{blank}"),))


def _note(document: Document, offset: int, *, last: bool) -> n.Comment | None:
    """The comment that ends the line of the item before, if only a separator stands between."""
    comment = document.trailing(offset)
    if comment is None:
        return None
    rest = document.lexemes_in(offset, comment.span.start)
    wanted = 0 if last else 1
    return comment if len(rest) <= wanted and all(map(_is_separator, rest)) else None


def _lead(document: Document, spans: list[Span], at: int, new: str, *, hang: int, noted: bool) -> str:
    """A blank; or a new line after a comment, where the author's layout has one, or for want of room."""
    previous = spans[at - 1]
    pairs = [(spans[at - 2].end, previous.start)] if at > 1 else []
    if at < len(spans):
        pairs.append((previous.end, spans[at].start))
    for start, end in pairs:
        if not document.one_line(start, end):
            return document.newline + document.indent(end)
    line_end = document.line_end(previous.end)
    alone = not pairs and hang == HANG and not document.lexemes_in(previous.end, line_end)
    long = line_end - document.line_start(previous.end) + len(new) > _WIDTH
    if not (noted or long or (alone and document.lexeme_after(line_end) is not None)):
        return " "
    step = "" if document.first_on_line(previous.start) else " " * hang
    return document.newline + document.indent(previous.start) + step


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
    found = _things(node)
    if len(found) != 1:
        raise refused("Add one thing at a time.")
    return new.strip()


def _things(node: n.Statement) -> tuple[n.Node, ...]:
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
