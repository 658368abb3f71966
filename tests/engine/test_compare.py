"""Two rulesets: what differs in words, and what the difference does to leads."""

import datetime as dt
from collections import Counter

import pytest
from leadwright import load
from leadwright.engine.impact.effect import Effect
from leadwright.engine.impact.text_diff import ChangeKind, compare
from leadwright.engine.score_one.facts import Event
from leadwright.engine.values import instant_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from leadwright.tests.effects import effect

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)


def details(old: str, new: str) -> list[str]:
    changes = compare(parse(Source(old)).tree, parse(Source(new)).tree)
    return [
        f"{change.what} {change.name}: {'; '.join(change.details) or change.kind.value}".replace("  ", " ")
        for change in changes
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('rule "A" when x then +1', 'rule "A"\n  WHEN x # why\nthen +1', []),
        ('rule "A" when x then +1', 'rule "A" when x then +2', ["rule A: +1 -> +2"]),
        ('rule "A" when x then +1', 'rule "A" off when x then +1', ["rule A: switched off"]),
        (
            'rule "A" when x >= 2 and y then +1',
            'rule "A" when x >= 3 and y then +1',
            ["rule A: x >= 2 -> 3"],
        ),
        (
            'rule "A" when x then +1',
            'rule "A" when x and y then +1, tag "t"',
            ['rule A: now also needs y; now also gives tag "t"'],
        ),
        ('rule "A" when x and y then +1', 'rule "A" when y then +1', ["rule A: no longer needs x"]),
        ("when x then +1", "when y then +1", ["rule when x then +1: removed", "rule when y then +1: added"]),
        (
            'rule "A" when x then +1',
            'group "G" at most 5 { rule "A" when x then +1 }',
            ['rule A: moved into the group "G"', "group G: added"],
        ),
        ('list L: "a", "b"', 'list L: "b", "c"', ['list L: entry "a" removed; entry "c" added']),
        (
            "score fit from 0 to 5",
            "score fit from 0 to 9",
            ["score fit: score fit from 0 to 5 -> score fit from 0 to 9"],
        ),
        (
            "stage A when score > 1 stage B when score > 2",
            "stage B when score > 2 stage A when score > 1",
            ["stages : ranked A < B -> B < A"],
        ),
        ("define d: x > 1", "define d: x > 2", ["define d: x > 1 -> 2"]),
        (
            'ruleset "R"',
            'ruleset "R" in "Europe/Berlin"',
            ["title : time zone UTC -> Europe/Berlin"],
        ),
        (
            'ruleset "R" in "Europe/Berlin"',
            'ruleset "S" in "Asia/Tokyo"',
            ['title : "R" -> "S"; time zone Europe/Berlin -> Asia/Tokyo'],
        ),
        ('ruleset "R" in "Europe/Berlin"', "", ["title : time zone Europe/Berlin -> UTC"]),
        ('ruleset "R"', "", ["title : removed"]),
        ("", 'ruleset "R" in "Europe/Berlin"', ["title : added"]),
    ],
)
def test_changes_are_told_in_words(old: str, new: str, said: list[str]) -> None:
    assert details(old, new) == said


def test_a_change_keeps_both_texts() -> None:
    (change,) = compare(
        parse(Source("grade: A from 5, B otherwise")).tree, parse(Source("grade: A from 6, B otherwise")).tree
    )
    assert change.kind is ChangeKind.CHANGED
    assert (change.before, change.after) == ("grade: A from 5, B otherwise", "grade: A from 6, B otherwise")


def test_the_effect_names_who_moves_and_what_moved_them() -> None:
    rules = 'score from 0 to 30 rule "P" when visited then +20 rule "Q" when big then +15'
    stage = " stage MQL when score >= 20"
    old, new = load(rules + stage), load(rules.replace("+20", "+5") + stage)
    visit = Event("visited", NOW)
    leads = [("a", {}, [visit]), ("b", {}, [visit, Event("big", NOW)]), ("c", {}, [])]
    found = effect(old.evaluator, new.evaluator, leads, instant_of(NOW))
    assert found.leads == 3
    assert found.matrix == {("main", "MQL", None): 1, ("main", "MQL", "MQL"): 1, ("main", None, None): 1}
    first, second = found.moves
    assert (first.lead, first.total_before, first.total_after, first.changes_stage) == ("a", 20, 5, True)
    assert first.causes == (("P", -15),)
    assert (second.lead, second.changes_stage) == ("b", False)
    assert sum(points for _, points in second.causes) == second.total_after - second.total_before == -10


def test_a_track_that_is_new_moves_only_who_is_in_it() -> None:
    rules = 'rule "P" when visited then +20 stage MQL when score >= 20'
    old, new = load(rules), load(rules + " stage PQL in product when big")
    visit, big = Event("visited", NOW), Event("big", NOW)
    leads = [("a", {}, [visit]), ("b", {}, [big]), ("c", {}, [])]
    found = effect(old.evaluator, new.evaluator, leads, instant_of(NOW))
    assert [(move.lead, move.changes_stage) for move in found.moves] == [("b", True)]
    assert (found.moved, found.changed_stage, found.by_line) == (1, 1, {})


@pytest.mark.parametrize(
    ("totals", "bands"),
    [
        ({}, []),
        ({3: 2}, [(3, 3, 2, 0)]),
        ({-3: 1, 8: 2}, [(low, low, {-3: 1, 8: 2}.get(low, 0), 0) for low in range(-3, 9)]),
        ({-3: 1, 9: 2}, [(2 * n, 2 * n + 1, {-2: 1, 4: 2}.get(n, 0), 0) for n in range(-2, 5)]),
    ],
)
def test_scores_are_spread_over_bands(totals: dict[int, int], bands: list[tuple[int, ...]]) -> None:
    assert Effect(totals_before=Counter(totals)).bands() == bands
    wide = Effect(totals_before=Counter({0: 1}), totals_after=Counter({10**6: 1}))
    assert [(low, high) for low, high, _, _ in wide.bands()][:2] == [(0, 99_999), (100_000, 199_999)]
    assert sum(after for _, _, _, after in wide.bands()) == 1


def test_what_ends_a_stage_comes_goes_and_changes() -> None:
    plain, held = "stage A when score >= 40", "stage A when score >= 40 until score < 25"
    other = "stage A when score >= 40 until rejected"
    said = {
        (plain, held): "now also until score < 25",
        (held, plain): "no longer until score < 25",
        (held, other): "until score < 25 -> rejected",
    }
    for (old, new), detail in said.items():
        (change,) = compare(parse(Source(old)).tree, parse(Source(new)).tree)
        assert change.details == (detail,)
