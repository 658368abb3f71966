"""Nodes of values and conditions."""

from __future__ import annotations

import datetime as dt
from dataclasses import field

from ...frozen import frozen
from .spans import Duration, Name, Node

# --- literals ---------------------------------------------------------------------------------


@frozen
class Number(Node):
    """A number without a sign; `text` is how it was written."""

    value: float
    text: str = field(compare=False)


@frozen
class Text(Node):
    """A quoted text, its quotes removed and doubled quotes undone; `\\*` is kept as written."""

    value: str


@frozen
class YesNo(Node):
    """`yes`, `no`, `true` or `false`."""

    value: bool


@frozen
class Moment(Node):
    """A day (`2026-01-15`, a `date`) or an instant in UTC (`2026-01-15T12:00Z`, a `datetime`)."""

    value: dt.date | dt.datetime


# --- operands ---------------------------------------------------------------------------------


@frozen
class Reference(Node):
    """A bare name: a define, a field, an event type, or (in stages) a score."""

    name: Name


@frozen
class TotalScore(Node):
    """The word `score`: the total."""


@frozen
class EventPhrase(Node):
    """`visited pricing where device = "phone"`: a type, with an object or a filter or both.

    A type alone is a `Reference`. The object of `downloaded "a*"` is the text `a*`.
    """

    type: Name
    object: Text | None
    where: Expression | None


@frozen
class Aggregate(Node):
    """`sum(purchased.amount)`, `distinct(visited)`; `function` is one of sum avg min max distinct days.

    `event` carries the filter, wherever it was written.
    """

    function: str
    event: Reference | EventPhrase
    property: Name | None


@frozen
class DaysSince(Node):
    """`days since visited docs`, `days since first visited docs`, `days since trial_ends`."""

    of: Reference | EventPhrase
    first: bool


@frozen
class DaysUntil(Node):
    """`days until trial_ends`."""

    of: Reference


@frozen
class Call(Node):
    """`domain(email)`: the language's one function."""

    function: Name
    argument: Expression


@frozen
class Sequence(Node):
    """`visited pricing followed by requested demo within 7 days`."""

    first: Reference | EventPhrase
    second: Reference | EventPhrase
    within: Duration


@frozen
class Arithmetic(Node):
    """`left operator right`; the operator is one of + - * /."""

    operator: str
    left: Expression
    right: Expression


@frozen
class Negative(Node):
    """`-operand`."""

    operand: Expression


@frozen
class Brackets(Node):
    """An expression in round brackets."""

    inner: Expression


# --- windows ----------------------------------------------------------------------------------


@frozen
class InLast(Node):
    """`in last 30 days`."""

    duration: Duration


@frozen
class InNext(Node):
    """`in next 7 days`."""

    duration: Duration


@frozen
class Since(Node):
    """`since 2026-01-01`."""

    start: Moment


@frozen
class Before(Node):
    """`before 2026-01-01`."""

    end: Moment


@frozen
class BetweenMoments(Node):
    """`between 2026-01-01 and 2026-01-31`, both days included."""

    start: Moment
    end: Moment


Window = InLast | InNext | Since | Before | BetweenMoments


# --- tests of a clause ------------------------------------------------------------------------


@frozen
class Compare(Node):
    """`operator right`; the operator is one of = != < <= > >=."""

    operator: str
    right: Expression


@frozen
class Between(Node):
    """`between low and high`, both ends included (numbers and, for date fields, moments)."""

    low: Expression
    high: Expression
    negated: bool


@frozen
class In(Node):
    """`in ICP` or `in ("DE", "AT")`."""

    among: Name | tuple[Expression, ...]
    negated: bool


@frozen
class Match(Node):
    """`contains "x"`, `starts with "x"`, `ends with "x"`, `like "x*"`.

    `operator` is one of contains, starts with, ends with, like.
    """

    operator: str
    text: Text
    negated: bool


@frozen
class Known(Node):
    """`is known` or `is unknown`."""

    known: bool


ClauseTest = Compare | Between | In | Match | Known


# --- what is expected of a decision ------------------------------------------------------------


@frozen
class ExpectScore(Node):
    """`score >= 80`, `fit = 25`; score None is the total."""

    score: Name | None
    operator: str
    value: int
    negated: bool


@frozen
class ExpectStage(Node):
    """`stage = SQL`, `stage in product = PQL`; stage None for `stage = none`."""

    track: Name | None
    stage: Name | None
    negated: bool


@frozen
class ExpectGrade(Node):
    """`grade fit = A`; score None is the grade of the total."""

    score: Name | None
    label: Name
    negated: bool


@frozen
class ExpectTag(Node):
    """`tag "german-speaking"`."""

    text: Text
    negated: bool


@frozen
class ExpectRule(Node):
    """`rule "Pricing interest" fires`."""

    name: Text
    negated: bool


@frozen
class ExpectDisqualified(Node):
    """`disqualified`."""

    negated: bool


@frozen
class ExpectHandoff(Node):
    """`handoff "Enterprise"`: that which takes the lead."""

    name: Text
    negated: bool


Expect = ExpectScore | ExpectStage | ExpectGrade | ExpectTag | ExpectRule | ExpectDisqualified | ExpectHandoff


# --- conditions -------------------------------------------------------------------------------


@frozen
class Clause(Node):
    """One statement about a lead: a subject with a test, a window, or both (never neither)."""

    subject: Expression
    test: ClauseTest | None
    window: Window | None


@frozen
class Not(Node):
    """`not operand`."""

    operand: Expression


@frozen
class Surely(Node):
    """`surely score >= 80`: so whatever the blank fields of the lead turn out to be."""

    of: Expect


@frozen
class And(Node):
    """Two or more operands joined by `and`."""

    operands: tuple[Expression, ...]


@frozen
class Or(Node):
    """Two or more operands joined by `or`."""

    operands: tuple[Expression, ...]


Expression = (
    Number
    | Text
    | YesNo
    | Moment
    | Reference
    | TotalScore
    | EventPhrase
    | Aggregate
    | DaysSince
    | DaysUntil
    | Call
    | Sequence
    | Arithmetic
    | Negative
    | Brackets
    | Clause
    | Not
    | Surely
    | And
    | Or
)
