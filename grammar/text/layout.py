"""How a statement is laid out over lines. Comments have a say in where it breaks, but are not placed here."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from ..frozen import frozen
from ..spec.statements import spec_of
from ..syntax import nodes
from . import printer
from .printer import text_of

WIDTH = 100
INDENT = 4
HANG = 2

Start = int


@dataclass(slots=True)
class TextLine:
    """A line of the new text, without comments; `start` is where what it shows first stood."""

    indent: int
    text: str
    start: Start


@frozen
class Written:
    """The text as its author laid it out: where lines end and where comments stand, both in order."""

    text: str
    breaks: Sequence[int]
    comments: Sequence[nodes.Comment]
    comment_starts: Sequence[int]

    @classmethod
    def of(cls, text: str, comments: Sequence[nodes.Comment]) -> Written:
        """Reads where the lines of a text end."""
        breaks = [found.start() for found in re.finditer(r"\r\n|\r|\n", text)]
        return cls(text, breaks, comments, [comment.span.start for comment in comments])

    def broken(self, start: int, end: int) -> bool:
        """Whether a line ends in a range, and so too where it holds a comment."""
        index = bisect_left(self.breaks, start)
        return index < len(self.breaks) and self.breaks[index] < end

    def comments_in(self, start: int, end: int) -> Sequence[nodes.Comment]:
        """The comments that begin in a range."""
        starts = self.comment_starts
        return self.comments[bisect_left(starts, start) : bisect_left(starts, end)]


@frozen
class _Opened:
    """An operand that can go over several lines: what stands before, its parts, what stands after."""

    before: str
    parts: Sequence[nodes.Expression]
    word: str
    after: str


def lay_out(statement: nodes.Statement, written: Written, indent: int = 0) -> list[TextLine]:
    """The lines of a statement; a group is laid out by its rules (see `formatter`)."""
    return _Sheet(written, indent).lines_of(statement)


class _Sheet:
    """One statement in the making: lines are added at the end only."""

    def __init__(self, written: Written, indent: int) -> None:
        self._written = written
        self._indent = indent
        self._lines: list[TextLine] = []

    def lines_of(self, statement: nodes.Statement) -> list[TextLine]:
        span = statement.span
        flat = text_of(statement)
        named = isinstance(statement, nodes.Rule) and statement.name is not None
        apart = named or isinstance(statement, nodes.Test)
        if not apart and self._fits(flat) and not self._written.broken(span.start, span.end):
            return [TextLine(self._indent, flat, span.start)]
        spec = spec_of(statement)
        lay = _LAYOUTS.get(type(statement), _Sheet.conditional if spec.condition is not None else None)
        if lay is None:
            return [TextLine(self._indent, flat, span.start)]
        lay(self, statement)
        return self._lines

    # --- the pen ------------------------------------------------------------------------------

    def _fits(self, text: str) -> bool:
        return self._indent + len(text) <= WIDTH

    def _line(self, text: str, start: Start, hang: int = 0) -> None:
        self._lines.append(TextLine(self._indent + hang, text, start))

    def _add(self, text: str) -> None:
        self._lines[-1].text += text

    def _room(self, text: str) -> bool:
        last = self._lines[-1]
        return last.indent + len(last.text) + len(text) <= WIDTH

    # --- conditions ---------------------------------------------------------------------------

    def condition(self, node: nodes.Expression, hang: int, after: str = "") -> None:
        """Goes on with a condition, broken before each `and` and `or` where need or its author says so."""
        if isinstance(node, nodes.And | nodes.Or):
            word = "and" if isinstance(node, nodes.And) else "or"
            opened: _Opened | None = _Opened("", node.operands, word, "")
        else:
            opened = _open(node)
        flat = text_of(node)
        if opened is None or (self._room(f"{flat}{after}") and not self._apart(opened)):
            self._add(flat + after)
            return
        self._add(opened.before)
        if opened.word == ",":
            items = [(text_of(part), part) for part in opened.parts]
            self._series(items, hang + HANG, node.span.start)
            self._add(opened.after + after)
            return
        for part in opened.parts:
            if part is not opened.parts[0]:
                self._line(f"{opened.word} ", part.span.start, hang)
            last = part is opened.parts[-1]
            self.condition(part, hang + HANG, opened.after + after if last else "")

    def _apart(self, opened: _Opened) -> bool:
        """Whether its author broke it between its parts, or within one that can be broken."""
        parts = opened.parts
        if self._written.comments_in(parts[0].span.start, parts[-1].span.start):
            return True
        for before, after in pairwise(parts):
            if self._written.broken(before.span.end, after.span.start):
                return True
        if opened.word == ",":
            return False
        inner = (_open(part) for part in parts if self._written.broken(part.span.start, part.span.end))
        return any(self._apart(part) for part in inner if part is not None)

    # --- lists --------------------------------------------------------------------------------

    def _series(self, items: Iterable[tuple[str, nodes.Node]], hang: int, begun: int, word: str = "") -> None:
        """Goes on with parts joined by commas or a word.

        They stay on the lines that their author gave them where all of these fit; else they fill as few
        lines as they need. `begun` is where what stands before the parts began or ended.
        """
        items = list(items)
        texts: list[str] = []
        wanted: list[bool] = []
        forced: list[bool] = []
        ended = begun
        for index, (text, node) in enumerate(items):
            comma = "," if not word and index < len(items) - 1 else ""
            texts.append(f"{word} {text}" if word and index else f"{text}{comma}")
            start = node.span.start
            broken, commented = self._written.broken(ended, start), self._written.comments_in(begun, start)
            forced.append(bool(commented) or (broken and index == 0))
            wanted.append(broken or forced[-1])
            begun, ended = start, node.span.end
        rows = self._rows(texts, wanted, hang)
        if len(rows) > 1 + sum(wanted):
            rows = self._rows(texts, forced, hang)
        for row in rows:
            joined = " ".join(texts[index] for index in row)
            if row is not rows[0]:
                self._line(joined, items[row[0]][1].span.start, hang)
            elif row:
                self._add(joined if self._lines[-1].text.endswith("(") else f" {joined}")

    def _rows(self, texts: Sequence[str], breaks: Sequence[bool], hang: int) -> list[list[int]]:
        """Which texts stand together on a line; the first of the lines is the one begun already."""
        last = self._lines[-1]
        rows: list[list[int]] = [[]]
        width = last.indent + len(last.text)
        for index, text in enumerate(texts):
            if breaks[index] or (index > 0 and width + 1 + len(text) > WIDTH):
                rows.append([])
                width = self._indent + hang - 1
            rows[-1].append(index)
            width += 1 + len(text)
        return rows

    # --- statements ---------------------------------------------------------------------------

    def rule(self, node: nodes.Rule) -> None:
        head = printer.rule_head(node)
        body = node.body
        if head:
            self._line(head, node.span.start)
        start = body.span.start if head else node.span.start
        if isinstance(body, nodes.When):
            self._line("when ", start)
            self.condition(body.condition, HANG)
        else:
            self._for(body, start)
        then = _at(node, "then", body.span.start, node.awards[0].span.start)
        self._line("then", then)
        self._series([(text_of(award), award) for award in node.awards], INDENT, then)

    def _for(self, body: nodes.ForEvents, start: int) -> None:
        flat, condition = text_of(body), body.condition
        head_end = max(part.span.end for part in (body.event, body.window) if part is not None)
        if condition is None:
            self._line(flat, start)
            return
        broken = self._written.broken(head_end, condition.span.end)
        if not broken and self._fits(flat):
            self._line(flat, start)
            return
        self._line(printer.for_head(body), start)
        self._line("when ", _at(body, "when", head_end, condition.span.start), HANG)
        self.condition(condition, HANG + HANG)
        if body.once is not None:
            once = _at(body, "once", condition.span.end, body.span.end)
            self._line(f"once per {body.once.value}", once, HANG)

    def conditional(self, node: nodes.Statement) -> None:
        """A statement with a condition, and perhaps something after it that goes on a line of its own."""
        before, _, after = printer.form_texts(node)
        slots = spec_of(node).conditions
        condition = getattr(node, slots[0].field)
        self._line(before, node.span.start)
        self.condition(condition, HANG)
        end = condition.span.end
        if not after or (
            len(self._lines) == 1 and self._room(after) and not self._written.broken(end, node.span.end)
        ):
            self._add(after)
            return
        start = _at(node, after.split()[0], end, node.span.end)
        more = getattr(node, slots[1].field) if slots[1:] else None
        if more is None:
            self._line(after.strip(), start, HANG)
        else:
            self._line(f"{slots[1].words} ", start, HANG)
            self.condition(more, HANG + HANG)

    def entries(self, node: nodes.ListDeclaration) -> None:
        self._line(f"list {text_of(node.name)}:", node.span.start)
        self._series([(text_of(entry), entry) for entry in node.entries], INDENT, node.name.span.end)

    def grade(self, node: nodes.Grade) -> None:
        self._line(printer.grade_head(node), node.span.start)
        parts: list[nodes.Node] = [*node.bands, *([node.otherwise] if node.otherwise is not None else [])]
        after = node.score.span.end if node.score is not None else node.span.start
        self._series(zip(printer.grade_bands(node), parts, strict=True), INDENT, after)

    def guarantee(self, node: nodes.Guarantee) -> None:
        self._line(f"guarantee {printer.quoted(node.name.value)}", node.span.start)
        self._line(printer.promise_text(node.promise), node.promise.span.start, HANG)
        if node.condition is not None:
            self._line("when ", _at(node, "when", node.promise.span.end, node.condition.span.start), HANG)
            self.condition(node.condition, HANG + HANG)

    def handoff(self, node: nodes.Handoff) -> None:
        self._line(printer.handoff_head(node), node.span.start)
        end = (node.track or node.stage).span.end
        if node.condition is not None:
            self._line("when ", _at(node, "when", end, node.condition.span.start))
            self.condition(node.condition, HANG)
            end = node.condition.span.end
        (first, whom), *rest = printer.handoff_parts(node)
        self._line("to", _at(node, "to", end, whom.span.start))
        self._series([(first.removeprefix("to "), whom), *rest], HANG, whom.span.start)

    def test(self, node: nodes.Test) -> None:
        self._line(printer.test_head(node), node.span.start)
        for word, parts, glue in (("given", node.given, ""), ("expect", node.expect, "and")):
            starts = [span.start for span in node.span.every(word)]
            for start, some in _as_split(starts, parts, node.name.span.end):
                self._line(word, start)
                self._series([(text_of(part), part) for part in some], INDENT, start, glue)


def _as_split(
    starts: Sequence[int], parts: Sequence[nodes.Node], otherwise: int
) -> Iterator[tuple[int, list[nodes.Node]]]:
    """The parts by the keyword that they follow, of those at these places."""

    def keyword(part: nodes.Node) -> int:
        return starts[max(bisect_left(starts, part.span.start) - 1, 0)] if starts else otherwise

    for start, some in groupby(parts, keyword):
        yield start, list(some)


def _at(node: nodes.Node, word: str, start: int, end: int) -> Start:
    """Where a keyword of a node stands in a range, the range's end where it stands elsewhere."""
    found = node.span.token(word)
    return found.start if found is not None and start <= found.start < end else end


