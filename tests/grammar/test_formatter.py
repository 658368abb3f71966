"""The formatter: the same rules, the same comments, one layout; and it changes its own output no more."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import Parsed, parse
from leadwright.grammar.text.formatter import Formatted, format_text
from leadwright.grammar.text.printer import text_of
from leadwright.tests.effort import examples
from leadwright.tests.strategies import scattered, statements

CASES = Path(__file__).parents[1] / "language" / "format"
INPUTS = sorted(CASES.glob("*.in.rules"))


def formatted(text: str) -> Formatted:
    """What the formatter makes of a text, having checked what it promises of every text."""
    made = format_text(Source(text))
    before, after = parse(Source(text)), parse(Source(made.text))
    assert after.tree.statements == before.tree.statements
    assert [comment.text for comment in after.tree.comments] == [
        comment.text for comment in before.tree.comments
    ]
    assert len(after.broken) == len(before.broken)
    assert set(neighbours(before)) <= set(neighbours(after))
    assert made.changed == (made.text != text)
    again = format_text(Source(made.text))
    assert (again.text, again.changed) == (made.text, False)
    return made


def neighbours(parsed: Parsed) -> list[tuple[str, int]]:
    """Each comment between statements, and how many statements stand before it."""
    spans = [statement.span for statement in parsed.tree.statements]
    return [
        (comment.text, sum(span.start < comment.span.start for span in spans))
        for comment in parsed.tree.comments
        if not any(span.start < comment.span.start < span.end for span in spans)
    ]


def kept(text: str) -> list[str]:
    return [text[span.start : span.end] for span in formatted(text).kept]


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name.removesuffix(".in.rules"))
def test_a_text_is_laid_out_as_recorded(path: Path) -> None:
    wanted = path.with_name(path.name.replace(".in.", ".out.")).read_bytes().decode("utf-8")
    assert formatted(path.read_bytes().decode("utf-8")).text == wanted


def test_what_is_laid_out_already_is_not_changed() -> None:
    text = 'rule "A"\nwhen b  # why\nthen +1\n\n# end\n'
    assert format_text(Source(text)) == Formatted(text, changed=False, kept=())


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " ; \n"])
def test_a_text_without_rules_becomes_empty(text: str) -> None:
    assert formatted(text).text == ""


def test_lines_go_on_ending_as_the_first_one_does() -> None:
    assert formatted("when  a then +1\r\nwhen b then +2\n").text == "when a then +1\r\nwhen b then +2\r\n"
    assert formatted("when  a then +1\nwhen b then +2\r\n").text == "when a then +1\nwhen b then +2\n"


def test_a_text_of_comments_keeps_them() -> None:
    assert formatted("  # a\n\n\n\n#b").text == "# a\n\n#b\n"


def test_a_broken_statement_stays_byte_for_byte() -> None:
    text = "when  a then +1\nwhen  visited   >=\n     then +2 # why\nfield  a :text"
    assert kept(text) == ["when  visited   >=\n     then +2"]
    assert "when  visited   >=\n     then +2  # why\n" in formatted(text).text


def test_a_statement_is_kept_rather_than_two_comments_muddled() -> None:
    text = "when a # first\n  >= # second\n  2 then  +1"
    assert kept(text) == [text]


def test_a_group_that_is_not_closed_stays_as_it_is() -> None:
    text = 'group  "A" {\nwhen  a then +1\n'
    assert formatted(text).text == text


def test_a_rule_about_events_may_go_over_several_lines() -> None:
    text = 'rule "A"\nfor each visited docs\n  when enterprise\n  once per day\nthen +1\n'
    assert format_text(Source(text)) == Formatted(text, changed=False, kept=())


@settings(max_examples=examples(200))
@given(st.data())
def test_no_comment_is_lost_wherever_it_stands(data: st.DataObject) -> None:
    some = data.draw(st.lists(statements(), min_size=1, max_size=3))
    formatted(data.draw(scattered("\n".join(map(text_of, some)))))


@settings(max_examples=examples(200))
@given(st.data())
def test_any_text_survives(data: st.DataObject) -> None:
    """Also one with mistakes: characters of a correct text are left out, doubled or exchanged."""
    text = data.draw(
        scattered("\n".join(map(text_of, data.draw(st.lists(statements(), min_size=1, max_size=3)))))
    )
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + data.draw(st.sampled_from(("", '"', "#", ";", "}", "{", ")", "then", "\n", " ")))
            + text[at + 1 :]
        )
    formatted(text)


def test_time_grows_with_the_text_and_not_faster() -> None:
    def seconds(rules: int) -> float:
        text = "".join(
            f'rule "{index}" when visited pricing >= 2 and # why\n title in ICP then +1\n'
            for index in range(rules)
        )
        start = process_time()
        assert format_text(Source(text)).changed
        return process_time() - start

    seconds(10)
    assert min(seconds(800) for _ in range(3)) < 16 * min(seconds(200) for _ in range(3))
