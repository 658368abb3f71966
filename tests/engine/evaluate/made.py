"""Evaluators of texts, and events said in short."""

from __future__ import annotations

import datetime as dt
from typing import Any

from leadwright.engine.check import check
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_one.facts import Event
from leadwright.grammar.messages.diagnostics import Source, has_errors
from leadwright.grammar.syntax.parse import parse

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)


def evaluator(text: str) -> Evaluator:
    """The evaluator of a text without errors."""
    checked = check(parse(Source(text)))
    assert not has_errors(list(checked.diagnostics)), [item.message for item in checked.diagnostics]
    assert checked.plan is not None
    return Evaluator(checked.plan)


def ago(**length: float) -> dt.datetime:
    """An instant before now."""
    return NOW - dt.timedelta(**length)


def event(said: str, at: dt.datetime | dt.date | str = NOW, **properties: Any) -> Event:
    """`visited pricing`: a type and an object."""
    type_, _, thing = said.partition(" ")
    return Event(type_, at, thing or None, properties)


def total(text: str, events: list[Event], now: dt.datetime = NOW, **lead: Any) -> int:
    """The total of a lead, the same at every level of detail."""
    made = evaluator(text)
    facts = made.facts(lead, events)
    score = made.score(facts, now).total
    decision = made.decide(facts, now)
    assert decision.total == score
    own = sum(line.points for line in decision.lines if line.score is None)
    assert own + sum(decision.scores.values()) == score
    return score
