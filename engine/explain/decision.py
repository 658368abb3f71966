"""A decision: what a ruleset says of one lead at one instant, and why, in lines that add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..bounds.bounds import Bounds


class Finding(NamedTuple):
    """A condition as it was found: what was asked, what was found, and whether that was so.

    `truth` is True, False or None for unknown. `joined` is "all", "any", "not", "define" or None for a
    single clause; `parts` are the conditions joined, none for a define that was shown before in the same
    condition. `found` says the value in words; `unknown` names the field that was unknown; `instants` are
    those of the events counted, the latest ones if there are many.
    """

    asked: str
    found: str
    truth: bool | None
    unknown: str | None = None
    instants: tuple[dt.datetime, ...] = ()
    joined: str | None = None
    parts: tuple[Finding, ...] = ()


class LineKind(Enum):
    """What a line comes from."""

    RULE = "rule"
    GROUP = "group"
    RANGE = "range"


class Line(NamedTuple):
    """Points that one score got, or lost to a cap or range. A score is the sum of its lines' `points`.

    `score` None is the total. For a rule: `written` before fading and caps (all events together),
    `faded` after fading, `points` after the rule's own cap. A line of a group or range has only `points`:
    what it took away or gave. The total's `points` are its own lines plus every named score.
    """

    kind: LineKind
    name: str
    score: str | None
    line: int | None
    written: int
    faded: int
    points: int
    text: str
    """The line in words: "Pricing interest", "group Website: at most 30", "range of fit ends at 50"."""


class RuleFinding(NamedTuple):
    """A rule on this lead: whether it fired, the condition as found, and its lines."""

    identity: str
    line: int
    fired: bool
    condition: Finding | None
    events: Finding | None
    lines: tuple[Line, ...]
    tags: tuple[str, ...]


class Gain(NamedTuple):
    """What would bring a score points: everything in `needed` at once, by a rule and the line it is on."""

    rule: str
    line: int
    points: int
    needed: tuple[str, ...]


class Missing(NamedTuple):
    """One thing short of a stage: the clause, what is missing in words, and whether it can be had.

    `obstacle` says why it cannot ("the range ends at 50"), None where it can. `change` is what would have to
    come about, in words, where that is not the clause. `gains` is what would bring points that are short,
    where that was asked for.
    """

    asked: str
    needed: str
    obstacle: str | None = None
    change: str = ""
    gains: tuple[Gain, ...] = ()


class Stay(NamedTuple):
    """A lead's stay in a stage that holds. `since` None: for as long as anything is known of the lead.

    `condition` is the stage's condition as it was found when the lead came in, and `words` say all of it in
    one line.
    """

    since: dt.datetime | None
    condition: Finding
    words: str


class StageFinding(NamedTuple):
    """A stage on this lead. `holds`: it meets it; `current`: the lead is in it.

    Without `until` it meets it where its condition is true. A stage with `until`, which is what was found of
    that condition, holds a lead that came in before, and `stay` says since when.
    `ways`, for one that does not hold, are the ways to reach it, the one with the fewest missing first; none
    where what it asks for can never be so at once.
    """

    stage: str
    track: str
    line: int
    holds: bool
    current: bool
    condition: Finding
    ways: tuple[tuple[Missing, ...], ...] = ()
    until: Finding | None = None
    stay: Stay | None = None


class HandoffFinding(NamedTuple):
    """A handoff on this lead. `takes`: it takes the lead if that enters the stage now, being the first of its
    stage whose condition is true; `current`: the lead is in it as well. `condition` is None where it
    takes all. `to` says who gets it."""

    name: str
    stage: str
    track: str
    line: int
    takes: bool
    current: bool
    to: str
    condition: Finding | None


class OutcomeFinding(NamedTuple):
    """An outcome on this lead: whether it was reached, and when; `at` is None where that is not known."""

    outcome: str
    line: int
    reached: bool
    at: dt.datetime | None


class Decision:
    """What a ruleset (by its digest) says of a lead at `now`.

    Each part is computed when it is first read, from what was known when the decision was made, and never
    changes: a decision may be read from several threads, and equal ones compare equal.

    `total` is the score without a name; `scores` the named ones. `stages` maps each track to its stage or
    None; `grades` each graded score's name ("" for the total) to its label. `disqualified` holds every
    reason that was true: then no track has a stage, and `stages_if_qualified` says what would have been.
    `outcomes` says of each outcome, by its name, whether it was reached. `bounds` say what
    could come out, whatever the blank fields turn out to be. `next_change` is the next instant at
    which time alone can change a clause or a line, None for never.
    """

    digest: str
    now: dt.datetime
    total: int
    scores: Mapping[str, int]
    stages: Mapping[str, str | None]
    stages_if_qualified: Mapping[str, str | None]
    grades: Mapping[str, str]
    tags: tuple[str, ...]
    disqualified: tuple[str, ...]
    lines: tuple[Line, ...]
    rules: tuple[RuleFinding, ...]
    stage_findings: tuple[StageFinding, ...]
    outcomes: Mapping[str, OutcomeFinding]
    disqualifications: tuple[Finding, ...]
    handoffs: tuple[HandoffFinding, ...]
    bounds: Bounds
    next_change: dt.datetime | None

    def __init__(self, compute: Callable[[str], Mapping[str, object]], **known: object) -> None:
        """A decision of which some parts are known; `compute` gives the part of a name, and any others that
        come with it. It may be called more than once for a part, and has to give the same each time."""
        made = self.__dict__
        made["_compute"] = compute
        if known:
            made.update(known)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a decision cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a decision cannot be changed")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in PARTS)

    __hash__ = None  # type: ignore[assignment]  # its mappings have none either

    def __repr__(self) -> str:
        return f"<Decision {self.total} points, {self.stage or 'no stage'}, {self.now.isoformat()}>"

    def __reduce__(self) -> tuple[Callable[..., Decision], tuple[dict[str, object]]]:
        # Mappings that cannot be changed cannot be pickled either.
        parts = ((name, getattr(self, name)) for name in PARTS)
        plain = {name: dict(part) if isinstance(part, MappingProxyType) else part for name, part in parts}
        return _known, (plain,)

    @property
    def stage(self) -> str | None:
        """The stage in the track `main`."""
        return self.stages.get("main")

    @property
    def grade(self) -> str:
        """The labels of all grades read together, as in "A1"; empty without grades."""
        return "".join(self.grades.values())


PARTS = tuple(Decision.__annotations__)
"""The names of all parts of a decision."""


class _Part:
    """A part that was not read yet: what is computed when it is takes its place."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, decision: Decision | None, _: type[Decision]) -> object:
        if decision is None:
            return self
        made = decision.__dict__
        made.update(made["_compute"](self._name))
        return made[self._name]


for _name in PARTS:
    setattr(Decision, _name, _Part(_name))


def _known(parts: dict[str, object]) -> Decision:
    """A decision that was computed whole, as it comes out of a pickle."""
    given = parts.items()
    frozen = {name: MappingProxyType(part) if isinstance(part, dict) else part for name, part in given}
    return Decision(lambda name: {name: frozen[name]}, **frozen)
