"""Texts with mistakes, each with all that is said about it, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.engine.fixing import fixed
from leadwright.grammar.messages.diagnostics import Source, render
from leadwright.grammar.syntax.parse import parse

BAD = sorted((Path(__file__).parents[1] / "language" / "bad").glob("*.rules"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_what_is_said(path: Path, refresh: bool) -> None:
    said = render(parse(Source(path.read_bytes().decode("utf-8"), Path(path.name))).diagnostics)
    expected = path.with_suffix(".out")
    if refresh:
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")
    assert said


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_one_message_for_each_mistake(path: Path) -> None:
    """A line of these texts that has a mistake ends with `# !`; there are no other errors."""
    text = path.read_bytes().decode("utf-8")
    wrong = [number for number, line in enumerate(text.splitlines(), 1) if line.rstrip().endswith("# !")]
    diagnostics = parse(Source(text)).diagnostics
    assert [item.line for item in diagnostics] == wrong


def test_what_is_to_be_written_instead_reads() -> None:
    """Every fix in these texts takes its mistake away, whatever else the line holds."""
    mended = set()
    for path in BAD:
        source = Source(path.read_bytes().decode("utf-8"))
        for item in parse(source).diagnostics:
            for fix in item.fixes:
                text = fixed(source.text, [fix])
                after = parse(Source(text)).diagnostics
                assert (item.code, item.line, item.message) not in {
                    (one.code, one.line, one.message) for one in after
                }, (path.name, item.line, fix)
                mended.add(item.code)
    assert mended >= {"comparison-in-words", "bound-form", "values-in-brackets", "missing-and-or"}
