"""A decision: what a ruleset says of one lead at one instant, and why, in lines that add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition as it was found: what was asked, what was found, and whether that was so.

    `truth` is True, False or None for unknown. `joined` is "all", "any", "not", "define" or None for a
    single clause; `parts` are the conditions joined. `found` says the value in words; `unknown` names the
    field that was unknown; `instants` are those of the events counted, the latest ones if there are many.
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


@dataclass(frozen=True, slots=True)
class Line:
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


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A rule on this lead: whether it fired, the condition as found, and its lines."""

    identity: str
    line: int
    fired: bool
    condition: Finding | None
    events: Finding | None
    lines: tuple[Line, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing short of a stage: the clause, what is missing in words, and whether it can be had.

    `obstacle` says why it cannot ("the range ends at 50"), None where it can.
    """

    asked: str
    needed: str
    obstacle: str | None = None


@dataclass(frozen=True, slots=True)
class StageFinding:
    """A stage on this lead. `holds`: its condition is true; `current`: the lead is in it.

    `ways`, for one that does not hold, are the ways to reach it, the one with the fewest missing first.
    """

    stage: str
    track: str
    line: int
    holds: bool
    current: bool
    condition: Finding
    ways: tuple[tuple[Missing, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a ruleset (by its digest) says of a lead at `now`.

    `total` is the score without a name; `scores` the named ones. `stages` maps each track to its stage or
    None; `grades` each graded score's name ("" for the total) to its label. `disqualified` holds every
    reason that was true: then no track has a stage, and `stages_if_qualified` says what would have been.
    `next_change` is the next instant at which time alone can change a clause or a line, None for never.
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
    disqualifications: tuple[Finding, ...]
    next_change: dt.datetime | None

    @property
    def stage(self) -> str | None:
        """The stage in the track `main`."""
        return self.stages.get("main")

    @property
    def grade(self) -> str:
        """The labels of all grades read together, as in "A1"; empty without grades."""
        return "".join(self.grades.values())
