"""How a diagnostic looks."""

from __future__ import annotations

from pathlib import Path

from leadwright.grammar.messages.diagnostics import WIDEST, Diagnostic, Severity, Source, render
from leadwright.grammar.syntax.nodes import Span


def shown(text: str, start: int, end: int, *, hint: str | None = "do it", color: bool = False) -> str:
    item = Diagnostic(
        "some-code", Severity.ERROR, "it is wrong", Source(text, Path("a.rules")), Span(start, end), hint
    )
    return render([item], color=color)


def test_whole() -> None:
    assert shown("one\ntwo three\n", 8, 13) == (
        "a.rules:2:5: error[some-code] it is wrong\n  |\n2 | two three\n  |     ^^^^^\n  = help: do it\n"
    )


def test_no_diagnostics_no_text() -> None:
    assert render([]) == ""


def test_several_stand_apart() -> None:
    source = Source("a")
    items = [Diagnostic(code, Severity.WARNING, "m", source, Span(0, 1)) for code in ("x", "y")]
    assert render(items) == (
        "<text>:1:1: warning[x] m\n  |\n1 | a\n  | ^\n\n<text>:1:1: warning[y] m\n  |\n1 | a\n  | ^\n"
    )


def marker(text: str, start: int, end: int) -> tuple[str, str]:
    lines = shown(text, start, end, hint=None).splitlines()
    return lines[2].split(" | ", 1)[1], lines[3].split(" | ", 1)[1]


def test_marker_stands_under_what_is_meant() -> None:
    assert marker("\ta\tbc", 3, 5) == ("    a    bc", "         ^^")
    assert marker("表 かな x", 2, 4) == ("表 かな x", "   ^^^^")
    assert marker("e\u0301e x", 4, 5) == ("e\u0301e x", "   ^")
    assert marker("a\x00\x1bb c", 5, 6) == ("a��b c", "     ^")


def test_nothing_that_is_quoted_steers_a_terminal() -> None:
    item = Diagnostic("c", Severity.ERROR, "\x1b[31mred", Source("a"), Span(0, 1), "\x1b]0;x\x07")
    assert render([item]) == "<text>:1:1: error[c] �[31mred\n  |\n1 | a\n  | ^\n  = help: �]0;x�\n"


def test_span_of_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert marker("one two\nthree", 4, 12) == ("one two", "    ^^^")


def test_span_at_the_end_of_a_text_has_a_marker() -> None:
    assert marker("one", 3, 3) == ("one", "   ^")
    assert shown("one\n", 4, 4).splitlines()[2:4] == ["2 |", "  | ^"]
    assert shown("", 0, 0).startswith("a.rules:1:1: ")


def test_long_line_is_clipped_around_the_marker() -> None:
    text = "x" * 500 + "HERE" + "y" * 500
    line, mark = marker(text, 500, 504)
    assert line[mark.index("^") : mark.rindex("^") + 1] == "HERE"
    assert line.startswith("… ")
    assert line.endswith(" …")
    assert len(line) <= WIDEST + 4
    line, mark = marker("x" * 5_000 + "HERE", 5_000, 5_004)
    assert line[mark.index("^") : mark.rindex("^") + 1] == "HERE"
    assert line.startswith("… ")
    line, mark = marker("HERE" + "y" * 500, 0, 400)
    assert len(mark) <= WIDEST


def test_carriage_returns_are_not_shown() -> None:
    assert marker("one\r\ntwo", 0, 3) == ("one", "^^^")


def test_color() -> None:
    painted = shown("one", 0, 3, color=True)
    assert "\x1b[1;31merror[some-code]\x1b[0m" in painted
    assert "\x1b[" not in shown("one", 0, 3)
