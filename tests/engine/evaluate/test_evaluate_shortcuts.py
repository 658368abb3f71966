"""What the function that only scores leaves out makes no difference: the one that tells all agrees."""

from __future__ import annotations

import datetime as dt
from itertools import product

from leadwright import load
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.values import instant_of

NOW = instant_of(dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC))
DAY = dt.timedelta(days=1)


def source(rules: str, detail: Detail) -> str:
    return load(rules).evaluator.program(detail).source


def agree(rules: str, leads: list[tuple[dict[str, object], list[dict[str, object]]]]) -> set[int]:
    """The totals of the leads, which both functions must give."""
    evaluator = load(rules).evaluator
    totals = set()
    for fields, events in leads:
        facts = evaluator.facts(fields, events)
        plain, told = (evaluator.run(detail, facts, NOW) for detail in (Detail.SCORE, Detail.EXPLAIN))
        assert plain == told[:4]
        totals.add(plain[0])
    return totals


SHARED = """\
field size: number
field title: text
field vip: yes/no
define big: size between 50 and 100
score fit from 0 to 900
when vip then +1
when vip and size > 60 then +2 fit, +4
when vip and title = "CTO" and visited >= 2 then +8
when big then +16
when big and visited then +32
when big and (vip or title = "CTO") then +64 fit
when visited >= 3 then +128
when visited > 0 and not vip then +256
when visited >= 1 and size is known then +512
when (vip or size > 60) and big and visited < 1 then +1024
when visited = 0 then +2048
when not (visited >= 1) and vip then +4096
group "G" at most 10000 {
    when vip and visited >= 2 then +8192
    when visited >= 2 then +16384
}
"""


def test_rules_that_share_a_question_give_what_each_gives_alone() -> None:
    leads = [
        (
            {"size": size, "title": title, "vip": vip},
            [{"type": "visited", "at": "2026-01-01"} for _ in range(visits)],
        )
        for size, title, vip, visits in product(
            (None, 10, 50, 61, 100, 101), (None, "cto", "x"), (None, True, False), (0, 1, 2, 3)
        )
    ]
    assert len(agree(SHARED, leads)) > 50
    assert "\n if g1:\n  if h2: total += 32\n" in source(SHARED, Detail.SCORE)


RECENT = """\
when days since visited < 5 then +1
when days since visited <= 20 and days since opened < 3 then +2
when days since opened >= 4 then +4
when days since asked < 10 then +8
when not days since asked < 10 then +16
when clicked in last 30 days then +32
when days since bought < 31 then +64
when days since called < 30 or days since called <= 12 then +128
"""


def test_events_too_old_to_be_recent_are_told_from_those_that_are() -> None:
    kinds = ("visited", "opened", "asked", "clicked", "bought", "called")
    ages = (None, 0, 2, 3, 4, 5, 9, 10, 20, 21, 29, 30, 31, 400)
    now = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
    leads: list[tuple[dict[str, object], list[dict[str, object]]]] = []
    for step in (dt.timedelta(0), dt.timedelta(microseconds=1), -dt.timedelta(microseconds=1)):
        for kind, other, age, older in product(kinds, kinds, ages, ages):
            events = [(kind, age), (other, older)]
            leads.append(
                (
                    {},
                    [
                        {"type": type_, "at": now - days * DAY - step}
                        for type_, days in events
                        if days is not None
                    ],
                )
            )
    assert len(agree(RECENT, leads)) > 20


def test_only_those_that_are_asked_of_recent_days_forget_what_is_old() -> None:
    before_window = source(RECENT, Detail.SCORE).partition("if at <= ")[2].partition("\n  else:")[0]
    assert before_window.count(" = at") == 3  # opened, asked and bought: asked of longer ago, or denied
    told = source(RECENT, Detail.EXPLAIN).partition("if at <= ")[2].partition("\n  else:")[0]
    assert told.count(" = at") == 5
