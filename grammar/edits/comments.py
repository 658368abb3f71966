"""Comments: which belong to a statement, which head a section, and edits of them.

A comment's path counts the comments of its statement or section: `comments.0`. Those on the lines above a
statement, and those of a section, are one text as well: `comments`. A section has a key of its own,
`section:` and a digest of its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..syntax import nodes as n
from ..syntax.nodes import Span
from .blocks import extent, indented
from .document import Manuscript, digest, numbered
from .edit import Edit, conflict, refused
from .splices import Splice, Splices


@dataclass(frozen=True, slots=True)
class Section:
    """Comments on neighbouring lines that belong to no statement."""

    key: str
    span: Span
    comments: tuple[n.Comment, ...]


def words_of(comment: n.Comment) -> str:
    """A comment without its sign."""
    return comment.text.lstrip("#").strip()


def owned(manuscript: Manuscript, index: int) -> list[Span]:
    """Where the comments of a statement stand; in a group, those of its first and last line."""
    item, what = manuscript.items[index], extent(manuscript, index)
    start = what.start if what.whole else item.span.start
    end = max(what.end, item.span.end)
    if item.sort != "group":
        return [Span(start, end)]
    return [Span(start, manuscript.line_end(item.head_end)), Span(item.span.end, max(end, item.span.end))]


def comments_of(manuscript: Manuscript, index: int) -> list[n.Comment]:
    """The comments of a statement, in order."""
    spans = [span for span in owned(manuscript, index) if span.end > span.start]
    return [comment for span in spans for comment in manuscript.comments_in(span.start, span.end)]


def block_of(manuscript: Manuscript, index: int) -> list[n.Comment]:
    """The comments of a statement that stand on the lines above it."""
    start = manuscript.items[index].span.start
    return [one for one in comments_of(manuscript, index) if one.own_line and one.span.end <= start]


def block_text(comments: Sequence[n.Comment]) -> str:
    """The words of comments, a line each."""
    return "\n".join(map(words_of, comments))


def sections(manuscript: Manuscript) -> list[Section]:
    """The comments that belong to no statement."""
    taken = {
        one.span.start for index in range(len(manuscript.items)) for one in comments_of(manuscript, index)
    }
    runs: list[list[n.Comment]] = []
    for comment in manuscript.comments:
        if comment.span.start in taken:
            continue
        start = manuscript.line_start(comment.span.start)
        if runs and manuscript.next_line(runs[-1][-1].span.end) == start:
            runs[-1].append(comment)
        else:
            runs.append([comment])
    found: list[Section] = []
    keys: set[str] = set()
    for run in runs:
        span = Span(run[0].span.start, run[-1].span.end)
        base = f"section:{digest(manuscript.written(span))}"
        key = next(key for key in numbered(base) if key not in keys)
        keys.add(key)
        found.append(Section(key, span, tuple(run)))
    return found


def key_after(now: Manuscript, after: Manuscript, key: str) -> str:
    """The key by which a section that was changed goes now, "" where it is gone."""
    known = {one.key for one in sections(now)}
    found = [one.key for one in sections(after)]
    return next((one for one in found if one not in known), key if key in found else "")


# --- edits ------------------------------------------------------------------------------------------


def about_comments(edit: Edit) -> bool:
    """Whether an edit is one of comments alone."""
    return edit.op == "head" or edit.path.startswith("comments") or edit.key.startswith("section:")


def edit_comments(manuscript: Manuscript, edit: Edit) -> Splices:
    """What an edit of comments changes: one set, taken out or added, a heading, a whole section away."""
    found = _found(manuscript, edit.key)
    if edit.op == "remove_statement" and edit.key.startswith("section:"):
        return _section_away(manuscript, found)
    if edit.op == "head":
        return _heading(manuscript, edit)
    if edit.op == "add":
        return _added(manuscript, edit)
    if edit.op not in ("set", "remove"):
        raise refused("A comment can be changed, taken out and added.")
    if edit.path == "comments":
        return _block(manuscript, edit)
    index = edit.path.removeprefix("comments.")
    if not index.isdecimal() or int(index) >= len(found):
        raise conflict("This comment is no longer there; somebody changed it meanwhile.")
    comment = found[int(index)]
    if edit.old is not None and edit.old != words_of(comment):
        raise conflict(f"Somebody changed this meanwhile: it is {words_of(comment)} now.", words_of(comment))
    lines = [] if edit.op == "remove" else _lines(edit.new)
    if not lines:
        return _without(manuscript, comment)
    if len(lines) > 1 and not comment.own_line:
        raise refused("A comment beside a condition stays on one line.")
    text = f"{manuscript.newline}{manuscript.indent(comment.span.start)}".join(lines)
    return Splices((Splice(comment.span.start, comment.span.end, text),), (comment.text,))


def _block(manuscript: Manuscript, edit: Edit) -> Splices:
    """Other words for comments that stand on lines of their own together."""
    found = _found(manuscript, edit.key)
    if not edit.key.startswith("section:"):
        found = block_of(manuscript, _index(manuscript, edit.key))
    text = block_text(found)
    if edit.old is not None and edit.old != text:
        raise conflict("Somebody changed this comment meanwhile.", text)
    if not found:
        raise conflict("This comment is no longer there; somebody changed it meanwhile.")
    lines = _lines(edit.new, blank="#") if edit.op == "set" else []
    if not lines:
        return (
            _section_away(manuscript, found)
            if edit.key.startswith("section:")
            else _all_away(manuscript, found)
        )
    start, end = found[0].span.start, found[-1].span.end
    new = f"{manuscript.newline}{manuscript.indent(start)}".join(lines)
    return Splices((Splice(start, end, new),), tuple(one.text for one in found))


def _all_away(manuscript: Manuscript, found: Sequence[n.Comment]) -> Splices:
    return sum((_without(manuscript, one) for one in found[1:]), _without(manuscript, found[0]))


def _found(manuscript: Manuscript, key: str) -> Sequence[n.Comment]:
    if key.startswith("section:"):
        section = next((one for one in sections(manuscript) if one.key == key), None)
        if section is None:
            raise conflict("This comment is no longer there; somebody changed it meanwhile.")
        return section.comments
    return comments_of(manuscript, _index(manuscript, key))


def _index(manuscript: Manuscript, key: str) -> int:
    index = manuscript.find(key)
    if index is None:
        raise conflict("What this changes is no longer there; somebody renamed or removed it meanwhile.")
    return index


def _lines(words: str | None, blank: str = "") -> list[str]:
    """Words as lines of comment. Lines without words become `blank`, or none where that is blank too."""
    lines = [line.strip().lstrip("#").strip() for line in (words or "").strip().splitlines()]
    made = [f"# {line}" if line else blank for line in lines]
    return [line for line in made if line]


def _without(manuscript: Manuscript, comment: n.Comment) -> Splices:
    """A comment away: its line, or what stands after others on theirs."""
    span = comment.span
    if comment.own_line:
        line = manuscript.line_start(span.start), manuscript.next_line(span.end)
        return Splices((Splice(*line, ""),), (comment.text,))
    start = span.start
    while manuscript.text[start - 1 : start] in (" ", "\t"):
        start -= 1
    return Splices((Splice(start, span.end, ""),), (comment.text,))


def _section_away(manuscript: Manuscript, found: Sequence[n.Comment]) -> Splices:
    """All lines of a section away, and one of the blank lines around it."""
    text = manuscript.text
    start, end = manuscript.line_start(found[0].span.start), manuscript.next_line(found[-1].span.end)
    above = text[: manuscript.line_start(max(start - 1, 0))] if start else ""
    blank_above = not start or not text[len(above) : start].strip("\ufeff \t\r\n")
    if blank_above and not text[end : manuscript.line_end(end)].strip():
        end = manuscript.next_line(end)
    return Splices((Splice(start, end, ""),), tuple(one.text for one in found))


def _added(manuscript: Manuscript, edit: Edit) -> Splices:
    """Lines of comment right above a statement, after those that are there."""
    lines = _lines(edit.new)
    if not lines:
        raise refused("Write something into the comment.")
    span = manuscript.items[_index(manuscript, edit.key)].span
    if not manuscript.first_on_line(span.start):
        raise refused("This statement shares its line with another; add the comment in the text view.")
    at = manuscript.line_start(span.start)
    at += manuscript.text[at : at + 1] == "\ufeff"
    block = indented(lines, manuscript.indent(span.start))
    return Splices((Splice(at, at, "".join(line + manuscript.newline for line in block)),))


def _heading(manuscript: Manuscript, edit: Edit) -> Splices:
    """Lines of comment with a blank line after them, above a statement and its comments."""
    lines = _lines(edit.new)
    if not lines:
        raise refused("Write something into the heading.")
    index = _index(manuscript, edit.key)
    what, span = extent(manuscript, index), manuscript.items[index].span
    if not what.whole:
        raise refused("This statement shares its line with another; add the heading in the text view.")
    newline = manuscript.newline
    above = manuscript.text[: what.start].strip("\ufeff")
    lead = "" if not above.strip() or above.endswith(newline * 2) else newline
    block = indented(lines, manuscript.indent(span.start))
    text = lead + "".join(line + newline for line in block) + newline
    return Splices((Splice(what.start, what.start, text),))
