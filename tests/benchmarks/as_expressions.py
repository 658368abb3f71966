"""A neutral ruleset as expressions of other engines, over facts that hold every signal as a ready number.

Facts for them have no unknowns: text "" and number -1 stand for it, which no condition here takes for true
(`<` is asked with a lower bound for that reason).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leadwright.tests.benchmarks.neutral import (
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

Result = tuple[int, int, int, str | None]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one engine spells what the others spell otherwise; `{0}` and `{1}` are field and text."""

    conjunction: str
    disjunction: str
    negation: str
    starts: str
    ends: str


ZEN = Dialect(" and ", " or ", "not({0})", 'startsWith({0}, "{1}")', 'endsWith({0}, "{1}")')
RULE_ENGINE = Dialect(" and ", " or ", "not ({0})", '{0}.starts_with("{1}")', '{0}.ends_with("{1}")')
CEL = Dialect(" && ", " || ", "!({0})", '{0}.startsWith("{1}")', '{0}.endsWith("{1}")')


@dataclass(frozen=True, slots=True)
class Sums:
    """The points of the rules that feed fit, the group and engagement outside it, one term a rule."""

    fit: tuple[str, ...]
    group: tuple[str, ...]
    engagement: tuple[str, ...]

    def joined(self) -> tuple[str, str, str]:
        """Each as one expression."""
        return " + ".join(self.fit), " + ".join(self.group), " + ".join(self.engagement)


def sums(ruleset: Ruleset, dialect: Dialect) -> Sums:
    """Every rule as a term that is worth its points or 0."""
    fit = tuple(term(rule, dialect) for rule in ruleset.rules if rule.score == "fit")
    group = tuple(term(rule, dialect) for rule in ruleset.rules if rule.grouped)
    rest = [rule for rule in ruleset.rules if rule.score == "engagement" and not rule.grouped]
    return Sums(fit, group, tuple(term(rule, dialect) for rule in rest))


def term(rule: Rule, dialect: Dialect) -> str:
    """What a rule is worth, as a number."""
    if rule.condition is not None:
        return f"({condition_text(rule.condition, dialect)} ? {rule.points} : 0)"
    assert rule.each is not None
    name = rule.each.name
    worth = f"{rule.points} * {name}" if rule.each.measure == "count" else name
    return worth if rule.most is None else f"({worth} < {rule.most} ? {worth} : {rule.most})"


def condition_text(condition: Condition, dialect: Dialect) -> str:
    """A condition in one engine's words."""
    match condition:
        case AllOf(items=items):
            return dialect.conjunction.join(_bracketed(item, dialect) for item in items)
        case AnyOf(items=items):
            return dialect.disjunction.join(_bracketed(item, dialect) for item in items)
        case Compared(subject=subject, operator=operator, number=number):
            counted = isinstance(subject, Signal) and subject.measure != "since"
            name = subject.name if isinstance(subject, Signal) else subject
            text = f"{name} {operator} {number}"
            return f"{name} >= 0{dialect.conjunction}{text}" if operator == "<" and not counted else text
        case Between(field=field, low=low, high=high):
            return f"{field} >= {low}{dialect.conjunction}{field} <= {high}"
        case Among(negated=True, field=field, words=words):
            return f'{field} != ""{dialect.conjunction}{_none_of(field, words, dialect)}'
        case Among(field=field, words=words, starts=starts):
            parts = [f'{field} == "{words[0].lower()}"' if len(words) == 1 else _membership(field, words)]
            parts += [dialect.starts.format(field, start.lower()) for start in starts]
            return dialect.disjunction.join(parts)
        case EndsWith(field=field, text=text):
            return dialect.ends.format(field, text.lower())
        case Yes(field=field, wanted=wanted):
            return field if wanted else dialect.negation.format(field)
        case NextDays(field=field, days=days):
            return f"{field} >= today{dialect.conjunction}{field} <= today + {days}"
    raise TypeError(condition)


def _bracketed(condition: Condition, dialect: Dialect) -> str:
    return f"({condition_text(condition, dialect)})"


def _none_of(field: str, words: tuple[str, ...], dialect: Dialect) -> str:
    if len(words) == 1:
        return f'{field} != "{words[0].lower()}"'
    return dialect.negation.format(_membership(field, words))


def _membership(field: str, words: tuple[str, ...]) -> str:
    return f"{field} in [" + ", ".join(f'"{word.lower()}"' for word in words) + "]"


def decider(ruleset: Ruleset) -> Callable[[Mapping[str, object], int, int, int], Result]:
    """What is left once the points are known, the same for every engine: cap, ranges, stages."""
    fit_range, engagement_range, total_range = (
        ruleset.fit_range,
        ruleset.engagement_range,
        ruleset.total_range,
    )
    most, mql, sql, demo = ruleset.group_most, ruleset.mql, ruleset.sql, ruleset.sql_signal.name
    banned = frozenset(word.lower() for word in ruleset.banned)

    def decide(facts: Mapping[str, object], fit: int, group: int, engagement: int) -> Result:
        engagement += most if group > most else group
        fit = 0 if fit < 0 else fit_range if fit > fit_range else fit
        engagement = (
            0 if engagement < 0 else engagement_range if engagement > engagement_range else engagement
        )
        total = fit + engagement
        total = total_range if total > total_range else total
        stage = None
        if facts["country"] not in banned:
            if total >= sql and facts[demo]:
                stage = "SQL"
            elif total >= mql:
                stage = "MQL"
        return fit, engagement, total, stage

    return decide
