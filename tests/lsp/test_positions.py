"""Places of a text in the units of each client."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadwright.grammar.syntax.nodes import Span
from leadwright.lsp.answers import becomes
from leadwright.lsp.positions import Lines
from lsprotocol.types import Position

ENCODINGS = ("utf-8", "utf-16", "utf-32")
SIZES = {
    "utf-8": lambda c: len(c.encode()),
    "utf-16": lambda c: len(c.encode("utf-16-le")) // 2,
    "utf-32": len,
}
TEXTS = st.text(alphabet="ab é🙂\n\r\u2028", max_size=30)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS)
def test_each_place_is_where_its_column_says(encoding: str, text: str) -> None:
    lines = Lines(text, encoding)
    line = column = 0
    for offset in range(len(text) + 1):
        if not (offset and text[offset - 1 : offset + 1] == "\r\n"):
            assert lines.position(offset) == Position(line, column)
            assert lines.offset(Position(line, column)) == offset
        if offset < len(text):
            ended = text[offset] == "\n" or (text[offset] == "\r" and text[offset + 1 : offset + 2] != "\n")
            line, column = (line + 1, 0) if ended else (line, column + SIZES[encoding](text[offset]))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_lies_beyond_a_line_is_its_end(encoding: str) -> None:
    lines = Lines("é\r\n🙂x\n", encoding)
    assert lines.offset(Position(0, 99)) == 1
    assert lines.offset(Position(1, 99)) == 5
    assert lines.offset(Position(2, 0)) == lines.offset(Position(2, 5)) == lines.offset(Position(9, 0)) == 6
    assert Lines("", encoding).offset(Position(0, 0)) == Lines("", encoding).offset(Position(4, 4)) == 0
    assert Lines("🙂x", "utf-16").offset(Position(0, 1)) == 0, "inside of a letter is before it"


@given(before=TEXTS, after=TEXTS)
def test_one_edit_makes_a_text_another(before: str, after: str) -> None:
    lines = Lines(before, "utf-16")
    text = before
    for edit in becomes(before, after, lines):
        span: Span = lines.span(edit.range)
        text = before[: span.start] + edit.new_text + before[span.end :]
    assert text == after
