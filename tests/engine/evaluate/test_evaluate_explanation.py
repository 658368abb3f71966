"""What a decision tells: lines, findings, ways to each stage, the next change."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle

import pytest
from leadwright import load
from leadwright.engine.explain.decision import Decision, Finding, LineKind
from leadwright.engine.report.decision import decision_text
from leadwright.engine.report.decision_data import decision_data
from leadwright.engine.score_one.facts import Event
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
    assert ways(shown, "PQL") == [["trial_ends is 2026-03-01", "opened email must not have happened"]]


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


WHY = """
field country: text, otherwise "DE"
field mail: text
field finish: date
define big: n > 5
when domain(mail) = "a.example" then +1
"""


@pytest.mark.parametrize(
    ("condition", "lead", "needed"),
    [
        ('country not in ("US")', {"country": "US"}, [[('country not in ("US")', "country is US")]]),
        ("n not between 3 and 5", {"n": 4}, [[("n not between 3 and 5", "n is 4")]]),
        ('not (country in ("US") or n > 5)', {"country": "us", "n": 2},
         [[('not country in ("US")', "country is us")]]),
        ('country not like "u*"', {"country": "US"}, [[('country not like "u*"', "country is US")]]),
        ("not title is unknown", {}, [[("not title is unknown", "title is unknown")]]),
        ("not big", {"n": 9}, [[("not n > 5", "n is 9")]]),
        ("sum(bought.amount) > 5", {}, [[("sum(bought.amount) > 5", "sum(bought.amount) is 0")]]),
        ("avg(bought.amount) > 5", {}, [[("avg(bought.amount) > 5", "no bought")]]),
        ("days since visited Docs < 3", {}, [[("days since visited Docs < 3", "no visited Docs")]]),
        ("days until finish < 3", {"finish": "2026-01-01"},
         [[("days until finish < 3", "finish is 2026-01-01")]]),
        ("n / m > 3", {"n": 4, "m": 0}, [[("n / m > 3", "n is 4 and m is 0")]]),
        ('domain(mail) = "b.example"', {"mail": "Zoe <Z@A.Example>"},
         [[('domain(mail) = "b.example"', "domain(mail) is A.Example")]]),
        ('country = "US"', {}, [[('country = "US"', "country is DE")]]),
        ("visited Docs", {}, [[("visited Docs", "no visited Docs")]]),
        ("score > 5 and score < 5", {}, []),
        ("(score < 5 or visited) and score >= 10", {},
         [[("visited", "no visited"), ("score >= 10", "10 points short")]]),
        ("score >= 10 and score >= 20", {}, [[("score >= 20", "20 points short")]]),
        ("visited >= 2 and not visited in last 9 days", {}, [[("visited >= 2", "2 more of visited")]]),
        ("visited docs and not visited", {}, []),
        ('country = "US" and country = "AT"', {}, []),
        (
            '(country = "US" or visited docs) and (country != "US" or n > 3)',
            {},
            [
                [("visited docs", "no visited docs")],
                [('country = "US"', "country is DE"), ("n > 3", "n is unknown")],
            ],
        ),
        ("n > 3 and n < 9", {}, [[("n > 3 and n < 9", "n is unknown")]]),
        ("country is known and country is unknown", {}, []),
        ("opened before 2025-01-01", {}, [[("opened before 2025-01-01", "no opened before 2025-01-01")]]),
    ],
)  # fmt: skip
def test_the_ways_say_what_is_and_contradict_nothing(
    condition: str, lead: dict[str, object], needed: list[list[tuple[str, str]]]
) -> None:
    made = evaluator(f"{WHY}stage S when {condition}")
    decision = made.decide(made.facts(lead, []), NOW)
    (stage,) = decision.stage_findings
    assert not stage.holds
    assert [[(one.asked, one.needed) for one in way] for way in stage.ways] == needed


def test_a_way_that_contradicts_nothing_is_found_behind_many_that_do() -> None:
    either = " and ".join(f"(a{number} > 1 or n < {number})" for number in range(30))
    made = evaluator(f"when visited then +1\nstage S when {either} and n > 50")
    (stage,) = made.decide(
        made.facts({"n": 0, **{f"a{number}": 2 for number in range(29)}}, []), NOW
    ).stage_findings
    assert [one.needed for one in stage.ways[0]] == ["a29 is unknown", "n is 0"]


def test_time_that_is_over_and_events_that_happened_are_obstacles() -> None:
    made = evaluator("when visited then +1\nstage S when opened before 2025-01-01 and not visited")
    (stage,) = made.decide(made.facts({}, [event("visited")]), NOW).stage_findings
    assert [one.obstacle for way in stage.ways for one in way] == [
        "that time is over",
        "what has happened stays",
    ]


GIVING = """
score fit to 50
score web
group "Site" at most 30 {
    rule "Long" when sum(stayed.seconds) >= 600 then +20 web
    rule "Pages" for each visited docs then +5 web at most +20
}
rule "Boss" when title in ("VP*", "CTO") and n > 5 then +60 fit
rule "Quiet" when not opened in last 60 days then -10
rule "Past" when visited docs between 2025-01-01 and 2025-02-01 then +50
rule "Latest" for latest bought then +9 halving every 10 days
rule "Daily" for each read once per day then +3
stage MQL when score >= 40
stage SQL when fit >= 20 and requested demo
stage Far when fit > 90
"""


def test_what_would_give_the_points() -> None:
    made = evaluator(GIVING)
    events = [event("visited docs", ago(days=3)), event("bought", ago(days=21)), event("read", ago(days=1))]
    decision = made.decide(made.facts({"title": "Student"}, events), NOW, gains=True)
    gains = {
        finding.stage: [
            (gain.rule, gain.points, gain.needed) for one in finding.ways[0] for gain in one.gains
        ]
        for finding in decision.stage_findings
    }
    assert gains["MQL"] == [
        ("Boss", 50, ('title in ("VP*", "CTO")', "n > 5")),
        ("Long", 20, ("sum(stayed.seconds) >= 600",)),
        ("Quiet", 10, ("opened in last 60 days",)),
        ("Latest", 7, ("1 more of bought",)),
        ("Pages", 5, ("1 more of visited docs",)),
    ]
    assert gains["SQL"] == [("Boss", 60, ('title in ("VP*", "CTO")', "n > 5"))]
    assert gains["Far"] == []


def test_points_that_bounds_would_take_are_promised_to_nobody() -> None:
    made = evaluator(GIVING)
    decision = made.decide(made.facts({}, [event("visited docs", ago(days=3))] * 4), NOW, gains=True)
    gains = [gain for one in decision.stage_findings[0].ways[0] for gain in one.gains]
    assert {gain.rule: gain.points for gain in gains if gain.rule in ("Long", "Pages")} == {"Long": 10}


def test_only_blank_fields_are_called_blank() -> None:
    made = evaluator(
        "field ends_on: date\nwhen days since visited < 3 then +1\nwhen avg(bought.amount) > 3 then +1\n"
        'when days until ends_on < 3 then +1\nwhen n / m > 3 then +1\nwhen title = "CTO" then +1'
    )
    decision = made.decide(made.facts({"ends_on": "2026-01-01", "n": 1, "m": 0}, []), NOW)
    unknown = [rule.condition.unknown for rule in decision.rules if rule.condition is not None]
    assert unknown == [None, None, None, None, "title"]
    assert all(rule.condition is not None and rule.condition.truth is None for rule in decision.rules)


def test_a_define_used_more_than_once_is_shown_once_in_each_condition() -> None:
    defines = ["define d0: employees > 10"] + [f"define d{n}: d{n - 1} and d{n - 1}" for n in range(1, 18)]
    rules = ["when d17 then +1", "when d1 and country is known then +1", "stage MQL when d17 and score > 4"]
    made = evaluator("\n".join([*defines, *rules]))
    decision = made.decide(made.facts({"employees": 50, "country": "DE"}), NOW)
    text, data = "\n".join(decision_text(decision)), decision_data(decision)
    assert text.count("employees > 10") == 2
    assert ways(decision, "MQL") == [["3 points short"]]
    assert len(json.dumps(data)) < 30_000
    deepest = decision.rules[0].condition
    assert deepest is not None
    for _ in range(17):
        first, second = deepest.parts[0].parts
        assert (second.asked, second.found, second.truth, second.parts) == (first.asked, "yes", True, ())
        deepest = first
    assert [leaf.asked for leaf in clauses(deepest)] == ["employees > 10"]


def test_a_decision_can_be_sent_to_another_process_and_copied() -> None:
    rules = load(
        'field budget: number\nfield a: text\nscore fit from 0 to 9\nwhen a = "x" then +5 fit\n'
        "when budget > 5 then +1\nstage S when score > 3\ngrade fit: A from 5, B otherwise\n"
        'outcome won when a = "x"\n'
    )
    decision = rules({"a": "x"}, [], "2026-01-01")
    for other in (pickle.loads(pickle.dumps(decision)), copy.deepcopy(decision)):
        assert other == decision
        assert (other.scores, other.stages, other.bounds) == (
            decision.scores,
            decision.stages,
            decision.bounds,
        )
        with pytest.raises(TypeError):
            other.scores["fit"] = 0
