"""A neutral ruleset as Python source tuned the way `handwritten` is, for when there are too many rules.

The same pass over the events, printed with another ending, is how facts are made ready for contenders
that cannot count events themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from leadwright.tests.benchmarks.codes import Codes
from leadwright.tests.benchmarks.neutral import (
    FIELDS,
    AllOf,
    Among,
    AnyOf,
    Between,
    Compared,
    Condition,
    EndsWith,
    NextDays,
    Rule,
    Ruleset,
    Signal,
    Yes,
)

DAY = 86_400_000_000
NEVER_KNOWN = {"text": '""', "number": "NAN", "date": "-1"}
"""What stands for unknown in a local: no comparison with it that a rule makes is true."""


def python_score(ruleset: Ruleset) -> Callable[..., Any]:
    """`score(facts, events, now)` with the arguments and the result of `handwritten.score`."""
    source = [
        "def score(facts, events, now):",
        f"    {', '.join(FIELDS)} = facts",
        *(f"    if {n} is None: {n} = {NEVER_KNOWN[k]}" for n, k in FIELDS.items() if k in NEVER_KNOWN),
        "    today = now // DAY",
        *_pass(ruleset.signals(), Codes(ruleset)),
        *_rules(ruleset),
    ]
    return _compiled(source, "score")


def python_facts(ruleset: Ruleset) -> Callable[..., Any]:
    """`ready(fields, events, now)`: a dict of the fields with every signal's number added, -1 for unknown."""
    signals = ruleset.signals()
    source = [
        "def ready(fields, events, now):",
        *_pass(signals, Codes(ruleset)),
        "    return fields | {",
        *(f"        '{signal.name}': {_number(signal)}," for signal in signals),
        "    }",
    ]
    return _compiled(source, "ready")


def _compiled(source: list[str], name: str) -> Callable[..., Any]:
    scope: dict[str, Any] = {"DAY": DAY, "NAN": float("nan")}
    exec(compile("\n".join(source), f"<{name}>", "exec"), scope)
    function: Callable[..., Any] = scope[name]
    return function


# --- the pass over the events -----------------------------------------------------------------


def _pass(signals: tuple[Signal, ...], codes: Codes) -> list[str]:
    windows = sorted({days for signal in signals for days in _edges(signal)}, reverse=True)
    lines = [
        "    if events and events[-1][0] > now:",
        "        events = [event for event in events if event[0] <= now]",
        *(f"    last_{days} = now - {days * DAY}" for days in windows),
        *(f"    {signal.name} = {'set()' if signal.measure == 'distinct' else '0'}" for signal in signals),
        "    for at, code, extra in events:",
    ]
    ever = [signal for signal in signals if signal.days is None]
    if windows:
        lines += [f"        if at <= last_{windows[0]}:"]
        lines += _by_type(ever, codes, windows[0], 12) or ["            pass"]
        lines += ["            continue"]
    return lines + _by_type(signals, codes, windows[0] if windows else 0, 8)


def _edges(signal: Signal) -> Iterable[int]:
    if signal.days is None:
        return ()
    fades = signal.every if signal.measure == "fading" else signal.days
    return range(fades, signal.days + 1, fades)


def _by_type(signals: Iterable[Signal], codes: Codes, widest: int, indent: int) -> list[str]:
    """Types stand in the order of their codes, so that one comparison tells each from those after it."""
    lines: list[str] = []
    passed = 0
    by_type = _grouped(signals, lambda signal: signal.type)
    for type_ in (type_ for type_ in codes.types if type_ in by_type):
        low, high = codes.types[type_]
        above = f"code <= {high}" if low == passed + 1 else f"{low} <= code <= {high}"
        passed = high
        lines.append(f"{' ' * indent}{'el' if lines else ''}if {f'code == {low}' if low == high else above}:")
        by_object = _grouped(by_type[type_], lambda signal: signal.object)
        lines += _by_window(by_object.pop(None, []), widest, indent + 4)
        word = "if"
        for thing, of_thing in by_object.items():
            if low == high:
                lines += _by_window(of_thing, widest, indent + 4)
                continue
            lines.append(f"{' ' * (indent + 4)}{word} code == {codes.code(type_, thing)}:")
            lines += _by_window(of_thing, widest, indent + 8)
            word = "elif"
    return lines


