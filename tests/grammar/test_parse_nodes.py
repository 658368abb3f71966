"""What texts mean as trees: several ways to say one thing, and the nodes of the less usual things."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from leadwright.grammar.messages.diagnostics import Severity, Source
from leadwright.grammar.syntax import nodes as n
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.syntax.scan import scan
from leadwright.grammar.syntax.split import split


def statement(text: str) -> Any:
    parsed = parse(Source(text))
    assert [item for item in parsed.diagnostics if item.severity is Severity.ERROR] == []
    (found,) = parsed.tree.statements
    return found


def condition(text: str) -> Any:
    return statement(f"when {text} then +1").body.condition


CANONICAL = 'visited docs where device = "phone" >= 2 in last 30 days'


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('visited docs >= 2 where device = "phone" in last 30 days', CANONICAL),
        ('visited docs >= 2 in last 30 days where device = "phone"', CANONICAL),
        ('visited docs in last 30 days >= 2 where device = "phone"', CANONICAL),
        ('visited docs in last 30 days where device = "phone" >= 2', CANONICAL),
        ('visited docs where (device = "phone") >= 2', 'visited docs >= 2 where (device = "phone")'),
        ("visited between 2026-01-01 and 2026-01-31 >= 2", "visited >= 2 between 2026-01-01 and 2026-01-31"),
        ("sum(a.b where c = 1) > 3", "sum(a.b) > 3 where c = 1"),
        ("SUM(a.b) > 3", "sum(a.b) > 3"),
        ("days since visited where a = 1 < 4", "days since visited < 4 where a = 1"),
        ("visited in last 1 day", "visited in last 1 days"),
        ("a ≥ 2 and b ≠ −3 and c ≤ 4", "a >= 2 and b != -3 and c <= 4"),
        ("a = “x” or a = „y“", 'a = "x" or a = "y"'),
        ("[a] > 1 and [ Lead Source ] > 2", "a > 1 and [Lead Source] > 2"),
        ('visited "pricing" and visited "docs/api"', "visited pricing and visited docs/api"),
        ("A AND\u00a0NOT\ufeff B", "A and not B"),
        ("opted_in = YES", "opted_in = yes"),
        ("opted_in = true", "opted_in = yes"),
        ("at > 2026-01-15T13:00:00.5+01:00", "at > 2026-01-15T12:00:00.500000Z"),
        ("employees-5 > a/2", "employees - 5 > a / 2"),
    ],
)
def test_two_ways_to_say_one_thing(said: str, meant: str) -> None:
    assert condition(said) == condition(meant)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("for each a once per day when b then +1", "for each a when b once per day then +1"),
        ("for each a where c = 1 in last 3 days then +1", "for each a in last 3 days where c = 1 then +1"),
        (
            "when a then +1 fading 5% every 2 days at most 3",
            "when a then +1 at most 3 fading 5 % every 2 days",
        ),
        ("when a then +1 at least 0 at most 3", "when a then +1 at most +3 at least 0"),
        ("field a: number otherwise 0", "field a: number, otherwise 0"),
        (
            'test "x" given a = 1 given b expect c = 1 expect not d = 2',
            'test "x" given a = 1, b expect c = 1 and not d = 2',
        ),
        (
            'test "x" given a 2 days ago 3 times expect c = 1',
            'test "x" given a 3 times 2 days ago expect c = 1',
        ),
        ('test "x" expect stage != A', 'test "x" expect not stage = A'),
    ],
)
def test_two_ways_to_write_one_statement(said: str, meant: str) -> None:
    assert statement(said) == statement(meant)


def test_where_takes_one_comparison() -> None:
    both = condition('visited where device = "phone" and paid')
    assert isinstance(both, n.And)
    phrase, reference = both.operands
    assert isinstance(phrase, n.EventPhrase)
    assert isinstance(phrase.where, n.Clause)
    assert isinstance(reference, n.Reference)


def test_where_with_a_window_after_it_is_a_window_of_the_event() -> None:
    clause = condition("visited where paid in last 3 days")
    assert clause.subject.where == condition("paid")
    assert isinstance(clause.window, n.InLast)
    assert clause.test is None


def test_between_moments() -> None:
    assert isinstance(condition("visited between 2026-01-01 and 2026-01-31").test, n.Between)
    counted = condition("visited >= 2 between 2026-01-01 and 2026-01-31")
    assert isinstance(counted.window, n.BetweenMoments)
    each = statement("for each visited between 2026-01-01 and 2026-01-31 then +1").body
    assert isinstance(each.window, n.BetweenMoments)


def test_moments() -> None:
    day, instant = condition("a = 2026-01-15 and b = 2026-01-15T12:00+02:00").operands
    assert day.test.right.value == dt.date(2026, 1, 15)
    assert instant.test.right.value == dt.datetime(2026, 1, 15, 10, tzinfo=dt.UTC)


def test_quotes_and_stars_inside_texts() -> None:
    assert condition('a = "say ""hi"""').test.right.value == 'say "hi"'
    assert condition('a = """"').test.right.value == '"'
    assert condition('a = ""').test.right.value == ""
    assert condition(r'a like "5\* *"').test.text.value == r"5\* *"


