"""Every engine's quickest honest form of a ruleset: prepared outside of the clock, scored on it.

Fields are given as each engine takes them quickest. Events are given as tuples in time order; engines
that cannot count them get their counts from one tuned pass (`as_python.python_facts`), on the clock.
Each form below was chosen by measurement over the other forms its engine offers; the others are named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leadwright.tests.benchmarks import handwritten
from leadwright.tests.benchmarks.as_expressions import (
    CEL,
    RULE_ENGINE,
    ZEN,
    Dialect,
    condition_text,
    decider,
    sums,
    term,
)
from leadwright.tests.benchmarks.as_graph import zen_content, zen_table_content
from leadwright.tests.benchmarks.as_python import python_facts, python_score
from leadwright.tests.benchmarks.codes import Codes
from leadwright.tests.benchmarks.neutral import FIELDS, Ruleset
from leadwright.tests.benchmarks.people import NOW_MICROSECONDS, TODAY, Lead
from leadwright.tests.benchmarks.workloads import twenty

Result = tuple[int, int, int, str | None]
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Contender:
    """One engine with one ruleset. `leads` bounds how many of the leads a round takes."""

    name: str
    prepare: Callable[[Lead], tuple[Any, ...]]
    score: Callable[..., Result]
    leads: int


def by_hand(ruleset: Ruleset) -> Contender:
    """The tuned function: written by hand for the 20 rules, printed by the same manner for more."""
    score = handwritten.score if ruleset == twenty() else python_score(ruleset)
    codes = Codes(ruleset)

    def prepare(lead: Lead) -> tuple[Any, ...]:
        fields = tuple(_plain(lead.fields.get(name)) for name in FIELDS)
        return fields, codes.rows(lead), NOW_MICROSECONDS

    return Contender("hand-written Python", prepare, score, 2_000)


def _plain(value: object) -> object:
    """Text folded, a date as its day number, numbers as doubles, None for unknown."""
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, dt.date):
        return (value - EPOCH).days
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def ready_fields(lead: Lead) -> dict[str, Any]:
    """Fields for engines without unknowns: text "" and number -1 stand for it."""
    fields: dict[str, Any] = {"today": TODAY}
    for name, kind in FIELDS.items():
        value = lead.fields.get(name)
        if value is None:
            fields[name] = "" if kind == "text" else -1
        elif isinstance(value, dt.date):
            fields[name] = (value - EPOCH).days
        else:
            fields[name] = value.lower() if isinstance(value, str) else value
    return fields


def _preparer(ruleset: Ruleset) -> Callable[[Lead], tuple[Any, ...]]:
    codes = Codes(ruleset)
    return lambda lead: (ready_fields(lead), codes.rows(lead), NOW_MICROSECONDS)


def zen_expressions(ruleset: Ruleset) -> Contender:
    """Zen's compiled expression, one for the whole ruleset: an expression a rule costs a conversion of
    the facts each, 8 to 60 times as much in all."""
    import zen

    fit, group, engagement = (", ".join(part) for part in _parts(ruleset, ZEN))
    compiled = zen.compile_expression(f"[sum([{fit}]), sum([{group}]), sum([{engagement}])]")
    ready, decide, evaluate = python_facts(ruleset), decider(ruleset), compiled.evaluate

    def score(fields: dict[str, Any], events: list[Any], now: int) -> Result:
        facts = ready(fields, events, now)
        fit, group, engagement = evaluate(facts)
        return decide(facts, fit, group, engagement)

    return Contender("Zen, bare expression", _preparer(ruleset), score, 500)


def _parts(ruleset: Ruleset, dialect: Dialect) -> tuple[tuple[str, ...], ...]:
    """The terms of fit, group and engagement, none of them empty."""
    found = sums(ruleset, dialect)
    return found.fit or ("0",), found.group or ("0",), found.engagement or ("0",)


def zen_graph(ruleset: Ruleset) -> Contender:
    """Zen's decision graph through a kept engine and a static loader (decisions taken out of the engine
    are ten times slower): an expression node with a key a rule, then one that adds them up."""
    return _graph("Zen, graph of expressions", ruleset, zen_content(ruleset))


def zen_tables(ruleset: Ruleset) -> Contender:
    """The same engine with a collecting decision table for each sum, a row a rule."""
    return _graph("Zen, graph of tables", ruleset, zen_table_content(ruleset))


def _graph(name: str, ruleset: Ruleset, content: dict[str, Any]) -> Contender:
    import zen

    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"rules": content}}})
    ready, decide, evaluate = python_facts(ruleset), decider(ruleset), engine.evaluate

    def score(fields: dict[str, Any], events: list[Any], now: int) -> Result:
        facts = ready(fields, events, now)
        sums = evaluate("rules", facts)["result"]
        return decide(facts, sums["fit"], sums["group"], sums["engagement"])

    return Contender(name, _preparer(ruleset), score, 500)


def rule_engine(ruleset: Ruleset) -> Contender:
    """One compiled rule each, looked up in a dict (`resolve_item`), without a type resolver: the
    quickest of four forms, the others being one expression for all and either with types."""
    import rule_engine as engine

    context = engine.Context(resolver=engine.resolve_item)
    compiled = [
        (engine.Rule(condition_text(rule.condition, RULE_ENGINE), context=context).matches, rule)
        for rule in ruleset.rules
        if rule.condition is not None
    ]
    conditions = [(matches, rule.score == "fit", rule.points) for matches, rule in compiled]
    eaches = [
        engine.Rule(term(rule, RULE_ENGINE), context=context).evaluate
        for rule in ruleset.rules
        if rule.each is not None
    ]
    ready, decide = python_facts(ruleset), decider(ruleset)

    def score(fields: dict[str, Any], events: list[Any], now: int) -> Result:
        facts = ready(fields, events, now)
        fit = engagement = group = 0
        for matches, for_fit, points in conditions:
            if matches(facts):
                if for_fit:
                    fit += points
                else:
                    engagement += points
        for evaluate in eaches:
            group += int(evaluate(facts))
        return decide(facts, fit, group, engagement)

    return Contender("rule-engine", _preparer(ruleset), score, 100)


def cel_python(ruleset: Ruleset) -> Contender:
    """cel-python with its compiling runner, a program a rule, as it is meant to be used."""
    import celpy

    environment = celpy.Environment(runner_class=celpy.CompiledRunner)
    programs = [environment.program(environment.compile(text)).evaluate for text in _cel_texts(ruleset)]
    return _cel("cel-python, a program a rule", ruleset, lambda facts: [run(facts) for run in programs])


def cel_python_at_once(ruleset: Ruleset) -> Contender:
    """The same with all the rules as one list in one program: quicker, if nobody has to read it."""
    import celpy

    environment = celpy.Environment(runner_class=celpy.CompiledRunner)
    program = environment.program(environment.compile(f"[{', '.join(_cel_texts(ruleset))}]"))
    return _cel("cel-python, one program", ruleset, program.evaluate)


def _cel_texts(ruleset: Ruleset) -> list[str]:
    """A truth for each rule, points for one that pays for events."""
    return [
        term(rule, CEL) if rule.condition is None else condition_text(rule.condition, CEL)
        for rule in ruleset.rules
    ]


def _cel(name: str, ruleset: Ruleset, evaluate: Callable[[Any], Any]) -> Contender:
    """The lead's fields are made cel-python's own values ahead, the signals on the clock."""
    import celpy

    ready, decide, whole = python_facts(ruleset), decider(ruleset), celpy.celtypes.IntType
    signals, codes = [signal.name for signal in ruleset.signals()], Codes(ruleset)
    worth = [(rule.points, rule.grouped, rule.score == "fit") for rule in ruleset.rules]

    def prepare(lead: Lead) -> tuple[Any, ...]:
        fields = {key: celpy.json_to_cel(value) for key, value in ready_fields(lead).items()}
        return fields, codes.rows(lead), NOW_MICROSECONDS

    def score(fields: dict[str, Any], events: list[Any], now: int) -> Result:
        facts = ready(fields, events, now)
        for signal in signals:
            facts[signal] = whole(facts[signal])
        fit = engagement = group = 0
        for found, (points, grouped, for_fit) in zip(evaluate(facts), worth, strict=True):
            if found:
                if grouped:
                    group += int(found)
                elif for_fit:
                    fit += points
                else:
                    engagement += points
        return decide(facts, fit, group, engagement)

    return Contender(name, prepare, score, 40 if len(ruleset.rules) < 100 else 10)


def cel_cpp(ruleset: Ruleset) -> Contender:
    """cel-cpp: sums in slices that stay within its depth of nesting, over one activation."""
    from cel_expr_python import cel

    kinds = {"text": cel.Type.STRING, "yes/no": cel.Type.BOOL}
    variables = {name: kinds.get(kind, cel.Type.INT) for name, kind in FIELDS.items()}
    variables |= {signal.name: cel.Type.INT for signal in ruleset.signals()} | {"today": cel.Type.INT}
    environment = cel.NewEnv(variables=variables)
    lists = ["[" + ", ".join(part) + "]" for part in _parts(ruleset, CEL)]
    compiled = environment.compile("[" + ", ".join(lists) + "]")
    ready, decide = python_facts(ruleset), decider(ruleset)

    def score(fields: dict[str, Any], events: list[Any], now: int) -> Result:
        facts = ready(fields, events, now)
        fit, group, engagement = compiled.eval(data=facts).plain_value()
        return decide(facts, sum(fit), sum(group), sum(engagement))

    return Contender("cel-cpp", _preparer(ruleset), score, 500)
