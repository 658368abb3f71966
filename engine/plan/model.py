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
from ...grammar.syntax.nodes import Kind, Unit
from ..zone import UTC, Zone
from .conditions import Condition, Expectation, FieldValue, Value
from .events import Measure, Selection
from .inputs import Field, Given, Origin, Pattern, Selector

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
