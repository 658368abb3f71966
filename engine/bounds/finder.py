"""The bounds of one lead: its blank fields split into regions, and what each choice of regions comes to.

Blank fields that no rule reads together are independent of each other. So what each such set of fields can
add to the scores is found by itself, and these are then combined; caps and ranges come last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from ..explain.words import score_words
from ..plan import FieldValue, Plan, ScoreValue, SignalValue
from ..score_one.codegen import Detail
from ..score_one.facts import Facts, ready
from ..values import Prepared
from .bounds import Bounds, Reach
from .logic import Ladder, Logic, PossibleResult, Sums
from .regions import Choices, FieldRegions, Region, Truth, Truths

if TYPE_CHECKING:
    from ..score_many.semantic_keys import Input
    from ..score_one.scorer import Scorer
    from .regions import Columns

MOST_CHOICES = 4_096
"""More choices of regions of one set of fields are not looked at one by one."""
MOST_COMBINED = 20_000
"""More sums with more truths are not told apart."""
_MOST_KEPT = 16_384

Change = tuple[tuple[int, ...], Truths]
"""What a choice of regions adds to each register, and the truths of the clauses that stages ask."""


@dataclass(frozen=True)
class Variable:
    """What is open: a blank field with its regions, or (field None) a clause that could be anything.

    Each choice gives the truths of the clauses at `places`.
    """

    field: int | None
    places: tuple[int, ...]
    choices: Choices


@dataclass
class Lead:
    """One lead before its blanks are filled: the truths of all clauses, the points that are sure, what each
    open rule would give, and what is open."""

    now: int
    truths: list[Truth]
    known: dict[Input, Prepared]
    points: list[int]
    gives: dict[int, tuple[tuple[int, int], ...]]
    blank: frozenset[int]
    variables: list[Variable]
    held: dict[int, bool]
    exact: bool = True


class Component(NamedTuple):
    """What belongs together, and what it can come to; None where that was not followed up."""

    variables: tuple[Variable, ...]
    rules: tuple[int, ...]
    places: tuple[int, ...]
    changes: tuple[Change, ...] | None


class Opened(NamedTuple):
    """A blank field, the places of its clauses that are followed, and what these come to; None where that is
    too much."""

    field: int
    places: tuple[int, ...]
    choices: Choices | None


@dataclass
class _Found:
    """What came out so far."""

    low: list[int]
    high: list[int]
    outcomes: set[PossibleResult] = field(default_factory=set)


class Finder:
    """Finds bounds by one plan. What was found for one lead is kept for others like it; safe in threads."""

    def __init__(self, evaluator: Scorer) -> None:
        self._evaluator = evaluator
        parts = evaluator.parts
        self.plan: Plan = parts.plan
        self._regions = FieldRegions(parts)
        logic = Logic(parts)
        self.sums = Sums(parts)
        self.ladder = Ladder(parts, logic)
        self.inputs = [self._regions.inputs(place) for place in range(len(parts.clauses))]
        self._fields = [
            frozenset(one.field for one in read if isinstance(one, FieldValue)) for read in self.inputs
        ]
        self.scored = [any(isinstance(one, ScoreValue) for one in read) for read in self.inputs]
        self.only_score = [_only_score(read) for read in self.inputs]
        self._fires = [
            None if rule.condition is None else logic.function(rule.condition) for rule in self.plan.rules
        ]
        self.asked = [
            () if rule.condition is None else parts.asked_by(rule.condition) for rule in self.plan.rules
        ]
        self.deciding = self._decided()
        used = {place for asked in (*self.asked, self.deciding) for place in asked}
        self.reading: dict[int, tuple[int, ...]] = {
            number: tuple(sorted(place for place in used if number in self._fields[place]))
            for number in range(len(self.plan.fields))
        }
        self.slots = {key: self.sums.slots[pay.into] for key, pay in parts.kernel.payments.items()}
        self._unasked = self._without_conditions()
        self._field_values = [FieldValue(n, one.kind) for n, one in enumerate(self.plan.fields)]
        self._signals = [(value, n) for value, n in parts.values.items() if isinstance(value, SignalValue)]
        self._defaults = [(n, one.kind) for n, one in enumerate(self.plan.fields) if one.default is not None]
        self._once: dict[tuple[int, int], bool] = {}
        self._changes: dict[Any, tuple[Change, ...]] = {}
        self._score_truths: dict[Any, Truth] = {}

    def _decided(self) -> tuple[int, ...]:
        """The places of the clauses that stages and disqualifications ask."""
        conditions = [one.condition for one in self.plan.disqualifications]
        for stage in self.plan.stages:
            conditions += [stage.condition] if stage.until is None else [stage.condition, stage.until]
        asked_by = self._evaluator.parts.asked_by
        return tuple(dict.fromkeys(place for one in conditions for place in asked_by(one)))

    def _without_conditions(self) -> Scorer | None:
        """What says what rules would give if their conditions were true; None where it is always the same."""
        rules = tuple(replace(rule, condition=None, tags=()) for rule in self.plan.rules)
        if all(rule.each is None for rule in rules):
            return None
        nothing: Any = ()
        names = (
            "definitions",
            "stages",
            "tracks",
            "disqualifications",
            "grades",
            "outcomes",
            "handoffs",
            "tests",
        )
        only = replace(self.plan, rules=rules, **dict.fromkeys(names, nothing))
        return type(self._evaluator)(only, self._evaluator.classes)

    # --- one lead -------------------------------------------------------------------------------

    def bounds(self, facts: Facts, now: int, guessed: frozenset[int] | None = None) -> Bounds:
        """The bounds of a lead at an instant in microseconds.

        `guessed` are the fields that only a default fills; None: what the facts were given tells of that.
        """
        return self.of(self.lead(facts, now, guessed))

    def regions(self, facts: Facts, now: int) -> dict[int, list[Region]] | None:
        """The regions of each blank field, by its number; None where one of them is not split."""
        found: dict[int, list[Region]] = {}
        lead = self.lead(facts, now)
        known = lead.known
        for number in sorted(lead.blank):
            places, _ = self.followed(number, lead.blank)
            split = self._regions.split(number, places, facts.fields[number], known, now) if places else []
            if split is None:
                return None
            found[number] = split
        return found

    def lead(self, facts: Facts, now: int, guessed: frozenset[int] | None = None) -> Lead:
        """A lead with what is open about it; `guessed` as in `bounds`."""
        ran = self._evaluator.run(Detail.EXPLAIN, facts, now)
        fired, truths, values = ran[4], ran[9], ran[10]
        known: dict[Input, Prepared] = dict(zip(self._field_values, facts.fields, strict=True))
        for value, place in self._signals:
            known[value] = values[place]
        if guessed is None:
            guessed = self._guessed(facts)
        blank = frozenset(
            n for n, places in self.reading.items() if places and (facts.fields[n] is None or n in guessed)
        )
        lead = Lead(now, [*truths], known, [0] * len(self.sums.slots), {}, blank, [], {})
        self.open(lead, facts.fields)
        open_rules = self.open_rules(lead)
        for number, place, _, _, points in fired:
            if place >= 0 and number not in open_rules:
                lead.points[self.slots[number, place]] += points
        lead.gives = self._given(facts, now, open_rules)
        self._hold(lead, facts)
        return lead

    def open_rules(self, lead: Lead) -> set[int]:
        """The rules that depend on what is open."""
        places = {place for one in lead.variables for place in one.places}
        return {n for n, asked in enumerate(self.asked) if not places.isdisjoint(asked)}

    def open(self, lead: Lead, fields: Sequence[Prepared]) -> None:
        """Adds what is open; of the fields those that are blank are read."""
        found: list[Opened] = []
        loose: list[int] = []
        for number in sorted(lead.blank):
            places, others = self.followed(number, lead.blank)
            loose += others
            if places:
                split = self._regions.split(number, places, fields[number], lead.known, lead.now)
                choices = None if split is None else tuple(one.truths for one in split)
                found.append(Opened(number, places, choices))
        self.opened(lead, found, loose)

    def followed(self, number: int, blank: frozenset[int]) -> tuple[tuple[int, ...], list[int]]:
        """The places of the clauses that read a blank field, those that are followed and the others."""
        loose = [place for place in self.reading[number] if self.is_loose(place, number, blank)]
        return tuple(place for place in self.reading[number] if place not in loose), loose

    def choices(
        self, number: int, places: tuple[int, ...], blank: Prepared, known: Columns, now: int
    ) -> list[Choices | None]:
        """What a blank field comes to for several leads; see `FieldRegions.of_many`."""
        return self._regions.of_many(number, places, blank, known, now)

    def opened(self, lead: Lead, found: Iterable[Opened], loose: Iterable[int]) -> None:
        """Adds what is open to a lead: blank fields with their regions, and places that could be anything."""
        anything = dict.fromkeys(loose)
        for number, places, choices in found:
            if choices is None:
                anything |= dict.fromkeys(places)
            elif len(choices) > 1:
                lead.variables.append(Variable(number, places, choices))
        for place in anything:
            lead.exact = False
            lead.variables.append(Variable(None, (place,), ((True,), (False,), (None,))))

    def _guessed(self, facts: Facts) -> frozenset[int]:
        """The fields that only a default fills."""
        if not facts.given:
            return frozenset()
        return frozenset(n for n, kind in self._defaults if ready(kind, facts.given[n]) is None)

    def is_loose(self, place: int, number: int, blank: frozenset[int]) -> bool:
        """Whether a clause depends on a blank field in a way that is not followed."""
        if self.scored[place] or len(self._fields[place] & blank) > 1:
            return True
        key = (place, number)
        once = self._once.get(key)
        if once is None:
            once = self._once[key] = self._regions.reads_once(place, number)
        return not once

    def _given(self, facts: Facts, now: int, rules: set[int]) -> dict[int, tuple[tuple[int, int], ...]]:
        """What open rules would give where they fire, as registers and points; rules without are left out."""
        payments = self._evaluator.parts.kernel.payments
        found: dict[int, list[tuple[int, int]]] = {}
        ran = None
        for number in rules:
            rule = self.plan.rules[number]
            if rule.each is None:
                fixed = [(place, payments[number, place].fixed) for place in range(len(rule.contributions))]
                found[number] = [(self.slots[number, place], p) for place, p in fixed if p]
            elif ran is None:
                assert self._unasked is not None
                ran = self._unasked.run(Detail.LINES, facts, now)[4]
        for number, place, _, _, points in ran or ():
            if number in rules and place >= 0 and points and self.plan.rules[number].each is not None:
                found.setdefault(number, []).append((self.slots[number, place], points))
        return {number: tuple(given) for number, given in found.items() if given}

    def _hold(self, lead: Lead, facts: Facts) -> None:
        """Says of stages that hold whether the lead is in them, where no open field can matter to that."""
        blank = {one.field for one in lead.variables} | {
            n for one in lead.variables if one.field is None for n in self._fields[one.places[0]]
        }
        for number in self.ladder.holding:
            holding = self._evaluator.holdings[number]
            read = {one for n in holding.asking.parts.semantic_keys.needs[0].values() for one in (n,)}
            if blank.isdisjoint(read):
                lead.held[number] = holding.holds(facts.fields, facts.events, lead.now)
            else:
                lead.exact = False

    def alike(self, lead: Lead) -> object:
        """The same for leads of which the same comes out."""
        asked = (*self.deciding, *(place for rule in lead.gives for place in self.asked[rule]))
        read = [
            lead.known[one]
            for place in self.deciding
            if self.scored[place] and self.only_score[place] is None
            for one in self.inputs[place]
            if not isinstance(one, ScoreValue)
        ]
        return (
            tuple(lead.points),
            tuple(lead.gives.items()),
            tuple(lead.variables),
            tuple(map(lead.truths.__getitem__, asked)),
            tuple(lead.held.items()),
            tuple(read),
            lead.blank,
            lead.now,
        )

    # --- what can come out ------------------------------------------------------------------------

    def of(self, lead: Lead) -> Bounds:
        """What can come out for a lead."""
        components = self.components(lead)
        combined = self.combined(lead, components)
        exact = lead.exact and combined is not None
        found = self._hull(lead, components) if combined is None else self._tried(lead, combined, components)
        matters = self.mattering(lead, components)
        return self._bounds_of(found, tuple(self.plan.fields[n].name for n in sorted(matters)), exact)

    def fields_of(self, places: Iterable[int]) -> set[int]:
        """The fields that clauses at some places read."""
        return {number for place in places for number in self._fields[place]}

    def mattering(self, lead: Lead, components: Iterable[Component]) -> set[int]:
        """The blank fields that make a difference."""
        found: set[int] = set()
        for each in components:
            if each.changes is not None and len(each.changes) == 1:
                continue
            for one in each.variables:
                if one.field is not None:
                    found.add(one.field)
                else:
                    found |= self._fields[one.places[0]] & lead.blank
        return found

    def components(self, lead: Lead) -> list[Component]:
        """What can come about of each set of fields that some rule reads together."""
        return [self.component(lead, *one) for one in self.together(lead)]

    def together(self, lead: Lead) -> Iterator[tuple[tuple[Variable, ...], tuple[int, ...]]]:
        """Variables that some rule reads together, with those rules."""
        group = list(range(len(lead.variables)))
        at: dict[int, list[int]] = {}
        for n, one in enumerate(lead.variables):
            for place in one.places:
                at.setdefault(place, []).append(n)
        together: list[tuple[int, list[int]]] = []
        for rule in lead.gives:
            read = sorted({n for place in self.asked[rule] for n in at.get(place, ())})
            if read:
                together.append((rule, read))
                for n in read:
                    low, high = sorted((group[read[0]], group[n]))
                    group = [low if one == high else one for one in group]
        for which in dict.fromkeys(group):
            variables = tuple(one for n, one in enumerate(lead.variables) if group[n] == which)
            yield variables, tuple(rule for rule, read in together if group[read[0]] == which)

    def component(self, lead: Lead, variables: tuple[Variable, ...], rules: tuple[int, ...]) -> Component:
        """What variables that these rules read together can come to."""
        open_places = {place for one in variables for place in one.places}
        places = tuple(place for place in self.deciding if place in open_places)
        if math.prod(len(one.choices) for one in variables) > MOST_CHOICES:
            return Component(variables, rules, places, None)
        beside = tuple(
            lead.truths[place] for rule in rules for place in self.asked[rule] if place not in open_places
        )
        key = (variables, tuple((rule, lead.gives[rule]) for rule in rules), beside)
        changes = self._changes.get(key)
        if changes is None:
            changes = tuple(self._choices(lead, variables, rules, places))
            if len(self._changes) >= _MOST_KEPT:
                self._changes.clear()
            self._changes[key] = changes
        return Component(variables, rules, places, changes)

    def _choices(
        self, lead: Lead, variables: tuple[Variable, ...], rules: tuple[int, ...], places: tuple[int, ...]
    ) -> Iterable[Change]:
        """What each choice of regions comes to, equal ones once."""
        truths = lead.truths.copy()
        asked = [(self._fires[rule], lead.gives[rule]) for rule in rules]
        found: dict[Change, None] = {}
        for choice in product(*[one.choices for one in variables]):
            for variable, chosen in zip(variables, choice, strict=True):
                for place, truth in zip(variable.places, chosen, strict=True):
                    truths[place] = truth
            points = [0] * len(lead.points)
            for fires, given in asked:
                if fires is None or fires(truths):
                    for slot, amount in given:
                        points[slot] += amount
            found[tuple(points), tuple([truths[place] for place in places])] = None
        return found

    def combined(
        self, lead: Lead, components: Sequence[Component], others: Iterable[Change] | None = None
    ) -> list[Change] | None:
        """All sums that can come about with the truths beside them, beside those that `others` of the lead's
        components come to; None where there are too many."""
        combined: set[Change] = {(tuple(lead.points), ())} if others is None else {*others}
        for one in components:
            if one.changes is None or len(combined) * len(one.changes) > MOST_COMBINED:
                return None
            combined = {
                (tuple(map(int.__add__, points, more)), truths + others)
                for points, truths in combined
                for more, others in one.changes
            }
        return list(combined)

    def outcomes(
        self, lead: Lead, combined: Iterable[Change] | None, components: Sequence[Component]
    ) -> set[PossibleResult]:
        """What is decided from sums of components; None: from any."""
        return self.every() if combined is None else self._tried(lead, combined, components).outcomes

    def _tried(self, lead: Lead, combined: Iterable[Change], components: Sequence[Component]) -> _Found:
        places = [place for one in components for place in one.places]
        by_scores: dict[tuple[tuple[int, ...], Truths], None] = {}
        for points, others in combined:
            by_scores[self.sums.settled(points), others] = None
        columns = list(zip(*[scores for scores, _ in by_scores], strict=True))
        found = _Found([min(one) for one in columns], [max(one) for one in columns])
        truths = lead.truths.copy()
        opened = set(places)
        scored = [p for p in self.deciding if self.scored[p] and p not in opened]
        decided: dict[Truths, PossibleResult] = {}
        by_score: dict[tuple[int, ...], Truths] = {}
        for scores, others in by_scores:
            if scores not in by_score:
                by_score[scores] = tuple([self.score_truth(lead, place, scores) for place in scored])
            key = others + by_score[scores]
            if key not in decided:
                for place, truth in zip((*places, *scored), key, strict=True):
                    truths[place] = truth
                decided[key] = self.ladder.decide(truths, lead.held)
        found.outcomes = set(decided.values())
        return found

    def score_truth(self, lead: Lead, place: int, scores: tuple[int, ...]) -> Truth:
        """The truth of a clause that reads scores."""
        only = self.only_score[place]
        if only is not None:
            read: tuple[Prepared, ...] = (scores[only],)
            key: tuple[object, ...] = (place, scores[only])
        else:
            read = tuple(
                lead.known[one]
                if not isinstance(one, ScoreValue)
                else scores[0 if one.score is None else one.score + 1]
                for one in self.inputs[place]
            )
            key = (place, read, lead.now)
        if key not in self._score_truths:
            if len(self._score_truths) >= _MOST_KEPT:
                self._score_truths.clear()
            self._score_truths[key] = self._regions.answer(place, [read], lead.now)[0]
        return self._score_truths[key]

    def _hull(self, lead: Lead, components: Sequence[Component]) -> _Found:
        """The least and the most of each register by itself, and every stage."""
        low, high = self.ends(lead, components)
        return _Found([*self.sums.settled(low)], [*self.sums.settled(high)], self.every())

    def ends(self, lead: Lead, components: Sequence[Component]) -> tuple[list[int], list[int]]:
        """The least and the most of each register by itself."""
        low, high = lead.points.copy(), lead.points.copy()
        for one in components:
            if one.changes is not None:
                for slot in range(len(low)):
                    low[slot] += min(points[slot] for points, _ in one.changes)
                    high[slot] += max(points[slot] for points, _ in one.changes)
                continue
            for rule in one.rules:
                for slot, points in lead.gives[rule]:
                    low[slot] += min(points, 0)
                    high[slot] += max(points, 0)
        return low, high

    def every(self) -> set[PossibleResult]:
        """Every outcome that there is."""
        every = tuple(
            (*[stage.name for stage in reversed(self.plan.stages) if stage.track == track], None)
            for track in self.plan.tracks
        )
        outcomes = {PossibleResult(every, False)}
        if self.plan.disqualifications:
            outcomes.add(PossibleResult(tuple((None,) for _ in self.plan.tracks), True))
        return outcomes

    def _bounds_of(self, found: _Found, unknown: tuple[str, ...], exact: bool) -> Bounds:
        reaches = [Reach(low, high) for low, high in zip(found.low, found.high, strict=True)]
        stages: dict[str, tuple[str | None, ...]] = {}
        for n, track in enumerate(self.plan.tracks):
            possible = {stage for outcome in found.outcomes for stage in outcome.stages[n]}
            ladder = [stage.name for stage in reversed(self.plan.stages) if stage.track == track]
            stages[track] = tuple(stage for stage in (*ladder, None) if stage in possible)
        gone = {outcome.disqualified for outcome in found.outcomes}
        if len(gone) == 1 and all(one.low == one.high for one in reaches) and not _any_open(stages):
            unknown = ()
        names = tuple(score_words(self.plan, number) for number in range(len(self.plan.scores)))
        return Bounds(
            reaches[0],
            MappingProxyType(dict(zip(names, reaches[1:], strict=True))),
            MappingProxyType(stages),
            gone.pop() if len(gone) == 1 else None,
            unknown,
            exact,
        )


def _any_open(stages: dict[str, tuple[str | None, ...]]) -> bool:
    return any(len(possible) > 1 for possible in stages.values())


def _only_score(read: Sequence[Input]) -> int | None:
    """Where the one score that a clause reads stands among the scores; None where it reads other things."""
    if len(read) != 1 or not isinstance(read[0], ScoreValue):
        return None
    return 0 if read[0].score is None else read[0].score + 1
