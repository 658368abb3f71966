"""Stages that hold, decided about many leads of a block at once, against each lead on its own."""

from __future__ import annotations

import datetime as dt
import os
import random

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_many import past
from leadwright.engine.score_many.decide_block import Unsupported
from leadwright.engine.score_one.facts import Event
from leadwright.engine.values import DAY, MICROSECONDS, moment_of
from leadwright.grammar.syntax.nodes import Unit
from leadwright.tests.engine.blocks.test_blocks_deciding import assert_alike, drawn
from leadwright.tests.engine.evaluate.made import evaluator
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan

ONE_BY_ONE = pytest.mark.parametrize("few", [0, 64], ids=["together", "few one by one"])
SEEDS = int(os.environ.get("LEADWRIGHT_HOLDING_SEEDS", "12"))

BY_AGE = """
score fit from 0 to 50
score from 0 to 100
group "Website" at most 40 { for each visited in last 30 days then +7 }
for each downloaded where pages >= 3 in last 60 days then +15 halving every 5 days
for latest requested then +30 fading 20% every 3 days
when visited pricing followed by requested within 2 days then +10 fit
when sum(purchased.amount) >= 100 in last 20 days then +20 fit
when days since visited > 20 then -10
when employees >= 100 then +10 fit
stage MQL when score >= 40 until score < 20
stage SQL when score >= 60 and fit >= 10 until rejected in last 10 days or score < 15
stage PQL in product when visited docs >= 3 until not visited in last 14 days
"""
"""Nothing in it reads the calendar, so that leads' pasts are looked at together."""

BY_CALENDAR = """
field employees: number
field renewal: date
score fit from 0 to 50
score from 0 to 100
for each visited in last 2 months once per day then +8
for each purchased where amount > 50 then +9 at most +30
when renewal in next 30 days and visited docs then +20
when days since renewal < 20 or renewal in last 10 days then -10
when visited >= 3 in last 9 days and employees is known then +15 fit
when distinct(visited) >= 2 in last 20 days then +10
stage MQL when score >= 40 and not downloaded in last 1 month until score < 12
stage SQL when fit >= 15 and score > 20 until rejected in last 2 days or score < 5
stage PQL in product when score > days since visited and visited docs until not visited in last 14 days
"""
"""Calendars, fields that come due, and a score beside something else: it is looked at lead by lead."""


@ONE_BY_ONE
@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_plans_that_hold(seed: int, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "FEW", few)
    decided = 0
    for number in range(seed * 5, seed * 5 + 5):
        plan = RandomPlan(number, 2, holding=True).plan()
        leads, happened = drawn(plan, number)
        try:
            assert_alike(Evaluator(plan), leads, happened, NOW + DAY)
        except Unsupported:
            continue
        decided += 1
    assert decided


def date_of(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)


def happened_to(chance: random.Random) -> list[Event]:
    hour, found = MICROSECONDS[Unit.HOUR], []
    for _ in range(chance.randint(0, 30)):
        type_ = chance.choice(
            ("visited", "visited", "visited", "downloaded", "requested", "purchased", "rejected")
        )
        thing = chance.choice(("pricing", "docs", None)) if type_ == "visited" else None
        told = {
            "downloaded": {"pages": chance.randint(1, 5)},
            "purchased": {"amount": chance.choice((40, 70.5))},
        }
        at = NOW - chance.randint(-48, 90 * 24) * hour
        found.append(Event(type_, moment_of(at), thing, told.get(type_, {})))
    order = [*dict.fromkeys((event.type, event.object) for event in found)]
    order.sort(key=lambda pair: (pair[1] or "", pair[0]))
    return sorted(found, key=lambda event: (str(event.at), order.index((event.type, event.object))))


@pytest.mark.parametrize("text", [BY_AGE, BY_CALENDAR], ids=["by age", "by calendar"])
@ONE_BY_ONE
@pytest.mark.parametrize("seed", range(2))
def test_pasts_are_looked_at_together(
    seed: int, text: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "FEW", few)
    rules, chance = evaluator(text), random.Random(seed)
    today = NOW // DAY
    leads: list[dict[str, object]] = [
        {
            "employees": chance.choice((None, 50, 200)),
            "renewal": chance.choice((None, date_of(today + chance.randint(-70, 40)))),
        }
        for _ in range(150)
    ]
    happened = [happened_to(chance) for _ in leads]
    assert_alike(rules, leads, happened, NOW)
    for number in range(3):
        holding = rules.holdings[number]
        held = [
            holding.stay(one.fields, one.events, NOW, decided=holding.decides(one.fields, one.events, NOW))
            for one in (rules.facts(lead, events) for lead, events in zip(leads, happened, strict=True))
        ]
        assert 5 < sum(one.found for one in held) < 145, number
