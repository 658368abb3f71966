"""Leadwright with a neutral ruleset, at each level of detail that it answers in."""

from __future__ import annotations

from typing import Any

from leadwright.engine.check import FrozenFiles, check
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_one.codegen import Detail
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.contenders import Contender, Result
from leadwright.tests.benchmarks.neutral import Ruleset
from leadwright.tests.benchmarks.people import NOW, NOW_MICROSECONDS, Event, Lead


def evaluator(ruleset: Ruleset, people: list[Lead]) -> Evaluator:
    """The ruleset through the front door, the kinds of events of these leads known to it."""
    checked = check(parse(Source(rules_text(ruleset))), files=FrozenFiles({}))
    if checked.plan is None:
        raise RuntimeError("; ".join(found.message for found in checked.diagnostics))
    found = Evaluator(checked.plan)
    for lead in people:
        found.facts(lead.fields, map(given, lead.events))
    return found


def given(event: Event) -> dict[str, Any]:
    """An event as a caller of the library gives it."""
    from leadwright.engine.values import moment_of

    properties = {} if event.amount is None else {"amount": event.amount}
    return {"type": event.type, "object": event.object, "at": moment_of(event.at), "properties": properties}


def name_of(detail: Detail) -> str:
    """What the generated function of a level of detail is called among the contenders."""
    return f"leadwright, {detail.name.lower()}"


def contender(ours: Evaluator, detail: Detail) -> Contender:
    """The generated function of a level of detail, as bulk scoring calls it."""
    run = ours.program(detail).run

    def prepare(lead: Lead) -> tuple[Any, ...]:
        facts = ours.facts(lead.fields, map(given, lead.events))
        return facts.fields, facts.events, NOW_MICROSECONDS

    return Contender(name_of(detail), prepare, run, 2_000)


def through_api(ours: Evaluator, name: str) -> Contender:
    """`Evaluator.score` or `Evaluator.decide` of facts made ready."""
    call = getattr(ours, name)
    leads = 2_000 if name == "score" else 200
    return Contender(
        f"leadwright, .{name}()",
        lambda lead: (ours.facts(lead.fields, map(given, lead.events)), NOW),
        call,
        leads,
    )


def as_result(found: Any) -> Result:
    """The plain function's answer in the form in which the others give it."""
    total, (fit, engagement), (stage,), _ = found[:4]
    return fit, engagement, total, stage
