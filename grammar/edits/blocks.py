"""Whole statements: what belongs to one, how it is taken out, and where another goes in.

To a statement belong the comment that ends its last line and those on the lines right above it, with no
blank line between. A comment with a blank line after it heads a section and stays.
"""

from __future__ import annotations

from ..frozen import frozen
from ..spec.statements import SORTS
from ..syntax.nodes import Span
from .document import Document, Item
from .edit import Edit, conflict, refused
from .series import INDENT
from .splices import Splice, Splices

_ORDER = {sort: place for place, sort in enumerate(SORTS)}


@frozen
class Extent:
    """What belongs to a statement; whole lines, unless it shares a line with another."""

    start: int
    end: int
    whole: bool


@frozen
class InsertionPoint:
    """Where a block comes in: what must stand around it, and its indentation."""

    at: int
    before: str
    after: str
    indent: str
    beside: int | None


def extent(document: Document, index: int) -> Extent:
    """What belongs to an item."""
    span = document.items[index].span
    follows = _follows(document, span.end)
    if not document.first_on_line(span.start) or follows:
        return Extent(span.start, span.end, False)
    start = document.line_start(span.start)
    while start > 0:
        above = document.line_start(start - 1 if document.text[start - 2 : start] != "\r\n" else start - 2)
        notes = document.comments_in(above, start)
        if not notes or not notes[0].own_line:
            break
        start = above
    if start == 0 and document.text[:1] == "\ufeff":
        start = 1
    return Extent(start, document.next_line(span.end), True)


def _follows(document: Document, offset: int) -> bool:
    """Whether something other than a semicolon or a comment stands after an offset on its line."""
    end = document.line_end(offset)
    rest = document.lexemes_in(offset, end) if end > offset else ()
    return any(lexeme.kind != "SEMICOLON" for lexeme in rest)


# --- taking out -------------------------------------------------------------------------------------


def cut_out(document: Document, index: int) -> Splices:
    """An item taken out with all that belongs to it; its comments are named as taken."""
    text, span = document.text, document.items[index].span
    what = extent(document, index)
    if not what.whole:
        return _cut_from_line(document, span)
    start, end = what.start, what.end
    taken = tuple(comment.text for comment in document.comments_in(start, end))
    above = start <= 1 or _blank_line_before(document, start)
    below = end >= len(text) or not text[end : document.line_end(end)].strip()
    if above and below and end < len(text):
        end = document.next_line(end)
    if end >= len(text) and start > 1:
        start = _end_above(document, start, keep=text[what.end - 1 : what.end] in ("\n", "\r"))
    return Splices((Splice(start, end, ""),), taken)


def _blank_line_before(document: Document, start: int) -> bool:
    line = document.line_start(start - 1)
    return not document.text[line:start].strip("\ufeff \t\r\n")


def _end_above(document: Document, start: int, *, keep: bool) -> int:
    """Where the text ends once its last lines are gone: without blank lines, ended as it was."""
    text = document.text
    while start > 1 and _blank_line_before(document, start):
        start = document.line_start(start - 1)
    if keep:
        return start
    return start - 2 if text[start - 2 : start] == "\r\n" else max(start - 1, 0)


def _cut_from_line(document: Document, span: Span) -> Splices:
    """An item that shares its line: it goes with one semicolon and the blanks beside it."""
    text, end = document.text, span.end
    after = document.lexeme_after(end)
    if after is not None and after.kind == "SEMICOLON" and document.one_line(end, after.start):
        end = after.end
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    start = span.start
    if end == document.line_end(end) or text[end] == "#":
        while start > 0 and text[start - 1] in " \t":
            start -= 1
        end = max(span.end, end if text[end : end + 1] != "#" else end - 1)
    taken = tuple(comment.text for comment in document.comments_in(span.start, span.end))
    return Splices((Splice(start, end, ""),), taken)


# --- putting in -------------------------------------------------------------------------------------


def place_of(document: Document, edit: Edit, sort: str, *, several_lines: bool) -> InsertionPoint:
    """Where an edit wants a statement: beside another, into a group, or where its sort usually stands."""
    if edit.beside is None:
        return _usual_place(document, sort, several_lines=several_lines)
    index = document.find(edit.beside)
    if index is None:
        raise conflict("The place where this should go is no longer there; somebody changed it meanwhile.")
    if edit.side == "into":
        return into(document, index, several_lines=several_lines)
    apart = several_lines or document.items[index].sort != sort
    if edit.side == "before":
        return before(document, index, several_lines=apart)
    return after(document, index, several_lines=apart)


