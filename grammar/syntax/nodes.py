"""The syntax tree of a ruleset: what was written, and where.

Nodes are plain frozen data. A span counts characters from the start of the source text and is
ignored when nodes are compared, so that two texts which differ in layout alone have equal trees.
What a node *means* is decided by the engine; how it reads is decided by the printer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from enum import Enum
from typing import NamedTuple

from ..frozen import frozen, frozen_kw_only


class Lexeme(NamedTuple):
    """The smallest piece of a text that means something.

    `kind` is a terminal of the grammar, or one of MALFORMED (see `scan`); a word is "WORD" or "PATH" until
    it is parsed. `word` is a word in lower case, else "". `first`: whether it is the first on its line.
    """

    kind: str
    text: str
    start: int
    end: int
    word: str
    first: bool

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)


@frozen
class Span:
    """A half-open range of character offsets in one source text.

    The span of a node also keeps the node's own tokens, which are those that belong to none of the nodes
    below it. `moved` is by how many characters the node was shifted after its tokens were read.
    """

    start: int
    end: int
    tokens: tuple[Lexeme, ...] = field(default=(), compare=False, repr=False)
    moved: int = field(default=0, compare=False, repr=False)

    def shifted(self, by: int) -> Span:
        """The same span, so many characters further on."""
        return Span(self.start + by, self.end + by, self.tokens, self.moved + by)

    def covering(self, start: int, end: int) -> Span:
        """Another range with the same tokens."""
        return Span(start, end, self.tokens, self.moved)

    def token(self, *words: str) -> Span | None:
        """Where the first own token stands that is one of these words or kinds."""
        found = next((one for one in self.tokens if one.word in words or one.kind in words), None)
        return Span(found.start + self.moved, found.end + self.moved) if found is not None else None

    def every(self, word: str) -> list[Span]:
        """Where all own tokens stand that are this word."""
        return [Span(one.start + self.moved, one.end + self.moved) for one in self.tokens if one.word == word]

    def number(self, *words: str) -> tuple[Span, Span] | None:
        """Where these own tokens stand with the number that follows them, and where that stands, signed."""
        kept = [one.word or one.kind for one in self.tokens]
        for at in range(len(kept) - len(words)):
            if tuple(kept[at : at + len(words)]) == words:
                first = last = self.tokens[at + len(words)]
                if first.kind != "NUMERAL":
                    last = self.tokens[at + len(words) + 1]
                end = last.end + self.moved
                return Span(self.tokens[at].start + self.moved, end), Span(first.start + self.moved, end)
        return None


@frozen_kw_only
class Node:
    """What every node has: where it stands."""

    span: Span = field(compare=False, repr=False)


class Kind(Enum):
    """The kinds of value a field can have; the enum's value is the word written in a ruleset."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes/no"
    DATE = "date"
    DATETIME = "datetime"
    TEXTS = "texts"


