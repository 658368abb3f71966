"""What a decision tells: lines, findings, ways to each stage, the next change."""

from __future__ import annotations

import datetime as dt

import pytest
from leadwright.engine.evaluate import Event
from leadwright.engine.explain.decision import Decision, Finding, LineKind
from leadwright.tests.engine.evaluate.made import NOW, ago, evaluator, event

TEXT = """
list ICP: "VP *", "CTO"
field trial_ends: date
define enterprise: employees >= 1000 and country in ("DE", "AT")
score fit from 0 to 50
score engagement
score from 0 to 100
rule "Pricing" when visited pricing >= 2 in last 30 days and title in ICP then +30 engagement
rule "Big" when enterprise then +60 fit, tag "big"
group "Web" at most 10 {
    for each visited docs then +4 engagement
    rule "Blog" for each visited blog then +20 engagement fading 50% every 10 days at most +8
}
rule "Quiet" when not visited in last 60 days then -200
stage MQL when score >= 40
stage SQL when score >= 80 and requested demo
stage VIP when score >= 200 or (fit >= 60 and title in ICP)
stage PQL in product when trial_ends in next 7 days and not opened email
disqualify when domain(email) = "rival.com" because "works for a rival"
grade fit: A from 40, D otherwise
"""


def decided(events: list[Event], now: dt.datetime = NOW, **lead: object) -> Decision:
    made = evaluator(TEXT)
    return made.decide(made.facts(lead, events), now)


def clauses(finding: Finding) -> list[Finding]:
    return [leaf for part in finding.parts for leaf in clauses(part)] if finding.parts else [finding]


def ways(decision: Decision, stage: str) -> list[list[str]]:
    (found,) = [finding for finding in decision.stage_findings if finding.stage == stage]
    return [[missing.needed for missing in way] for way in found.ways]


VISITS = [
    event("visited Pricing", ago(days=5)),
    event("visited pricing", ago(days=2)),
    event("visited docs", ago(days=1)),
    event("visited blog", ago(days=10)),
    event("visited blog", ago(days=1)),
]


def test_lines_add_up_with_caps_and_ranges_as_lines_of_their_own() -> None:
    decision = decided(VISITS, title="VP Marketing", employees=2000, country="DE")
    told = [
        (line.kind, line.name, line.score, line.written, line.faded, line.points) for line in decision.lines
    ]
    rule, group, range_ = LineKind.RULE, LineKind.GROUP, LineKind.RANGE
    assert told == [
        (rule, "Pricing", "engagement", 30, 30, 30),
        (rule, "Big", "fit", 60, 60, 60),
        (rule, "for each visited docs then +4 engagement", "engagement", 4, 4, 4),
        (rule, "Blog", "engagement", 40, 30, 8),
        (group, "Web", "engagement", 0, 0, -2),
        (range_, "fit", "fit", 0, 0, -10),
    ]
    assert [line.text for line in decision.lines[4:]] == ["group Web: at most 10", "range of fit ends at 50"]
    assert decision.scores == {"fit": 50, "engagement": 40}
    assert (decision.total, decision.grade, decision.tags, decision.stage) == (90, "A", ("big",), "MQL")
    assert decision.lines[0].line == 8


def test_a_finding_says_what_was_found() -> None:
    decision = decided(VISITS, title=" VP Marketing", employees="1200")
    found = {
        leaf.asked: leaf for rule in decision.rules if rule.condition for leaf in clauses(rule.condition)
    }
    pricing = found["visited pricing >= 2 in last 30 days"]
    assert (pricing.found, pricing.truth) == ("2 times, last on 2026-01-13", True)
    assert pricing.instants == (ago(days=5), ago(days=2))
    assert (found["title in ICP"].found, found["title in ICP"].truth) == ("VP Marketing", True)
    assert (found["employees >= 1000"].found, found["employees >= 1000"].truth) == ("1200", True)
    country = found['country in ("DE", "AT")']
    assert (country.found, country.truth, country.unknown) == ("unknown", None, "country")
    big = decision.rules[1]
    assert (big.fired, big.condition and big.condition.truth, big.tags) == (False, None, ())
    assert big.condition is not None
    assert (big.condition.joined, big.condition.unknown) == ("define", "country")
    docs = decision.rules[2].events
    assert docs is not None
    assert (docs.asked, docs.found, docs.truth) == ("each visited docs", "once, on 2026-01-14", True)


