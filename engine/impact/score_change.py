"""Why a score is another than it was: its change, split into causes and lines that add up to it.

Between two looks at a lead four things can differ: the instant, the events, the fields, the rules. They are
put in place of what was one after another, in this order, and what each step does to each line is what its
cause did. So every point of the change has one cause, and all of them add up. Where a line would have moved
otherwise without an earlier cause (a rule that needed the new event and the new title), that is said too.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum

from ...grammar.frozen import frozen
from ..evaluator import Evaluator
from ..explain.decision import Decision, Finding, Line, LineKind
from ..score_one.facts import Event, instant_from

MOST_EVIDENCE = 6


class Cause(Enum):
    """What can change a score, in the order in which it is taken into account."""

    TIME = "time"
    EVENTS = "events"
    FIELDS = "fields"
    RULES = "rules"


@frozen
class Snapshot:
    """A lead looked at: by which rules, with which fields and events known, as of when.

    Events after `now` do not count.
    """

    evaluator: Evaluator
    fields: Mapping[str, object]
    events: tuple[Event, ...]
    now: dt.datetime


@frozen
class Evidence:
    """A clause of a line's rule of which something else was found: what is asked, and what was and is found.

    Each side is None where the rule did not ask it.
    """

    asked: str
    before: str | None
    after: str | None


@frozen
class LineChange:
    """What a cause did to a line: by how many points, and what was found otherwise.

    `name` is the line in words, `score` the score it belongs to, None for the total. `along` are the earlier
    causes without which this one would have done something else to the line.
    """

    name: str
    score: str | None
    before: int
    after: int
    evidence: tuple[Evidence, ...] = ()
    along: tuple[Cause, ...] = ()

    @property
    def points(self) -> int:
        """By how much it changed the line."""
        return self.after - self.before


@frozen
class ChangeStep:
    """What one cause did: its lines add up to `points`; the stages are those before and after it."""

    cause: Cause
    points: int
    lines: tuple[LineChange, ...]
    stages_before: Mapping[str, str | None]
    stages_after: Mapping[str, str | None]

    @property
    def moves(self) -> bool:
        """Whether it changed a stage."""
        return dict(self.stages_before) != dict(self.stages_after)


@frozen
class FieldChange:
    """A field with another value; None is unknown."""

    name: str
    before: object
    after: object


@frozen
class ScoreChange:
    """The change of a score: the steps add up to `after.total - before.total`.

    A cause that differs has a step even where it moved no line. `came` and `went` are the events that count
    on one side alone, in the order of time, `fields` the fields that differ.
    """

    before: Decision
    after: Decision
    steps: tuple[ChangeStep, ...]
    came: tuple[Event, ...]
    went: tuple[Event, ...]
    fields: tuple[FieldChange, ...]

    @property
    def points(self) -> int:
        """The whole change."""
        return self.after.total - self.before.total


def split(before: Snapshot, after: Snapshot) -> ScoreChange:
    """The change from one look at a lead to another, by cause."""
    came, went = _one_sided(_counting(before), _counting(after))
    fields = tuple(_field_changes(before.fields, after.fields))
    differing = [
        cause
        for cause, differs in (
            (Cause.TIME, before.now != after.now),
            (Cause.EVENTS, bool(came or went)),
            (Cause.FIELDS, bool(fields)),
            (Cause.RULES, before.evaluator.plan.digest != after.evaluator.plan.digest),
        )
        if differs
    ]
    between = _Between(before, after)
    steps = []
    for number, cause in enumerate(differing):
        steps.append(between.step(cause, differing[:number]))
    return ScoreChange(between.of([]), between.of(differing), tuple(steps), came, went, fields)


class _Between:
    """The decisions on the way from one look to another, each made once."""

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self.before = before
        self.after = after
        self._made: dict[frozenset[Cause], Decision] = {}
        self._points: dict[frozenset[Cause], Counter[_Key]] = {}

    def of(self, causes: Iterable[Cause]) -> Decision:
        """The decision with these causes taken into account and no others."""
        taken = frozenset(causes)
        if taken not in self._made:

            def side(cause: Cause) -> Snapshot:
                return self.after if cause in taken else self.before

            evaluator = side(Cause.RULES).evaluator
            # Events that happened after the former look count only once they are taken into account.
            events = _counting(side(Cause.EVENTS))
            facts = evaluator.facts(side(Cause.FIELDS).fields, events)
            self._made[taken] = evaluator.decide(facts, side(Cause.TIME).now)
        return self._made[taken]

    def points(self, causes: Iterable[Cause]) -> Counter[_Key]:
        """The points of each line, with these causes taken into account."""
        taken = frozenset(causes)
        if taken not in self._points:
            counted: Counter[_Key] = Counter()
            for line in self.of(taken).lines:
                counted[_key(line)] += line.points
            self._points[taken] = counted
        return self._points[taken]

    def step(self, cause: Cause, earlier: Sequence[Cause]) -> ChangeStep:
        """What a cause does after the earlier ones."""
        old, new = self.of(earlier), self.of([*earlier, cause])
        before, after = self.points(earlier), self.points([*earlier, cause])
        lines = []
        for key in dict.fromkeys([*before, *after]):
            if before[key] != after[key]:
                evidence = tuple(_evidence(old, new, key))[:MOST_EVIDENCE]
                along = tuple(self._along(cause, earlier, key))
                lines.append(LineChange(key[1], key[2], before[key], after[key], evidence, along))
        lines.sort(key=lambda line: (-abs(line.points), line.name))
        return ChangeStep(cause, new.total - old.total, tuple(lines), old.stages, new.stages)

    def _along(self, cause: Cause, earlier: Sequence[Cause], key: _Key) -> Iterator[Cause]:
        did = self.points([*earlier, cause])[key] - self.points(earlier)[key]
        for other in earlier:
            if other is Cause.TIME and Cause.EVENTS in (*earlier, cause):
                # Without the passing of time the new events would not have happened: that says nothing.
                continue
            rest = [one for one in earlier if one is not other]
            if self.points([*rest, cause])[key] - self.points(rest)[key] != did:
                yield other


_Key = tuple[LineKind, str, str | None]


def _key(line: Line) -> _Key:
    """What a line is known by: a rule's by its name, another by its words."""
    return line.kind, line.name if line.kind is LineKind.RULE else line.text, line.score


