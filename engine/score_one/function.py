"""The function generated from a plan, at four levels of detail, all by the same generator.

SCORE gives `(total, scores, stages, disqualified)`: the scores in the plan's order, the stage of each
track (None for none), whether any disqualification holds. LINES adds `(fired, cuts, reasons, would)`:
`(rule, contribution, written, faded, points)` for each contribution of a rule that fired (contribution
-1 for a rule with tags alone), `(kind, number, points)` for what each group or range took or gave, the
disqualifications that hold, the stages as they would be without them, and of each outcome the instant at
which it was reached (None: not reached; True: reached at no known instant). EXPLAIN adds
`(truths, values)`: of every clause True, False or None, and of every value read. INSTANTS gives
`(selections, paid)` instead: the instants of each selection of events and of what each rule pays for.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from operator import itemgetter
from types import FunctionType
from typing import Any

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind, Unit
from ..explain.plan_index import PlanIndex
from ..plan import Aggregation, Measure, Stage
from .codegen import MARK, CodegenContext, Detail
from .conditions_source import holds, truth_name
from .event_classes import EventClasses
from .events_source import write_pass
from .rules_source import WriteRules, write_points, write_rules
from .values_source import day_text, operand, score_name

IsHeld = Callable[..., bool]
"""`is_held(stage, fields, events, now)`: see `Scorer.is_held`."""


class Unforeseen(Exception):
    """An event of a class that came up after the function was generated."""


@frozen
class GeneratedFunction:
    """A generated function `run(fields, events, now)`, the same for whoever does not ask which stages hold
    from before, its source, and how many classes it knows."""

    run: Callable[..., Any]
    without_past: Callable[..., Any]
    source: str
    classes: int


def generate(parts: PlanIndex, classes: EventClasses, detail: Detail, is_held: IsHeld) -> GeneratedFunction:
    """Writes and compiles a function; `is_held` tells of stages that hold."""
    known = tuple(classes.known)
    context = CodegenContext(parts.kernel, known, detail, classes.width, classes.fixed, uses=parts.uses)
    context.names["is_held"] = is_held
    result = _instants(context, parts) if detail is Detail.INSTANTS else f" return {decided(context, parts)}"
    body = [*context.top.lines, result]
    passed = write_pass(context, body)
    before, lines = resolved(context, passed, body)
    source = "\n".join(
        [
            "def run(fields, events, now):",
            *([" all_events = events"] if context.walks else []),
            *unpacked(context),
            *stand_ins(context, " "),
            *before,
            *lines,
            "",
        ]
    )
    run = made(context, source)
    without_past = run
    if context.walks:
        # The same code: to compile it takes longer than all else.
        without_past = FunctionType(run.__code__, {**run.__globals__, "is_held": _is_never_held})
    return GeneratedFunction(run, without_past, source, len(known))


def _is_never_held(*_: object) -> bool:
    return False


def made(context: CodegenContext, source: str) -> FunctionType:
    """The function `run` of a source, which refers to what the context keeps."""
    scope = referred(context)
    exec(
        compile(source, f"<ruleset {context.plan.digest[:12]}, {context.detail.name.lower()}>", "exec"), scope
    )
    run: FunctionType = scope["run"]
    return run


def referred(context: CodegenContext) -> dict[str, Any]:
    """What generated lines refer to, by its names."""
    return {
        **context.names,
        **{unit.name: unit for unit in Unit},
        "NAN": math.nan,
        "bisect_right": bisect_right,
        "instant_of_row": itemgetter(0),
        "shift": context.plan.zone.shift,
        "day_in": context.plan.zone.day,
        "start_in": context.plan.zone.start,
        "Unforeseen": Unforeseen,
        "newest": len(context.classes) - 1,
    }


def resolved(context: CodegenContext, passed: list[str], rest: list[str]) -> tuple[list[str], list[str]]:
    """The lines that name moments, and all lines with the marks of moments replaced: by such a name, or in
    place where it is read once, late."""
    loop, body = "\n".join(passed), "\n".join(rest)
    lines: list[str] = []
    for mark, (name, made) in moments(context).items():
        if mark not in loop and body.count(mark) == 1:
            body = body.replace(mark, f"({made})")
        elif mark in loop or mark in body:
            loop, body = loop.replace(mark, name), body.replace(mark, name)
            lines.append(f" {name} = {made}")
    return lines, [*([loop] if loop else []), body]


def moments(context: CodegenContext) -> dict[str, tuple[str, str]]:
    """What each mark of a moment stands for: a name for it, and what it comes to."""
    meant = {f"{MARK}today{MARK}": ("today", day_text(context, "now"))}
    for key, mark in context.edges.items():
        if isinstance(key, int):
            made = f"now - {-key}" if key < 0 else f"now + {key}"
        else:
            made = f"shift(now, {key[0]}, {key[1].name})"
        meant[mark] = (f"w{mark.strip(MARK)}", made)
    return meant


def unpacked(context: CodegenContext) -> list[str]:
    """The line that gives each field its local name."""
    fields = [f"f{number}" for number in range(len(context.plan.fields))]
    return [f" {tuple_of(fields)[1:-1]} = fields"] if fields else []


def stand_ins(context: CodegenContext, pad: str) -> list[str]:
    """The lines that make the stand-ins of fields that may be unknown."""
    lines = []
    for number, name in context.stand_ins.items():
        other = "NAN" if context.plan.fields[number].kind is Kind.NUMBER else '""'
        lines.append(f"{pad}{name} = {other} if f{number} is None else f{number}")
    return lines


def tuple_of(items: Iterable[str]) -> str:
    """The items as a tuple of Python."""
    return f"({''.join(f'{item}, ' for item in items)})"


def decided(
    context: CodegenContext,
    parts: PlanIndex,
    rules: WriteRules = write_rules,
    truths: Callable[[list[str]], str] = tuple_of,
) -> str:
    """Adds the lines that decide about a lead, those of its rules by `rules`.

    Gives the tuple that the function returns; `truths` makes its truths of all clauses out of their names.
    """
    tells = context.detail is not Detail.SCORE
    if tells:
        context.top.add("fired = []; fire = fired.append; cuts = []; cut = cuts.append")
    write_points(context, rules)
    stages = tuple_of(_stages(context))
    gone = _disqualified(context, tells)
    nowhere = tuple_of(["None"] * len(context.plan.tracks))
    scores = tuple_of(score_name(number) for number in range(len(context.plan.scores)))
    results = [score_name(None), scores, f"{nowhere} if {gone} else {stages}", f"True if {gone} else False"]
    if tells:
        results += ["fired", "cuts", "reasons", stages, tuple_of(_outcomes(context))]
    if context.detail is Detail.EXPLAIN:
        results.append(truths([truth_name(context, clause) for clause in parts.clauses]))
        results += [tuple_of([operand(context, context.top, value).text for value in parts.values])]
    return tuple_of(results)


def _stages(context: CodegenContext) -> list[str]:
    """Adds the lines that find the highest stage of each track; its local names."""
    names: list[str] = []
    for track in context.plan.tracks:
        name = context.fresh("k")
        names.append(name)
        numbered = [*enumerate(context.plan.stages)][::-1]
        stages = [stage for _, stage in numbered if stage.track == track]
        tests = [_in_stage(context, number, stage) for number, stage in numbered if stage.track == track]
        word = "if"
        for stage, test in zip(stages, tests, strict=True):
            context.top.add(f"{word} {test}: {name} = {stage.name!r}")
            word = "elif"
        context.top.add(f"else: {name} = None" if stages else f"{name} = None")
    return names


def _in_stage(context: CodegenContext, number: int, stage: Stage) -> str:
    """Whether a lead meets a stage: it comes in now, or came in before and nothing has ended it."""
    comes_in = holds(context, context.top, stage.condition, True)
    if stage.until is None:
        return comes_in.text
    goes_out = holds(context, context.top, stage.until, True)
    context.walks = True
    held = f"is_held({number}, fields, all_events, now)"
    return f"not ({goes_out.text}) and ({comes_in.text} or {held})"


def _disqualified(context: CodegenContext, tells: bool) -> str:
    tests = [holds(context, context.top, reason.condition, True) for reason in context.plan.disqualifications]
    if tells:
        context.top.add("reasons = []")
        for number, test in enumerate(tests):
            context.top.add(f"if {test.text}: reasons.append({number})")
        return "reasons"
    if not tests:
        return "False"
    context.top.add(f"gone = {' or '.join(test.text for test in tests)}")
    return "gone"


def _outcomes(context: CodegenContext) -> list[str]:
    """Of each outcome an expression for when it was reached."""
    found = []
    for outcome in context.plan.outcomes:
        if outcome.events is not None:
            found.append(context.measure(Measure(Aggregation.FIRST, outcome.events)))
            continue
        assert outcome.condition is not None
        reached = holds(context, context.top, outcome.condition, True).text
        at = "True"
        if outcome.at is not None:
            field = f"f{outcome.at.field}"
            instant = f"start_in({field})" if outcome.at.kind is Kind.DATE else field
            at = f"(True if {field} is None else {instant})"
        found.append(f"({at} if {reached} else None)")
    return found


def _instants(context: CodegenContext, parts: PlanIndex) -> str:
    """A list of instants for each selection and for each rule that pays for events, else None."""
    chosen = [context.measure(Measure(Aggregation.INSTANTS, selection)) for selection in parts.selections]
    paid = ["None" if measure is None else context.measure(measure) for measure in parts.paid]
    return f" return {tuple_of([tuple_of(chosen), tuple_of(paid)])}"
