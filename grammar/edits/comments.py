"""Comments: which belong to a statement, which head a section, and edits of them.

A comment's path counts the comments of its statement or section: `comments.0`. Those on the lines above a
statement, and those of a section, are one text as well: `comments`. A section has a key of its own,
`section:` and a digest of its text.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..frozen import frozen
from ..syntax import nodes as n
from ..syntax.nodes import Span
from .blocks import extent, indented
from .document import Document, digest, numbered
from .edit import Edit, conflict, refused
from .splices import Splice, Splices


@frozen
class Section:
    """Comments on neighbouring lines that belong to no statement."""

    key: str
    span: Span
    comments: tuple[n.Comment, ...]


def words_of(comment: n.Comment) -> str:
    """A comment without its sign."""
    return comment.text.lstrip("#").strip()


def owned(document: Document, index: int) -> list[Span]:
    """Where the comments of a statement stand; in a group, those of its first and last line."""
    item, what = document.items[index], extent(document, index)
    start = what.start if what.whole else item.span.start
    end = max(what.end, item.span.end)
    if item.sort != "group":
        return [Span(start, end)]
    return [Span(start, document.line_end(item.head_end)), Span(item.span.end, max(end, item.span.end))]


def comments_of(document: Document, index: int) -> list[n.Comment]:
    """The comments of a statement, in order."""
    spans = [span for span in owned(document, index) if span.end > span.start]
    return [comment for span in spans for comment in document.comments_in(span.start, span.end)]


def block_of(document: Document, index: int) -> list[n.Comment]:
    """The comments of a statement that stand on the lines above it."""
    start = document.items[index].span.start
    return [one for one in comments_of(document, index) if one.own_line and one.span.end <= start]


def block_text(comments: Sequence[n.Comment]) -> str:
    """The words of comments, a line each."""
    return "\n".join(map(words_of, comments))


def sections(document: Document) -> list[Section]:
    """The comments that belong to no statement."""
    if not document.comments:
        return []
    taken = {one.span.start for index in range(len(document.items)) for one in comments_of(document, index)}
    runs: list[list[n.Comment]] = []
    for comment in document.comments:
        if comment.span.start in taken:
            continue
        start = document.line_start(comment.span.start)
        if runs and document.next_line(runs[-1][-1].span.end) == start:
            runs[-1].append(comment)
        else:
            runs.append([comment])
    found: list[Section] = []
    keys: set[str] = set()
    for run in runs:
        span = Span(run[0].span.start, run[-1].span.end)
        base = f"section:{digest(document.written(span))}"
        key = next(key for key in numbered(base) if key not in keys)
        keys.add(key)
        found.append(Section(key, span, tuple(run)))
    return found


def key_after(now: Document, after: Document, key: str) -> str:
    """The key by which a section that was changed goes now, "" where it is gone."""
    known = {one.key for one in sections(now)}
    found = [one.key for one in sections(after)]
    return next((one for one in found if one not in known), key if key in found else "")


# --- edits ------------------------------------------------------------------------------------------


def about_comments(edit: Edit) -> bool:
    """Whether an edit is one of comments alone."""
    return edit.op == "head" or edit.path.startswith("comments") or edit.key.startswith("section:")


def edit_comments(document: Document, edit: Edit) -> Splices:
    """What an edit of comments changes: one set, taken out or added, a heading, a whole section away."""
    found = _found(document, edit.key)
    if edit.op == "remove_statement" and edit.key.startswith("section:"):
        return _section_away(document, found)
    if edit.op == "head":
        return _heading(document, edit)
    if edit.op == "add":
        return _added(document, edit)
    if edit.op not in ("set", "remove"):
        raise refused("A comment can be changed, taken out and added.")
    if edit.path == "comments":
        return _block(document, edit)
    index = edit.path.removeprefix("comments.")
    if not index.isdecimal() or int(index) >= len(found):
        raise conflict("This comment is no longer there; somebody changed it meanwhile.")
    comment = found[int(index)]
    if edit.old is not None and edit.old != words_of(comment):
        raise conflict(f"Somebody changed this meanwhile: it is {words_of(comment)} now.", words_of(comment))
    lines = [] if edit.op == "remove" else _lines(edit.new)
    if not lines:
        return _without(document, comment)
    if len(lines) > 1 and not comment.own_line:
        raise refused("A comment beside a condition stays on one line.")
    text = f"{document.newline}{document.indent(comment.span.start)}".join(lines)
    return Splices((Splice(comment.span.start, comment.span.end, text),), (comment.text,))


def _block(document: Document, edit: Edit) -> Splices:
    """Other words for comments that stand on lines of their own together."""
    found = _found(document, edit.key)
    if not edit.key.startswith("section:"):
        found = block_of(document, _index(document, edit.key))
    text = block_text(found)
    if edit.old is not None and edit.old != text:
        raise conflict("Somebody changed this comment meanwhile.", text)
    if not found:
        raise conflict("This comment is no longer there; somebody changed it meanwhile.")
    lines = _lines(edit.new, blank="#") if edit.op == "set" else []
    if not lines:
        return (
            _section_away(document, found) if edit.key.startswith("section:") else _all_away(document, found)
        )
    start, end = found[0].span.start, found[-1].span.end
    new = f"{document.newline}{document.indent(start)}".join(lines)
    return Splices((Splice(start, end, new),), tuple(one.text for one in found))


def _all_away(document: Document, found: Sequence[n.Comment]) -> Splices:
    return sum((_without(document, one) for one in found[1:]), _without(document, found[0]))


def _found(document: Document, key: str) -> Sequence[n.Comment]:
    if key.startswith("section:"):
        section = next((one for one in sections(document) if one.key == key), None)
        if section is None:
            raise conflict("This comment is no longer there; somebody changed it meanwhile.")
        return section.comments
    return comments_of(document, _index(document, key))


def _index(document: Document, key: str) -> int:
    index = document.find(key)
    if index is None:
        raise conflict("What this changes is no longer there; somebody renamed or removed it meanwhile.")
    return index


def _lines(words: str | None, blank: str = "") -> list[str]:
    """Words as lines of comment. Lines without words become `blank`, or none where that is blank too."""
    lines = [line.strip().lstrip("#").strip() for line in (words or "").strip().splitlines()]
    made = [f"# {line}" if line else blank for line in lines]
    return [line for line in made if line]


def _without(document: Document, comment: n.Comment) -> Splices:
    """A comment away: its line, or what stands after others on theirs."""
    span = comment.span
    if comment.own_line:
        line = document.line_start(span.start), document.next_line(span.end)
        return Splices((Splice(*line, ""),), (comment.text,))
    start = span.start
    while document.text[start - 1 : start] in (" ", "\t"):
        start -= 1
    return Splices((Splice(start, span.end, ""),), (comment.text,))


def _section_away(document: Document, found: Sequence[n.Comment]) -> Splices:
    """All lines of a section away, and one of the blank lines around it."""
    text = document.text
    start, end = document.line_start(found[0].span.start), document.next_line(found[-1].span.end)
    above = text[: document.line_start(max(start - 1, 0))] if start else ""
    blank_above = not start or not text[len(above) : start].strip("\ufeff \t\r\n")
    if blank_above and not text[end : document.line_end(end)].strip():
        end = document.next_line(end)
    return Splices((Splice(start, end, ""),), tuple(one.text for one in found))


def _added(document: Document, edit: Edit) -> Splices:
    """Lines of comment right above a statement, after those that are there."""
    lines = _lines(edit.new)
    if not lines:
        raise refused("Write something into the comment.")
    span = document.items[_index(document, edit.key)].span
    if not document.first_on_line(span.start):
        raise refused("This statement shares its line with another; add the comment in the text view.")
    at = document.line_start(span.start)
    at += document.text[at : at + 1] == "\ufeff"
    block = indented(lines, document.indent(span.start))
    return Splices((Splice(at, at, "".join(line + document.newline for line in block)),))


def _heading(document: Document, edit: Edit) -> Splices:
    """Lines of comment with a blank line after them, above a statement and its comments."""
    lines = _lines(edit.new)
    if not lines:
        raise refused("Write something into the heading.")
    index = _index(document, edit.key)
    what, span = extent(document, index), document.items[index].span
    if not what.whole:
        raise refused("This statement shares its line with another; add the heading in the text view.")
    newline = document.newline
    above = document.text[: what.start].strip("\ufeff")
    lead = "" if not above.strip() or above.endswith(newline * 2) else newline
    block = indented(lines, document.indent(span.start))
    text = lead + "".join(line + newline for line in block) + newline
    return Splices((Splice(what.start, what.start, text),))