# --- what differs -----------------------------------------------------------------------------


def _counting(look: Snapshot) -> tuple[Event, ...]:
    """The events up to the look's instant."""
    last = instant_from(look.now)
    return tuple(event for event in look.events if instant_from(event.at) <= last)


def _one_sided(
    before: Sequence[Event], after: Sequence[Event]
) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    old, new = Counter(map(_identity, before)), Counter(map(_identity, after))
    return _beyond(after, old), _beyond(before, new)


def _beyond(events: Sequence[Event], others: Counter[str]) -> tuple[Event, ...]:
    """The events that are not among the others, equal ones by their number."""
    left = Counter(others)
    found = []
    for event in events:
        known = _identity(event)
        if left[known]:
            left[known] -= 1
        else:
            found.append(event)
    return tuple(sorted(found, key=lambda event: instant_from(event.at)))


def _identity(event: Event) -> str:
    properties = dict(event.properties)
    return json.dumps(
        [event.type, event.object, instant_from(event.at), properties], sort_keys=True, default=str
    )


def _field_changes(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[FieldChange]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield FieldChange(name, before.get(name), after.get(name))


# --- what was found otherwise -----------------------------------------------------------------


def _evidence(old: Decision, new: Decision, key: _Key) -> Iterator[Evidence]:
    """The clauses behind a rule's line that were found otherwise, those that became true or false first."""
    kind, name, _ = key
    if kind is not LineKind.RULE:
        return
    before, after = dict(_leaves(old, name)), dict(_leaves(new, name))
    changed = []
    for asked in dict.fromkeys([*before, *after]):
        was, becomes = before.get(asked), after.get(asked)
        if _said(was) != _said(becomes):
            evidence = Evidence(asked, was.found if was else None, becomes.found if becomes else None)
            turned = (was.truth if was else None) != (becomes.truth if becomes else None)
            changed.append((not turned, evidence))
    changed.sort(key=lambda pair: pair[0])
    for _, evidence in changed:
        yield evidence


def _said(finding: Finding | None) -> object:
    return None if finding is None else (finding.truth, finding.found)


def _leaves(decision: Decision, name: str) -> Iterator[tuple[str, Finding]]:
    for rule in decision.rules:
        if rule.identity == name:
            for finding in (rule.condition, rule.events):
                if finding is not None:
                    yield from _single(finding)


def _single(finding: Finding) -> Iterator[tuple[str, Finding]]:
    if finding.joined is None:
        yield finding.asked, finding
    for part in finding.parts:
        yield from _single(part)
