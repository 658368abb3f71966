"""Edits of the shipped rulesets are told apart by a lead or proved equal; rewritings are proved equal.

LEADWRIGHT_PROOFS=300 tries so many edits, which is the most, and a third as many rewritings.
LEADWRIGHT_PROOFS_SECONDS=900 begins none after that time.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import replace
from pathlib import Path

import pytest
from leadwright.engine import plan as p
from leadwright.engine.prove.answers import QuestionKind, Verdict, Wanted
from leadwright.engine.prove.asking import answers
from leadwright.grammar.syntax.nodes import Unit
from leadwright.tests.engine.prove.edits import SECONDS, SHIPPED, edited, plan_of, same

TRIES = min(int(os.environ.get("LEADWRIGHT_PROOFS", "0")), 300)
ENDS = time.monotonic() + float(os.environ.get("LEADWRIGHT_PROOFS_SECONDS", "inf"))
EDITS = max(TRIES, 6)
REWRITINGS = max(TRIES // 3, 6)


# --- edits ----------------------------------------------------------------------------------------------


def test_edits_are_told_apart_or_proved_equal() -> None:
    chance = random.Random(20)
    found: dict[Verdict, int] = {}
    tried = 0
    while tried < EDITS and time.monotonic() < ENDS:
        path = SHIPPED[tried % len(SHIPPED)]
        text = path.read_text("utf-8")
        other = edited(text, chance)
        new, old = plan_of(other, path) if other is not None else None, plan_of(text, path)
        if new is None or old is None:
            continue
        tried += 1
        answer = same(new, old)
        assert (answer.case is not None) is (answer.verdict is Verdict.NOT_SO)
        found[answer.verdict] = found.get(answer.verdict, 0) + 1
    print(found)
    assert found.get(Verdict.NOT_DECIDED, 0) <= tried // 100, found
    assert found.get(Verdict.NOT_SO, 0) >= tried // 2


# --- rewritings -----------------------------------------------------------------------------------------

_CONTRARY = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def reordered(plan: p.Plan) -> p.Plan:
    """The rules in another order."""
    return replace(plan, rules=plan.rules[::-1])


def turned(plan: p.Plan) -> p.Plan:
    """Each comparison as the denial of its contrary, each `and` and `or` as the other of what is denied."""

    def turn(one: p.Condition) -> p.Condition:
        match one:
            case p.All(items=items, origin=origin):
                return p.Not(p.Any(tuple(p.Not(turn(item), origin) for item in items), origin), origin)
            case p.Any(items=items, origin=origin):
                return p.Not(p.All(tuple(p.Not(turn(item), origin) for item in items), origin), origin)
            case p.Not(item=item, origin=origin):
                return p.Not(turn(item), origin)
            case p.Compare(operator=operator, origin=origin):
                return p.Not(replace(one, operator=_CONTRARY[operator]), origin)
        return one

    rules = tuple(
        rule if rule.condition is None else replace(rule, condition=turn(rule.condition))
        for rule in plan.rules
    )
    stages = tuple(replace(stage, condition=turn(stage.condition)) for stage in plan.stages)
    return replace(plan, rules=rules, stages=stages)


def in_hours(plan: p.Plan) -> p.Plan:
    """Windows of days as windows of hours."""

    def hours(selection: p.Selection) -> p.Selection:
        window = selection.window
        if isinstance(window, p.Last) and window.unit is Unit.DAY:
            return replace(selection, window=p.Last(window.amount * 24, Unit.HOUR))
        return selection

    signals = tuple(
        replace(one, events=hours(one.events), then=None if one.then is None else hours(one.then))
        for one in plan.signals
    )
    rules = tuple(
        rule if rule.each is None else replace(rule, each=replace(rule.each, events=hours(rule.each.events)))
        for rule in plan.rules
    )
    return replace(plan, signals=signals, rules=rules)


def split(plan: p.Plan) -> p.Plan:
    """Each rule with fixed points and no bounds as two that share them."""
    rules: list[p.Rule] = []
    for rule in plan.rules:
        one = rule.contributions[0] if len(rule.contributions) == 1 else None
        if one is None or rule.each is not None or (one.least, one.most) != (None, None):
            rules.append(rule)
            continue
        for points in (one.points - 3, 3):
            named = f"{rule.identity} {points}"
            share = (replace(one, points=points),)
            rules.append(replace(rule, identity=named, name=named, contributions=share))
    return replace(plan, rules=tuple(rules))


def covered(plan: p.Plan) -> p.Plan:
    """Lists of globs with an entry that one of the globs covers already."""

    def wider(one: p.Condition) -> p.Condition:
        match one:
            case p.All(items=items) | p.Any(items=items):
                return replace(one, items=tuple(map(wider, items)))
            case p.Not(item=item):
                return replace(one, item=wider(item))
            case p.OneOf(patterns=patterns):
                more = [p.Pattern(("covered".join(glob.parts),)) for glob in patterns if glob.exact is None]
                return replace(one, patterns=(*patterns, *more[:1]), list=None)
        return one

    rules = tuple(
        rule if rule.condition is None else replace(rule, condition=wider(rule.condition))
        for rule in plan.rules
    )
    return replace(plan, rules=rules)


WAYS = (reordered, turned, in_hours, split, covered)


def test_rewritings_are_proved_equal() -> None:
    chance = random.Random(21)
    proved = 0
    for number in range(REWRITINGS):
        if time.monotonic() > ENDS:
            break
        path = SHIPPED[number % len(SHIPPED)]
        old = plan_of(path.read_text("utf-8"), path)
        assert old is not None
        new = old
        ways = chance.sample(WAYS, chance.randint(1, len(WAYS)))
        for way in ways:
            new = way(new)
        # The other way round, what is split is merged.
        answer = same(new, old) if number % 2 else same(old, new)
        assert answer.verdict is Verdict.PROVED, (path.stem, [way.__name__ for way in ways], answer)
        proved += 1
    print(f"{proved} rewritings proved equal")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_stage_of_the_shipped_rulesets_can_be_reached(path: Path) -> None:
    plan = plan_of(path.read_text("utf-8"), path)
    assert plan is not None
    stage = plan.stages[-1]
    wanted = [Wanted(QuestionKind.REACH, (stage.name,))]
    assert answers(plan, seconds=SECONDS, wanted=wanted)[0].verdict is Verdict.FOUND
