"""A neutral ruleset as the text of a .rules file."""

from __future__ import annotations

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


def rules_text(ruleset: Ruleset) -> str:
    """The whole text: declarations, rules, the group, decisions."""
    lines = ['ruleset "Benchmark"', ""]
    lines += [f"field {name}: {kind}" for name, kind in FIELDS.items()]
    lines += [f"list {name}: {_quoted(entries)}" for name, entries in ruleset.lists.items()]
    lines += [
        "",
        f"score fit from 0 to {ruleset.fit_range}",
        f"score engagement from 0 to {ruleset.engagement_range}",
        f"score from 0 to {ruleset.total_range}",
        "",
    ]
    lines += [_rule(rule) for rule in ruleset.rules if not rule.grouped]
    lines += ["", f'group "Website" at most {ruleset.group_most} {{']
    lines += ["    " + _rule(rule) for rule in ruleset.rules if rule.grouped]
    lines += [
        "}",
        "",
        f"stage MQL when score >= {ruleset.mql}",
        f"stage SQL when score >= {ruleset.sql} and {_events(ruleset.sql_signal)}",
        f'disqualify when country in ({_quoted(ruleset.banned)}) because "we may not sell there"',
        "",
    ]
    return "\n".join(lines)


def _rule(rule: Rule) -> str:
    points = f"{rule.points:+d} {rule.score}"
    if rule.each is None:
        assert rule.condition is not None
        return f'rule "{rule.name}" when {_condition(rule.condition)} then {points}'
    signal = rule.each
    which = "latest" if signal.latest else "each"
    decay = {
        "fading": f" fading {signal.percent}% every {signal.every} days",
        "halving": f" halving every {signal.every} days",
        "count": "",
    }[signal.measure]
    cap = "" if rule.most is None else f" at most +{rule.most}"
    return f'rule "{rule.name}" for {which} {_events(signal)}{_window(signal)} then {points}{decay}{cap}'


def _condition(condition: Condition) -> str:
    match condition:
        case Compared(subject=Signal() as signal, operator=operator, number=number):
            if (signal.measure, operator, number) == ("count", ">=", 1):
                return _events(signal) + _window(signal)
            if (signal.measure, operator, number) == ("count", "<", 1):
                return f"not {_events(signal)}{_window(signal)}"
            return f"{_measured(signal)} {operator} {number}{_window(signal)}"
        case Compared(subject=subject, operator=operator, number=number):
            return f"{subject} {operator} {number}"
        case Between(field=field, low=low, high=high):
            return f"{field} between {low} and {high}"
        case Among(field=field, list=str(name), negated=negated):
            return f"{field} {'not ' if negated else ''}in {name}"
        case Among(field=field, words=(word,), negated=negated):
            return f'{field} {"!=" if negated else "="} "{word}"'
        case Among(field=field, words=words, negated=negated):
            return f"{field} {'not ' if negated else ''}in ({_quoted(words)})"
        case EndsWith(field=field, text=text):
            return f'{field} ends with "{text}"'
        case Yes(field=field, wanted=wanted):
            return field if wanted else f"not {field}"
        case NextDays(field=field, days=days):
            return f"{field} in next {days} days"
        case AllOf(items=items):
            return " and ".join(_bracketed(item) for item in items)
        case AnyOf(items=items):
            return " or ".join(_bracketed(item) for item in items)
    raise TypeError(condition)


def _bracketed(condition: Condition) -> str:
    text = _condition(condition)
    return f"({text})" if isinstance(condition, AllOf | AnyOf) else text


def _measured(signal: Signal) -> str:
    match signal.measure:
        case "count":
            return _events(signal)
        case "distinct":
            return f"distinct({_events(signal)})"
        case "sum":
            return f"sum({signal.type}.amount)"
        case "since":
            return f"days since {_events(signal)}"
    raise ValueError(signal.measure)


def _events(signal: Signal) -> str:
    return signal.type if signal.object is None else f"{signal.type} {signal.object}"


def _window(signal: Signal) -> str:
    return "" if signal.days is None else f" in last {signal.days} days"


def _quoted(texts: tuple[str, ...]) -> str:
    return ", ".join(f'"{text}"' for text in texts)