def _open(node: nodes.Expression) -> _Opened | None:
    """How an operand goes over several lines, None where it never does."""
    match node:
        case nodes.Brackets(nodes.And(operands)):
            return _Opened("(", operands, "and", ")")
        case nodes.Brackets(nodes.Or(operands)):
            return _Opened("(", operands, "or", ")")
        case nodes.Not(operand):
            inner = _open(operand)
            return inner and _Opened(f"not {inner.before}", inner.parts, inner.word, inner.after)
        case nodes.Clause(subject, None, window) if window is not None:
            inner = _open(subject)
            return inner and _Opened(
                inner.before, inner.parts, inner.word, f"{inner.after} {text_of(window)}"
            )
        case nodes.Clause(subject, nodes.In(tuple() as among, negated), window):
            before = f"{text_of(subject)} {'not ' if negated else ''}in ("
            return _Opened(before, among, ",", f") {text_of(window)}" if window is not None else ")")
    return None


_LAYOUTS: dict[type, Callable[[_Sheet, Any], None]] = {
    nodes.Rule: _Sheet.rule,
    nodes.ListDeclaration: _Sheet.entries,
    nodes.Grade: _Sheet.grade,
    nodes.Guarantee: _Sheet.guarantee,
    nodes.Handoff: _Sheet.handoff,
    nodes.Test: _Sheet.test,
}
