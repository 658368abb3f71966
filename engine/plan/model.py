"""The plan: what a checked ruleset means, with every name resolved and nothing of its syntax left.

The checker makes it; the back ends, the explanation, the lints, the next change and the comparison of
rulesets read it. Indices point into the plan's own tuples. Constants are prepared (see `values`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.nodes import Kind, Span, Unit
from ..values import Prepared
from ..zone import UTC, Zone

Given = object
"""A value as a lead or an event is given it, before `values.prepare`."""


@frozen
class Origin:
    """Where a part was written (source, place, line from 1) and its canonical text."""

    source: Source = field(compare=False, repr=False)
    span: Span = field(compare=False)
    line: int = field(compare=False)
    text: str


# --- text patterns ----------------------------------------------------------------------------


@frozen
class Pattern:
    """A text asked for, as the literal keys between its stars.

    One part is an exact text; `("vp ", "")` is `vp *`. The whole of a text must match.
    """

    parts: tuple[str, ...]

    @property
    def exact(self) -> str | None:
        """The one text that matches, or None where there is a star."""
        return self.parts[0] if len(self.parts) == 1 else None

    def matches(self, key: str) -> bool:
        """Whether the whole key matches."""
        parts = self.parts
        if len(parts) == 1:
            return key == parts[0]
        first, last = parts[0], parts[-1]
        if len(key) < len(first) + len(last) or not (key.startswith(first) and key.endswith(last)):
            return False
        position, stop = len(first), len(key) - len(last)
        for part in parts[1:-1]:
            found = key.find(part, position, stop)
            if found < 0:
                return False
            position = found + len(part)
        return True


# --- fields and events ------------------------------------------------------------------------


@frozen
class Field:
    """A field the ruleset reads: its name in rules, its name in the data, its kind, its default.

    `written` is the default as the writer has it.
    """

    name: str
    column: str
    kind: Kind
    default: Prepared = None
    written: str | None = field(default=None, compare=False)


@frozen
class Feed:
    """Events of one type in the data; their object is the property `by`, or the event's own."""

    type: str
    by: str | None = None


@frozen
class Selector:
    """Which events count by what they are: the feeds of a name and a pattern for the object.

    `object` None takes any event, also one without an object; a pattern needs an object. `written` is that
    object as the writer has it.
    """

    name: str
    feeds: tuple[Feed, ...]
    object: Pattern | None
    written: str | None = field(default=None, compare=False)


@frozen
class Last:
    """now - D < at <= now."""

    amount: int
    unit: Unit


@frozen
class Next:
    """now < x <= now + D; for fields only."""

    amount: int
    unit: Unit


@frozen
class Range:
    """start <= at < end, in microseconds; None is unbounded."""

    start: int | None
    end: int | None


Window = Last | Next | Range


@frozen
class Selection:
    """A set of a lead's events, none after now: by selector, by filter, by window."""

    selector: int
    where: Condition | None
    window: Last | Range | None


class Aggregation(Enum):
    """What is measured of a selection of events.

    COUNT how many; SEEN 1 where there is any, else 0; PERIODS how many days, weeks or months (`per`) with
    any; SUM, AVG, MIN, MAX of the property `of`, a number (SUM of none is 0, the others are unknown);
    DISTINCT how many different objects; FIRST and LAST instant (unknown of none); FOLLOWED: yes where some
    event has one of `then` at or after it, at most `within` microseconds later, the two being different.

    Of the events that a rule pays for: FIRST_PERIOD the latest instant within the first period, INSTANTS all
    of them, LATEST the latest of each period, FADED the points `left` of all by age, in steps of `within`.
    """

    COUNT = "count"
    SEEN = "seen"
    PERIODS = "days"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"
    FIRST = "first"
    LAST = "last"
    FOLLOWED = "followed"
    FIRST_PERIOD = "first period"
    INSTANTS = "instants"
    LATEST = "latest"
    FADED = "faded"


