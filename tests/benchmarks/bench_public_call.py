"""`ruleset(lead, events, now)` as a program calls it, beside engines that are called in the same way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import leadwright
from leadwright import Decision, Ruleset, load
from leadwright.engine.explain.decision import Finding
from leadwright.rulesets.sample import SAMPLE_NOW, make_sample
from leadwright.tests.benchmarks import as_saas
from leadwright.tests.benchmarks.as_saas import Scored
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.people import NOW, leads
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.timing import Measured, Work, interleaved
from leadwright.tests.benchmarks.workloads import many

SHIPPED = Path(leadwright.__file__).parent / "rulesets/saas-inbound.rules"
INSTANT = SAMPLE_NOW.isoformat().replace("+00:00", "Z")
NUMBERS = ("employees", "budget")
SCORES, ALL = "leadwright, scores, stages, grades and tags", "leadwright, all of the explanation"
ALL_200 = "leadwright, all of the explanation, 200 rules"
TRACED, ENGINE, HAND = "Zen, graph with trace", "rule-engine", "Python alone"

Call = tuple[dict[str, Any], list[dict[str, Any]], str]


def run(*, quick: bool) -> Report:
    """Compares scores first, then times."""
    people = calls(100 if quick else 400)
    ruleset, large = load(SHIPPED), load(rules_text(many(200)))
    peers = {TRACED: as_saas.zen_traced(), ENGINE: as_saas.rule_engine(), HAND: as_saas.by_hand}
    for call in people:
        wanted = scored(ruleset(*call))
        for name, peer in peers.items():
            if peer(*call) != wanted:
                raise AssertionError(f"{name} gives {peer(*call)} and not {wanted} for {call}")
    works = [
        Work(SCORES, _reading(ruleset, scored), people),
        Work(ALL, _reading(ruleset, everything), people),
        Work(ALL_200, _reading(large, everything), many_calls(len(people))),
        *(Work(name, peer, people) for name, peer in peers.items()),
    ]
    times = interleaved(works, 5 if quick else 15)
    return Report("public call", (_table(people, times),), _claims(times), NOTES)


NOTES = (
    "all gave the same scores, stages, grades and tags on the same leads before anything was timed",
    "leads come up again, as they do in a service: instants and values that were read lately are looked up; "
    "without that scores take about 1.6 times as long",
    "leads are dicts, their instants ISO 8601 text; reading them is on the clock for every contender",
    "all of the explanation: every rule, line, finding and missing part, and the next change, each read",
)


def calls(count: int) -> list[Call]:
    """Leads of the shipped sample as a program has them."""
    sample = make_sample()
    happened: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sample.events:
        event: dict[str, Any] = {"type": row["type"], "at": row["at"]}
        if row["object"]:
            event["object"] = row["object"]
        known = ("event_id", "lead_id", *event, "object")
        event["properties"] = {name: value for name, value in row.items() if value and name not in known}
        happened[row["lead_id"]].append(event)
    return [(_fields(row), happened[row["lead_id"]], INSTANT) for row in sample.leads[:count]]


def _fields(row: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: value for name, value in row.items() if value}
    fields |= {name: float(fields[name]) for name in NUMBERS if name in fields}
    if "opted_in" in fields:
        fields["opted_in"] = fields["opted_in"] == "yes"
    return fields


def many_calls(count: int) -> list[Call]:
    """Leads of the larger ruleset in the same form."""
    from leadwright.tests.benchmarks.ours import given

    found = []
    for lead in leads(count):
        events = [given(event) for event in lead.events]
        for event in events:
            event["at"] = event["at"].isoformat().replace("+00:00", "Z")
        found.append((lead.fields, events, NOW.isoformat().replace("+00:00", "Z")))
    return found


def scored(decision: Decision) -> Scored:
    """What every contender gives."""
    scores = decision.scores
    return Scored(
        scores["fit"],
        scores["bant"],
        scores["engagement"],
        decision.total,
        decision.stage,
        decision.grade,
        decision.tags,
    )


def everything(decision: Decision) -> int:
    """Reads every part of a decision down to the last condition."""
    read = len(decision.lines) + (decision.next_change is not None) + len(decision.tags)
    for rule in decision.rules:
        read += len(rule.lines) + (_read(rule.condition) if rule.condition is not None else 0)
        read += _read(rule.events) if rule.events is not None else 0
    for stage in decision.stage_findings:
        read += _read(stage.condition) + sum(len(missing.needed) for way in stage.ways for missing in way)
    return read + sum(map(_read, decision.disqualifications))


def _read(finding: Finding) -> int:
    return len(finding.found) + len(finding.instants) + sum(map(_read, finding.parts))


def _reading(ruleset: Ruleset, read: Callable[[Decision], Any]) -> Callable[..., Any]:
    return lambda lead, events, now: read(ruleset(lead, events, now))


def _table(people: list[Call], times: dict[str, Measured]) -> Table:
    ours = times[SCORES]
    events = mean(len(events) for _, events, _ in people)
    rows = tuple(
        (name, f"{each.median * 1e6:.1f}", f"{each.best * 1e6:.1f}", f"{each.over(ours):.2f}")
        for name, each in times.items()
    )
    title = f"the shipped SaaS ruleset and sample: 24 rules, {events:.0f} events a lead"
    return Table(title, ("microseconds a lead", "median", "best", "over scores"), rows)


def _claims(times: dict[str, Measured]) -> tuple[Claim, ...]:
    return (
        Claim("scores, stages, grades and tags read", times[SCORES].median * 1e6, 45, False, "us"),
        Claim("all of the explanation read", times[ALL].median * 1e6, 150, False, "us"),
        Claim("all of the explanation read, 200 rules", times[ALL_200].median * 1e6, 600, False, "us"),
        Claim("Zen with trace over ours with all read", times[TRACED].over(times[ALL]), 3, True),
        Claim("Zen with trace over our scores", times[TRACED].over(times[SCORES]), 3, True),
    )
