"""All conditions of a plan as they were found on one lead.

What does not depend on the lead is worked out once a plan: which values a clause compares, how they are told
in words, which events they were measured from. A lead then takes one pass over all clauses and one over all
that is joined of them, and each value is told once however many clauses compare it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import NamedTuple

from ..plan import (
    All,
    Any,
    Clause,
    Condition,
    Constant,
    DaysBetween,
    Domain,
    FieldValue,
    Holds,
    Not,
    Plan,
    SignalValue,
    Value,
)
from ..plan.walk import conditions, holds, operands
from ..plan.walk import parts as inner
from .decision import Finding
from .findings import SHOWN, TRUTHS, Found, Truth, clause_words, unknown_of
from .plan_index import Picker, PlanIndex, picker

_new = tuple.__new__
_NOTHING = repeat(None)
_NO_PARTS: Iterable[tuple[()]] = repeat(())
_NEGATED = {True: False, False: True, None: None}


class _Asked(NamedTuple):
    """A clause: where its words and its instants are found, and the field that it depends on, by name and
    number; None where that is not one field alone."""

    asked: str
    words: int
    instants: int
    field: tuple[str, int] | None
    clause: Clause


class _Joined(NamedTuple):
    """Conditions joined, and what picks them out of all findings; `shown`: as its parts."""

    asked: str
    how: str
    pick: Picker
    shown: bool = True


class _Used(NamedTuple):
    """The defines that a condition uses, and whether it uses one of them more than once."""

    defines: frozenset[int]
    twice: bool


class Explainer:
    """Explains the conditions of one plan. Holds nothing of a lead; safe in threads."""

    def __init__(self, parts: PlanIndex) -> None:
        self._parts = parts
        self._words: dict[tuple[Value, ...] | int, int] = {}
        self._tell: list[Callable[[Found], str]] = []
        self._sources: dict[tuple[int, ...], int] = {}
        asked = [self._asked(place, clause) for place, clause in enumerate(parts.clauses)]
        self._clauses = asked
        self._texts = tuple(each.asked for each in asked)
        self._pick_words = picker([each.words for each in asked])
        self._pick_instants = picker([each.instants for each in asked])
        self._joined: list[_Joined] = []
        self.places: dict[int, int] = dict(parts.places)
        """Where the finding of a condition stands, by its `id`."""
        self._used: dict[int, _Used] = {}
        for condition in conditions(parts.plan):
            if self._uses(condition).twice:
                self.places[id(condition)] = self._place_once(condition, {})
            else:
                self._place(condition)

        rules = parts.plan.rules
        places = [-1 if rule.condition is None else self.places[id(rule.condition)] for rule in rules]
        self.of_rules = picker(places)
        """Picks the findings of rules' conditions; what a rule without one has stands at the end."""

    def findings(self, found: Found) -> list[Finding]:
        """The finding of every condition, those of defines too, each at its place."""
        truths: list[Truth] = [*found.truths]
        unknown: Iterable[str | None] = _NOTHING
        if None in truths:
            unknown = [
                None if truth is not None else self._blank(found, each)
                for truth, each in zip(truths, self._clauses, strict=True)
            ]
        words = self._pick_words([tell(found) for tell in self._tell])
        instants = self._pick_instants(self._latest(found))
        # What `zip` stops at is the texts, of which there is one for each clause.
        columns = zip(self._texts, words, truths, unknown, instants, _NOTHING, _NO_PARTS)  # noqa: B905
        made: list[Finding] = list(map(_new, repeat(Finding), columns))
        add, know = made.append, truths.append
        for asked, how, pick, shown in self._joined:
            parts, joined = pick(made), pick(truths)
            if how == "all":
                truth = False if False in joined else None if None in joined else True
            elif how == "any":
                truth = True if True in joined else None if None in joined else False
            else:
                truth = joined[0] if how == "define" else _NEGATED[joined[0]]
            without = None if truth is not None else parts[joined.index(None)].unknown
            know(truth)
            add(_new(Finding, (asked, TRUTHS[truth], truth, without, (), how, parts if shown else ())))
        return made

    def _blank(self, found: Found, asked: _Asked) -> str | None:
        """The blank field for which a clause is unknown."""
        if asked.field is None:
            return unknown_of(found, asked.clause)
        name, number = asked.field
        return name if found.facts.fields[number] is None else None

    def _latest(self, found: Found) -> list[tuple[dt.datetime, ...]]:
        """The latest instants of the events that clauses are about, source by source."""
        instants, moment = found.instants, found.moments.__getitem__
        return [
            (tuple(map(moment, instants[source[0]][-SHOWN:])) if instants[source[0]] else ())
            if len(source) == 1
            else found.latest(source)
            for source in self._sources
        ]

    def _place(self, condition: Condition) -> int:
        place = self.places.get(id(condition))
        if place is None:
            how, inner_ones = _inside(self._parts.plan, condition)
            places = tuple([self._place(one) for one in inner_ones])
            place = self.places[id(condition)] = self._join(
                _Joined(condition.origin.text, how, picker(places))
            )
        return place

    def _place_once(self, condition: Condition, placed: dict[int, int]) -> int:
        """The same of a condition that uses a define more than once: the first time shows its parts."""
        if not isinstance(condition, All | Any | Not | Holds):
            return self.places[id(condition)]
        how, inner_ones = _inside(self._parts.plan, condition)
        shown = not (isinstance(condition, Holds) and condition.define in placed)
        if isinstance(condition, Holds) and not shown:
            places: tuple[int, ...] = (placed[condition.define],)
        else:
            places = tuple([self._place_once(one, placed) for one in inner_ones])
        if isinstance(condition, Holds):
            placed[condition.define] = places[0]
        return self._join(_Joined(condition.origin.text, how, picker(places), shown))

    def _join(self, joined: _Joined) -> int:
        self._joined.append(joined)
        return len(self._clauses) + len(self._joined) - 1

    def _uses(self, condition: Condition) -> _Used:
        """The defines in a condition, including those that these use."""
        defines: frozenset[int] = frozenset()
        twice = False
        for define in holds(condition):
            used = self._used.get(define)
            if used is None:
                body = self._parts.plan.definitions[define].condition
                assert body is not None
                inside = self._uses(body)
                used = self._used[define] = _Used(inside.defines | {define}, inside.twice)
            twice = twice or used.twice or not defines.isdisjoint(used.defines)
            defines |= used.defines
        return _Used(defines, twice)

    def _asked(self, place: int, clause: Clause) -> _Asked:
        asked = operands(clause)
        compared = tuple(value for value in asked if not isinstance(value, Constant))
        key: tuple[Value, ...] | int = compared or place
        words = self._words.get(key)
        if words is None:
            words = self._words[key] = len(self._tell)
            self._tell.append(clause_words(self._parts, clause))
        source = tuple(self._selections(asked))
        of: Value | None = compared[0] if len(compared) == 1 else None
        of = of.of if isinstance(of, Domain | DaysBetween) else of
        field = (self._parts.plan.fields[of.field].name, of.field) if isinstance(of, FieldValue) else None
        instants = self._sources.setdefault(source, len(self._sources))
        return _Asked(clause.origin.text, words, instants, field, clause)

    def _selections(self, asked: tuple[Value, ...]) -> list[int]:
        """Where the instants stand of all events that values were measured from."""
        parts = self._parts
        signals = [
            parts.plan.signals[part.signal]
            for value in asked
            for part in inner(value)
            if isinstance(part, SignalValue)
        ]
        both = [selection for signal in signals for selection in (signal.events, signal.then)]
        return [parts.selections[selection] for selection in both if selection is not None]


def _inside(plan: Plan, condition: Condition) -> tuple[str, tuple[Condition, ...]]:
    """How a condition joins others, and which."""
    match condition:
        case All(items=items):
            return "all", items
        case Any(items=items):
            return "any", items
        case Not(item=item):
            return "not", (item,)
        case Holds(define=define):
            body = plan.definitions[define].condition
            assert body is not None
            return "define", (body,)
    raise TypeError(condition)