def _usual_place(document: Document, sort: str, *, several_lines: bool) -> InsertionPoint:
    rank = {"group": _ORDER["rule"]}
    wanted = rank.get(sort, _ORDER.get(sort, 0))
    top = document.children(None)
    for same in (True, False):
        for index in reversed(top):
            found = rank.get(document.items[index].sort, _ORDER.get(document.items[index].sort, -1))
            if found == wanted if same else 0 <= found < wanted:
                apart = several_lines or document.items[index].sort != sort
                return after(document, index, several_lines=apart)
    if top:
        return before(document, top[0], several_lines=several_lines or document.items[top[0]].sort != sort)
    return _at_end(document)


def _at_end(document: Document) -> InsertionPoint:
    text = document.text
    end = len(text)
    line = document.newline
    if not text.strip("\ufeff \t\r\n"):
        return InsertionPoint(end, "", line, "", None)
    lead = line if text[-1] in "\r\n" else line + line
    return InsertionPoint(end, lead, line if text[-1] in "\r\n" else "", "", None)


def after(document: Document, index: int, *, several_lines: bool) -> InsertionPoint:
    """Right after an item and its comments."""
    item = document.items[index]
    line = document.newline
    indent = _indent_of(document, item)
    if _follows(document, item.span.end):
        next_lexeme = document.lexeme_after(item.span.end)
        at = item.span.end
        if next_lexeme is not None and next_lexeme.kind == "SEMICOLON":
            at = next_lexeme.end
        return InsertionPoint(at, line, line, indent, index)
    at = document.line_end(item.span.end)
    apart = several_lines or not document.one_line(item.span.start, item.span.end)
    return InsertionPoint(
        at,
        line + line if apart else line,
        line if apart and _text_below(document, at) else "",
        indent,
        index,
    )


def _text_below(document: Document, offset: int) -> bool:
    start = document.next_line(offset)
    below = document.text[start : document.line_end(start)].strip() if start < len(document.text) else ""
    return below not in ("", "}")


def before(document: Document, index: int, *, several_lines: bool) -> InsertionPoint:
    """Right before an item and its comments."""
    item, line = document.items[index], document.newline
    if not document.first_on_line(item.span.start):
        return InsertionPoint(item.span.start, line, line, _indent_of(document, item), index)
    what = extent(document, index)
    at = what.start if what.whole else document.line_start(item.span.start)
    if at == 0 and document.text[:1] == "\ufeff":
        at = 1
    apart = several_lines or not document.one_line(item.span.start, item.span.end)
    return InsertionPoint(at, "", line + line if apart else line, document.indent(item.span.start), index)


def into(document: Document, index: int, *, several_lines: bool) -> InsertionPoint:
    """At the end of a group."""
    group = document.items[index]
    if group.sort != "group":
        raise refused("Rules can only be put into a group.")
    rules = document.children(index)
    if rules:
        return after(document, rules[-1], several_lines=several_lines)
    line = document.newline
    indent = document.indent(group.span.start) + " " * INDENT
    end = document.line_end(group.head_end)
    if _follows(document, group.head_end):
        return InsertionPoint(group.head_end, line, line + document.indent(group.span.start), indent, index)
    return InsertionPoint(end, line, "", indent, index)


def _indent_of(document: Document, item: Item) -> str:
    if item.parent is not None and not document.first_on_line(item.span.start):
        return document.indent(document.items[item.parent].span.start) + " " * INDENT
    return document.indent(item.span.start)


def put_in(document: Document, place: InsertionPoint, block: str) -> Splices:
    """A block of lines at a place. `block` ends its lines with \\n and has no line end at its end."""
    lines = indented(block.split("\n"), place.indent)
    text = place.before + document.newline.join(lines) + place.after
    return Splices((Splice(place.at, place.at, text),))


def indented(lines: list[str], indent: str) -> list[str]:
    """The same lines, as far to the right as `indent`; how they stand to one another stays."""
    own = [line[: len(line) - len(line.lstrip())] for line in lines if line.strip()]
    shared = min(own, key=len, default="")
    return [indent + line.removeprefix(shared) if line.strip() else "" for line in lines]


def lines_of(text: str) -> list[str]:
    """Lines without their ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
