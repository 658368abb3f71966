"""Many rules, deep conditions, many threads, strange facts."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from leadwright.engine import plan as p
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.score_one.facts import Event, FactsError
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.engine.evaluate.made import NOW, ago, evaluator, event
from leadwright.tests.engine.evaluate.random_plans import RandomPlan, origin


def ruleset(rules: int) -> str:
    kinds = (
        'rule "{n}" when visited page{n} >= 1 in last {days} days and title = "T{n}" then +1 fit',
        'rule "{n}" when employees >= {n} and not (country = "C{n}" or seats < {n}) then +1',
        'rule "{n}" for each visited "docs{n}/*" in last 90 days then +2 engagement at most +10',
        'rule "{n}" when visited >= {n} in last {days} days then +3 fit',
        'rule "{n}" when sum(purchased.amount where seats > {n}) >= {n} in last {days} days then +3',
    )
    lines = [kinds[n % len(kinds)].format(n=n, days=n % 200 + 1) for n in range(rules)]
    return "\n".join(["score fit", "score engagement", *lines])


def test_thousands_of_rules_make_a_function_that_grows_with_them_alone() -> None:
    few, many = (evaluator(ruleset(rules)).program(Detail.SCORE).source for rules in (300, 3_000))
    assert len(many) < 12 * len(few)


def test_ten_thousand_rules_run() -> None:
    made = evaluator(ruleset(9_990))
    facts = made.facts({"employees": 10_000}, [event("visited docs2/x"), event("visited page0")])
    result = made.score(facts, NOW)
    assert result.scores == (0, 2)
    assert result.total == 2


@pytest.mark.parametrize("depth", [30, 100])
def test_conditions_a_hundred_deep(depth: int) -> None:
    known = p.Compare(">", p.FieldValue(0, Kind.NUMBER), p.Constant(Kind.NUMBER, 1.0), origin("n > 1"))
    deep: p.Condition = known
    for level in range(depth):
        other = (p.All, p.Any)[level % 2]((deep, known), origin("joined"))
        deep = p.Not(other, origin("not"))
    plan = RandomPlan(1).plan()
    rule = p.Rule(
        "deep",
        "deep",
        deep,
        None,
        (p.Contribution(None, 1, None, None, None, origin("+1")),),
        (),
        None,
        origin("r"),
    )
    field = p.Field("n", "n", Kind.NUMBER)
    bare = p.Plan(
        None, (field,), (), (), (), (), (), p.Score(None, None, None, None), (), (rule,), (), (), ("main",),
        (), (), (), (), {}, plan.sources, "0" * 64,
    )  # fmt: skip
    made = Evaluator(bare)
    for value in (None, 0, 2):
        facts = made.facts({"n": value}, [])
        expected = known_truth(depth, None if value is None else value > 1)
        assert made.score(facts, NOW).total == (expected is True)
        assert made.decide(facts, NOW).rules[0].fired is (expected is True)


def known_truth(depth: int, leaf: bool | None) -> bool | None:
    truth = leaf
    for level in range(depth):
        both = [truth, leaf]
        if level % 2:
            joined = True if True in both else None if None in both else False
        else:
            joined = False if False in both else None if None in both else True
        truth = None if joined is None else not joined
    return truth


def test_classes_of_events_that_no_rule_foretold() -> None:
    rules = [f'when visited "*{a}*{b}*" then +1' for a in "abc" for b in "xyz"]
    made = evaluator("\n".join(rules))
    assert made.score(made.facts({}, [event("visited ax")]), NOW).total == 1
    assert made.score(made.facts({}, [event("visited abxy")]), NOW).total == 4
    run = made.runner(Detail.SCORE)
    row = made.classes.row(0, "visited", "abcxyz", {})
    assert row is not None
    assert run((), [row], 1)[0] == 9


def test_one_evaluator_serves_many_threads() -> None:
    rules = "\n".join(f'when visited "*{n}*" in last {n + 1} days then +1' for n in range(30))
    made = evaluator(rules)
    objects = [f"{a}-{b}" for a in range(30) for b in range(0, 30, 7)]
    expected = {thing: sum(str(n) in thing for n in range(30)) for thing in objects}

    def score(thing: str) -> int:
        return made.score(made.facts({}, [Event("visited", NOW, thing)]), NOW).total

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(score, objects)) == [expected[thing] for thing in objects]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"type": "visited", "at": "yesterday"}, "'yesterday', which is no instant"),
        ({"type": "visited"}, "None, which is no instant"),
        ({"type": "visited", "at": 1_700_000_000}, "1700000000, which is no instant"),
        ({"type": None, "at": NOW}, "needs a text as its type"),
        ({"type": "visited", "at": NOW, "properties": [1]}, "a mapping"),
        (Event("visited", "2026-13-01"), "no instant"),
        (Event("visited", dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=9)))), "no instant"),
    ],
)
def test_an_event_without_an_instant_is_a_mistake_of_the_caller(given: object, said: str) -> None:
    made = evaluator("when visited then +1")
    with pytest.raises(FactsError, match=said):
        made.facts({}, [given])  # type: ignore[list-item]


def test_hostile_values_are_unknown_and_never_raise() -> None:
    text = """
    field n: number
    field t: text
    field d: date
    field i: datetime
    field y: yes/no
    field many: texts
    when n > 0 or t = "a" or d in last 9 years or i in next 9 years or y or many contains "a" then +1
    when n is unknown and t is unknown and d is unknown and i is unknown and y is unknown and many is unknown
    then +10
    """
    made = evaluator(text)
    early = dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=9)))
    for value in (object(), b"a", float("nan"), 10**400, {"a": 1}, [[], [""]], "\ud800", early, "\x00"):
        lead = dict.fromkeys(("n", "d", "i", "y"), value) | {"t": None if isinstance(value, str) else value}
        facts = made.facts(lead, [])
        assert made.score(facts, NOW).total in (0, 10)
        made.decide(facts, NOW)


def test_instants_of_evaluation_have_limits() -> None:
    made = evaluator("when visited in last 100 years then +1\nwhen visited in last 1200 months then +1")
    facts = made.facts({}, [event("visited", ago(days=1))])
    for now in (dt.datetime.min, dt.datetime.max):
        made.decide(facts, now)
    with pytest.raises(FactsError, match="years 1 to 9999"):
        made.score(facts, 10**18)