def test_arithmetic_binds_as_in_school() -> None:
    assert condition("a - b - c * -d / 2 > 0") == condition("a - b - c * -d / 2 > 0")
    outer = condition("a - b - c > 0").subject
    assert (outer.operator, outer.left.operator) == ("-", "-")
    assert condition("a + b * c > 0").subject.operator == "+"


def test_sequence() -> None:
    clause = condition('a x where d = 1 followed by b "y" where e = 2 within 7 days in last 90 days')
    assert isinstance(clause.window, n.InLast)
    sequence = clause.subject
    assert (sequence.first.type.text, sequence.first.object.value) == ("a", "x")
    assert (sequence.second.type.text, sequence.second.object.value) == ("b", "y")
    assert sequence.second.where is not None
    assert (sequence.within.amount, sequence.within.unit) == (7, n.Unit.DAY)


def test_points() -> None:
    points, tag = statement(
        'when a then -20 fit at most 5 at least -30 halving every 14 days, tag "x"'
    ).awards
    assert (points.amount, points.score.text) == (-20, "fit")
    assert (points.bounds.most, points.bounds.least) == (5, -30)
    assert (points.decay.percent, points.decay.every.amount) == (None, 14)
    assert tag.text.value == "x"


def test_the_named_and_the_unnamed_none() -> None:
    none, named, quoted = statement('test "x" expect stage = none, stage = [none], stage = "none"').expect
    assert none.stage is None
    assert named.stage.text == quoted.stage.text == "none"


def test_number_keeps_how_it_was_written() -> None:
    number = condition("a = 007.50").test.right
    assert (number.value, number.text) == (7.5, "007.50")


def test_likely_thousands_are_warned_of() -> None:
    def warned(text: str) -> list[tuple[str, Severity]]:
        return [(item.code, item.severity) for item in parse(Source(f"when a > {text} then +1")).diagnostics]

    for text in ("1.000", "12.500", "1.250"):
        assert warned(text) == [("thousands-point", Severity.WARNING)]
    for text in ("0.000", "2.125", "1.5", "1.50", "1000.000"):
        assert warned(text) == []


def test_spans_are_offsets_into_the_whole_text() -> None:
    text = "\ufeff# é\r\nwhen a then +1\r\n  stage [B c] when score > 2"
    rule, stage = parse(Source(text)).tree.statements
    assert text[rule.span.start : rule.span.end] == "when a then +1"
    assert isinstance(stage, n.Stage)
    assert text[stage.name.span.start : stage.name.span.end] == "[B c]"
    assert text[stage.condition.span.start : stage.condition.span.end] == "score > 2"


def test_broken_pieces_are_where_they_stand() -> None:
    text = "when a then +1\nwhen b the +2\nwhen c then +3\nfoo bar"
    parsed = parse(Source(text))
    assert [text[span.start : span.end] for span in parsed.broken] == ["when b the +2", "foo bar"]


def test_broken_header_leaves_its_rules_and_missing_brace_leaves_its_group() -> None:
    header = parse(Source("group x {\nwhen a then +1\n}\nwhen b then +1"))
    assert [type(item) for item in header.tree.statements] == [n.Rule, n.Rule]
    brace = parse(Source('group "x" {\nwhen a then +1\nstage B when c'))
    assert [type(item) for item in brace.tree.statements] == [n.Group, n.Stage]
    assert brace.broken == ()


def test_a_text_is_cut_into_its_statements_whole_or_broken() -> None:
    text = 'field a: text; whn b then +1\ngroup "x" {\n  when c then +1\n}\nstage S when'
    lexemes = scan(text).lexemes
    pieces = split(lexemes)
    cut = [text[lexemes[one.first].start : lexemes[one.last - 1].end] for one in pieces]
    assert list(zip([one.word for one in pieces], cut, strict=True)) == [
        ("field", "field a: text"),
        ("", "whn b then +1"),
        ("group", 'group "x" {'),
        ("when", "when c then +1"),
        ("}", "}"),
        ("stage", "stage S when"),
    ]
