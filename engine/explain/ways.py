"""The ways to make a condition true: what each of them takes, none that contradicts itself or what is kept.

A way is made of clauses that are to be true or false at once. Those that are so already are kept; the others
are what is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...grammar.spec.operators import CONTRARY, MIRROR
from ...grammar.syntax.nodes import Kind
from ..plan import (
    Aggregation,
    All,
    Any,
    Between,
    Calculation,
    Clause,
    Compare,
    Condition,
    Constant,
    DaysBetween,
    DefineValue,
    Domain,
    Holds,
    Last,
    Not,
    Range,
    ScoreValue,
    SignalValue,
    Value,
)
from ..plan.walk import operands
from . import words
from .decision import Gain, Missing
from .findings import Found, blank_in, found_words, told_words

if TYPE_CHECKING:
    from ..lint.proof.dnf import Dnf

MOST = 8
"""How many ways are told."""
WIDTH = 64
"""How many ways are followed up at once, those with the fewest missing."""
_WIDER = 16
"""How many times as many, where all that were followed up came to nothing."""
_LOOKS = 3_000
"""How many pairs of ways are looked at for a contradiction; those after them pass for possible."""

_MOST_KEPT = 1_024
"""So many of the answers are kept, by condition and the truths of its clauses."""

_BEYOND = 10**12


@dataclass(frozen=True, slots=True)
class Literal:
    """A clause, whether it is to be true, and how that is written."""

    clause: Clause
    wanted: bool
    asked: str


@dataclass(frozen=True, slots=True)
class Way:
    """Clauses that can be as wanted at once, in the order of the text; how many of them are not so yet;
    and where all of them are as wanted."""

    literals: tuple[Literal, ...]
    missing: int
    where: Dnf


@dataclass(frozen=True, slots=True)
class Points:
    """The scores before their ranges: of each named score, and the total."""

    scores: Sequence[int]
    total: int


class Ways:
    """Finds the ways on one lead; `points` are its scores before their ranges. `gains` finds what would bring
    a score the points that it is short of."""

    gains: Callable[[int | None, int], tuple[Gain, ...]] | None = None

    def __init__(self, found: Found, points: Points) -> None:
        self.found = found
        self.points = points
        self.logic = found.parts.logic
        self._width = WIDTH
        self._cut = False
        self._looks = _LOOKS
        self._defined: dict[tuple[int, bool], list[Way]] = {}
        self._order: dict[int, int] = {}
        """The clauses of the condition that is looked at, in the order of the text."""

    def to(self, condition: Condition, wanted: bool = True) -> tuple[tuple[Missing, ...], ...]:
        """The ways to make a condition true (or false), the one with the fewest missing first.

        None at all where it can surely never be so.
        """
        return tuple([self._told(way) for way in self._ways(condition, wanted)])

    def _ways(self, condition: Condition, wanted: bool) -> list[Way]:
        """The ways that are told. They depend on nothing but the truth of each clause, and are kept for other
        leads on which that is the same."""
        parts, truths = self.found.parts, self.found.truths
        key = (id(condition), wanted, *[truths[place] for place in parts.asked_by(condition)])
        ways = parts.ways.get(key)
        if ways is None:
            before, self._order = self._order, {}
            try:
                ways = self._several(self._found(condition, wanted))
            finally:
                self._order = before
            if len(parts.ways) >= _MOST_KEPT:
                parts.ways.clear()
            parts.ways[key] = ways
        return ways

    def _found(self, condition: Condition, wanted: bool) -> list[Way]:
        self._cut, self._looks = False, _LOOKS
        self._defined.clear()
        found = self._to(condition, wanted)
        if not found and self._cut:
            self._width, self._cut = WIDTH * _WIDER, False
            self._defined.clear()
            found = self._to(condition, wanted)
            self._width = WIDTH
        return found

    def _several(self, found: list[Way]) -> list[Way]:
        """The ways that are told, those left out that do more than another; their clauses in order."""
        told: list[Way] = []
        taken: list[frozenset[tuple[int, bool]]] = []
        for way in found:
            missing = frozenset((id(one.clause), one.wanted) for one in way.literals if self._is_missing(one))
            # Whoever does the less has done enough.
            if any(less <= missing for less in taken):
                continue
            taken.append(missing)
            in_order = sorted(way.literals, key=lambda one: self._order[id(one.clause)])
            told.append(replace(way, literals=tuple(in_order)))
            if len(told) == MOST:
                break
        return told

    def _to(self, condition: Condition, wanted: bool, asked: str | None = None) -> list[Way]:
        match condition:
            case Not(item=item):
                return self._to(item, not wanted, None if asked else condition.origin.text)
            case Holds(define=define):
                return self._to_define(define, wanted)
            case All(items=items) | Any(items=items):
                # A define that is named twice asks for no more than once.
                several = list(
                    {id(ways): ways for ways in (self._to(item, wanted) for item in items)}.values()
                )
                if isinstance(condition, All) is wanted:
                    return self._together(several)
                return self._fewest(way for each in several for way in each)
            case _:
                return self._literal(condition, wanted, asked)

    def _to_define(self, define: int, wanted: bool) -> list[Way]:
        """The ways to make a define true or false, found once however many conditions use it."""
        ways = self._defined.get((define, wanted))
        if ways is None:
            body = self.found.plan.definitions[define].condition
            assert body is not None
            ways = self._defined[define, wanted] = self._to(body, wanted)
        return ways

    def _literal(self, clause: Clause, wanted: bool, asked: str | None) -> list[Way]:
        from ..lint.proof.dnf import FALSE, TRUE

        where = self.logic.reader.read(clause, TRUE if wanted else FALSE)
        if not self.logic.can_be(where):
            return []
        text = clause.origin.text if wanted else asked or f"not {clause.origin.text}"
        literal = Literal(clause, wanted, text)
        self._order.setdefault(id(clause), len(self._order))
        return [Way((literal,), int(self._is_missing(literal)), where)]

    def _is_missing(self, literal: Literal) -> bool:
        return self.found.truth(literal.clause) is not literal.wanted

    def _together(self, several: Iterable[list[Way]]) -> list[Way]:
        """One way of each at once."""
        joined: list[Way] | None = None
        # What leaves no choice comes first: it rules out choices of the others.
        for each in sorted(several, key=len):
            joined = each if joined is None else self._fewest(self._pairs(joined, each))
        return joined or []

    def _pairs(self, left: list[Way], right: list[Way]) -> Iterator[Way]:
        for one in left:
            for other in right:
                where = self._both(one.where, other.where)
                if where is not None:
                    literals = tuple(dict.fromkeys((*one.literals, *other.literals)))
                    yield Way(literals, sum(map(self._is_missing, literals)), where)

    def _both(self, one: Dnf, other: Dnf) -> Dnf | None:
        """Where both can be, None where that is surely nowhere."""
        if self._looks <= 0:
            return one
        self._looks -= 1
        both = self.logic.reader.both([one, other])
        return both if self.logic.can_be(both) else None

    def _fewest(self, ways: Iterable[Way]) -> list[Way]:
        ordered = sorted(ways, key=lambda way: way.missing)
        self._cut = self._cut or len(ordered) > self._width
        return ordered[: self._width]

    # --- in words -------------------------------------------------------------------------------

    def _told(self, way: Way) -> tuple[Missing, ...]:
        """What is missing of a way; of several about one number, that which asks the most."""
        told: dict[str, Missing] = {}
        for literal in way.literals:
            if not self._is_missing(literal):
                continue
            missing = self._missing(literal, self._bounds_on(way, literal))
            if missing is None:
                continue
            before = told.get(missing.needed)
            if before is not None and before.asked != missing.asked:
                missing = missing._replace(asked=f"{before.asked} and {missing.asked}")
            told[missing.needed] = missing
        return tuple(told.values())

    def _bounds_on(self, way: Way, literal: Literal) -> tuple[int, int] | None:
        """The lowest and highest number that a whole way allows for the score or count of one of its clauses;
        None for a clause about anything else."""
        asked = self._comparison(literal)
        if asked is None:
            return None
        _, value, _ = asked
        low, high = -_BEYOND, _BEYOND
        for other in way.literals:
            compared = self._comparison(other)
            bounds = None if compared is None or compared[1] != value else _bounds(compared[0], compared[2])
            if bounds is not None:
                low, high = max(low, bounds[0]), min(high, bounds[1])
        return low, high

    def _missing(self, literal: Literal, whole: tuple[int, int] | None) -> Missing | None:
        comparison = self._comparison(literal)
        if comparison is not None and whole is not None:
            operator, value, limit = comparison
            bounds = _bounds(operator, limit)
            if bounds is not None and not _asks_most(bounds, whole):
                return None
            told = self._points if isinstance(value, ScoreValue) else self._events
            return told(literal.asked, value, operator, limit, whole if bounds is not None else None)
        return Missing(literal.asked, self._otherwise(literal))

    def _otherwise(self, literal: Literal) -> str:
        """What was found instead of what is wanted."""
        clause, plan = literal.clause, self.found.plan
        for value in operands(clause):
            if self.found.value(value) is None:
                return self._why_unknown(value)
        subject = operands(clause)[0]
        if (
            isinstance(subject, SignalValue)
            and plan.signals[subject.signal].aggregation is Aggregation.FOLLOWED
        ):
            return f"{'no ' if literal.wanted else 'there was '}{words.value_words(plan, subject)}"
        return f"{words.value_words(plan, subject)} is {found_words(self.found, clause)}"

    def _why_unknown(self, value: Value) -> str:
        """What makes a value unknown: a blank field, an event that never was, or the values it is made of."""
        found, plan = self.found, self.found.plan
        if (name := blank_in(found, value)) is not None:
            return f"{name} is unknown"
        within: tuple[Value, ...] = ()
        match value:
            case DefineValue(define=define):
                body = plan.definitions[define].value
                return self._why_unknown(body) if body is not None else ""
            case SignalValue(signal=number):
                selection = plan.signals[number].events
                if not found.instants[found.parts.selections[selection]]:
                    return f"no {words.selection_words(plan, selection)}"
            case Calculation(left=left, right=right):
                within = (left, right)
            case DaysBetween(of=of) | Domain(of=of):
                within = (of,)
        for part in within:
            if found.value(part) is None:
                return self._why_unknown(part)
        known = [part for part in within if not isinstance(part, Constant)]
        told = [
            f"{words.value_words(plan, part)} is {told_words(found.parts, part)(found)}" for part in known
        ]
        return " and ".join(told) or f"{words.value_words(plan, value)} is unknown"

    # --- numbers ----------------------------------------------------------------------------------

    def _comparison(self, literal: Literal) -> tuple[str, Value, float] | None:
        """What has to hold of a score or a count beside a number: the operator, the value, the number."""
        clause, wanted = literal.clause, literal.wanted
        match clause:
            case Compare(operator=operator, left=left, right=Constant(value=int() | float() as limit)):
                pass
            case Compare(operator=operator, left=Constant(value=int() | float() as limit), right=left):
                operator = MIRROR[operator]
            case Between(
                value=left,
                low=Constant(value=int() | float() as low),
                high=Constant(value=int() | float() as high),
            ) if wanted:
                number = self.found.value(left)
                if not isinstance(number, int | float):
                    return None
                operator, limit = (">=", low) if number < low else ("<=", high)
            case _:
                return None
        if not self._is_counted(left) or left.kind is not Kind.NUMBER:
            return None
        return (operator if wanted else CONTRARY[operator]), left, limit

    def _is_counted(self, value: Value) -> bool:
        if isinstance(value, SignalValue):
            return self.found.plan.signals[value.signal].aggregation is Aggregation.COUNT
        return isinstance(value, ScoreValue)

    def _points(
        self, asked: str, value: Value, operator: str, limit: float, bounds: tuple[int, int] | None
    ) -> Missing:
        """How many points are short or too many before ranges, and the range that stands in the way."""
        assert isinstance(value, ScoreValue)
        found, plan = self.found, self.found.plan
        score = plan.total if value.score is None else plan.scores[value.score]
        if bounds is None:
            name = words.score_words(plan, value.score)
            is_ = "must not be" if operator == "!=" else "is never"
            return Missing(asked, f"{name} {is_} {words.number_words(limit)}")
        low, high = bounds
        obstacle = None
        if score.high is not None and low > score.high:
            obstacle = f"the range ends at {score.high}"
        elif score.low is not None and high < score.low:
            obstacle = f"the range begins at {score.low}"
        now = self.points.total if value.score is None else self.points.scores[value.score]
        if low <= now <= high:
            now = found.total if value.score is None else found.scores[value.score]
        if now < low:
            gains = self.gains(value.score, low - now) if self.gains is not None and not obstacle else ()
            return Missing(asked, f"{words.plural(low - now, 'point')} short", obstacle, gains=gains)
        return Missing(asked, f"{words.plural(now - high, 'point')} too many", obstacle)

    def _events(
        self, asked: str, value: Value, operator: str, limit: float, bounds: tuple[int, int] | None
    ) -> Missing:
        """How many events are short or too many, and what stands in the way."""
        assert isinstance(value, SignalValue)
        selection = self.found.plan.signals[value.signal].events
        phrase = words.selection_words(self.found.plan, selection)
        counted = self.found.value(value)
        assert isinstance(counted, int)
        if bounds is None:
            return Missing(asked, f"{phrase} must not be counted {words.times(counted)}")
        low, high = bounds
        if counted < low:
            over = isinstance(selection.window, Range) and (
                selection.window.end is not None and selection.window.end <= self.found.now
            )
            more = phrase if not counted and low == 1 else f"{low - counted} more of {phrase}"
            needed = f"no {phrase}" if more == phrase else more
            return Missing(asked, needed, "that time is over" if over else None, more)
        stays = not isinstance(selection.window, Last)
        obstacle = "what has happened stays" if stays else None
        return Missing(asked, f"{counted - high} too many of {phrase}", obstacle)


def _asks_most(bounds: tuple[int, int], whole: tuple[int, int]) -> bool:
    """Whether what one clause allows ends where what all of a way allow does, on either side."""
    return -_BEYOND < bounds[0] == whole[0] or _BEYOND > bounds[1] == whole[1]


def _bounds(operator: str, limit: float) -> tuple[int, int] | None:
    """The lowest and highest whole number that will do; None where no single one is aimed at."""
    match operator:
        case ">=":
            return math.ceil(limit), _BEYOND
        case ">":
            return math.floor(limit) + 1, _BEYOND
        case "<=":
            return -_BEYOND, math.floor(limit)
        case "<":
            return -_BEYOND, math.ceil(limit) - 1
        case "=" if float(limit).is_integer():
            return int(limit), int(limit)
        case _:
            return None
