"""A ruleset to start from, made from the data of a store: ranked by outcomes where there are any, and with
stages that about as many leads reach as people can take care of."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ....grammar.messages.diagnostics import Source
from ....grammar.text.printer import name_text, object_text
from ...catalogue import Catalogue
from ...outcomes.arrays import Ints
from ...outcomes.definitions import NotMeasurable
from ...plan import Plan
from ...reading import read
from ...score_one import Evaluator, FactsError
from ...starters import filled, first_text, starter_of
from ...starters.choosing import likely_outcome, without
from ...starters.starter import Starter, StarterRule
from ..database import Store
from ..records.catalogue import catalogue
from .lead_blocks import lead_blocks
from .outcome_inputs import now
from .outcome_questions import learn, measure

TOP, NEXT = 0.1, 0.3
"""What share of the leads is to be in the top stage, and in either stage."""

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
        type_, object_ = outcome
        phrase = name_text(type_) if object_ is None else f"{name_text(type_)} {object_text(object_)}"
        starter = _ranked(replace(starter, outcome=phrase), store, data, outcome, source)
    return filled(_staged(starter, store, data))


def _plan(starter: Starter, data: Catalogue) -> Plan | None:
    return read(Source(filled(starter)), catalogue=data, lints=False).plan


def _ranked(
    starter: Starter, store: Store, data: Catalogue, outcome: tuple[str, str | None], source: str
) -> Starter:
    """The starter without what leaks, each rule with as many points as its leads win more often."""
    plan = _plan(starter, data)
    if plan is None:
        return replace(starter, outcome=None)
    try:
        leaks = {one.name for one in learn(plan, store).leaks if one.sort == "refused"}
        if leaks:
            other = starter_of(without(data, leaks, outcome), source)
            if other is None:
                return starter
            starter = replace(other, outcome=starter.outcome)
            plan = _plan(starter, data) or plan
        lifts = {one.rule: one for one in measure(plan, store).lifts}
    except (NotMeasurable, FactsError):
        return starter
    worth = [lifts[rule.identity].ratio for rule in plan.rules]
    points = [None if one is None else round(_DOUBLES * math.log2(one.value) / 5) * 5 for one in worth]
    places = len(starter.about_leads)
    about_leads = _paid(starter.about_leads, points[:places])
    about_events = _paid(starter.about_events, points[places:])
    if not about_leads and not about_events:
        return starter
    return replace(starter, about_leads=about_leads, about_events=about_events)


def _paid(rules: tuple[StarterRule, ...], points: list[int | None]) -> tuple[StarterRule, ...]:
    """The rules whose leads win more often, the best first; those of which too little is known stay."""
    pairs = [(rule, one) for rule, one in zip(rules, points, strict=True) if one is None or one > 0]
    pairs.sort(key=lambda pair: -(pair[1] or 0))
    return tuple(
        rule if one is None or rule.cap is not None else replace(rule, points=min(one, 40))
        for rule, one in pairs
    )


def _staged(starter: Starter, store: Store, data: Catalogue) -> Starter:
    """The starter with thresholds that about a tenth, and about three tenths, of the leads reach."""
    plan = _plan(starter, data)
    if plan is None:
        return starter
    with lead_blocks(store) as blocks:
        looking = blocks.looking(Evaluator(plan))
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
