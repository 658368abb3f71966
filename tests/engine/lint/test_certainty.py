"""What the logic of the lints is certain of is so: for any condition, any lead, any instant."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.engine import plan as p
from leadwright.engine.check import check
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.lint.proof.dnf import TRUE
from leadwright.engine.lint.proof.logic import Logic
from leadwright.engine.lint.proof.reach import Reach
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from leadwright.tests.effort import examples

NOW = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
HEAD = """
event visited
event requested
field size: number
field price: number, otherwise 0
field title: text
field email: text
field likes: texts
field ok: yes/no
field due: date
field signed: datetime
list ICP: "VP *", "CTO", "*head*"
define half: size / 2
define big: size >= 3
score fit from -10 to 30
score from -20 to 60
"""

SIGN = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))
SMALL = st.integers(-1, 5).map(str) | st.just("2.5")
PATTERN = st.sampled_from(
    ('"CTO"', '"VP *"', '"VP Sales"', '"*"', '"*s*"', '"v*s"', '""', '"a@b.c"', '"*@b.c"')
)
WINDOW = st.sampled_from(
    [
        *("", "", " in last 1 days", " in last 3 days", " in last 30 days", " in last 1 months"),
        *(" in last 2 months", " since 2026-03-29", " before 2026-03-29", " in last 36 hours"),
        " between 2026-03-20 and 2026-03-30",
    ]
)
EVENT = st.sampled_from(
    (
        *("visited", "visited pricing", 'visited "pr*"', "visited where n > 2", "visited where n = 2"),
        *("visited pricing where n > 2", "requested", "visited where (n > 2 and n < 2)"),
    )
)
PLAIN_EVENT = st.sampled_from(("visited", "visited pricing", "requested"))


def joined(*parts: Any) -> st.SearchStrategy[str]:
    """Strings and strategies of strings, one after another."""
    return st.tuples(*(part if isinstance(part, st.SearchStrategy) else st.just(part) for part in parts)).map(
        "".join
    )


NUMERIC = st.sampled_from(
    ("size", "price", "half", "size + price", "size * 0", "sum(visited.n)", "max(visited.n)")
)
DATES = st.sampled_from(("due", "signed"))
DAY = st.sampled_from(("2026-03-29", "2026-03-31", "2026-03-30T12:00Z", "2026-04-02"))
AHEAD = st.sampled_from((" in next 1 days", " in next 3 days", " in next 1 months", " in last 1 weeks"))
CLAUSE = st.one_of(
    joined(NUMERIC, " ", SIGN, " ", SMALL),
    joined("size between ", st.sampled_from(("0 and 2", "1 and 3", "price and 3", "2 and price"))),
    joined("size ", SIGN, " price"),
    joined("price ", SIGN, " size"),
    joined("size ", SIGN, " size"),
    joined("size in (", SMALL, ", ", SMALL, ")"),
    joined(st.sampled_from(("title", "email", "domain(email)")), st.sampled_from((" = ", " != ")), PATTERN),
    joined("title", st.sampled_from((" in (", " not in (")), PATTERN, ", ", PATTERN, ")"),
    joined(
        "title ",
        st.sampled_from(("in ICP", "not in ICP", 'contains "s"', 'starts with "vp"', 'ends with "s"')),
    ),
    joined("title like ", PATTERN.filter(lambda it: it != '""')),
    joined("title ", st.sampled_from(("=", "!=")), " email"),
    joined("likes ", st.sampled_from(("contains", "not contains")), ' "x"'),
    joined("likes in (", st.sampled_from(('"x", "y"', '"y"', '"*"')), ")"),
    joined(
        st.sampled_from(("size", "title", "due", "signed", "domain(email)", "email", "likes", "half", "ok")),
        st.sampled_from((" is known", " is unknown")),
    ),
    st.sampled_from(("ok", "ok = yes", "ok != yes", "big", "title is known")),
    joined(DATES, " ", SIGN, " ", DAY),
    joined(DATES, AHEAD),
    joined(DATES, WINDOW.filter(lambda it: it and "between" not in it)),
    joined("days since ", DATES, " ", SIGN, " ", SMALL),
    joined("days until ", DATES, " ", SIGN, " ", SMALL),
    joined(EVENT, " ", SIGN, " ", SMALL, WINDOW),
    joined(PLAIN_EVENT, WINDOW),
    joined("days since ", st.sampled_from(("", "first ")), EVENT, " ", SIGN, " ", SMALL),
    joined("days since ", PLAIN_EVENT, " is unknown"),
    joined(st.sampled_from(("distinct(", "days(")), EVENT, ") ", SIGN, " ", SMALL, WINDOW),
    joined(st.sampled_from(("sum", "avg", "min")), "(visited.n) ", SIGN, " ", SMALL, WINDOW),
    joined(
        PLAIN_EVENT, " followed by ", PLAIN_EVENT, " within 2 days", WINDOW.filter(lambda w: "betw" not in w)
    ),
)


def _group(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.lists(children, min_size=2, max_size=3)
    return st.one_of(
        some.map(lambda items: f"({' and '.join(items)})"),
        some.map(lambda items: f"({' or '.join(items)})"),
        children.map(lambda item: f"not ({item})"),
    )


CONDITION = st.recursive(CLAUSE, _group, max_leaves=5)

EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(("visited", "requested")),
            "object": st.sampled_from(("pricing", "docs", "prices", None)),
            "at": st.sampled_from((0, 1, 12, 24, 36, 37, 48, 72, 30 * 24, 31 * 24, 60 * 24, -5)).map(
                lambda hours: NOW - dt.timedelta(hours=hours)
            ),
            "properties": st.sampled_from(({}, {"n": 2}, {"n": 3}, {"n": -3})),
        }
    ),
    max_size=5,
)
LEAD = st.fixed_dictionaries(
    {},
    optional={
        "size": st.sampled_from((-1, 0, 1, 2, 2.5, 3, 5, 6)),
        "price": st.sampled_from((0, 1, 2, 3, None)),
        "title": st.sampled_from(("CTO", "VP Sales", "vp", "boss", "Forehead", "s", "a@b.c")),
        "email": st.sampled_from(("a@b.c", "x", "CTO", "y@")),
        "likes": st.sampled_from((["x"], ["y"], ["x", "y"], ["z"], [])),
        "ok": st.booleans(),
        "due": st.integers(-40, 40).map(lambda days: (NOW + dt.timedelta(days)).date()),
        "signed": st.integers(-1000, 1000).map(lambda hours: NOW + dt.timedelta(hours=hours)),
    },
)
LEADS = st.lists(st.tuples(LEAD, EVENTS), min_size=6, max_size=12)


def planned(text: str) -> p.Plan:
    """The plan of a text that is right."""
    checked = check(parse(Source(text)))
    assert checked.plan is not None, (text, checked.diagnostics)
    return checked.plan


def parts(condition: p.Condition) -> Iterator[p.Condition]:
    """A condition and all within it."""
    yield condition
    match condition:
        case p.All(items=items) | p.Any(items=items):
            for item in items:
                yield from parts(item)
        case p.Not(item=item):
            yield from parts(item)


class Truth:
    """The truth of conditions for one lead, by Kleene's tables from the truth of their clauses."""

    def __init__(self, evaluator: Evaluator, lead: dict[str, Any], events: list[dict[str, Any]]) -> None:
        self.plan = evaluator.plan
        truths = evaluator.truths(evaluator.facts(lead, events), NOW)
        self.clauses = {id(clause): truth for clause, truth in zip(evaluator.clauses, truths, strict=True)}

    def of(self, condition: p.Condition) -> bool | None:
        """True, False, or None for unknown."""
        match condition:
            case p.All(items=items):
                found = {self.of(item) for item in items}
                return False if False in found else None if None in found else True
            case p.Any(items=items):
                found = {self.of(item) for item in items}
                return True if True in found else None if None in found else False
            case p.Not(item=item):
                truth = self.of(item)
                return None if truth is None else not truth
            case p.Holds(define=define):
                body = self.plan.definitions[define].condition
                assert body is not None
                return self.of(body)
        return self.clauses[id(condition)]


