"""The ways to make a condition true: what each of them takes, none that contradicts itself or what is kept.

A way is made of clauses that are to be true or false at once. Those that are so already are kept; the others
are what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ...grammar.frozen import frozen
from ..plan import All, Any, Clause, Condition, Holds, Not
from .decision import Missing
from .missing import Literal, Standing, TellAll, teller

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


@frozen
class Way:
    """Clauses that can be as wanted at once, in the order of the text; how many of them are not so yet;
    and where all of them are as wanted."""

    literals: tuple[Literal, ...]
    missing: int
    where: Dnf


class Ways:
    """Finds the ways on one lead."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.found = standing.found
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
        return tuple([tell(self.standing) for tell in self._ways(condition, wanted)])

    def _ways(self, condition: Condition, wanted: bool) -> list[TellAll]:
        """What tells the ways. They depend on nothing but the truth of each clause, and are kept for other
        leads on which that is the same."""
        parts = self.found.parts
        key = (id(condition), wanted, parts.truths_of(condition, self.found.truths))
        ways = parts.ways.get(key)
        if ways is None:
            before, self._order = self._order, {}
            try:
                found = self._several(self._found(condition, wanted))
            finally:
                self._order = before
            ways = [teller(parts, way.literals, self.found) for way in found]
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
        shortest: list[Way] = []
        taken: list[frozenset[tuple[int, bool]]] = []
        for way in found:
            missing = frozenset((id(one.clause), one.wanted) for one in way.literals if self._is_missing(one))
            # Whoever does the less has done enough.
            if any(less <= missing for less in taken):
                continue
            taken.append(missing)
            in_order = sorted(way.literals, key=lambda one: self._order[id(one.clause)])
            shortest.append(replace(way, literals=tuple(in_order)))
            if len(shortest) == MOST:
                break
        return shortest

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

        where = self.found.parts.logic.reader.read(clause, TRUE if wanted else FALSE)
        if not self.found.parts.logic.can_be(where):
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
        both = self.found.parts.logic.reader.both([one, other])
        return both if self.found.parts.logic.can_be(both) else None

    def _fewest(self, ways: Iterable[Way]) -> list[Way]:
        ordered = sorted(ways, key=lambda way: way.missing)
        self._cut = self._cut or len(ordered) > self._width
        return ordered[: self._width]
