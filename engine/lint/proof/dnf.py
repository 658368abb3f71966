"""A condition as alternatives: boxes of which at least one holds wherever the condition has a wanted truth.

Boxes may be too wide, never too narrow: where none is possible, the condition surely never has that truth.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ... import plan as p
from .clauses import Asked, Clauses
from .domains import ValueSet, everything_like, nothing_like
from .regions import Box, fitted, meet
from .variables import Variables

MOST = 64
"""Where more alternatives than this would come up, parts of a condition are left out of account."""
MOST_UNITED = 1_024
"""Of a condition with more alternatives than this by itself, nothing is said."""


class Dnf(NamedTuple):
    """Some boxes; `exact` unless a part of the condition was left out of account."""

    boxes: tuple[Box, ...]
    exact: bool


ANYTHING = Dnf(({},), True)
NOTHING = Dnf((), True)


class Wanted(NamedTuple):
    """The truth wanted of a condition; if not `sure`, unknown will do as well."""

    truth: bool
    sure: bool


TRUE, FALSE = Wanted(True, True), Wanted(False, True)
NOT_TRUE, NOT_FALSE = Wanted(False, False), Wanted(True, False)
_OPPOSITE = {TRUE: FALSE, FALSE: TRUE, NOT_TRUE: NOT_FALSE, NOT_FALSE: NOT_TRUE}


class DnfReader:
    """The alternatives of one plan's conditions, each found once.

    The memory is by identity: the conditions must outlive the reader.
    """

    def __init__(self, plan: p.Plan, subjects: Variables) -> None:
        self.plan = plan
        self.subjects = subjects
        self.clauses = Clauses(subjects)
        self._found: dict[tuple[int, Wanted], Dnf] = {}
        self._asked: dict[int, list[Asked]] = {}
        self._opened: dict[int, p.All] = {}

    def read(self, condition: p.Condition, wanted: Wanted) -> Dnf:
        """The boxes in which a condition can have a truth."""
        key = (id(condition), wanted)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._read(condition, wanted)
        return found

    def _read(self, condition: p.Condition, wanted: Wanted) -> Dnf:
        match condition:
            case p.Not(item=item):
                return self.read(item, _OPPOSITE[wanted])
            case p.All(items=items) | p.Any(items=items):
                parts = [self.read(item, wanted) for item in items]
                return self.both(parts) if isinstance(condition, p.All) is wanted.truth else _either(parts)
            case p.Holds(define=define):
                return self.read(self.body(define), wanted)
            case p.IsKnown(value=value, known=known):
                return self._known(value, known is wanted.truth)
            case p.Between() if (opened := self.opened(condition)) is not None:
                return self.read(opened, wanted)
        return self._clause(self.asked(condition), wanted)

    def body(self, define: int) -> p.Condition:
        """The condition of a define."""
        condition = self.plan.definitions[define].condition
        assert condition is not None
        return condition

    def opened(self, clause: p.Between) -> p.All | None:
        """A `between` as two comparisons where its ends are not fixed, else None."""
        if all(isinstance(self.subjects.resolve(end), p.Constant) for end in (clause.low, clause.high)):
            return None
        if id(clause) not in self._opened:
            least = p.Compare(">=", clause.value, clause.low, clause.origin)
            most = p.Compare("<=", clause.value, clause.high, clause.origin)
            self._opened[id(clause)] = p.All((least, most), clause.origin)
        return self._opened[id(clause)]

    def asked(self, clause: p.Clause) -> list[Asked]:
        """What a clause asks of its subjects."""
        found = self._asked.get(id(clause))
        if found is None:
            found = self._asked[id(clause)] = self.clauses.asked(clause)
        return found

    def _known(self, value: p.Value, known: bool) -> Dnf:
        subject = self.subjects.of(value)
        values = self.subjects[subject].base.values
        wanted = ValueSet(everything_like(values), False) if known else ValueSet(nothing_like(values), True)
        return self.within({subject: wanted})

    def _clause(self, asked: list[Asked], wanted: Wanted) -> Dnf:
        box: dict[int, ValueSet] = {}
        for one in asked:
            if wanted.sure or not one.needed:
                box[one.subject] = ValueSet(one.true if wanted.truth else one.false, not wanted.sure)
        return self.within(box)

    def within(self, box: Box) -> Dnf:
        """A box as the one alternative."""
        found = fitted(self.subjects, box)
        return NOTHING if found is None else Dnf((found,), True)

    def both(self, parts: Iterable[Dnf]) -> Dnf:
        """Alternatives for all of these, at least one, at once."""
        in_order = sorted(parts, key=lambda part: len(part.boxes))
        exact = all(part.exact for part in in_order)
        if not in_order[0].boxes:
            return Dnf((), exact)
        plain = [part.boxes[0] for part in in_order if len(part.boxes) == 1]
        only = _meet_all(plain) if plain else None
        if plain and only is None:
            return Dnf((), exact)
        found: tuple[Box, ...] = in_order[0].boxes if only is None else (only,)
        for part in in_order[max(1, len(plain)) :]:
            if len(found) * len(part.boxes) > MOST:
                exact = False
                continue
            pairs = ((left, right) for left in found for right in part.boxes)
            met = (meet(left, right) for left, right in pairs)
            found = tuple(box for box in met if box is not None)
        return Dnf(found, exact)


def _meet_all(boxes: list[Box]) -> Box | None:
    """What is in all of these boxes, None where that is surely nothing.

    Two by two, as what many leave over may be in many pieces, which one after the other would be gone
    through as often as there are boxes.
    """
    while len(boxes) > 1:
        met = [meet(left, right) for left, right in zip(boxes[::2], boxes[1::2], strict=False)]
        found = [box for box in met if box is not None]
        if len(found) < len(met):
            return None
        boxes = found + boxes[len(boxes) & ~1 :]
    return boxes[0]


def _either(parts: Iterable[Dnf]) -> Dnf:
    boxes: list[Box] = []
    exact = True
    for part in parts:
        exact = exact and part.exact
        boxes.extend(part.boxes)
    if len(boxes) > MOST_UNITED:
        return Dnf(ANYTHING.boxes, False)
    return Dnf(ANYTHING.boxes if any(not box for box in boxes) else tuple(boxes), exact)
