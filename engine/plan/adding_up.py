"""How points add up: one flat sequence of steps, which all back ends take in the same order.

A rule that fires pays into a register: that of its group, where this is bounded, of its score, or of the
total. A register is settled once all that goes into it has: kept within its bounds and handed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from ...grammar.frozen import frozen
from .model import Contribution, Decay, Plan, Rule


class RegisterKind(IntEnum):
    """What points are gathered for."""

    GROUP = 0
    SCORE = 1
    TOTAL = 2


class Register(NamedTuple):
    """Where points are gathered: a group or a score, by its number, or (number 0) the total."""

    kind: RegisterKind
    number: int


TOTAL = Register(RegisterKind.TOTAL, 0)


@frozen
class Pay:
    """What one contribution of a rule, by their numbers, gives where the rule fires.

    `fixed` is what it always gives, None where that depends on the events that the rule pays for.
    """

    number: int
    place: int
    rule: Rule
    contribution: Contribution
    fixed: int | None
    into: Register


@frozen
class Settle:
    """A register is complete: it is kept within bounds and added to another; the total is added to none."""

    register: Register
    least: int | None
    most: int | None
    into: Register | None

    @property
    def is_bounded(self) -> bool:
        """Whether anything can be taken or given."""
        return self.least is not None or self.most is not None


Step = Pay | Settle


def score_register(score: int | None) -> Register:
    """The register of a score, None for the total."""
    return TOTAL if score is None else Register(RegisterKind.SCORE, score)


def steps(plan: Plan) -> tuple[Step, ...]:
    """The steps of a plan: rules in their order, then groups, scores and the total."""
    return (*_payments(plan), *_settlements(plan))


def _payments(plan: Plan) -> Iterator[Pay]:
    for number, rule in enumerate(plan.rules):
        for place, contribution in enumerate(rule.contributions):
            varies = rule.each is not None and (rule.each.which == "each" or contribution.decay is not None)
            bounds = (contribution.least, contribution.most)
            fixed = None if varies else bounded(contribution.points, *bounds)
            yield Pay(number, place, rule, contribution, fixed, _into(plan, rule, contribution))


def _into(plan: Plan, rule: Rule, contribution: Contribution) -> Register:
    if rule.group is not None:
        group = plan.groups[rule.group]
        if group.score == contribution.score and (group.least is not None or group.most is not None):
            return Register(RegisterKind.GROUP, rule.group)
    return score_register(contribution.score)


def _settlements(plan: Plan) -> Iterator[Settle]:
    for number, group in enumerate(plan.groups):
        if group.least is not None or group.most is not None:
            register = Register(RegisterKind.GROUP, number)
            yield Settle(register, group.least, group.most, score_register(group.score))
    for number, score in enumerate(plan.scores):
        yield Settle(score_register(number), score.low, score.high, TOTAL)
    yield Settle(TOTAL, plan.total.low, plan.total.high, None)


def bounded(points: int, least: int | None, most: int | None) -> int:
    """Points within bounds."""
    if most is not None and points > most:
        return most
    return least if least is not None and points < least else points


def decayed(points: int, decay: Decay) -> tuple[int, ...]:
    """What is left of points after 0, 1, 2 ... whole steps of age, as long as anything is."""
    sign, size = (-1, -points) if points < 0 else (1, points)
    left: list[int] = []
    for step in range(101 if decay.percent is not None else size.bit_length() + 1):
        now = size >> step if decay.percent is None else size * max(0, 100 - decay.percent * step) // 100
        if not now:
            break
        left.append(sign * now)
    return tuple(left)
