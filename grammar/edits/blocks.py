"""Whole statements: what belongs to one, how it is taken out, and where another goes in.

To a statement belong the comment that ends its last line and those on the lines right above it, with no
blank line between. A comment with a blank line after it heads a section and stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..syntax.nodes import Span
from .document import SORTS, Item, Manuscript
from .edit import Edit, conflict, refused
from .series import INDENT
from .splices import Splice, Splices

_ORDER = {sort: place for place, sort in enumerate(dict.fromkeys(SORTS.values()))}


@dataclass(frozen=True, slots=True)
class Extent:
    """What belongs to a statement; whole lines, unless it shares a line with another."""

    start: int
    end: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block comes in: what must stand around it, and its indentation."""

    at: int
    before: str
    after: str
    indent: str
    beside: int | None


def extent(manuscript: Manuscript, index: int) -> Extent:
    """What belongs to an item."""
    span = manuscript.items[index].span
    follows = _follows(manuscript, span.end)
    if not manuscript.first_on_line(span.start) or follows:
        return Extent(span.start, span.end, False)
    start = manuscript.line_start(span.start)
    while start > 0:
        above = manuscript.line_start(
            start - 1 if manuscript.text[start - 2 : start] != "\r\n" else start - 2
        )
        notes = manuscript.comments_in(above, start)
        if not notes or not notes[0].own_line:
            break
        start = above
    if start == 0 and manuscript.text[:1] == "\ufeff":
        start = 1
    return Extent(start, manuscript.next_line(span.end), True)


def _follows(manuscript: Manuscript, offset: int) -> bool:
    """Whether something other than a semicolon or a comment stands after an offset on its line."""
    rest = manuscript.lexemes_in(offset, manuscript.line_end(offset))
    return any(lexeme.kind != "SEMICOLON" for lexeme in rest)


# --- taking out -------------------------------------------------------------------------------------


def cut_out(manuscript: Manuscript, index: int) -> Splices:
    """An item taken out with all that belongs to it; its comments are named as taken."""
    text, span = manuscript.text, manuscript.items[index].span
    what = extent(manuscript, index)
    if not what.whole:
        return _cut_from_line(manuscript, span)
    start, end = what.start, what.end
    taken = tuple(comment.text for comment in manuscript.comments_in(start, end))
    above = start <= 1 or _blank_line_before(manuscript, start)
    below = end >= len(text) or not text[end : manuscript.line_end(end)].strip()
    if above and below and end < len(text):
        end = manuscript.next_line(end)
    if end >= len(text) and start > 1:
        start = _end_above(manuscript, start, keep=text[what.end - 1 : what.end] in ("\n", "\r"))
    return Splices((Splice(start, end, ""),), taken)


def _blank_line_before(manuscript: Manuscript, start: int) -> bool:
    line = manuscript.line_start(start - 1)
    return not manuscript.text[line:start].strip("\ufeff \t\r\n")


def _end_above(manuscript: Manuscript, start: int, *, keep: bool) -> int:
    """Where the text ends once its last lines are gone: without blank lines, ended as it was."""
    text = manuscript.text
    while start > 1 and _blank_line_before(manuscript, start):
        start = manuscript.line_start(start - 1)
    if keep:
        return start
    return start - 2 if text[start - 2 : start] == "\r\n" else max(start - 1, 0)


def _cut_from_line(manuscript: Manuscript, span: Span) -> Splices:
    """An item that shares its line: it goes with one semicolon and the blanks beside it."""
    text, end = manuscript.text, span.end
    after = manuscript.lexeme_after(end)
    if after is not None and after.kind == "SEMICOLON" and manuscript.one_line(end, after.start):
        end = after.end
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    start = span.start
    if end == manuscript.line_end(end) or text[end] == "#":
        while start > 0 and text[start - 1] in " \t":
            start -= 1
        end = max(span.end, end if text[end : end + 1] != "#" else end - 1)
    taken = tuple(comment.text for comment in manuscript.comments_in(span.start, span.end))
    return Splices((Splice(start, end, ""),), taken)


# --- putting in -------------------------------------------------------------------------------------


def place_of(manuscript: Manuscript, edit: Edit, sort: str, *, several_lines: bool) -> Place:
    """Where an edit wants a statement: beside another, into a group, or where its sort usually stands."""
    if edit.beside is None:
        return _usual_place(manuscript, sort, several_lines=several_lines)
    index = manuscript.find(edit.beside)
    if index is None:
        raise conflict("The place where this should go is no longer there; somebody changed it meanwhile.")
    if edit.side == "into":
        return into(manuscript, index, several_lines=several_lines)
    apart = several_lines or manuscript.items[index].sort != sort
    if edit.side == "before":
        return before(manuscript, index, several_lines=apart)
    return after(manuscript, index, several_lines=apart)


