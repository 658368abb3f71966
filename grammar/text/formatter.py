"""Source -> the same rules, laid out in the one common way, with every comment where it belongs.

A statement that does not parse stays as it is written, and so does one in which a comment would have to
change its place among the others: the formatter refuses rather than lose or muddle something. What it
made is parsed again before it is given back.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..frozen import frozen
from ..messages.diagnostics import Source
from ..syntax import nodes
from ..syntax.nodes import Comment, Span
from ..syntax.parse import Parsed, parse
from . import printer
from .layout import HANG, INDENT, TextLine, Written, lay_out

_LINE_END = re.compile(r"\r\n?")
_BLANK_LINE = re.compile(r"(?:\n|\r(?!\n))[^\S\r\n]*[\r\n]")
_NOTHING = re.compile(r"[\s;\ufeff]*")


@frozen
class Formatted:
    """A text after formatting.

    `kept` are the spans, in the source, of statements left as they were written: because they do not
    parse, or because a comment in them could not have kept its place.
    """

    text: str
    changed: bool
    kept: tuple[Span, ...]


def format_text(source: Source, parsed: Parsed | None = None) -> Formatted:
    """The common layout of a text: no BOM, one line end at the end; lines end as the first one does.

    The result has the same statements and the same comments in the same order, and formatting it again
    changes nothing. Where no layout would satisfy that, the text is kept whole. `parsed` is what the
    parser made of this text or of one much like it, and only saves time.
    """
    parsed = parse(source, parsed)
    refused: frozenset[int] = frozenset()
    for _ in range(2):
        page = _Page(parsed, refused)
        text = page.text()
        if text is None:
            break
        refused = _spoiled(parsed, text)
        if not refused:
            text = _ended_alike(source.text, text)
            return Formatted(text, text != source.text, tuple(sorted(page.kept, key=lambda span: span.start)))
    return Formatted(source.text, False, (Span(0, len(source.text)),))


def _spoiled(before: Parsed, text: str) -> frozenset[int]:
    """The starts of the statements which did not survive, all of them where that cannot be told."""
    if text == before.source.text:
        return frozenset()
    after = parse(replace(before.source, text=text), before)
    old, new = before.tree, after.tree
    all_of_them = frozenset(statement.span.start for statement in old.statements) | {-1}
    if len(old.statements) != len(new.statements) or _broken(before) != _broken(after):
        return all_of_them
    if [comment.text for comment in old.comments] != [comment.text for comment in new.comments]:
        return all_of_them
    pairs = zip(old.statements, new.statements, strict=True)
    return frozenset(one.span.start for one, other in pairs if one != other)


def _ended_alike(source: str, text: str) -> str:
    """The text with the line ends of the source, which version control may have chosen for the system."""
    first = _LINE_END.search(source)
    ends = first is not None and first[0] == "\r\n" and "\n" not in source[: first.start()]
    return text.replace("\n", "\r\n") if ends else text


def _broken(parsed: Parsed) -> list[str]:
    return [_as_written(parsed.source.text, span) for span in parsed.broken]


def _as_written(text: str, span: Span) -> str:
    """A piece of the source without the blanks around it, its line ends made LF."""
    return _LINE_END.sub("\n", text[span.start : span.end]).strip().strip("\ufeff").strip()


@frozen
class _Broken:
    """A piece that does not parse."""

    span: Span


_Piece = nodes.Statement | _Broken


@dataclass(slots=True)
class _Block:
    """Lines of the new text which no blank line parts, and the range of the source they stand for."""

    text: str
    start: int
    end: int


class _Page:
    """The new text in the making."""

    def __init__(self, parsed: Parsed, refused: frozenset[int]) -> None:
        self._source = parsed.source.text
        self._parsed = parsed
        self._refused = refused
        self._written = Written.of(self._source, parsed.tree.comments)
        self._inside: dict[int, list[_Piece]] = {}
        self.kept: list[Span] = []

    def text(self) -> str | None:
        """The new text, None where the source holds something that is neither statement nor comment."""
        pieces: list[_Piece] = [*self._parsed.tree.statements, *map(_Broken, self._parsed.broken)]
        pieces.sort(key=lambda piece: (piece.span.start, -piece.span.end))
        outermost = self._outermost(pieces)
        if not self._covered(outermost):
            return None
        blocks = self._blocks([], outermost, 0, len(self._source), 0)
        return "".join(f"{line}\n" for line in self._spaced(blocks))

    def _outermost(self, pieces: Sequence[_Piece]) -> list[_Piece]:
        """The pieces which stand in no other; those in a group are noted with it."""
        outermost: list[_Piece] = []
        for piece in pieces:
            if outermost and piece.span.start < outermost[-1].span.end:
                self._inside.setdefault(outermost[-1].span.start, []).append(piece)
            else:
                outermost.append(piece)
        return outermost

    def _covered(self, pieces: Sequence[_Piece]) -> bool:
        spans = [piece.span for piece in pieces]
        spans += [comment.span for comment in self._parsed.tree.comments]
        place = 0
        for span in sorted(spans, key=lambda span: span.start):
            found = _NOTHING.match(self._source, place)
            if found is not None and found.end() < span.start:
                return False
            place = max(place, span.end)
        return _NOTHING.fullmatch(self._source, place) is not None

    def _spaced(self, blocks: Sequence[_Block]) -> list[str]:
        """The blocks with one blank line where the source has some."""
        lines: list[str] = []
        for before, block in zip([None, *blocks], blocks, strict=False):
            if before is not None and _BLANK_LINE.search(self._source, before.end, block.start):
                lines.append("")
            lines.append(block.text)
        return lines

    # --- pieces and the comments between them ---------------------------------------------------

    def _blocks(
        self,
        blocks: list[_Block],
        pieces: Sequence[_Piece],
        start: int,
        end: int,
        indent: int,
    ) -> list[_Block]:
        """Adds to the blocks the pieces of a range and the comments around them."""
        for piece in pieces:
            self._comments(blocks, start, piece.span.start, indent)
            blocks.append(self._block(piece, indent))
            start = piece.span.end
        self._comments(blocks, start, end, indent)
        return blocks

    def _comments(self, blocks: list[_Block], start: int, end: int, indent: int) -> None:
        for comment in self._written.comments_in(start, end):
            span = comment.span
            if blocks and not self._written.broken(blocks[-1].end, span.start):
                blocks[-1].text += f"  {comment.text}"
                blocks[-1].end = span.end
            else:
                blocks.append(_Block(" " * indent + comment.text, span.start, span.end))

    def _block(self, piece: _Piece, indent: int) -> _Block:
        span = piece.span
        text: str | None = None
        if isinstance(piece, nodes.Group) and span.start not in self._refused:
            text = self._group(piece)
        elif not isinstance(piece, _Broken) and span.start not in self._refused:
            text = self._statement(piece, indent)
        if text is None:
            self.kept.append(span)
            text = " " * indent + _as_written(self._source, span)
        return _Block(text, span.start, span.end)

    def _group(self, group: nodes.Group) -> str | None:
        """The text of a group, None where it is not closed or holds what is no rule."""
        span = group.span
        inside = self._inside.get(span.start, [])
        if self._source[span.end - 1] != "}" or not all(isinstance(piece, _Broken) for piece in inside):
            return None
        pieces: list[_Piece] = sorted([*group.rules, *inside], key=lambda piece: piece.span.start)
        head = _Block(printer.group_head(group), span.start, group.name.span.end)
        head, *inner = self._blocks([head], pieces, span.start, span.end, INDENT)
        return "\n".join([head.text, *self._spaced(inner), "}"])

    # --- one statement --------------------------------------------------------------------------

    def _statement(self, statement: nodes.Statement, indent: int) -> str | None:
        """The text of a statement, None where its comments would not stay in order."""
        lines = lay_out(statement, self._written, indent)
        comments = self._written.comments_in(statement.span.start, statement.span.end)
        if not comments:
            return "\n".join(" " * line.indent + line.text for line in lines)
        return self._woven(lines, comments, statement.span.start)

    def _woven(self, lines: Sequence[TextLine], comments: Sequence[Comment], start: int) -> str | None:
        """The lines with their comments: each at the line it follows, or before the one it stands above."""
        starts = [line.start for line in lines]
        above: list[list[Comment]] = [[] for _ in lines]
        beside: list[list[Comment]] = [[] for _ in lines]
        for comment in comments:
            following = bisect_right(starts, comment.span.start)
            if comment.own_line:
                above[min(following, len(lines) - 1)].append(comment)
            else:
                beside[max(following - 1, 0)].append(comment)
        placed = [comment for pair in zip(above, beside, strict=True) for part in pair for comment in part]
        if [id(comment) for comment in placed] != [id(comment) for comment in comments] or any(
            len(some) > 1 for some in beside
        ):
            return None
        column = self._column(start)
        rows: list[str] = []
        for line, before, after in zip(lines, above, beside, strict=True):
            rows += [
                " " * self._indent_above(line, lines[0], comment, column) + comment.text for comment in before
            ]
            trailing = "".join(f"  {comment.text}" for comment in after)
            rows.append(" " * line.indent + line.text + trailing)
        return "\n".join(rows)

    def _indent_above(self, line: TextLine, head: TextLine, comment: Comment, column: int) -> int:
        """A comment above `then` belongs to the conditions where its author indented it."""
        if line is not head and line.indent == head.indent and self._column(comment.span.start) > column:
            return line.indent + HANG
        return line.indent

    def _column(self, offset: int) -> int:
        text = self._source
        line = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
        return offset - line
