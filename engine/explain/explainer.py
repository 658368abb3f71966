"""All conditions of a plan as they were found on one lead.

What does not depend on the lead is worked out once a plan: which values a clause compares, how they are told
in words, which events they were measured from. A lead then takes one pass over all clauses and one over all
that is joined of them, and each value is told once however many clauses compare it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    Range,
    SignalValue,
    SureValue,
    Value,
    Within,
)
from ..plan.walk import conditions, holds, operands
from ..plan.walk import parts as inner
from .decision import Finding
from .findings import SHOWN, TRUTHS, CountWords, Found, Tell, Truth, clause_words, counts_words, unknown_of
from .plan_index import PlanIndex, picker

_new = tuple.__new__
_NOTHING = repeat(None)
_NO_PARTS: Iterable[tuple[()]] = repeat(())
_NEGATED = {True: False, False: True, None: None}
_PLAIN = (int, float, bool)
_OF_NO_EVENT = (FieldValue, Constant)
_MOST_VALUES = 4_096
"""So many values of a field are remembered with what was found of them."""

_SEVERAL = 16
"""After so many leads it pays to generate the function that joins findings."""


class _Asked(NamedTuple):
    """A clause: where its words and its instants are found, and the field that it depends on, by name and
    number; None where that is not one field alone."""

    asked: str
    place: int
    words: int
    instants: int
    field: tuple[str, int] | None
    clause: Clause


class _Joined(NamedTuple):
    """Conditions joined, and what picks them out of all findings; `shown`: as its parts."""

    asked: str
    how: str
    inside: tuple[int, ...]
    shown: bool = True


class _Used(NamedTuple):
    """The defines that a condition uses, and whether it uses one of them more than once."""

    defines: frozenset[int]
    twice: bool


class _Clauses:
    """Some clauses of a plan, whose findings one pass makes."""

    def __init__(
        self, asked: Sequence[_Asked], tell: Sequence[Tell], sources: Sequence[tuple[int, ...]]
    ) -> None:
        """`tell` gives the words of each value, and `sources` are the selections of each sort of instants."""
        self._asked = asked
        self._texts = tuple(each.asked for each in asked)
        self._truths = picker([each.place for each in asked])
        words = list(dict.fromkeys(each.words for each in asked))
        words.sort(key=lambda number: not isinstance(tell[number], CountWords))
        place_of = {number: place for place, number in enumerate(words)}
        tells = [tell[number] for number in words]
        self._counts = [(one.value, one.events) for one in tells if isinstance(one, CountWords)]
        self._tell = tells[len(self._counts) :]
        self._words = picker([place_of[each.words] for each in asked])
        instants = {
            number: place for place, number in enumerate(dict.fromkeys(each.instants for each in asked))
        }
        self._sources = [sources[number] for number in instants]
        self._instants = picker([instants[each.instants] for each in asked])

    def findings(self, found: Found) -> list[Finding]:
        """The finding of each."""
        truths = self._truths(found.truths)
        unknown: Iterable[str | None] = _NOTHING
        if None in truths:
            unknown = [
                None if truth is not None else _blank(found, each)
                for truth, each in zip(truths, self._asked, strict=True)
            ]
        value_words = counts_words(found, self._counts) if self._counts else []
        value_words += [tell(found) for tell in self._tell]
        words = self._words(value_words)
        instants = self._instants(self._latest(found))
        # What `zip` stops at is the texts, of which there is one for each clause.
        columns = zip(self._texts, words, truths, unknown, instants, _NOTHING, _NO_PARTS)  # noqa: B905
        return list(map(_new, repeat(Finding), columns))

    def _latest(self, found: Found) -> list[tuple[dt.datetime, ...]]:
        """The latest instants of the events that clauses are about, source by source."""
        instants, moment = found.instants, found.moments.__getitem__
        return [
            (tuple(map(moment, instants[source[0]][-SHOWN:])) if instants[source[0]] else ())
            if len(source) == 1
            else found.latest(source)
            for source in self._sources
        ]


class _OfField:
    """The conditions that depend on one field alone: what was found of a value is looked up when it comes up
    again."""

    def __init__(self, field: int, clauses: _Clauses, joined: Sequence[_Joined]) -> None:
        """What is joined is joined of findings at their places among those of the field."""
        self._field = field
        self._clauses = clauses
        self._joined = joined
        self._known: dict[object, list[Finding]] = {}

    def findings(self, found: Found) -> list[Finding]:
        """The finding of each."""
        facts = found.facts
        given = facts.given[self._field] if facts.given else None
        if given.__class__ is str:
            key: object = given, facts.fields[self._field]
        elif given is None or given.__class__ in _PLAIN:
            # 1 and True are one key, but not one value.
            key = given.__class__, given, facts.fields[self._field]
        else:
            return self._made(found)
        known = self._known.get(key)
        if known is None:
            known = self._made(found)
            if len(self._known) < _MOST_VALUES:
                self._known[key] = known
        return known

    def _made(self, found: Found) -> list[Finding]:
        made = self._clauses.findings(found)
        for joined in self._joined:
            made.append(_of_joined(made, joined))
        return made


def _of_joined(made: Sequence[Finding], joined: _Joined) -> Finding:
    """The finding of joined conditions, from all made before."""
    asked, how, inside, shown = joined
    parts = tuple([made[place] for place in inside])
    without = None
    if how in {"all", "any"}:
        decides = how == "any"
        truth: Truth = not decides
        for part in parts:
            if part[2] is decides:
                truth = decides
                break
            if part[2] is None:
                truth = None
    else:
        truth = parts[0][2] if how == "define" else _NEGATED[parts[0][2]]
    if truth is None:
        without = next(part[3] for part in parts if part[2] is None)
    return _new(Finding, (asked, TRUTHS[truth], truth, without, (), how, parts if shown else ()))


Join = Callable[[list[Finding]], list[Finding]]
"""Gives the findings of all conditions from those of clauses."""


def _join_function(count: int, several: Sequence[_Joined]) -> Join:
    """The same as `_of_joined` for conditions that come after so many findings, as one generated function:
    it takes half the time, but making it takes as long as explaining a few leads."""
    names: dict[str, object] = {"new": _new, "Finding": Finding}
    lines = []
    for place, (asked, how, inside, shown) in enumerate(several, count):
        names[f"a{place}"] = asked
        parts = f"({''.join(f'm{one}, ' for one in inside)})" if shown else "()"
        truths = [f"m{one}[2]" for one in inside]
        unknown = f"m{inside[-1]}[3]"
        for one in reversed(inside[:-1]):
            unknown = f"m{one}[3] if m{one}[2] is None else {unknown}"
        every, some = " and ".join(truths), " or ".join(truths)
        no = " or ".join(f"{truth} is False" for truth in truths)
        none = " and ".join(f"{truth} is False" for truth in truths)
        yes, no = {
            "all": (every, no),
            "any": (some, none),
            "not": (none, every),
            "define": (every, none),
        }[how]

        def row(truth: Truth, without: str, place: int = place, how: str = how, parts: str = parts) -> str:
            return f"(a{place}, {TRUTHS[truth]!r}, {truth}, {without}, (), {how!r}, {parts})"

        lines.append(
            f" m{place} = new(Finding, {row(True, 'None')} if {yes} else {row(False, 'None')} if {no} else "
            f"{row(None, unknown)})"
        )
    given = "".join(f"m{place}, " for place in range(count))
    made = "".join(f"m{place}, " for place in range(count + len(several)))
    taken = [f" {given}= made"] if count else []
    source = "\n".join(["def join(made):", *taken, *lines, f" return [{made}]", ""])
    exec(compile(source, "<findings>", "exec"), names)
    join: Join = names["join"]  # type: ignore[assignment]
    return join


class Explainer:
    """Explains the conditions of one plan. Remembers what was found of fields' values, but no lead; safe in
    threads."""

    def __init__(self, parts: PlanIndex) -> None:
        self._parts = parts
        self._words: dict[tuple[Value, ...] | int, int] = {}
        self._tell: list[Tell] = []
        self._sources: dict[tuple[int, ...], int] = {}
        self._clauses = [self._asked(place, clause) for place, clause in enumerate(parts.clauses)]
        self._joined: list[_Joined] = []
        self.places: dict[int, int] = dict(parts.places)
        """Where the finding of a condition stands, by its `id`."""
        self._used: dict[int, _Used] = {}
        for condition in conditions(parts.plan):
            if parts.plan.definitions and self._uses(condition).twice:
                self.places[id(condition)] = self._place_once(condition, {})
            else:
                self._place(condition)
        self._arrange()
        self._explained = 0
        self._generated: Join | None = None
        rules = parts.plan.rules
        places = [-1 if rule.condition is None else self.places[id(rule.condition)] for rule in rules]
        self.of_rules = picker(places)
        """Picks the findings of rules' conditions; what a rule without one has stands at the end."""

    def findings(self, found: Found) -> list[Finding]:
        """The finding of every condition, those of defines too, each at its place."""
        made: list[Finding] = []
        for of_field in self._of_fields:
            made += of_field.findings(found)
        made += self._others.findings(found)
        if self._generated is not None:
            return self._generated(made)
        for joined in self._joined:
            made.append(_of_joined(made, joined))
        self._explained += 1
        if self._explained > _SEVERAL:
            self._generated = _join_function(len(made) - len(self._joined), self._joined)
        return made

    def _arrange(self) -> None:
        """Puts what depends on one field alone together, before all that does not."""
        alone: list[int | None] = [
            each.field[1] if each.field is not None and self._is_still(each.clause) else None
            for each in self._clauses
        ]
        for joined in self._joined:
            of = {alone[place] for place in joined.inside}
            alone.append(of.pop() if len(of) == 1 else None)
        by_field: dict[int, list[int]] = {}
        for place, field in enumerate(alone):
            if field is not None:
                by_field.setdefault(field, []).append(place)
        others = [place for place, field in enumerate(alone) if field is None]
        order = [place for places in by_field.values() for place in places] + others
        moved = {place: number for number, place in enumerate(order)}
        count, sources = len(self._clauses), tuple(self._sources)
        self._of_fields = []
        for field, places in by_field.items():
            first = moved[places[0]]
            clauses = [self._clauses[place] for place in places if place < count]
            inside = [
                self._moved(self._joined[place - count], moved, first) for place in places if place >= count
            ]
            self._of_fields.append(_OfField(field, _Clauses(clauses, self._tell, sources), inside))
        self._others = _Clauses(
            [self._clauses[place] for place in others if place < count], self._tell, sources
        )
        self._joined = [self._moved(self._joined[place - count], moved) for place in others if place >= count]
        self.places = {condition: moved[place] for condition, place in self.places.items()}

    @staticmethod
    def _moved(joined: _Joined, moved: Mapping[int, int], first: int = 0) -> _Joined:
        """The same with the places that its parts have now, counted from the first."""
        asked, how, inside, shown = joined
        return _Joined(asked, how, tuple([moved[place] - first for place in inside]), shown)

    def _is_still(self, clause: Clause) -> bool:
        """Whether a clause about one field depends on nothing else, not even on now."""
        if isinstance(clause, Within):
            return isinstance(clause.window, Range)
        return not any(isinstance(value, DaysBetween | SureValue) for value in operands(clause))

    def _place(self, condition: Condition) -> int:
        place = self.places.get(id(condition))
        if place is None:
            how, inner_ones = _inside(self._parts.plan, condition)
            places = tuple([self._place(one) for one in inner_ones])
            place = self.places[id(condition)] = self._join(_Joined(condition.origin.text, how, places))
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
        return self._join(_Joined(condition.origin.text, how, places, shown))

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
        return _Asked(clause.origin.text, place, words, instants, field, clause)

    def _selections(self, asked: tuple[Value, ...]) -> list[int]:
        """Where the instants stand of all events that values were measured from."""
        parts = self._parts
        signals = [
            parts.plan.signals[part.signal]
            for value in asked
            if value.__class__ not in _OF_NO_EVENT
            for part in inner(value)
            if isinstance(part, SignalValue)
        ]
        both = [selection for signal in signals for selection in (signal.events, signal.then)]
        return [parts.selections[selection] for selection in both if selection is not None]


def _blank(found: Found, asked: _Asked) -> str | None:
    """The blank field for which a clause is unknown."""
    if asked.field is None:
        return unknown_of(found, asked.clause)
    name, number = asked.field
    return name if found.facts.fields[number] is None else None


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
