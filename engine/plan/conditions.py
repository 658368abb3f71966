"""Values, and the conditions that compare them."""

from __future__ import annotations

from enum import Enum

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..values import Prepared
from .inputs import Origin, Pattern, Window

# --- values -----------------------------------------------------------------------------------


@frozen
class Constant:
    """A prepared constant of a kind."""

    kind: Kind
    value: Prepared


@frozen
class FieldValue:
    """The value of a field of the lead."""

    field: int
    kind: Kind


@frozen
class PropertyValue:
    """The value of a property of the event in question; only inside `where`."""

    name: str
    kind: Kind


@frozen
class SignalValue:
    """The value of a signal."""

    signal: int
    kind: Kind


@frozen
class ScoreValue:
    """A score after its range; None is the total. Only in stages and disqualifications."""

    score: int | None

    @property
    def kind(self) -> Kind:
        """Always a number."""
        return Kind.NUMBER


class ExpectedOf(Enum):
    """What an expectation is about."""

    SCORE = "score"
    STAGE = "stage"
    GRADE = "grade"
    TAG = "tag"
    RULE = "rule"
    HANDOFF = "handoff"
    DISQUALIFIED = "disqualified"


@frozen
class Expectation:
    """One expectation: `subject` is a score's name (None: total), a track, a tag, a rule or a handoff.

    `operator` is one of = != < <= > >=; `value` the number, stage (None: no stage) or label wanted.
    """

    of: ExpectedOf
    subject: str | None
    operator: str
    value: int | str | None
    negated: bool
    origin: Origin


@frozen
class SureValue:
    """Whether an outcome is sure: whatever the blank fields of a lead turn out to be. Only in handoffs.

    `of` is about a score, a stage, a grade or disqualification. It is never unknown.
    """

    of: Expectation

    @property
    def kind(self) -> Kind:
        """Always yes or no."""
        return Kind.YES_NO


@frozen
class DefineValue:
    """The value of a define that is a value."""

    define: int
    kind: Kind


@frozen
class Calculation:
    """`left operator right` on numbers, the operator one of + - * /.

    Unknown where either side is, at division by zero, and where the result is not finite.
    """

    operator: str
    left: Value
    right: Value

    @property
    def kind(self) -> Kind:
        """Always a number."""
        return Kind.NUMBER


@frozen
class DaysBetween:
    """Whole days from a moment to now (`since`) or from now to it (`until`), unknown when negative.

    Of a datetime: whole 24-hour days, rounded down. Of a date: calendar days, today being 0.
    """

    of: Value
    until: bool

    @property
    def kind(self) -> Kind:
        """Always a number."""
        return Kind.NUMBER


@frozen
class Domain:
    """What follows the last @ of a text; unknown without one or with nothing behind it."""

    of: Value

    @property
    def kind(self) -> Kind:
        """Always text."""
        return Kind.TEXT


Value = (
    Constant
    | FieldValue
    | PropertyValue
    | SignalValue
    | ScoreValue
    | SureValue
    | DefineValue
    | Calculation
    | DaysBetween
    | Domain
)


# --- conditions -------------------------------------------------------------------------------


@frozen
class All:
    """Kleene's and."""

    items: tuple[Condition, ...]
    origin: Origin


@frozen
class Any:
    """Kleene's or."""

    items: tuple[Condition, ...]
    origin: Origin


@frozen
class Not:
    """Kleene's not."""

    item: Condition
    origin: Origin


@frozen
class Compare:
    """`left operator right`, the operator one of = != < <= > >=; unknown where either side is.

    Both sides are of one kind, or one is a date and the other a datetime: a datetime is `=` to a day
    within it, `>` after its end, `<=` up to its end. Numbers that come from `Calculation` or from a
    SUM, AVG, MIN or MAX are rounded to 6 decimals first (half to even, Python's `round`).
    """

    operator: str
    left: Value
    right: Value
    origin: Origin


@frozen
class Between:
    """low <= value <= high, as two `Compare`s would say it."""

    value: Value
    low: Value
    high: Value
    origin: Origin


@frozen
class OneOf:
    """A text that matches one of the patterns, a number or a moment that equals one of the constants.

    Of texts: some entry matches. `list` names the list asked, None for values written in place.
    """

    value: Value
    patterns: tuple[Pattern, ...]
    constants: tuple[Constant, ...]
    list: str | None
    origin: Origin


@frozen
class Matches:
    """A text that matches one pattern (contains, starts with, ends with, like).

    Of texts, some entry equals (`contains`) the pattern.
    """

    value: Value
    pattern: Pattern
    origin: Origin


@frozen
class IsKnown:
    """Whether a value is known (`known` True) or unknown; itself never unknown."""

    value: Value
    known: bool
    origin: Origin


@frozen
class IsYes:
    """A yes/no value, as it is."""

    value: Value
    origin: Origin


@frozen
class Within:
    """A date or datetime in a window around now, or in a fixed range.

    A date is in `Last` once its day has begun and began after now - D; in `Next` until its day has
    ended and if it begins by now + D; in a `Range` by the beginning of its day.
    """

    value: Value
    window: Window
    origin: Origin


@frozen
class Holds:
    """A define that is a condition."""

    define: int
    origin: Origin


Clause = Compare | Between | OneOf | Matches | IsKnown | IsYes | Within
Condition = All | Any | Not | Clause | Holds
