"""The shapes that reports are made of."""

import pytest
from leadwright.engine.report.scores import bands
from leadwright.engine.report.text_style import (
    TextStyle,
    cells,
    counted,
    cut,
    percent,
    shown,
    signed,
    table,
)


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("Zoë", 3), ("Zoe\u0308", 3), ("日本", 4), ("a\u200bb", 2)]
)
def test_cells_are_the_columns_of_a_terminal(text: str, width: int) -> None:
    assert cells(text) == width


@pytest.mark.parametrize(
    ("text", "most", "wanted"),
    [("short", 5, "short"), ("longer", 5, "long…"), ("日本語", 4, "日…"), ("two words", 5, "two…")],
)
def test_cut_keeps_within_the_columns(text: str, most: int, wanted: str) -> None:
    assert cut(text, most) == wanted


def test_what_would_steer_a_terminal_is_not_shown() -> None:
    assert shown("a\x1b]0;b\x07\tc\nd\u202ee") == "a\ufffd]0;b\ufffd c d\ufffde"


@pytest.mark.parametrize(
    ("part", "whole", "wanted"),
    [(0, 10, "0%"), (1, 1000, "<1%"), (1, 3, "33%"), (999, 1000, "99%"), (5, 5, "100%"), (0, 0, "0%")],
)
def test_percent(part: int, whole: int, wanted: str) -> None:
    assert percent(part, whole) == wanted


def test_numbers_in_words() -> None:
    assert [counted(1, "lead"), counted(1200, "lead"), counted(2, "entry", "entries")] == [
        "1 lead",
        "1,200 leads",
        "2 entries",
    ]
    assert [signed(20), signed(-5), signed(0)] == ["+20", "-5", "0"]


def test_a_table_never_passes_the_edge() -> None:
    rows = [("日本", "1,000", "x" * 100), ("a", "1", "y")]
    lines = table(rows, TextStyle(40), head=("name", "n", "text"), right=(1,))
    assert lines == [
        "  name      n  text",
        "  日本  1,000  " + "x" * 24 + "…",
        "  a         1  y",
    ]
    assert max(map(cells, lines)) == 40


def test_bands_hold_every_score_in_round_numbers() -> None:
    assert bands({0: 3, 45: 1, 46: 1, 61: 1, 62: 4, 100: 2}) == [
        ("100", 2),
        ("80 to 99", 0),
        ("60 to 79", 5),
        ("40 to 59", 2),
        ("20 to 39", 0),
        ("0 to 19", 3),
    ]
    assert bands(dict.fromkeys((-26, -3, 3, 4, 5, 43), 1))[-2:] == [("-20 to -11", 0), ("-26 to -21", 1)]
    assert sum(count for _, count in bands({n * 977: 1 for n in range(-50, 400)})) == 450


def test_few_scores_are_named_themselves() -> None:
    assert bands({7: 4, 100: 1, -3: 2}) == [("100", 1), ("7", 4), ("-3", 2)]
