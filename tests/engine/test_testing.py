"""The tests of a ruleset: run, told apart, and counted."""

import pytest
from leadwright.engine.reading import read
from leadwright.engine.testing import ClauseCoverage, RuleTestResult, coverage, run_tests
from leadwright.grammar.messages.diagnostics import Source

RULES = """\
score fit from 0 to 10
define large: size >= 100
rule "Large" when large and title = "CTO" then +30 fit, tag "big"
when visited then +5
stage MQL when score >= 5
stage SQL in sales when fit >= 10
grade fit: A from 10, B otherwise
disqualify when country = "XX" because "embargo"
"""


def results(tests: str) -> list[RuleTestResult]:
    reading = read(Source(RULES + tests))
    assert reading.plan is not None, reading.errors
    return run_tests(reading.plan)


@pytest.mark.parametrize(
    ("expected", "came"),
    [
        ("score = 14", "score is 15"),
        ("fit > 10", "fit is 10"),
        ("not score >= 15", "score is 15"),
        ("stage = none", "stage is MQL"),
        ("not stage in sales = SQL", "stage is SQL"),
        ("grade fit = B", "grade is A"),
        ('not tag "big"', "tags are big"),
        ('not rule "Large" fires', "the rule fires"),
        ("disqualified", "not disqualified"),
    ],
)
def test_a_failure_says_what_was_expected_and_what_came(expected: str, came: str) -> None:
    (result,) = results(f'test "t" given size = 100, title = "CTO", visited expect {expected}')
    assert [(item.expected, item.came, item.line) for item in result.failures] == [(expected, came, 9)]


def test_every_expectation_is_looked_at() -> None:
    (result,) = results('test "t" given country = "XX" expect score = 1, stage = MQL, not disqualified')
    assert [item.came for item in result.failures] == ["score is 0", "stage is none", "disqualified: embargo"]
    assert not result.passed


def test_coverage_counts_every_clause_both_ways() -> None:
    seen = coverage(
        results(
            'test "a" given size = 100, title = "CEO" expect score = 0\n'
            'test "b" given size = 5, visited expect score = 5\n'
        )
    )
    counts = {(item.owner, item.clause): (item.true, item.not_true) for item in seen}
    assert counts == {
        ("Large", "size >= 100"): (1, 1),
        ("Large", 'title = "CTO"'): (0, 2),
        ("when visited then +5", "visited"): (1, 1),
        ("stage MQL", "score >= 5"): (1, 1),
        ("stage SQL", "fit >= 10"): (0, 2),
        ('disqualify when country = "XX"', 'country = "XX"'): (0, 2),
    }
    lines = {item.clause: item.line for item in seen}
    assert lines == {
        "size >= 100": 2,
        'title = "CTO"': 3,
        "visited": 4,
        "score >= 5": 5,
        "fit >= 10": 6,
        'country = "XX"': 8,
    }
    assert [item.covered for item in seen].count(True) == 3
    assert all(isinstance(item, ClauseCoverage) for item in seen)
