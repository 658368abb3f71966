"""A second reading of the plan: an interpreter that walks it as its docstrings say, slowly and plainly.

It shares no code with `engine.evaluate`, so that the two can be held against each other. Conditions
have three values, True, False and None, all the way through.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from leadwright.engine import plan as p
from leadwright.engine.values import DAY, date_of, instant_of, moment_of, prepare, shift, text_key
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.nodes import Kind, Unit

Truth = bool | None
FIRST = instant_of(dt.date(1, 1, 3))
"""Before all that can have happened, in every zone."""


@dataclass(frozen=True)
class Happened:
    """An event as given, its instant in microseconds."""

    type: str
    at: int
    object: str | None
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class _Match:
    """An event that a selection took: `number` tells it from all others."""

    number: int
    at: int
    object: str | None
    event: Happened


class Reference:
    """One plan on one lead at one instant; everything is found by asking for it."""

    def __init__(self, plan: p.Plan, lead: Mapping[str, Any], events: Sequence[Happened], now: int) -> None:
        self.plan = plan
        self.lead = lead
        self.now = now
        self.events = sorted(events, key=lambda event: event.at)

    # --- the clock on the wall --------------------------------------------------------------------

    def shown(self, instant: int) -> int:
        """What clocks of the zone show at an instant, written as if it were UTC."""
        here = moment_of(instant).astimezone(ZoneInfo(self.plan.zone.name))
        return instant_of(here.replace(tzinfo=dt.UTC))

    def at_clock(self, wall: int) -> int:
        """When clocks show that: the earlier of two, or moved on by the gap where there is none."""
        here = moment_of(wall).replace(tzinfo=ZoneInfo(self.plan.zone.name))
        return instant_of(here.astimezone(dt.UTC))

    def day(self, instant: int) -> int:
        """The day that an instant lies in."""
        return self.shown(instant) // DAY

    def shifted(self, amount: int, unit: Unit) -> int:
        """Now moved by a length: months and years by the clock, all else by time that passes."""
        if unit in (Unit.MONTH, Unit.YEAR):
            return self.at_clock(shift(self.shown(self.now), amount, unit))
        return shift(self.now, amount, unit)

    # --- events ---------------------------------------------------------------------------------

    def select(self, selection: p.Selection) -> list[_Match]:
        """The events of a selection, in the order of time."""
        found = []
        for number, event in enumerate(self.events):
            if event.at > self.now:
                continue
            matched, thing = self._matches(self.plan.selectors[selection.selector], event)
            if not matched or not self._in_window(event.at, selection.window):
                continue
            if selection.where is None or self.truth(selection.where, event.properties) is True:
                found.append(_Match(number, event.at, thing, event))
        return found

    def _matches(self, selector: p.Selector, event: Happened) -> tuple[bool, str | None]:
        matched, thing = False, None
        for feed in selector.feeds:
            if feed.type != event.type:
                continue
            given = event.object if feed.by is None else event.properties.get(feed.by)
            key = (text_key(given) or None) if isinstance(given, str) else None
            if selector.object is None or (key is not None and matches(selector.object, key)):
                matched = True
                thing = thing if thing is not None else key
        return matched, thing

    def _in_window(self, at: int, window: p.Last | p.Range | None) -> bool:
        match window:
            case None:
                return True
            case p.Last(amount=amount, unit=unit):
                return self.shifted(-amount, unit) < at <= self.now
            case p.Range(start=start, end=end):
                return (start is None or start <= at) and (end is None or at < end)

    def signal(self, signal: p.Measure) -> Any:
        """The value of a signal."""
        found = self.select(signal.events)
        measure = p.Aggregation
        match signal.aggregation:
            case measure.COUNT:
                return len(found)
            case measure.DISTINCT:
                return len({match.object for match in found if match.object is not None})
            case measure.PERIODS:
                return len({self.day(match.at) for match in found})
            case measure.FIRST:
                return found[0].at if found else None
            case measure.LAST:
                return found[-1].at if found else None
            case measure.FOLLOWED:
                assert signal.then is not None
                assert signal.within is not None
                return any(
                    a.number != b.number and 0 <= b.at - a.at <= signal.within
                    for a in found
                    for b in self.select(signal.then)
                )
            case _:
                return self._number(signal, found)

    def _number(self, signal: p.Measure, found: list[_Match]) -> float | None:
        assert signal.of is not None
        read = [prepare(Kind.NUMBER, match.event.properties.get(signal.of)) for match in found]
        numbers = [number for number in read if isinstance(number, float)]
        total = 0.0
        for number in numbers:
            total += number
        if signal.aggregation is p.Aggregation.SUM:
            return _finite(total)
        if not numbers:
            return None
        if signal.aggregation is p.Aggregation.AVG:
            return None if _finite(total) is None else _finite(total / len(numbers))
        return min(numbers) if signal.aggregation is p.Aggregation.MIN else max(numbers)

    # --- values ---------------------------------------------------------------------------------

    def field(self, number: int) -> Any:
        """The prepared value of a field, or its default."""
        field = self.plan.fields[number]
        value = prepare(field.kind, self.lead.get(field.column))
        return field.default if value is None else value

    def value(self, value: p.Value, properties: Mapping[str, Any] | None = None) -> Any:
        """A value; None is unknown."""
        match value:
            case p.Constant(value=constant):
                return constant
            case p.FieldValue(field=number):
                return self.field(number)
            case p.PropertyValue(name=name, kind=kind):
                assert properties is not None
                return prepare(kind, properties.get(name))
            case p.SignalValue(signal=number):
                return self.signal(self.plan.signals[number])
            case p.ScoreValue(score=None):
                return self.total
            case p.ScoreValue(score=int(number)):
                return self.scores[number]
            case p.DefineValue(define=number):
                body = self.plan.definitions[number].value
                assert body is not None
                return self.value(body, properties)
            case p.Calculation():
                return self._calculation(value, properties)
            case p.DaysBetween():
                return self._days(value, properties)
            case p.Domain(of=of):
                text = self.value(of, properties)
                if text is None or "@" not in text:
                    return None
                behind = re.fullmatch(r".*@\s*([^ >),;?]*?)\.*(?:[ >),;?].*)?", text, re.DOTALL)
                assert behind is not None
                return behind[1] or None
        raise TypeError(value)

    def _calculation(self, value: p.Calculation, properties: Mapping[str, Any] | None) -> float | None:
        left, right = (self.value(side, properties) for side in (value.left, value.right))
        if left is None or right is None:
            return None
        a, b = float(left), float(right)
        match value.operator:
            case "+":
                return _finite(a + b)
            case "-":
                return _finite(a - b)
            case "*":
                return _finite(a * b)
            case _:
                return _finite(a / b) if b else None

    def _days(self, value: p.DaysBetween, properties: Mapping[str, Any] | None) -> int | None:
        of = self.value(value.of, properties)
        if of is None:
            return None
        if value.of.kind is Kind.DATE:
            today = self.day(self.now)
            days = of - today if value.until else today - of
            return days if days >= 0 else None
        length = of - self.now if value.until else self.now - of
        return length // DAY if length >= 0 else None

    def computed(self, value: p.Value) -> bool:
        """Whether a number comes from arithmetic or from an aggregate of properties."""
        match value:
            case p.Calculation():
                return True
            case p.SignalValue(signal=number):
                return self.plan.signals[number].of is not None
            case p.DefineValue(define=number):
                body = self.plan.definitions[number].value
                return body is not None and self.computed(body)
        return False

    # --- conditions -----------------------------------------------------------------------------

    def truth(self, condition: p.Condition, properties: Mapping[str, Any] | None = None) -> Truth:
        """Whether a condition is true, false or unknown."""
        match condition:
            case p.All(items=items):
                return _and([self.truth(item, properties) for item in items])
            case p.Any(items=items):
                return _not(_and([_not(self.truth(item, properties)) for item in items]))
            case p.Not(item=item):
                return _not(self.truth(item, properties))
            case p.Holds(define=define):
                body = self.plan.definitions[define].condition
                assert body is not None
                return self.truth(body)
            case p.Compare(operator=operator, left=left, right=right):
                return self._compare(operator, left, right, properties)
            case p.Between(value=value, low=low, high=high):
                sides = (
                    self._compare(">=", value, low, properties),
                    self._compare("<=", value, high, properties),
                )
                return _and(sides)
            case p.IsKnown(value=value, known=known):
                return (self.value(value, properties) is not None) is known
            case p.IsYes(value=value):
                return self.value(value, properties)
            case p.Within(value=value, window=window):
                return self._within(self.value(value, properties), value.kind, window)
            case p.OneOf(value=value, patterns=patterns, constants=constants):
                if constants and not patterns:
                    return _not(_and([_not(self._compare("=", value, c, properties)) for c in constants]))
                return self._text(self.value(value, properties), patterns)
            case p.Matches(value=value, pattern=pattern):
                return self._text(self.value(value, properties), (pattern,))
        raise TypeError(condition)

    def _text(self, value: Any, patterns: Sequence[p.Pattern]) -> Truth:
        if value is None:
            return None
        entries = value if isinstance(value, tuple) else (value,)
        return any(matches(pattern, entry) for pattern in patterns for entry in entries)

    def _compare(
        self, operator: str, left: p.Value, right: p.Value, properties: Mapping[str, Any] | None
    ) -> Truth:
        a, b = self.value(left, properties), self.value(right, properties)
        if a is None or b is None:
            return None
        if self.computed(left) or self.computed(right):
            a, b = round(a, 6), round(b, 6)
        if {left.kind, right.kind} == {Kind.DATE, Kind.DATETIME}:
            a = self.day(a) if left.kind is Kind.DATETIME else a
            b = self.day(b) if right.kind is Kind.DATETIME else b
        match operator:
            case "=":
                return bool(a == b)
            case "!=":
                return bool(a != b)
            case "<":
                return bool(a < b)
            case "<=":
                return bool(a <= b)
            case ">":
                return bool(a > b)
            case _:
                return bool(a >= b)

    def _within(self, value: int | None, kind: Kind, window: p.Window) -> Truth:
        if value is None:
            return None
        begins, ends = (value, value)
        if kind is Kind.DATE:
            begins, ends = self.at_clock(value * DAY), self.at_clock((value + 1) * DAY)
        match window:
            case p.Last(amount=amount, unit=unit):
                return self.shifted(-amount, unit) < begins <= self.now
            case p.Next(amount=amount, unit=unit):
                return self.now < ends and begins <= self.shifted(amount, unit)
            case p.Range(start=start, end=end):
                return (start is None or start <= begins) and (end is None or begins < end)

    # --- points ---------------------------------------------------------------------------------

    def paid(self, each: p.Each) -> list[int]:
        """The instants that a rule pays for."""
        instants = [match.at for match in self.select(each.events)]
        if each.once is not None:
            latest = {_period(self.day(at), each.once): at for at in instants}
            instants = sorted(latest.values())
        if each.which == "latest":
            return instants[-1:]
        return instants[:1] if each.which == "first" else instants

    @cached_property
    def fired(self) -> list[tuple[int, int, int, int, int]]:
        """Rule, contribution, points written, faded and bounded; contribution -1 where there is none."""
        found = []
        for number, rule in enumerate(self.plan.rules):
            instants = [self.now] if rule.each is None else self.paid(rule.each)
            if not instants or (rule.condition is not None and self.truth(rule.condition) is not True):
                continue
            for place, contribution in enumerate(rule.contributions):
                faded = sum(self._faded(contribution, at) for at in instants)
                given = _bounded(faded, contribution.least, contribution.most)
                found.append((number, place, contribution.points * len(instants), faded, given))
            if not rule.contributions:
                found.append((number, -1, 0, 0, 0))
        return found

    def _faded(self, contribution: p.Contribution, at: int) -> int:
        decay, points = contribution.decay, contribution.points
        if decay is None:
            return points
        steps = (self.now - at) // decay.every
        sign = -1 if points < 0 else 1
        if decay.percent is None:
            return sign * (abs(points) // 2**steps)
        return sign * (abs(points) * max(0, 100 - decay.percent * steps) // 100)

    @cached_property
    def _summed(self) -> tuple[dict[int | None, int], list[tuple[str, int, int]]]:
        scores: dict[int | None, int] = {None: 0} | dict.fromkeys(range(len(self.plan.scores)), 0)
        groups = [0] * len(self.plan.groups)
        for number, place, _, _, points in self.fired:
            if place >= 0:
                rule = self.plan.rules[number]
                score = rule.contributions[place].score
                if rule.group is not None and self.plan.groups[rule.group].score == score:
                    groups[rule.group] += points
                else:
                    scores[score] += points
        cuts = []
        for number, group in enumerate(self.plan.groups):
            kept = _bounded(groups[number], group.least, group.most)
            if kept != groups[number]:
                cuts.append(("group", number, kept - groups[number]))
            scores[group.score] += kept
        for number, score in enumerate(self.plan.scores):
            kept = _bounded(scores[number], score.low, score.high)
            if kept != scores[number]:
                cuts.append(("range", number, kept - scores[number]))
            scores[number] = kept
        whole = sum(scores.values())
        kept = _bounded(whole, self.plan.total.low, self.plan.total.high)
        if kept != whole:
            cuts.append(("total", 0, kept - whole))
        scores[None] = kept
        return scores, cuts

    @property
    def cuts(self) -> list[tuple[str, int, int]]:
        """What groups and ranges took or gave."""
        return self._summed[1]

    @property
    def total(self) -> int:
        """The total after its range."""
        return self._summed[0][None]

    @property
    def scores(self) -> tuple[int, ...]:
        """The named scores after their ranges."""
        return tuple(self._summed[0][number] for number in range(len(self.plan.scores)))

    # --- decisions ------------------------------------------------------------------------------

    @property
    def would(self) -> tuple[str | None, ...]:
        """The stage of each track, were nothing disqualifying."""
        found = []
        for track in self.plan.tracks:
            reached = [s.name for s in self.plan.stages if s.track == track and self.is_in(s)]
            found.append(reached[-1] if reached else None)
        return tuple(found)

    def is_in(self, stage: p.Stage) -> bool:
        """Whether the lead is in a stage, higher ones aside: what decided last, since the first instant."""
        if stage.until is None:
            return self.truth(stage.condition) is True
        return next((found for _, found in self.past(stage) if found is not None), False)

    def past(self, stage: p.Stage) -> Iterator[tuple[int, Truth]]:
        """What each instant of the lead's past decides about a stage that holds, from now back."""
        assert stage.until is not None
        for at in (self.now, *sorted(self.instants, reverse=True), FIRST):
            then = Reference(self.plan, self.lead, self.events, at)
            out, comes = then.truth(stage.until) is True, then.truth(stage.condition) is True
            yield at, False if out else True if comes else None

    @cached_property
    def instants(self) -> set[int]:
        """Every instant before now at which anything can change, and many at which nothing does."""
        moments = {event.at for event in self.events}
        for event in self.events:
            for kind in (Kind.DATE, Kind.DATETIME):
                moments |= {self._moment(kind, prepare(kind, one)) for one in event.properties.values()} - {
                    None
                }
        for number, field in enumerate(self.plan.fields):
            if field.kind in (Kind.DATE, Kind.DATETIME):
                moments |= {self._moment(field.kind, self.field(number))} - {None}
        parts = list(_parts(self.plan))
        constants = [one for one in parts if isinstance(one, p.Constant)]
        moments |= {
            self._moment(one.kind, one.value) for one in constants if one.kind in (Kind.DATE, Kind.DATETIME)
        }
        lengths = {(0, Unit.DAY)}
        for one in parts:
            if isinstance(one, p.Last | p.Next):
                lengths |= {(sign * one.amount, one.unit) for sign in (1, -1)}
        found = {at for moment in moments for length in lengths for at in self._around(moment, *length)}
        for decay in (one for one in parts if isinstance(one, p.Decay)):
            found |= {moment + step * decay.every for moment in moments for step in range(101)}
        if any(isinstance(one, p.DaysBetween) for one in parts):
            for moment in moments:
                days = range((moment - 366 * DAY), self.now + DAY, DAY)
                found |= {at for day in days for at in (day, self.at_clock(self.shown(day) // DAY * DAY))}
        return {at for each in found for at in (each, each + 1) if FIRST < at <= self.now}

    def _moment(self, kind: Kind, value: Any) -> int | None:
        if value is None:
            return None
        return self.at_clock(value * DAY) if kind is Kind.DATE else value

    def _around(self, moment: int, amount: int, unit: Unit) -> set[int]:
        """A moment moved; by the calendar, what short months or a change of clocks can make of it."""
        if unit not in (Unit.MONTH, Unit.YEAR):
            return {shift(moment, amount, unit)}
        wall = shift(self.shown(moment), amount, unit)
        near = {wall // DAY * DAY + day * DAY + time for day in range(-4, 5) for time in (0, wall % DAY)}
        half = DAY // 48
        return {self.at_clock(at) + more * half for at in near for more in range(-2, 3)}

    @property
    def reasons(self) -> list[int]:
        """The disqualifications that hold."""
        return [n for n, d in enumerate(self.plan.disqualifications) if self.truth(d.condition) is True]

    @property
    def reached(self) -> tuple[int | bool | None, ...]:
        """When each outcome was reached, True for at no known instant."""
        found: list[int | bool | None] = []
        for outcome in self.plan.outcomes:
            if outcome.events is not None:
                found.append(min((match.at for match in self.select(outcome.events)), default=None))
                continue
            assert outcome.condition is not None
            if self.truth(outcome.condition) is not True:
                found.append(None)
                continue
            at = None if outcome.at is None else self.field(outcome.at.field)
            days = outcome.at is not None and outcome.at.kind is Kind.DATE
            found.append(True if at is None else self.at_clock(at * DAY) if days else at)
        return tuple(found)

    @property
    def result(self) -> tuple[int, tuple[int, ...], tuple[str | None, ...], bool]:
        """Total, scores, stages, disqualified."""
        gone = bool(self.reasons)
        stages = tuple(None for _ in self.plan.tracks) if gone else self.would
        return self.total, self.scores, stages, gone


def matches(pattern: p.Pattern, key: str) -> bool:
    """Whether a whole key matches a pattern, by trying every length of every star."""
    first, *rest = pattern.parts
    if not rest:
        return key == first
    if not key.startswith(first):
        return False
    left = key[len(first) :]
    tail = p.Pattern(tuple(rest))
    return any(matches(tail, left[start:]) for start in range(len(left) + 1))


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _and(truths: Sequence[Truth]) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _bounded(points: int, least: int | None, most: int | None) -> int:
    if most is not None and points > most:
        return most
    return least if least is not None and points < least else points


def _period(number: int, unit: Unit) -> Any:
    day: dt.date = date_of(number)
    if unit is Unit.WEEK:
        return tuple(day.isocalendar())[:2]
    return (day.year, day.month) if unit is Unit.MONTH else day


def _parts(part: Any) -> Iterator[Any]:
    """A part of a plan and all parts in it."""
    if isinstance(part, tuple):
        for one in part:
            yield from _parts(one)
    elif is_dataclass(part) and not isinstance(part, p.Origin | Source):
        yield part
        for each in fields(part):
            yield from _parts(getattr(part, each.name))
