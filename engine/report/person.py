"""A decision explained to the person it is about: what data, which sentences, what they gave, what else
would have come of other data. It holds no expressions, line numbers or ids of ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.parse import parse
from ...grammar.text.sentences import sentence
from ..evaluator import Evaluator
from ..explain.decision import Decision, LineKind, StageFinding
from ..explain.words import prepared_words
from ..plan import Condition, DefineValue, Holds, OneOf, Origin, Plan
from ..plan.walk import condition_values, leaves
from ..score_one.facts import Event, Facts, event_from, instant_from
from ..values import moment_of
from .bounds import bounds_words
from .text_style import PLAIN, TextStyle, counted, listed, shown, signed

MOST_EVENTS = 100
"""More events of a sort are counted, and the latest are told."""
_MOST_DATES = 5


@frozen
class Datum:
    """Something that was known and that a sentence asks about."""

    name: str
    value: str


@frozen
class Applied:
    """A sentence that applied, and what it gave."""

    sentence: str
    gave: str


@frozen
class Otherwise:
    """Other data, and what would have come of it."""

    data: str
    result: str


@frozen
class PersonExplanation:
    """What a person is told about a decision."""

    rules: str
    version: int | None
    decided: dt.datetime
    result: str
    known: tuple[Datum, ...]
    unknown: tuple[str, ...]
    sources: tuple[str, ...]
    applied: tuple[Applied, ...]
    limits: tuple[str, ...]
    meanings: tuple[str, ...]
    otherwise: tuple[Otherwise, ...]
    missing: tuple[Otherwise, ...]
    unsure: str
    reviews: tuple[str, ...]


def explained_to_person(
    evaluator: Evaluator,
    fields: Mapping[str, object],
    events: Sequence[Event],
    decision: Decision,
    *,
    version: int | None = None,
    title: str = "",
    sources: Sequence[str] = (),
    reviews: Sequence[str] = (),
) -> PersonExplanation:
    """The explanation of a decision about these fields and events; `sources` say where they came from,
    `reviews` who looked at it again."""
    plan = evaluator.plan
    facts = evaluator.facts(fields, events)
    asked = sorted(n for n in evaluator.parts.semantic_keys.needs[0].values())
    known = [
        Datum(plan.fields[n].name, value.strip() if isinstance(value, str) else _words(plan, n, facts))
        for n in asked
        if (value := fields.get(plan.fields[n].column)) is not None and facts.fields[n] is not None
    ]
    names = {datum.name for datum in known}
    return PersonExplanation(
        title or plan.title or "the rules",
        version,
        decision.now,
        _result(decision),
        (*known, *_happened(evaluator, events, decision.now)),
        tuple(plan.fields[n].name for n in asked if plan.fields[n].name not in names),
        tuple(sources),
        tuple(_applied(plan, decision)),
        tuple(_limit(line.text, line.points) for line in decision.lines if line.kind is not LineKind.RULE),
        tuple(_meanings(plan, decision)),
        tuple(_otherwise(evaluator, fields, events, decision, names)),
        tuple(_missing(stage) for stage in decision.stage_findings if not stage.holds and stage.ways),
        bounds_words(decision.bounds),
        tuple(reviews),
    )


def _words(plan: Plan, number: int, facts: Facts) -> str:
    return prepared_words(plan.fields[number].kind, facts.fields[number])


# --- what was decided -------------------------------------------------------------------------


def _result(decision: Decision) -> str:
    points = counted(decision.total, "point")
    named = [f"{score} {value:,}" for score, value in decision.scores.items()]
    said = f"{points} ({', '.join(named)})" if named else points
    if decision.disqualified:
        return f"{said}; not considered further: {listed(decision.disqualified)}"
    stages = [
        stage if track == "main" else f"{stage} ({track})"
        for track, stage in decision.stages.items()
        if stage is not None
    ]
    return f"{said}; {listed(stages)}" if stages else f"{said}; no stage reached"


def _happened(evaluator: Evaluator, events: Sequence[Event], now: dt.datetime) -> Iterator[Datum]:
    """The events that some sentence asks about, by what happened."""
    by_name: dict[str, list[dt.datetime]] = {}
    for event in map(event_from, events):
        at = moment_of(instant_from(event.at))
        if at <= now and evaluator.facts({}, [event]).events:
            name = f"{event.type} {event.object}" if event.object else event.type
            by_name.setdefault(name, []).append(at)
    for name, instants in by_name.items():
        days = list(dict.fromkeys(f"{at:%Y-%m-%d}" for at in sorted(instants, reverse=True)))
        explanation = listed(sorted(days[:_MOST_DATES]))
        latest = "lately on" if len(days) > _MOST_DATES else "on"
        times = "once" if len(instants) == 1 else f"{len(instants)} times"
        yield Datum(name, f"{times}, {latest} {explanation}")


# --- sentences --------------------------------------------------------------------------------


def _sentence(plan: Plan, origin: Origin) -> str:
    meanings = {name: one.meaning.value for name, one in plan.names.items()}
    return sentence(parse(Source(origin.text)).tree.statements[0], meanings)


def _applied(plan: Plan, decision: Decision) -> Iterator[Applied]:
    for rule, finding in zip(plan.rules, decision.rules, strict=True):
        if finding.fired and finding.lines:
            yield Applied(
                _sentence(plan, rule.origin),
                listed(f"{signed(line.points)} {line.score or 'points'}" for line in finding.lines),
            )
    for reason, asked in zip(plan.disqualifications, decision.disqualifications, strict=True):
        if asked.truth is True:
            yield Applied(_sentence(plan, reason.origin), "not considered further")
    for stage, found in zip(plan.stages, decision.stage_findings, strict=True):
        if found.current:
            yield Applied(_sentence(plan, stage.origin), f"the stage {stage.name}")


def _limit(text: str, points: int) -> str:
    return f"{text[:1].upper()}{text[1:]}: {signed(points)}"


def _meanings(plan: Plan, decision: Decision) -> Iterator[str]:
    """What the words of the sentences mean that have a meaning of their own."""
    conditions = [
        rule.condition
        for rule, finding in zip(plan.rules, decision.rules, strict=True)
        if finding.fired and rule.condition is not None
    ]
    conditions += [stage.condition for stage in plan.stages]
    conditions += [one.condition for one in plan.disqualifications]
    defines: set[int] = set()
    lists: set[str] = set()
    for condition in conditions:
        _named(plan, condition, defines, lists)
    for number in sorted(defines):
        yield _sentence(plan, plan.definitions[number].origin)
    for one in plan.lists:
        if one.name in lists:
            yield _sentence(plan, one.origin)


def _named(plan: Plan, condition: Condition, defines: set[int], lists: set[str]) -> None:
    """Adds the definitions and lists that a condition names."""
    used = {value.define for value in condition_values(condition) if isinstance(value, DefineValue)}
    for leaf in leaves(condition):
        if isinstance(leaf, Holds):
            used.add(leaf.define)
        elif isinstance(leaf, OneOf) and leaf.list is not None:
            lists.add(leaf.list)
    for define in used - defines:
        defines.add(define)
        body = plan.definitions[define].condition
        if body is not None:
            _named(plan, body, defines, lists)


# --- what else would have come ----------------------------------------------------------------


def _otherwise(
    evaluator: Evaluator,
    fields: Mapping[str, object],
    events: Sequence[Event],
    decision: Decision,
    names: set[str],
) -> Iterator[Otherwise]:
    """What would have come out without each datum, where that is something else."""
    for field in evaluator.plan.fields:
        if field.name in names:
            less = {name: value for name, value in fields.items() if name != field.column}
            yield from _without(f"Without {field.name}", evaluator, less, events, decision)
    kinds = dict.fromkeys((one.type, one.object) for one in map(event_from, events))
    for type_, object_ in kinds:
        left = [one for one in map(event_from, events) if (one.type, one.object) != (type_, object_)]
        words = f"Without {type_} {object_}" if object_ else f"Without {type_}"
        yield from _without(words, evaluator, fields, left, decision)


def _without(
    words: str,
    evaluator: Evaluator,
    fields: Mapping[str, object],
    events: Sequence[Event],
    decision: Decision,
) -> Iterator[Otherwise]:
    result = _result(evaluator.decide(evaluator.facts(fields, events), decision.now))
    if result != _result(decision):
        yield Otherwise(words, result)


def _missing(stage: StageFinding) -> Otherwise:
    """What was missing for a stage, by the shortest way."""
    return Otherwise(listed(one.needed for one in stage.ways[0]), stage.stage)


# --- as text and as data ----------------------------------------------------------------------


def person_text(explanation: PersonExplanation, style: TextStyle = PLAIN) -> list[str]:
    """The explanation for reading and printing."""
    version = f", version {explanation.version}" if explanation.version is not None else ""
    lines = [
        style.bold("How this was decided"),
        *style.wrapped(f"On {explanation.decided:%Y-%m-%d} (UTC), by {shown(explanation.rules)}{version}."),
        *style.wrapped(f"Result: {shown(explanation.result)}."),
    ]
    lines += ["", style.bold("What was known and used")]
    for datum in explanation.known:
        lines += style.wrapped(f"{shown(datum.name)}: {shown(datum.value)}", 2, 4)
    if explanation.unknown:
        lines += style.wrapped(f"Asked about, but not known: {shown(listed(explanation.unknown))}.", 2, 4)
    lines += [line for one in explanation.sources for line in style.wrapped(shown(one), 2, 4)]
    if explanation.applied:
        lines += ["", style.bold("The sentences that applied, and what they gave")]
        lines += style.wrapped('In them, "the lead" is the person whom this is about.', 2, 4)
        for applied in explanation.applied:
            lines += style.wrapped(f"{shown(applied.sentence)} Gave: {shown(applied.gave)}.", 2, 4)
        lines += [line for one in explanation.limits for line in style.wrapped(shown(one), 2, 4)]
    if explanation.meanings:
        lines += ["", style.bold("What words in them mean")]
        lines += [line for one in explanation.meanings for line in style.wrapped(shown(one), 2, 4)]
    if explanation.otherwise or explanation.missing or explanation.unsure:
        lines += ["", style.bold("What other data would have changed")]
        for one in explanation.otherwise:
            lines += style.wrapped(f"{shown(one.data)}: {shown(one.result)}.", 2, 4)
        for one in explanation.missing:
            lines += style.wrapped(f"{shown(one.result)} was not reached: {shown(one.data)}.", 2, 4)
        lines += style.wrapped(explanation.unsure, 2, 4) if explanation.unsure else []
    if explanation.reviews:
        lines += ["", style.bold("Looked at again by a person")]
        lines += [line for one in explanation.reviews for line in style.wrapped(shown(one), 2, 4)]
    return lines


def person_data(explanation: PersonExplanation) -> dict[str, Any]:
    """The same as data."""
    return asdict(explanation) | {"decided": explanation.decided.isoformat().replace("+00:00", "Z")}