def _usual_place(manuscript: Manuscript, sort: str, *, several_lines: bool) -> Place:
    rank = {"group": _ORDER["rule"]}
    wanted = rank.get(sort, _ORDER.get(sort, 0))
    top = manuscript.children(None)
    for same in (True, False):
        for index in reversed(top):
            found = rank.get(manuscript.items[index].sort, _ORDER.get(manuscript.items[index].sort, -1))
            if found == wanted if same else 0 <= found < wanted:
                apart = several_lines or manuscript.items[index].sort != sort
                return after(manuscript, index, several_lines=apart)
    if top:
        return before(
            manuscript, top[0], several_lines=several_lines or manuscript.items[top[0]].sort != sort
        )
    return _at_end(manuscript)


def _at_end(manuscript: Manuscript) -> Place:
    text = manuscript.text
    end = len(text)
    line = manuscript.newline
    if not text.strip("\ufeff \t\r\n"):
        return Place(end, "", line, "", None)
    lead = line if text[-1] in "\r\n" else line + line
    return Place(end, lead, line if text[-1] in "\r\n" else "", "", None)


def after(manuscript: Manuscript, index: int, *, several_lines: bool) -> Place:
    """Right after an item and its comments."""
    item = manuscript.items[index]
    line = manuscript.newline
    indent = _indent_of(manuscript, item)
    if _follows(manuscript, item.span.end):
        next_lexeme = manuscript.lexeme_after(item.span.end)
        at = item.span.end
        if next_lexeme is not None and next_lexeme.kind == "SEMICOLON":
            at = next_lexeme.end
        return Place(at, line, line, indent, index)
    at = manuscript.line_end(item.span.end)
    apart = several_lines or not manuscript.one_line(item.span.start, item.span.end)
    return Place(
        at,
        line + line if apart else line,
        line if apart and _text_below(manuscript, at) else "",
        indent,
        index,
    )


def _text_below(manuscript: Manuscript, offset: int) -> bool:
    start = manuscript.next_line(offset)
    below = (
        manuscript.text[start : manuscript.line_end(start)].strip() if start < len(manuscript.text) else ""
    )
    return below not in ("", "}")


def before(manuscript: Manuscript, index: int, *, several_lines: bool) -> Place:
    """Right before an item and its comments."""
    item, line = manuscript.items[index], manuscript.newline
    if not manuscript.first_on_line(item.span.start):
        return Place(item.span.start, line, line, _indent_of(manuscript, item), index)
    what = extent(manuscript, index)
    at = what.start if what.whole else manuscript.line_start(item.span.start)
    if at == 0 and manuscript.text[:1] == "\ufeff":
        at = 1
    apart = several_lines or not manuscript.one_line(item.span.start, item.span.end)
    return Place(at, "", line + line if apart else line, manuscript.indent(item.span.start), index)


def into(manuscript: Manuscript, index: int, *, several_lines: bool) -> Place:
    """At the end of a group."""
    group = manuscript.items[index]
    if group.sort != "group":
        raise refused("Rules can only be put into a group.")
    rules = manuscript.children(index)
    if rules:
        return after(manuscript, rules[-1], several_lines=several_lines)
    line = manuscript.newline
    indent = manuscript.indent(group.span.start) + " " * INDENT
    end = manuscript.line_end(group.head_end)
    if _follows(manuscript, group.head_end):
        return Place(group.head_end, line, line + manuscript.indent(group.span.start), indent, index)
    return Place(end, line, "", indent, index)


def _indent_of(manuscript: Manuscript, item: Item) -> str:
    if item.parent is not None and not manuscript.first_on_line(item.span.start):
        return manuscript.indent(manuscript.items[item.parent].span.start) + " " * INDENT
    return manuscript.indent(item.span.start)


def put_in(manuscript: Manuscript, place: Place, block: str) -> Splices:
    """A block of lines at a place. `block` ends its lines with \\n and has no line end at its end."""
    lines = indented(block.split("\n"), place.indent)
    text = place.before + manuscript.newline.join(lines) + place.after
    return Splices((Splice(place.at, place.at, text),))


def indented(lines: list[str], indent: str) -> list[str]:
    """The same lines, as far to the right as `indent`; how they stand to one another stays."""
    own = [line[: len(line) - len(line.lstrip())] for line in lines if line.strip()]
    shared = min(own, key=len, default="")
    return [indent + line.removeprefix(shared) if line.strip() else "" for line in lines]


def lines_of(text: str) -> list[str]:
    """Lines without their ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
