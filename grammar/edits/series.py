"""Text put in among things that stand side by side, and taken out, their comments with them.

An item's own comment is the one that ends the item's line, if no other item stands there, and those on lines
of their own between the item and the one before. They go where the item goes; all others stay.
"""

from __future__ import annotations

from ..frozen import frozen
from ..syntax import nodes as n
from ..syntax.nodes import Lexeme, Span
from .document import Document
from .edit import refused
from .parts import Series
from .splices import Splice, Splices, inserted, touch

_WIDTH = 100

HANG = 2
"""How far the further rows of a condition are indented."""

INDENT = 4
"""How far other things are."""


@frozen
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
