"""A ruleset to start from, made from the data of a store: ranked by outcomes where there are any, and with
stages that about as many leads reach as people can take care of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from ....grammar.messages.diagnostics import Source
from ...catalogue import Catalogue
from ...outcomes.arrays import Ints
from ...outcomes.definitions import NotMeasurable
from ...outcomes.intervals import Ratio
from ...outcomes.learn.candidates import Flags, same_leads
from ...outcomes.rows import looked_at
from ...plan import Plan
from ...reading import read
from ...score_one.facts import FactsError
from ...score_one.scorer import Scorer
from ...starters import filled, first_text, starter_of
from ...starters.choosing import LikelyOutcome, likely_outcome, without
from ...starters.starter import MOST_RULES, Questions, Starter, StarterRule, questions_of
from ..database import Store
from ..records.catalogue import catalogue
from .lead_blocks import lead_blocks
from .outcome_inputs import Question, now, ready
from .outcome_questions import learn, measure

TOP, NEXT = 0.1, 0.3
"""What share of the leads is to be in the top stage, and in either stage."""

_NEAR = 0.05
"""So far from a tenth the share of the top stage may be before more questions are asked."""

_CANDIDATES = 20
"""Among so many questions about leads, and as many about events, the best are found."""

_DOUBLES = 20
"""So many points for each doubling of how often leads win."""


def starter_for(store: Store, source: str) -> str:
    """The ruleset as text; an example where the data has nothing that a rule could ask about."""
    data = catalogue(store)
    outcome = likely_outcome(data)
    known = without(data, set(), outcome)
    if starter_of(known, source) is None:
        return first_text()
    ranked = None if outcome is None else _ranked(store, data, outcome, source)
    found: list[tuple[float, Starter]] = []
    # Where a few questions put too many leads on the same score, more of them tell these apart.
    for most in range(MOST_RULES, 2 * MOST_RULES + 1):
        starter = starter_of(known, source, questions_of(known, most)) if ranked is None else ranked(most)
        if starter is None:
            return first_text()
        off, staged = _staged(starter, store, data)
        found.append((off, staged))
        if off <= _NEAR or len(starter.about_leads) + len(starter.about_events) < most:
            break
    return filled(min(found, key=lambda one: one[0])[1])


def _plan(starter: Starter, data: Catalogue) -> Plan | None:
    return read(Source(filled(starter)), catalogue=data, lints=False).plan


def _ranked(
    store: Store, data: Catalogue, outcome: LikelyOutcome, source: str
) -> Callable[[int], Starter | None] | None:
    """What makes a starter of at most so many rules about leads, and as many about events: without what
    leaks, of the rules whose leads win more often, each with as many points as they do. None where the
    outcome says nothing."""
    leaks: set[str] = set()
    try:
        asked, plan = _all_asked(data, leaks, outcome)
        out = learn(plan, store).leaks
        # What has to be asked about is left out too, unless nothing else is there.
        for sorts in ({"refused", "asked"}, {"refused"}):
            leaks = {one.name for one in out if one.sort in sorts}
            asked, plan = _all_asked(data, leaks, outcome)
            if _rules(asked):
                break
        measures = measure(plan, store, today=False, funnel=False)
        with ready(plan, store, Question()) as whole:
            look = looked_at(whole.scorer, whole.blocks(), measures.rows, whole.blocks.known)
    except (NotMeasurable, FactsError):
        return None
    lifts = {one.rule: one for one in measures.lifts}
    found = [lifts[rule.identity] for rule in plan.rules]
    points = [_points(one.ratio) for one in found]
    worth = dict(zip(_rules(asked), points, strict=True))
    fires = dict(zip(worth, look.fires.T.astype(np.uint8), strict=True))
    # What most leads answer alike says who is bad, and tells no few good ones from the rest.
    few = {rule for rule, one in zip(worth, found, strict=True) if one.fired.of <= one.others.of}

    def order(rule: StarterRule) -> tuple[bool, int]:
        return rule in few and (worth[rule] or 0) > 0, worth[rule] or 0

    best = [max(ways, key=order) for ways in asked.about_leads]
    about_leads, about_events = (
        list(_paid(sorted(rules, key=order, reverse=True), worth, fires))
        for rules in (best, asked.about_events)
    )
    known = without(data, leaks, outcome)

    def of(most: int) -> Starter | None:
        some = Questions(tuple((rule,) for rule in about_leads[:most]), tuple(about_events[:most]))
        starter = starter_of(known, source, some)
        if starter is None:
            return None
        return replace(starter, outcome=outcome.condition, of_outcome=outcome.declaration)

    return None if of(MOST_RULES) is None else of


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


def _paid(
    rules: Iterable[StarterRule], worth: Mapping[StarterRule, int | None], fires: Mapping[StarterRule, Flags]
) -> Iterator[StarterRule]:
    """The rules whose leads win more often, of those for all but the same leads the first; those of which too
    little is known stay."""
    paid: list[Flags] = []
    for rule in rules:
        points, leads = worth[rule], fires[rule]
        if (points is not None and points <= 0) or any(same_leads(leads, one) for one in paid):
            continue
        paid.append(leads)
        yield rule if points is None or rule.cap is not None else replace(rule, points=min(points, 40))


def _staged(starter: Starter, store: Store, data: Catalogue) -> tuple[float, Starter]:
    """The starter with thresholds that about a tenth, and about three tenths, of the leads reach, and how far
    from a tenth the share of the top stage is."""
    plan = _plan(starter, data)
    if plan is None:
        return 0.0, starter
    with lead_blocks(store) as blocks:
        scorer = blocks.scorer(Scorer(plan))
        # Of data that ends some time ago, what is recent is what was so at its end.
        last = store.connection.execute("SELECT max(at) FROM event WHERE at <= ?", (now(),)).fetchone()[0]
        totals = [scorer.all_at(block, last or now()).total for block in blocks()]
    total = np.concatenate([np.empty(0, np.int64), *totals])
    if len(total) < 10:
        return 0.0, starter
    most = starter.most_fit + starter.most_engagement
    hot, warm = (nearest_share(total, most, share) for share in (TOP, NEXT))
    off = abs(float(np.mean(total >= hot)) - TOP)
    return off, replace(starter, hot_at=hot, warm_at=min(warm, hot - 1) if hot > 1 else 1)


def nearest_share(total: Ints, most: int, share: float) -> int:
    """The score from 1 to `most` that about this share of the leads reach, in fives where it may be."""
    counts = {score: abs(float(np.mean(total >= score)) - share) for score in range(1, most + 1)}
    least = min(counts.values())
    good = [score for score, off in counts.items() if off <= least + 1e-9]
    return next((score for score in good if score % 5 == 0), good[0])
