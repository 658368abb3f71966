"""What a value may be: some known values, or unknown, or both."""

from __future__ import annotations

from dataclasses import dataclass

from ...grammar.syntax.nodes import Kind
from . import intervals
from .intervals import Numbers
from .texts import PatternSet, Texts

Values = Numbers | Texts


@dataclass(frozen=True, slots=True)
class Domain:
    """The known values, and whether the value may be unknown. Yes is 1 and no is 0."""

    values: Values
    unknown: bool

    @property
    def is_empty(self) -> bool:
        """Whether the value surely cannot be at all."""
        return not (self.unknown or self.values)

    @property
    def is_known(self) -> bool:
        """Whether the value is surely known."""
        return not self.unknown

    @property
    def is_blank(self) -> bool:
        """Whether the value is surely unknown."""
        return not self.values

    def meet(self, other: Domain) -> Domain:
        """What is in both."""
        mine, theirs = self.values, other.values
        values: Values
        if isinstance(mine, Texts):
            assert isinstance(theirs, Texts)
            values = mine.meet(theirs)
        else:
            assert not isinstance(theirs, Texts)
            values = intervals.meet(mine, theirs)
        return Domain(values, self.unknown and other.unknown)


ZERO = Domain(intervals.span(0, 0), False)
SOME = Domain(intervals.span(1, float("inf")), False)
COUNT = Domain(intervals.span(0, float("inf")), False)
YES_OR_NO = Domain(intervals.span(0, 1), False)
KNOWN_NUMBER = Domain(intervals.ANY_NUMBER, False)
UNKNOWN_NUMBER = Domain(intervals.NO_NUMBER, True)


def of_kind(kind: Kind, *, unknown: bool) -> Domain:
    """Any value of a kind."""
    if kind in (Kind.TEXT, Kind.TEXTS):
        return Domain(Texts(several=kind is Kind.TEXTS), unknown)
    return Domain(intervals.span(0, 1) if kind is Kind.YES_NO else intervals.ANY_NUMBER, unknown)


def nothing_like(values: Values) -> Values:
    """No value, in the form of these."""
    return Texts((PatternSet(()),), (), values.several) if isinstance(values, Texts) else intervals.NO_NUMBER


def everything_like(values: Values) -> Values:
    """Any value, in the form of these."""
    return Texts(several=values.several) if isinstance(values, Texts) else intervals.ANY_NUMBER