def test_what_is_short_of_a_stage() -> None:
    decision = decided(VISITS, title="VP Marketing")
    assert decision.total == 40
    assert ways(decision, "MQL") == []
    assert ways(decision, "SQL") == [["40 points short", "no requested demo"]]
    assert ways(decision, "VIP") == [["160 points short"], ["60 points short"]]
    (vip,) = [finding for finding in decision.stage_findings if finding.stage == "VIP"]
    assert [missing.obstacle for way in vip.ways for missing in way] == [
        "the range ends at 100",
        "the range ends at 50",
    ]
    assert ways(decision, "PQL") == [["trial_ends is unknown"]]


def test_points_short_are_measured_before_ranges() -> None:
    decision = decided([], title="CTO")
    assert decision.total == 0
    assert ways(decision, "MQL") == [["240 points short"]]
    shown = decided([event("opened email")], trial_ends=dt.date(2026, 3, 1))
    assert ways(shown, "PQL") == [["trial_ends is 2026-03-01", "1 too many of opened email"]]


def test_every_reason_is_given_and_the_stage_that_would_have_been() -> None:
    decision = decided(VISITS, title="CTO", email="x@rival.com")
    assert decision.disqualified == ("works for a rival",)
    assert decision.stages == {"main": None, "product": None}
    assert decision.stages_if_qualified == {"main": "MQL", "product": None}
    assert not any(finding.current for finding in decision.stage_findings)
    assert [finding.holds for finding in decision.stage_findings] == [True, False, False, False]


def test_a_count_that_is_short_says_by_how_many() -> None:
    made = evaluator("when x then +1\nstage S when visited pricing >= 3 in last 30 days or opened email")
    decision = made.decide(made.facts({}, [event("visited pricing")]), NOW)
    assert ways(decision, "S") == [["2 more of visited pricing in last 30 days"], ["no opened email"]]


@pytest.mark.parametrize(
    ("rule", "lead", "events", "change"),
    [
        ("when visited in last 30 days then +1", {}, [event("visited", ago(days=2))], "2026-02-12T12:00"),
        ("when visited >= 2 in last 30 days then +1", {}, [event("visited", ago(days=2))], None),
        ("when visited then +1", {}, [event("visited", ago(days=2))], None),
        ("when visited then +1", {}, [event("visited", "2026-02-01")], "2026-02-01T00:00"),
        ("when days since visited < 4 then +1", {}, [event("visited", ago(days=2))], "2026-01-17T12:00"),
        ("field d: date\nwhen d in next 7 days then +1", {"d": "2026-02-01"}, [], "2026-01-25T00:00"),
        ("field d: date\nwhen d in next 7 days then +1", {"d": "2026-01-15"}, [], "2026-01-16T00:00"),
        ("field d: date\nwhen days until d < 3 then +1", {"d": "2026-01-20"}, [], "2026-01-18T00:00"),
        (
            "field d: datetime\nwhen d in last 1 month then +1",
            {"d": "2025-12-31T12:00"},
            [],
            "2026-01-31T12:00",
        ),
        (
            "for each visited then +9 fading 50% every 10 days at most +4",
            {},
            [event("visited", ago(days=2))],
            "2026-01-23T12:00",
        ),
        ("for each visited then +1 halving every 10 days", {}, [event("visited", ago(days=20))], None),
        (
            "when visited in last 1 month then +1",
            {},
            [event("visited", "2026-01-15T12:00")],
            "2026-02-15T12:00",
        ),
        ("when n > 3 then +1", {"n": 5}, [], None),
    ],
)
def test_the_next_change(rule: str, lead: dict[str, object], events: list[Event], change: str | None) -> None:
    made = evaluator(rule)
    facts = made.facts(lead, events)
    found = made.next_change(facts, NOW)
    assert found == (None if change is None else dt.datetime.fromisoformat(change).replace(tzinfo=dt.UTC))
    assert made.decide(facts, NOW).next_change == found