@settings(max_examples=examples(250))
@given(
    st.lists(CONDITION, min_size=2, max_size=3), st.lists(st.tuples(LEAD, EVENTS), min_size=6, max_size=12)
)
def test_what_is_certain_is_so(conditions: list[str], leads: list[tuple[dict[str, Any], Any]]) -> None:
    rules = [f'rule "{index}" when {condition} then +1' for index, condition in enumerate(conditions)]
    plan = planned(HEAD + "\n".join(rules))
    logic, evaluator = Logic(plan), Evaluator(plan)
    found = [part for rule in plan.rules if rule.condition for part in parts(rule.condition)][:12]
    truths = [Truth(evaluator, *lead) for lead in leads]
    for one in found:
        seen = [truth.of(one) for truth in truths]
        assert not (logic.never(one) and True in seen), one.origin.text
        assert not (logic.always(one) and set(seen) != {True}), one.origin.text
        for other in found:
            pairs = list(zip(seen, [truth.of(other) for truth in truths], strict=True))
            asked = (one.origin.text, other.origin.text)
            if logic.exclude(one, other):
                assert (True, True) not in pairs, asked
            if logic.implies(one, other):
                assert not {(True, False), (True, None)}.intersection(pairs), asked
            if logic.is_stricter(one, other):
                assert not {(True, False), (True, None), (None, False)}.intersection(pairs), asked
            if logic.number(one) == logic.number(other):
                assert all(left is right for left, right in pairs), asked


