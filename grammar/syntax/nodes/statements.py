"""Nodes of statements, with those of tests and guarantees, and of the whole text."""

from __future__ import annotations

from typing import TypeAlias

from ...frozen import frozen
from .expressions import EventPhrase, Expect, Expression, Moment, Reference, Text, Window
from .spans import Duration, Kind, Name, Node, Unit

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


Whom: TypeAlias = Name | Text
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


Given = GivenField | GivenEvent


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


# --- the whole --------------------------------------------------------------------------------


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
