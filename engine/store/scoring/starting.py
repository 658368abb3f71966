"""A ruleset to start from, made from the data of a store: ranked by outcomes where there are any, and with
stages that about as many leads reach as people can take care of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from ....grammar.messages.diagnostics import Source
from ...catalogue import Catalogue
from ...outcomes.arrays import Ints
from ...outcomes.definitions import NotMeasurable
from ...outcomes.intervals import Ratio
from ...plan import Plan
from ...reading import read
from ...score_one import FactsError
from ...score_one.scorer import Scorer
from ...starters import filled, first_text, starter_of
from ...starters.choosing import LikelyOutcome, likely_outcome, without
from ...starters.starter import MOST_RULES, Questions, Starter, StarterRule, questions_of
from ..database import Store
from ..records.catalogue import catalogue
from .lead_blocks import lead_blocks
from .outcome_inputs import now
from .outcome_questions import learn, measure

TOP, NEXT = 0.1, 0.3
"""What share of the leads is to be in the top stage, and in either stage."""

_CANDIDATES = 20
"""Among so many questions about leads, and as many about events, the best are found."""

_DOUBLES = 20
"""So many points for each doubling of how often leads win."""


def starter_for(store: Store, source: str) -> str:
    """The ruleset as text; an example where the data has nothing that a rule could ask about."""
    data = catalogue(store)
    outcome = likely_outcome(data)
    starter = starter_of(without(data, set(), outcome), source)
    if starter is None:
        return first_text()
    if outcome is not None:
        starter = _ranked(store, data, outcome, source) or starter
    return filled(_staged(starter, store, data))


def _plan(starter: Starter, data: Catalogue) -> Plan | None:
    return read(Source(filled(starter)), catalogue=data, lints=False).plan


def _ranked(store: Store, data: Catalogue, outcome: LikelyOutcome, source: str) -> Starter | None:
    """The starter without what leaks, of the rules whose leads win more often, each with as many points as
    they do; None where the outcome says nothing."""
    leaks: set[str] = set()
    try:
        asked, plan = _all_asked(data, leaks, outcome)
        leaks = {one.name for one in learn(plan, store).leaks if one.sort != "unproven"}
        if leaks:
            asked, plan = _all_asked(data, leaks, outcome)
        lifts = {one.rule: one for one in measure(plan, store).lifts}
    except (NotMeasurable, FactsError):
        return None
    points = [_points(lifts[rule.identity].ratio) for rule in plan.rules]
    worth = dict(zip(_rules(asked), points, strict=True))
    best = [max(ways, key=lambda rule: worth[rule] or 0) for ways in asked.about_leads]
    asked = Questions(tuple((rule,) for rule in _paid(best, worth)), tuple(_paid(asked.about_events, worth)))
    starter = starter_of(without(data, leaks, outcome), source, asked)
    if starter is None:
        return None
    return replace(starter, outcome=outcome.condition, of_outcome=outcome.declaration)


def _rules(asked: Questions) -> list[StarterRule]:
    return [*(rule for ways in asked.about_leads for rule in ways), *asked.about_events]


def _all_asked(data: Catalogue, leaks: set[str], outcome: LikelyOutcome) -> tuple[Questions, Plan]:
    """All questions but about what leaks, and a ruleset that asks each in every way."""
    reserved = filter(None, [outcome.field])
    asked = questions_of(without(data, leaks, outcome), _CANDIDATES, tuple(reserved))
    rules = _rules(asked)
    declared = dict.fromkeys(rule.declaration for rule in rules)
    lines = [*declared, *(f"{rule.question} then {rule.award}" for rule in rules)]
    text = "\n".join([*lines, outcome.declaration or "", f"outcome won when {outcome.condition}"])
    plan = read(Source(text), catalogue=data, lints=False).plan
    if plan is None:
        raise NotMeasurable("the data has names that rules cannot ask about", "")
    return asked, plan


def _points(ratio: Ratio | None) -> int | None:
    """Points for how many times as often leads win, None where too little is known."""
    return None if ratio is None else round(_DOUBLES * math.log2(max(ratio.value, 1e-9)) / 5) * 5


def _paid(rules: Iterable[StarterRule], worth: Mapping[StarterRule, int | None]) -> Iterator[StarterRule]:
    """The rules whose leads win more often, the best first; those of which too little is known stay."""
    kept = [rule for rule in rules if (one := worth[rule]) is None or one > 0]
    kept.sort(key=lambda rule: -(worth[rule] or 0))
    for rule in kept[:MOST_RULES]:
        points = worth[rule]
        yield rule if points is None or rule.cap is not None else replace(rule, points=min(points, 40))


def _staged(starter: Starter, store: Store, data: Catalogue) -> Starter:
    """The starter with thresholds that about a tenth, and about three tenths, of the leads reach."""
    plan = _plan(starter, data)
    if plan is None:
        return starter
    with lead_blocks(store) as blocks:
        looking = blocks.looking(Scorer(plan))
        # Of data that ends some time ago, what is recent is what was so at its end.
        last = store.connection.execute("SELECT max(at) FROM event WHERE at <= ?", (now(),)).fetchone()[0]
        totals = [looking.all_at(block, last or now()).total for block in blocks()]
    total = np.concatenate([np.empty(0, np.int64), *totals])
    if len(total) < 10:
        return starter
    most = starter.most_fit + starter.most_engagement
    hot, warm = (nearest_share(total, most, share) for share in (TOP, NEXT))
    return replace(starter, hot_at=hot, warm_at=min(warm, hot - 1) if hot > 1 else 1)


def nearest_share(total: Ints, most: int, share: float) -> int:
    """The score from 1 to `most` that about this share of the leads reach, in fives where it may be."""
    counts = {score: abs(float(np.mean(total >= score)) - share) for score in range(1, most + 1)}
    least = min(counts.values())
    good = [score for score, off in counts.items() if off <= least + 1e-9]
    return next((score for score in good if score % 5 == 0), good[0])
