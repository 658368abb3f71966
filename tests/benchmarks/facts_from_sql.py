"""Other engines over a store: SQLite counts the facts of each lead, they score them.

They take a sample of the leads, and their time is scaled to all: an engine that takes minutes for a million
takes as long for each of them.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from itertools import islice
from time import perf_counter
from typing import Any

from leadwright.engine.store.database import Store
from leadwright.engine.values import day_of, read_moment
from leadwright.tests.benchmarks.as_expressions import (
    RULE_ENGINE,
    ZEN,
    Result,
    condition_text,
    decider,
    sums,
    term,
)
from leadwright.tests.benchmarks.as_sql import Kinds, Printer
from leadwright.tests.benchmarks.neutral import FIELDS, Ruleset
from leadwright.tests.benchmarks.people import NOW_MICROSECONDS, TODAY

ZEN_SAMPLE, RULE_ENGINE_SAMPLE = 50_000, 5_000

Facts = Mapping[str, Any]


def zen_seconds(ruleset: Ruleset, store: Store, kinds: Kinds, leads: int) -> float:
    """Zen's compiled expression, one for the whole ruleset, which is its quickest form."""
    import zen

    parts = sums(ruleset, ZEN)
    lists = (", ".join(part) or "0" for part in (parts.fit, parts.group, parts.engagement))
    text = ", ".join(f"sum([{one}])" for one in lists)
    evaluate, decide = zen.compile_expression(f"[{text}]").evaluate, decider(ruleset)

    def score(facts: Facts) -> Result:
        return decide(facts, *evaluate(facts))

    return _seconds(score, ruleset, store, kinds, min(ZEN_SAMPLE, leads)) * leads


def rule_engine_seconds(ruleset: Ruleset, store: Store, kinds: Kinds, leads: int) -> float:
    """rule-engine's compiled rules, looked up in a dict: its quickest form."""
    import rule_engine as engine

    context = engine.Context(resolver=engine.resolve_item)
    conditions = [
        (engine.Rule(condition_text(rule.condition, RULE_ENGINE), context=context).matches, rule)
        for rule in ruleset.rules
        if rule.condition is not None
    ]
    eaches = [
        engine.Rule(term(rule, RULE_ENGINE), context=context).evaluate
        for rule in ruleset.rules
        if rule.each is not None
    ]
    decide = decider(ruleset)

    def score(facts: Facts) -> Result:
        fit = engagement = 0
        for matches, rule in conditions:
            if matches(facts):
                if rule.score == "fit":
                    fit += rule.points
                else:
                    engagement += rule.points
        return decide(facts, fit, sum(int(evaluate(facts)) for evaluate in eaches), engagement)

    return _seconds(score, ruleset, store, kinds, min(RULE_ENGINE_SAMPLE, leads)) * leads


def _seconds(
    score: Callable[[Facts], Result], ruleset: Ruleset, store: Store, kinds: Kinds, sample: int
) -> float:
    """Seconds a lead, the counting of facts included; raises where a score is not ours."""
    ours = dict(
        store.connection.execute(
            "SELECT lead, total FROM score WHERE lead <= ? AND ruleset = "
            "(SELECT id FROM ruleset WHERE name = ?)",
            (sample, f"bench{len(ruleset.rules)}"),
        )
    )
    sql, names = _facts_sql(ruleset, kinds, sample), [signal.name for signal in ruleset.signals()]
    gc.collect()
    start = perf_counter()
    found = {}
    days = {None: -1}
    for lead, *values in store.connection.execute(sql):
        facts: dict[str, Any] = {"today": TODAY}
        for (name, kind), value in zip(FIELDS.items(), islice(values, len(FIELDS)), strict=True):
            if kind == "text":
                facts[name] = value.lower() if value else ""
            elif kind == "yes/no":
                facts[name] = bool(value)
            elif kind == "date":
                day = days.get(value)
                facts[name] = days.setdefault(value, _day(value)) if day is None else day
            else:
                facts[name] = -1 if value is None else value
        facts.update(zip(names, values[len(FIELDS) :], strict=True))
        found[lead] = score(facts)[2]
    seconds = perf_counter() - start
    if ours and found != ours:
        raise RuntimeError("another engine's scores are not ours")
    return seconds / sample


def _day(text: str) -> int:
    moment = read_moment(text)
    assert moment is not None
    return day_of(moment)


def _facts_sql(ruleset: Ruleset, kinds: Kinds, sample: int) -> str:
    signals = {signal: signal.name for signal in ruleset.signals()}
    printer = Printer(ruleset, kinds, signals)
    read = sorted({kind for signal in signals for kind in printer.kinds_of(signal)})
    measured = ", ".join(f"ifnull({printer.aggregate(s)}, -1)" for s in signals)
    fields = ", ".join(f"lead.{name}" for name in FIELDS)
    return (
        f"SELECT lead._id, {fields}, {measured} FROM lead LEFT JOIN event ON event.lead = lead._id "
        f"AND event.at <= {NOW_MICROSECONDS} AND event.kind IN ({', '.join(map(str, read))}) "
        f"WHERE lead._id <= {sample} GROUP BY lead._id"
    )
