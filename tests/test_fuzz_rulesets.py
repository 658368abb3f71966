"""Mutated rulesets: whatever a text has become, it gets diagnostics or a decision, never a fault, and soon.

LEADWRIGHT_FUZZ=20000 tries so many.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import read
from leadwright.engine.report.decision import decision_text
from leadwright.engine.score_one.facts import Event
from leadwright.engine.testing import run_tests
from leadwright.grammar.messages.diagnostics import Source, render
from leadwright.grammar.syntax.nodes import Group
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.syntax.scan import scan
from leadwright.grammar.text.formatter import format_text
from leadwright.tests.engine.check.test_what_is_said import data

LANGUAGE = Path(__file__).parent / "language"
TRIES = int(os.environ.get("LEADWRIGHT_FUZZ", "400"))
BATCH = 200
SLOWEST = 1.0
"""Seconds of a processor that one ruleset may take."""

STRANGE = (
    "(", ")", '"', "[", "]", "{", "}", ",", ";", "#", "+", "-", "*", "%", "\\", "@", "\x00",
    "\ufeff", "é", "🙂", "and", "or", "not", "in", "is", "where", "when", "then", "score", "list",
    "days", "since", "between", "known", "define", "for", "each", "once per day",
    "fading 25% every 1 day", "at most +5", "within 2 days", "followed by", "0", "1e999",
    "99999999999999999999", "1,000", "2026-02-30", "2026-01-15T25:00Z", "0000-01-01", "9999-12-31",
    "in last 100 years", "in last 1 month", '"*"', '"\\*"', "[Lead Source]", "domain(email)", "/ 0",
    "score >= 5", '"Europe/Berlin"', "visited", "visited pricing", "requested demo", "x", "size",
    "title", "stage SQL when",
)  # fmt: skip


def statements() -> list[str]:
    """Every statement of the conformance cases, as it is written."""
    found = []
    for path in sorted(LANGUAGE.glob("*/*.rules")):
        text = path.read_text(encoding="utf-8")
        for node in parse(Source(text)).tree.statements:
            inner = node.rules if isinstance(node, Group) else (node,)
            found += [text[item.span.start : item.span.end] for item in inner]
    return [text for text in dict.fromkeys(found) if len(text) < 1_000]


STATEMENTS = statements()


def mutated(chance: random.Random) -> str:
    """A few statements, in any order, some of their words or letters changed, lost, doubled or swapped."""
    text = "\n".join(chance.choices(STATEMENTS, k=chance.randint(1, 8)))
    for _ in range(chance.randint(1, 5)):
        text = _one_change(chance, text)
    return text


def _one_change(chance: random.Random, text: str) -> str:
    lexemes = scan(text).lexemes
    if not lexemes or chance.random() < 0.2:
        at = chance.randint(0, len(text))
        return text[:at] + chance.choice((*STRANGE, "")) + text[at + chance.randint(0, 3) :]
    one, other = chance.choice(lexemes).span, chance.choice(lexemes).span
    here, there = text[one.start : one.end], text[other.start : other.end]
    match chance.randrange(6):
        case 0:
            return text[: one.start] + text[one.end :]
        case 1:
            return f"{text[: one.end]} {here}{text[one.end :]}"
        case 2:
            return text[: one.start] + there + text[one.end :]
        case 3:
            return f"{text[: one.start]} {chance.choice(STRANGE)} {text[one.start :]}"
        case 4:
            return text[: one.start] + chance.choice(STRANGE) + text[one.end :]
        case _:
            low, high = sorted((one.start, other.end))
            return text[:high] + "\n" + text[low:high] + text[high:]


LEAD = {"title": "VP Sales", "size": 5, "email": "a@b.example", "due": "2026-01-15", "opted_in": True}
EVENTS = [
    Event("visited", "2026-01-10", "pricing", {"amount": 5, "device": "phone", "paid": True}),
    Event("requested", "2026-01-14T12:00Z", "demo"),
]


def looked_at(text: str, chance: random.Random) -> None:
    """All that is done with a text: read, formatted, and where it is right, tested and explained."""
    reading = read(Source(text), catalogue=data() if chance.random() < 0.3 else None)
    for item in reading.diagnostics:
        assert 0 <= item.span.start <= item.span.end <= len(item.source.text)
        assert item.message
    render(reading.diagnostics)
    format_text(Source(text))
    if reading.plan is None:
        assert reading.diagnostics
        return
    run_tests(reading.plan)
    evaluator = Evaluator(reading.plan)
    decision = evaluator.decide(evaluator.facts(LEAD, EVENTS), chance.randrange(0, 1 << 52), gains=True)
    assert decision_text(decision, unfired_rules=True)


@pytest.mark.parametrize("batch", range(-(-TRIES // BATCH)))
def test_a_mutated_ruleset_gets_an_answer(batch: int) -> None:
    for number in range(batch * BATCH, min((batch + 1) * BATCH, TRIES)):
        chance = random.Random(number)
        text = mutated(chance)
        start = time.process_time()
        try:
            looked_at(text, chance)
        except Exception as fault:
            raise AssertionError(f"ruleset {number} is no answer but a fault:\n{text}") from fault
        took = time.process_time() - start
        assert took < SLOWEST, f"ruleset {number} took {took:.1f} s:\n{text}"