AWARD = st.sampled_from(
    ("+5", "-5", "+10 fit", "-10 fit", "+25 fit at most +20", "+3, +4 fit", "-7 fit at least -3", "+40")
)
EACH = st.sampled_from(
    (
        "for each visited then +4 at most +10",
        "for each visited in last 3 days once per day then +5 fit",
        "for latest visited then +9 fit fading 10% every 1 days",
        "for each requested once per month then -3",
        "for each visited when size > 1 then +2 fit halving every 1 days",
        "for first requested then -4 fit",
    )
)
RULE = joined("when ", CLAUSE | CONDITION, " then ", AWARD) | EACH


@settings(max_examples=examples(150))
@given(
    st.lists(RULE, min_size=1, max_size=6, unique=True),
    LEADS,
    CLAUSE,
)
def test_no_lead_has_more_or_less_than_the_reach(
    rules: list[str], leads: list[tuple[dict[str, Any], Any]], stage: str
) -> None:
    fit = [rule for rule in rules if rule.endswith(("+10 fit", "-10 fit"))]
    group = 'group "G" at most 15 at least -12 {' + "\n".join(fit) + "}" if fit else ""
    text = HEAD + "\n".join([*(rule for rule in rules if rule not in fit), group])
    plan = planned(f"{text}\nstage S when {stage}")
    logic, evaluator = Logic(plan), Evaluator(plan)
    reach = Reach(logic)
    bounds = [(None, reach.scores)]
    regions = logic.reader.read(plan.stages[0].condition, TRUE).regions
    if len(regions) == 1:
        bounds.append((plan.stages[0].name, reach.within(regions[0])))
    for lead, events in leads:
        found = evaluator.score(evaluator.facts(lead, events), NOW)
        for within, scores in bounds:
            if within not in (None, found.stages[0]):
                continue
            for score, value in ((None, found.total), (0, found.scores[0])):
                assert scores.of(score).ranged.low <= value <= scores.of(score).ranged.high, (score, value)


@pytest.mark.parametrize(
    "condition",
    [
        "size > 3 and size < 2",
        "size = 1 and size = 2",
        "visited and not visited",
        "visited < 0",
        "visited = 1.5",
        "visited >= 3 in last 3 days and visited < 3 in last 30 days",
        "visited pricing and not visited",
        "visited pricing where n > 2 and visited pricing = 0",
        'title in ("CTO", "VP *") and title = "CFO"',
        'title starts with "vp" and title starts with "cto"',
        'title = ""',
        'title = "CTO" and title is unknown',
        'domain(email) = "b.c" and email is unknown',
        "size > price and price > size",
        "size < size",
        "days since visited < 3 and not visited in last 7 days",
        "days since visited >= 3 and visited in last 1 days",
        "days since visited is unknown and visited pricing",
        "days(visited) >= 10 in last 7 days",
        "distinct(visited pricing) >= 2",
        "distinct(visited) > 3 and visited < 2",
        "visited pricing followed by requested within 2 days and not requested",
        "signed in last 2 months and not signed in last 70 days",
        "signed in next 1 days and signed in last 1 days",
        "signed < 2026-01-01 and signed = 2026-01-01",
        "due in last 3 days and due is unknown",
        'likes contains "x" and likes not in ("x", "y")',
        "sum(visited.n) >= 10 and not visited",
        "half > 2 and half < 1",
        "big and size < 3",
        "not (visited >= 0)",
    ],
)
def test_a_contradiction_is_found(condition: str) -> None:
    plan = planned(f"{HEAD} when {condition} then +1")
    assert plan.rules[0].condition is not None
    assert Logic(plan).never(plan.rules[0].condition)


@pytest.mark.parametrize(
    "condition",
    [
        "visited >= 0",
        "not (visited and not visited)",
        "size = 1 or size != 1 or size is unknown",
        "price >= 2 or price < 2",
        "visited or not visited pricing",
        "not (ok and not ok) or ok is unknown",
    ],
)
def test_a_condition_that_always_holds_is_found(condition: str) -> None:
    plan = planned(f"{HEAD} when {condition} then +1")
    assert plan.rules[0].condition is not None
    assert Logic(plan).always(plan.rules[0].condition)


@pytest.mark.parametrize(
    "condition",
    [
        "size = 1 or size != 1",
        "ok or not ok",
        "due in next 3 days and due in last 2 days",
        "visited and not visited in last 7 days",
        'likes contains "x" and likes contains "y"',
        'title starts with "v" and title ends with "p"',
        "signed in last 1 months and not signed in last 29 days",
    ],
)
def test_what_can_be_either_way_is_left_open(condition: str) -> None:
    plan = planned(f"{HEAD} when {condition} then +1")
    found = plan.rules[0].condition
    assert found is not None
    assert not Logic(plan).never(found)
    assert not Logic(plan).always(found)