class Unit(Enum):
    """Units of time; the enum's value is the singular word."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


# --- small parts ------------------------------------------------------------------------------


@frozen
class Name(Node):
    """A name as meant: `[Lead Source]` has the text `Lead Source`."""

    text: str


@frozen
class Duration(Node):
    """`30 days`: a whole positive amount of one unit."""

    amount: int
    unit: Unit


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


# --- what a rule gives ------------------------------------------------------------------------


@frozen
class Decay(Node):
    """`fading 25% every 30 days` (percent 25) or `halving every 14 days` (percent None)."""

    percent: int | None
    every: Duration


@frozen
class Bounds(Node):
    """`at most +10`, `at least -20`, or both."""

    most: int | None
    least: int | None


@frozen
class Points(Node):
    """`+2 engagement at most +10`; without a score the points go to the total."""

    amount: int
    score: Name | None
    bounds: Bounds | None
    decay: Decay | None


@frozen
class Tag(Node):
    """`tag "german-speaking"`."""

    text: Text


Award = Points | Tag


# --- statements -------------------------------------------------------------------------------


@frozen
class Statement(Node):
    """A statement; `spec.statements` has a line for each."""


@frozen
class Title(Statement):
    """`ruleset "Inbound scoring" in "Europe/Berlin"`."""

    title: Text
    zone: Text | None = None


@frozen
class Include(Statement):
    """`include "shared.rules"`."""

    path: Text


@frozen
class FieldDeclaration(Statement):
    """`field company_size from "Company Size": number, otherwise 0`."""

    name: Name
    source: Text | None
    kind: Kind
    default: Expression | None


@frozen
class EventDeclaration(Statement):
    """`event visited from "Page Viewed" by path`."""

    name: Name
    source: Text | None
    by: Name | None


@frozen
class ListDeclaration(Statement):
    """`list ICP: "VP *", "CTO"`."""

    name: Name
    entries: tuple[Text, ...]


@frozen
class ListFile(Statement):
    """`list competitors from "competitors.csv" column domain`; a .txt has no column."""

    name: Name
    path: Text
    column: Name | None


@frozen
class Define(Statement):
    """`define enterprise: employees >= 1000`: a condition or a value with a name."""

    name: Name
    body: Expression


@frozen
class ScoreDeclaration(Statement):
    """`score fit from 0 to 50`; without a name it is the total."""

    name: Name | None
    low: int | None
    high: int | None


@frozen
class When(Node):
    """`when CONDITION`."""

    condition: Expression


@frozen
class ForEvents(Node):
    """`for each visited blog in last 90 days when enterprise once per day`.

    `which` is each, latest or first; `once` is DAY, WEEK, MONTH or None.
    """

    which: str
    event: Reference | EventPhrase
    window: Window | None
    condition: Expression | None
    once: Unit | None


@frozen
class Rule(Statement):
    """`rule "Pricing interest" [off] when ... then ...`; name None where only `when` or `for` stands."""

    name: Text | None
    off: bool
    body: When | ForEvents
    awards: tuple[Award, ...]


@frozen
class Group(Statement):
    """`group "Website" at most 30 { rules }`."""

    name: Text
    bounds: Bounds | None
    rules: tuple[Rule, ...]


@frozen
class Stage(Statement):
    """`stage PQL in product when CONDITION until CONDITION`; without a track it is in `main`.

    With `until` a lead that has come in stays until that is true.
    """

    name: Name
    track: Name | None
    condition: Expression
    until: Expression | None = None


@frozen
class Disqualify(Statement):
    """`disqualify when CONDITION because "works for a competitor"`."""

    condition: Expression
    because: Text | None


Whom = Name | Text
"""Who gets a lead: the name of a list, or one person in quotes."""


@frozen
class Answer(Node):
    """`answered by contacted within 4 hours, else to "lead-desk@acme.example"`.

    With `working`, the hours are those in which the person works.
    """

    event: Reference | EventPhrase
    within: Duration
    working: bool
    otherwise: Whom | None


@frozen
class Handoff(Statement):
    """`handoff "Enterprise" of SQL when employees >= 500 to emea in turn, keeping domain(email), tell crm`.

    `turn` says whether people of the list take turns; for `again`, the lead is not handed off so once more.
    """

    name: Text
    stage: Name
    track: Name | None
    condition: Expression | None
    whom: Whom
    turn: bool
    keeping: Expression | None
    answer: Answer | None
    again: Duration | None
    tell: tuple[Name, ...]


@frozen
class Band(Node):
    """`A from 40`."""

    label: Name
    start: int


@frozen
class Grade(Statement):
    """`grade fit: A from 40, B from 25, D otherwise`; without a score it grades the total.

    `otherwise` is None where it was left out, which the checker reports.
    """

    score: Name | None
    bands: tuple[Band, ...]
    otherwise: Name | None


@frozen
class Outcome(Statement):
    """`outcome won when became customer`, `outcome won when converted = yes at closed_on within 90 days`.

    `at` is the field that says when; `within` how long a lead may take from being `born`, which is a field or
    an event.
    """

    name: Name
    condition: Expression
    at: Name | None
    within: Duration | None
    born: Reference | EventPhrase | None


# --- tests ------------------------------------------------------------------------------------


@frozen
class GivenField(Node):
    """`title = "CTO"`, `interests = ("a", "b")`; value None for `title is unknown`."""

    name: Name
    value: Expression | tuple[Expression, ...] | None


@frozen
class GivenEvent(Node):
    """`visited pricing 3 times 2 days ago with device = "phone"`.

    The instant is `ago` before now, or `on`, or now where both are None.
    """

    type: Name
    object: Text | None
    times: int
    ago: Duration | None
    on: Moment | None
    properties: tuple[GivenField, ...]


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


Given = GivenField | GivenEvent
Expect = ExpectScore | ExpectStage | ExpectGrade | ExpectTag | ExpectRule | ExpectDisqualified | ExpectHandoff


@frozen
class Test(Statement):
    """A test: its name, the instant it is held at (None: the fixed default), facts, expectations."""

    name: Text
    at: Moment | None
    given: tuple[Given, ...]
    expect: tuple[Expect, ...]


# --- guarantees -------------------------------------------------------------------------------


@frozen
class Promised(Node):
    """`never stage = SQL`, `always disqualified`: what no lead may, or every lead must, come to."""

    always: bool
    outcome: Expect


@frozen
class Trend(Node):
    """`score never falls with visited pricing in last 60 days`: what one more event may not do.

    `of` may also be a field, which is then higher. `rises` is the direction that is forbidden; score None is
    the total.
    """

    score: Name | None
    rises: bool
    of: Reference | EventPhrase
    window: Window | None


@frozen
class Guarantee(Statement):
    """`guarantee "No consent, no call" never stage = SQL when opted_in = no`: held of every possible lead.

    A trend is about all leads and has no condition.
    """

    name: Text
    promise: Promised | Trend
    condition: Expression | None


@frozen
class Comment(Node):
    """`# text`, to the end of its line; `own_line` where nothing but blanks stands before it."""

    text: str
    own_line: bool


@frozen
class Tree(Node):
    """A whole text: its statements in order, and its comments beside them."""

    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