def _by_window(signals: list[Signal], widest: int, indent: int) -> list[str]:
    """The widest window first, the narrower ones inside it."""
    by_days = _grouped(signals, lambda signal: signal.days)
    lines = [" " * indent + _step(signal) for signal in by_days.pop(None, [])]
    for days in sorted((days for days in by_days if days is not None), reverse=True):
        if days != widest:
            lines.append(f"{' ' * indent}if at > last_{days}:")
            indent += 4
        lines += [" " * indent + _step(signal) for signal in by_days[days]]
    return lines


def _step(signal: Signal) -> str:
    name = signal.name
    match signal.measure:
        case "count":
            return f"{name} += 1"
        case "distinct":
            return f"{name}.add(extra)"
        case "sum":
            return f"if extra is not None: {name} += extra"
        case "fading":
            steps = [signal.points * max(0, 100 - signal.percent * k) // 100 for k in range(100)]
            edges = list(_edges(signal))
            worth = " ".join(f"{steps[k]} if at > last_{days} else" for k, days in enumerate(edges[:-1]))
            return f"{name} += {worth} {steps[len(edges) - 1]}"
        case _:
            return f"{name} = at"


def _grouped(signals: Iterable[Signal], key: Callable[[Signal], Any]) -> dict[Any, list[Signal]]:
    groups: dict[Any, list[Signal]] = {}
    for signal in signals:
        groups.setdefault(key(signal), []).append(signal)
    return groups


def _number(signal: Signal) -> str:
    """The signal's number, made of what the pass left in its local."""
    name = signal.name
    match signal.measure:
        case "distinct":
            return f"len({name})"
        case "since":
            return f"(now - {name}) // DAY if {name} else -1"
        case "halving":
            return f"{signal.points} >> (now - {name}) // {signal.every * DAY} if {name} else 0"
        case _:
            return name


# --- the rules --------------------------------------------------------------------------------


def _rules(ruleset: Ruleset) -> list[str]:
    shared = _shared(ruleset)
    lines = [f"    {name} = {text}" for text, name in shared.items()]
    lines += ["    engagement = 0", "    fit = 0"]
    grouped = [rule for rule in ruleset.rules if rule.grouped]
    lines += [line for rule in grouped for line in _each(rule)]
    if grouped:
        lines.append(f"    if engagement > {ruleset.group_most}: engagement = {ruleset.group_most}")
    for rule in ruleset.rules:
        if rule.condition is not None:
            sign = "+" if rule.points >= 0 else "-"
            condition = _condition(rule.condition, shared)
            lines.append(f"    if {condition}: {rule.score} {sign}= {abs(rule.points)}")
    fit, engagement, total = ruleset.fit_range, ruleset.engagement_range, ruleset.total_range
    sql = _condition(Compared(ruleset.sql_signal, ">=", 1), {})
    return [
        *lines,
        f"    fit = 0 if fit < 0 else {fit} if fit > {fit} else fit",
        f"    if not 0 <= engagement <= {engagement}: engagement = 0 if engagement < 0 else {engagement}",
        "    total = fit + engagement",
        f"    if total > {total}: total = {total}",
        "    stage = None",
        f"    if country not in {_set(ruleset.banned)}:",
        f"        if total >= {ruleset.sql} and {sql}: stage = 'SQL'",
        f"        elif total >= {ruleset.mql}: stage = 'MQL'",
        "    return fit, engagement, total, stage",
    ]


def _each(rule: Rule) -> list[str]:
    assert rule.each is not None
    name = rule.each.name
    if rule.each.measure == "halving":
        return [f"    if {name}: engagement += {_number(rule.each)}"]
    worth = f"{rule.points} * {name}" if rule.each.measure == "count" else name
    if rule.most is None:
        return [f"    engagement += {worth}"]
    return [f"    engagement += {worth} if {worth} < {rule.most} else {rule.most}"]


def _shared(ruleset: Ruleset) -> dict[str, str]:
    """Conditions worth a local because more than one rule asks them: those that cost more than a compare."""
    asked: dict[str, int] = {}
    for rule in ruleset.rules:
        for clause in _clauses(rule.condition):
            if isinstance(clause, EndsWith | NextDays) or (isinstance(clause, Among) and clause.starts):
                text = _condition(clause, {})
                asked[text] = asked.get(text, 0) + 1
    return {
        text: f"shared_{number}"
        for number, text in enumerate(text for text, times in asked.items() if times > 1)
    }


def _clauses(condition: Condition | None) -> list[Condition]:
    if condition is None:
        return []
    if isinstance(condition, AllOf | AnyOf):
        return [clause for item in condition.items for clause in _clauses(item)]
    return [condition]


def _condition(condition: Condition, shared: Mapping[str, str]) -> str:
    match condition:
        case AllOf(items=items):
            ordered = sorted(items, key=lambda item: not _is_signal(item))
            return " and ".join(_bracketed(item, shared) for item in ordered)
        case AnyOf(items=items):
            return " or ".join(_bracketed(item, shared) for item in items)
        case Compared(subject=Signal() as signal):
            return _signal(signal, condition.operator, condition.number)
        case _:
            text = _clause(condition)
            return shared.get(text, text)


def _bracketed(condition: Condition, shared: Mapping[str, str]) -> str:
    text = _condition(condition, shared)
    return f"({text})" if isinstance(condition, AllOf | AnyOf) or " or " in text else text


def _is_signal(condition: Condition) -> bool:
    return isinstance(condition, Compared) and isinstance(condition.subject, Signal)


def _signal(signal: Signal, operator: str, number: int) -> str:
    """A comparison with the local as it is, so that nothing is computed before it is asked."""
    name = signal.name
    if signal.measure == "count" and number == 1:
        return name if operator == ">=" else f"not {name}"
    if signal.measure == "distinct":
        return f"len({name}) {operator} {number}"
    if signal.measure == "since":
        assert operator == "<"
        return f"{name} > now - {number * DAY}"
    return f"{name} {operator} {number}"


def _clause(condition: Condition) -> str:
    match condition:
        case Compared(subject=field, operator=operator, number=number):
            return f"{field} {'==' if operator == '=' else operator} {number}"
        case Between(field=field, low=low, high=high):
            return f"{low} <= {field} <= {high}"
        case Among(field=field, words=words, starts=starts, negated=True):
            assert not starts
            return f"{field} and {field} {_membership(words, negated=True)}"
        case Among(field=field, words=words, starts=starts):
            text = f"{field} {_membership(words)}"
            return f"{text} or {field}.startswith({_lowered(starts)!r})" if starts else text
        case EndsWith(field=field, text=text):
            return f"{field}.endswith({text.lower()!r})"
        case Yes(field=field, wanted=wanted):
            return field if wanted else f"{field} is False"
        case NextDays(field=field, days=days):
            return f"0 <= {field} - today <= {days}"
    raise TypeError(condition)


def _membership(words: tuple[str, ...], *, negated: bool = False) -> str:
    if len(words) == 1:
        return f"{'!=' if negated else '=='} {words[0].lower()!r}"
    return f"{'not ' if negated else ''}in {_set(words)}"


def _set(words: tuple[str, ...]) -> str:
    return "{" + ", ".join(repr(word) for word in _lowered(words)) + "}"


def _lowered(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)
