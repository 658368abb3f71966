"""The lines of rules in portions, so that those of rules that another plan has too are not written again.

A portion is the same where its rules are, by their signs, and where all that was named before it is named as
it was: constants, measures, moments and the names already taken. As long as a portion that had to be written
names the same things as the one in its place did, those after it stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from itertools import islice
from types import CodeType
from typing import Any

from ...grammar.frozen import frozen
from ..plan import Rule
from ..plan.walk import clauses
from .codegen import MARK, CodegenContext
from .rules_source import payments_of, write_rule

_SIZE = 10
"""Rules in a portion."""

_MARKED = re.compile(f"{MARK}(\\w+){MARK}")
_Named = tuple[tuple[tuple[Any, Any], ...], ...]


@frozen
class RulePortion:
    """Some rules, by what their lines depend on; what the lines name beside what was named before; the names
    of the truths of their clauses, in order; and the lines, ready to run.

    `serial` numbers the last name that is taken; `objects` are the constants by their names.
    """

    rules: tuple[Hashable, ...]
    named: _Named
    serial: int
    walks: bool
    objects: tuple[tuple[str, object], ...]
    truths: tuple[str, ...]
    code: CodeType


class RulePortions:
    """The portions of one plan, beside those of an earlier one. `made` are all of them, once written."""

    def __init__(self, before: Sequence[RulePortion]) -> None:
        self.made: list[RulePortion] = []
        self._before = before
        self._alike = True
        """Whether all that has been named so far is named as it was before."""
        self._first = self._last = 0

    def write(self, context: CodegenContext) -> None:
        """Writes the lines of all rules of a plan as portions that are ready to run."""
        self._first = len(context.top.lines)
        rules = context.plan.rules
        for start in range(0, len(rules), _SIZE):
            self.made.append(self._portion(context, start, rules[start : start + _SIZE]))

    def around(self, lines: Sequence[str]) -> tuple[list[str], list[str]]:
        """What was written before the rules, and after them."""
        plain = [_plain(line) for line in lines]
        return plain[: self._first], plain[self._first :]

    def _portion(self, context: CodegenContext, start: int, rules: Sequence[Rule]) -> RulePortion:
        place = len(self.made)
        old = self._before[place] if place < len(self._before) else None
        key = tuple(_key(context, start + at, rule) for at, rule in enumerate(rules))
        if self._alike and old is not None and old.rules == key:
            _take_over(context, old, rules)
            return old
        portion = _written(context, start, rules, key)
        self._alike = (
            self._alike
            and old is not None
            and (old.named, old.serial, old.walks) == (portion.named, portion.serial, portion.walks)
        )
        return portion


def compiled(lines: Iterable[str]) -> CodeType:
    """Lines of Python that stand on their own."""
    return compile("\n".join([*lines, ""]), "<rules>", "exec")


def _key(context: CodegenContext, number: int, rule: Rule) -> Hashable:
    """What the lines of a rule depend on, beside what is named before them."""
    paid = tuple((pay.into, pay.fixed) for pay in payments_of(context, number, rule))
    # A rule without a sign is not the same as any other, nor as itself in another plan.
    return (object() if rule.sign is None else rule.sign), paid, bool(rule.tags)


def _dicts(context: CodegenContext) -> tuple[dict[Any, Any], ...]:
    """What lines refer to by name, each only ever added to."""
    return (
        context.shared,
        context.measures,
        context.edges,
        context.held,
        context.top.values,
        context.stand_ins,
    )


def _written(
    context: CodegenContext, start: int, rules: Sequence[Rule], key: tuple[Hashable, ...]
) -> RulePortion:
    sizes = [len(named) for named in _dicts(context)]
    known, first = len(context.names), len(context.top.lines)
    for at, rule in enumerate(rules):
        write_rule(context, start + at, rule)
    lines = context.top.lines[first:]
    del context.top.lines[first:]
    return RulePortion(
        key,
        tuple(
            tuple(islice(named.items(), size, None))
            for named, size in zip(_dicts(context), sizes, strict=True)
        ),
        context.serial,
        context.walks,
        tuple(islice(context.names.items(), known, None)),
        tuple(context.truths[id(clause)] for clause in _clauses(rules) if id(clause) in context.truths),
        compiled(_plain(line) for line in lines),
    )


def _take_over(context: CodegenContext, old: RulePortion, rules: Sequence[Rule]) -> None:
    for named, more in zip(_dicts(context), old.named, strict=True):
        named.update(more)
    context.serial, context.walks = old.serial, old.walks
    context.names.update(old.objects)
    for clause, name in zip(_clauses(rules), old.truths, strict=True):
        context.truths[id(clause)] = name


def _clauses(rules: Iterable[Rule]) -> list[Any]:
    return [clause for rule in rules if rule.condition is not None for clause in clauses(rule.condition)]


def _plain(line: str) -> str:
    """A line at its depth, moments called by their names."""
    return _MARKED.sub(lambda mark: mark[1] if mark[1] == "today" else f"w{mark[1]}", line[1:])
