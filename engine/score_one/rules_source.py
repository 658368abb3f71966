"""Rules, groups and ranges as Python: the points that add up, and what explains them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from ..plan import Aggregation, Contribution, Each, Measure, Rule
from ..plan.adding_up import Pay, Register, RegisterKind, Settle, decayed
from ..plan.measures import of_each
from .codegen import CodegenContext, Detail
from .conditions_source import Nested, holds, write_nested
from .values_source import score_name

WriteRules = Callable[[CodegenContext], None]
"""Adds the lines of all rules."""


def write_points(context: CodegenContext, write_rules: WriteRules) -> None:
    """Adds the lines that gather the points of rules and make scores of them."""
    kernel = context.kernel
    paid_into = list(dict.fromkeys(_name(pay.into) for pay in kernel.payments.values()))
    for start in range(0, len(paid_into), 50):
        context.top.add(f"{' = '.join(paid_into[start : start + 50])} = 0")
    write_rules(context)
    _settle(context, [step for step in kernel.steps if isinstance(step, Settle)], set(paid_into))


def write_rules(context: CodegenContext) -> None:
    """Adds the lines of all rules, those about no event together where only scores are asked for."""
    simple: list[Nested] = []
    for number, rule in enumerate(context.plan.rules):
        if context.detail is Detail.SCORE and rule.each is None and rule.contributions:
            simple.append(_simple(context, rule, payments_of(context, number, rule)))
        else:
            write_rule(context, number, rule)
    write_nested(context.top, simple)


def payments_of(context: CodegenContext, number: int, rule: Rule) -> list[Pay]:
    """What each contribution of a rule gives."""
    return [context.kernel.payments[number, place] for place in range(len(rule.contributions))]


def _settle(context: CodegenContext, settlements: list[Settle], begun: set[str]) -> None:
    """Adds the lines that bound each register, after all that was handed on to it is in it."""
    tells = context.detail in (Detail.LINES, Detail.EXPLAIN)
    handed_on: dict[Register, list[str]] = defaultdict(list)
    for step in settlements:
        name, others = _name(step.register), handed_on[step.register]
        for start in range(0, max(len(others), name not in begun), 50):
            sign = "+=" if name in begun else "="
            context.top.add(f"{name} {sign} {' + '.join(others[start : start + 50]) or 0}")
            begun.add(name)
        word = "if"
        for edge, beyond in ((step.most, ">"), (step.least, "<")):
            if edge is not None:
                kind, number = step.register
                cut = f"cut(({kind:d}, {number}, {edge} - {name})); " if tells else ""
                context.top.add(f"{word} {name} {beyond} {edge}: {cut}{name} = {edge}")
                word = "elif"
        if step.into is not None:
            handed_on[step.into].append(name)


def _name(register: Register) -> str:
    """The local that holds a register."""
    kind, number = register
    if kind is RegisterKind.GROUP:
        return f"b{number}"
    return score_name(None if kind is RegisterKind.TOTAL else number)


def write_rule(context: CodegenContext, number: int, rule: Rule) -> None:
    """Adds the lines of one rule."""
    top, payments = context.top, payments_of(context, number, rule)
    tells = context.detail is not Detail.SCORE
    if not tells and not rule.contributions:
        return
    test = holds(context, top, rule.condition, True) if rule.condition is not None else None
    asks: list[str] = []
    if rule.each is not None and (fires := _fires(context, rule, rule.each)):
        asks.append(fires)
    if test is not None and test.text != "True":
        asks.append(f"({test.text})" if asks and test.loose > 1 else test.text)
    inside = [line for pay in payments for line in _payment(context, pay)]
    if not rule.contributions:
        inside = [f"fire(({number}, -1, 0, 0, 0))"]
    if len(inside) == 1 and asks:
        top.add(f"if {' and '.join(asks)}: {inside[0]}")
        return
    if asks:
        top.add(f"if {' and '.join(asks)}:")
    for line in inside:
        top.add(line, 1 if asks else 0)


def _simple(context: CodegenContext, rule: Rule, payments: list[Pay]) -> Nested:
    """The conditions of a rule about no event, and the lines that give its points."""
    test = holds(context, context.top, rule.condition, True) if rule.condition is not None else None
    lines = [line for pay in payments for line in _payment(context, pay)]
    if test is None or test.text == "True":
        return (), lines
    return test.parts or (test,), lines


def _fires(context: CodegenContext, rule: Rule, each: Each) -> str:
    """Whether any event is there to be paid for; nothing where no event gives no points either."""
    summed = each.which == "each" and each.once is None
    if context.detail is Detail.SCORE and summed and all(c.decay is not None for c in rule.contributions):
        return ""
    name = context.measure(of_each(each, decays=_lists(rule, each)))
    return f"{name} is not None" if each.which != "each" else name


def _lists(rule: Rule, each: Each) -> bool:
    """Whether the instants that a rule pays for are gathered, to be faded afterwards."""
    return each.once is not None and any(c.decay is not None for c in rule.contributions)


def _payment(context: CodegenContext, pay: Pay) -> list[str]:
    """The lines that add what one contribution gives, the rule firing."""
    target, contribution, each = _name(pay.into), pay.contribution, pay.rule.each
    tells = context.detail is not Detail.SCORE
    points, given = contribution.points, pay.fixed
    if given is not None:
        add = f"{target} += {given}" if given >= 0 else f"{target} -= {-given}"
        fire = f"fire(({pay.number}, {pay.place}, {points}, {points}, {given}))"
        return [f"{fire}; {add}" if tells else add]
    assert each is not None
    lines, sum_, written = _points_per_event(context, each, pay.rule, contribution)
    bounds = [(contribution.most, ">"), (contribution.least, "<")]
    bounds = [(edge, sign) for edge, sign in bounds if edge is not None]
    if not bounds and not tells:
        return [*lines, f"{target} += {sum_}"]
    lines.append(f"q = {sum_}")
    if tells:
        lines.append("y = q")
    for word, (edge, sign) in zip(("if", "elif"), bounds, strict=False):
        lines.append(f"{word} q {sign} {edge}: q = {edge}")
    if tells:
        lines.append(f"fire(({pay.number}, {pay.place}, {written}, y, q))")
    return [*lines, f"{target} += q"]


def _points_per_event(
    context: CodegenContext, each: Each, rule: Rule, contribution: Contribution
) -> tuple[list[str], str, str]:
    """What must be computed first; the points of all events together; what they were before fading."""
    points, decay = contribution.points, contribution.decay
    lists = _lists(rule, each)
    left = () if decay is None else decayed(points, decay)
    if decay is not None and each.which == "each" and not lists:
        name = context.measure(Measure(Aggregation.FADED, each.events, within=decay.every, left=left))
        count = context.measure(of_each(each, decays=False)) if context.detail is not Detail.SCORE else ""
        return [], name, f"{points} * {count}"
    name = context.measure(of_each(each, lists))
    count = f"len({name})" if lists else name
    if decay is None:
        return [], f"{points} * {count}", f"{points} * {count}"
    table = context.constant(("decay", left), lambda: left)
    if each.which != "each":
        lines = [f"k = (now - {name}) // {decay.every}"]
        return lines, f"{table}[k] if k < {len(left)} else 0", str(points)
    lines = ["z = 0", f"for at in {name}:", f" k = (now - at) // {decay.every}"]
    return [*lines, f" if k < {len(left)}: z += {table}[k]"], "z", f"{points} * {count}"