@frozen
class Measure:
    """One thing measured over a lead's events, once however many conditions and rules read it."""

    aggregation: Aggregation
    events: Selection
    of: str | None = None
    then: Selection | None = None
    within: int = 0
    per: Unit | None = None
    left: tuple[int, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind of its value, where that is a value of rules."""
        if self.aggregation is Aggregation.FOLLOWED:
            return Kind.YES_NO
        moments = (Aggregation.FIRST, Aggregation.LAST, Aggregation.FIRST_PERIOD)
        return Kind.DATETIME if self.aggregation in moments else Kind.NUMBER


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


# --- rules and scores -------------------------------------------------------------------------


@frozen
class Definition:
    """A define: exactly one of `condition` and `value` is set. Definitions stand in order of use."""

    name: str
    condition: Condition | None
    value: Value | None
    origin: Origin


@frozen
class Decay:
    """Fading by `percent` of the first points, or halving (percent None), each whole `every` microseconds.

    Fading: trunc(points * max(0, 100 - percent * k) / 100); halving: trunc(points / 2**k), where k is the
    number of whole `every` in the event's age. Exact integer arithmetic, toward zero, per event.
    """

    percent: int | None
    every: int


@frozen
class Each:
    """The events that a rule pays for: of the selection, the latest per UTC day, ISO week or month
    (`once`), and of those each, the latest or the first (`which`)."""

    events: Selection
    which: str
    once: Unit | None


@frozen
class Contribution:
    """What a rule gives one score (None: the total), per firing or per event, and its own bounds."""

    score: int | None
    points: int
    decay: Decay | None
    least: int | None
    most: int | None
    origin: Origin


class Sign:
    """Stands for what a rule means, wherever it stands. `derived` is what others worked out of that meaning
    alone, by who did."""

    __slots__ = ("derived",)

    def __init__(self) -> None:
        self.derived: dict[str, object] = {}


@frozen
class Lasting:
    """That a rule means the same from one plan to the next, by the same numbers: `sign` is then the same
    object. The parts are those of the rule that this was said of, and of no other."""

    sign: Sign
    condition: Condition | None
    each: Each | None
    contributions: tuple[Contribution, ...]


@frozen
class Rule:
    """A rule in force. `identity` is its name, or its canonical text where it has none.

    It fires where its condition is true (None: always) and, with `each`, at least one event is there.
    """

    identity: str
    name: str | None
    condition: Condition | None
    each: Each | None
    contributions: tuple[Contribution, ...]
    tags: tuple[str, ...]
    group: int | None
    origin: Origin
    lasting: Lasting | None = field(default=None, compare=False, repr=False)

    @property
    def sign(self) -> Sign | None:
        """The same object for a rule that another plan has too, by the same numbers; None where that is not
        known."""
        known = self.lasting
        if known is None or known.condition is not self.condition or known.each is not self.each:
            return None
        return known.sign if known.contributions is self.contributions else None


@frozen
class Group:
    """Bounds on what its rules, which all feed `score`, give together."""

    name: str
    score: int | None
    least: int | None
    most: int | None
    origin: Origin


@frozen
class Score:
    """A named score, or the total (name None), and its range, either end open where None."""

    name: str | None
    low: int | None
    high: int | None
    origin: Origin | None


# --- decisions --------------------------------------------------------------------------------


@frozen
class Stage:
    """A stage of a track; stages stand from lowest to highest within their track.

    Without `until` a lead is in it while `condition` is true. With it the stage *holds*: the lead comes in
    where the one is true and the other is not, and stays until the other is.
    """

    name: str
    track: str
    condition: Condition
    origin: Origin
    until: Condition | None = None


@frozen
class Disqualification:
    """A reason that outranks every stage."""

    reason: str
    condition: Condition
    origin: Origin


@frozen
class Grade:
    """Labels of a score (None: the total), from the highest band down; `otherwise` below all bands."""

    score: int | None
    bands: tuple[tuple[str, int], ...]
    otherwise: str
    origin: Origin


@frozen
class Whom:
    """Who gets leads: people by their addresses, in order; `list` is the name of their list, None for one."""

    list: str | None
    people: tuple[str, ...]


@frozen
class Answer:
    """An event, any of a selector's, that answers a handoff within so much time; with `working`, of the hours
    in which the person works. `otherwise` gets what was not answered, None: it stays where it is."""

    selector: int
    amount: int
    unit: Unit
    working: bool
    otherwise: Whom | None


@frozen
class Handoff:
    """Leads that enter a stage and for whom the condition is true (None: all) go to people.

    With `turn`, people take turns. Leads with the same value of `keeping` stay with one person. It does not
    take the same lead again for `again` microseconds. `tell` names destinations.
    """

    name: str
    stage: str
    track: str
    condition: Condition | None
    whom: Whom
    turn: bool
    keeping: Value | None
    answer: Answer | None
    again: int | None
    tell: tuple[str, ...]
    origin: Origin


@frozen
class Outcome:
    """An outcome, from events or from fields: exactly one of `events` and `condition` is set.

    From events it is reached at the first of the selection; from fields, where `condition` is true, at the
    day or instant in the field `at`, or, where that is None, at no known instant. It counts only `within` so
    many microseconds of being looked at. `born` says when a lead's life begins, None for its first event.
    """

    name: str
    events: Selection | None
    origin: Origin
    condition: Condition | None = None
    at: FieldValue | None = None
    within: int | None = None
    born: FieldValue | Selection | None = None


# --- tests ------------------------------------------------------------------------------------


@frozen
class GivenEvent:
    """Events of a test: how many, of what, when (microseconds), with which properties as written."""

    type: str
    object: str | None
    at: int
    times: int
    properties: Mapping[str, Given]


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
class RuleTest:
    """A test of the ruleset: facts by name in the rules, held at `now` (microseconds)."""

    name: str
    now: int
    fields: Mapping[str, Given]
    events: tuple[GivenEvent, ...]
    expect: tuple[Expectation, ...]
    origin: Origin


@frozen
class TrendOf:
    """What a score (None: the total) may not do with one event more, or with a higher field.

    Exactly one of `events` and `field` is set. `rises` is the direction that is forbidden.
    """

    score: int | None
    rises: bool
    events: Selection | None
    field: FieldValue | None


@frozen
class Guarantee:
    """What holds of every possible lead: where `condition` is true, `promise` is met, or a trend is kept."""

    name: str
    promise: Expectation | TrendOf
    condition: Condition | None
    origin: Origin


# --- the whole --------------------------------------------------------------------------------


@frozen
class ListEntries:
    """A list with its entries as written, where each stands (None: in a file), and their patterns."""

    name: str
    entries: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    origins: tuple[Origin | None, ...]
    origin: Origin


class Meaning(Enum):
    """What a bare name was resolved to."""

    DEFINE = "define"
    FIELD = "field"
    EVENT = "event"


@frozen
class Resolution:
    """How one name was resolved, kept with a published version so that data cannot change it."""

    meaning: Meaning
    kind: Kind | None


@frozen
class Plan:
    """A whole checked ruleset.

    `total` is the total's range. `tracks` are in order of appearance. `rules` are those in force;
    `off` the identities of the switched-off. `names` is every bare name that was resolved. `digest` is
    the SHA-256, in hex, of the texts (included and listed files too) and of `names`: one meaning, one digest.
    `zone` is whose days are days: those of dates, of `days` and `once per`, and of windows by the calendar.
    """

    title: str | None
    fields: tuple[Field, ...]
    selectors: tuple[Selector, ...]
    signals: tuple[Measure, ...]
    definitions: tuple[Definition, ...]
    lists: tuple[ListEntries, ...]
    scores: tuple[Score, ...]
    total: Score
    groups: tuple[Group, ...]
    rules: tuple[Rule, ...]
    off: tuple[str, ...]
    stages: tuple[Stage, ...]
    tracks: tuple[str, ...]
    disqualifications: tuple[Disqualification, ...]
    grades: tuple[Grade, ...]
    outcomes: tuple[Outcome, ...]
    tests: tuple[RuleTest, ...]
    names: Mapping[str, Resolution]
    sources: tuple[Source, ...] = field(compare=False, repr=False)
    digest: str
    zone: Zone = UTC
    guarantees: tuple[Guarantee, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
