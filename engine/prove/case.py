"""A made-up lead: what the solver means by a model, as fields, events and an instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ...grammar.edits.snippets import Happened, Value, case_text
from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind, Unit
from ..plan import Plan
from ..score_one.facts import Event
from ..values import MICROSECONDS, date_of, instant_of, moment_of

Given = object


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event of a made-up lead; `at` in microseconds."""

    type: str
    at: int
    object: str | None = None
    properties: Mapping[str, Given] = field(default_factory=dict)


@frozen
class Case:
    """A made-up lead at an instant (microseconds): fields by their names in the data, and events.

    Where a question is about one event more, or a higher value, `event` or `raised` is that.
    """

    fields: Mapping[str, Given]
    events: tuple[Occurrence, ...]
    now: int
    event: Occurrence | None = None
    raised: tuple[str, Given] | None = None

    @property
    def size(self) -> int:
        """How many facts it has."""
        return len(self.fields) + len(self.events)

    def given(self, *, more: bool = False) -> tuple[dict[str, Given], list[Event]]:
        """Its fields and events as an evaluator takes them; with `more`, those of the other lead."""
        fields, events = dict(self.fields), list(self.events)
        if more and self.raised is not None:
            fields[self.raised[0]] = self.raised[1]
        if more and self.event is not None:
            events.append(self.event)
        return fields, [Event(one.type, moment_of(one.at), one.object, one.properties) for one in events]

    def smaller(self) -> Iterator[Case]:
        """The same lead with one fact fewer."""
        for number in range(len(self.events)):
            yield replace(self, events=self.events[:number] + self.events[number + 1 :])
        for name in self.fields:
            yield replace(self, fields={key: value for key, value in self.fields.items() if key != name})

    def plainer(self) -> Iterator[Case]:
        """The same lead with instants and numbers that read better."""
        for number, event in enumerate(self.events):
            for at in _rounder(event.at, self.now):
                changed = replace(event, at=at)
                yield replace(self, events=(*self.events[:number], changed, *self.events[number + 1 :]))
            if event.properties:
                yield replace(
                    self,
                    events=(*self.events[:number], replace(event, properties={}), *self.events[number + 1 :]),
                )
        for name, value in self.fields.items():
            if isinstance(value, float):
                for rounder in (float(round(value)), round(value, 2)):
                    if rounder != value:
                        yield replace(self, fields={**self.fields, name: rounder})


def _rounder(at: int, now: int) -> Iterator[int]:
    """Instants nearby that are told more easily: whole days ago, then whole hours and minutes."""
    for unit in (Unit.DAY, Unit.HOUR, Unit.MINUTE):
        length = MICROSECONDS[unit]
        ago = now - at
        for rounded in (ago // length * length, -(-ago // length) * length):
            if rounded != ago:
                yield now - rounded
        if ago % length == 0:
            return


# --- as a test ------------------------------------------------------------------------------------------


def as_test(case: Case, plan: Plan, name: str, expect: Iterable[str], *, more: bool = False) -> str | None:
    """A made-up lead as a test of a ruleset; None where a test cannot say it."""
    fields = dict(case.fields)
    events = list(case.events)
    if more and case.raised is not None:
        fields[case.raised[0]] = case.raised[1]
    if more and case.event is not None:
        events.append(case.event)
    names = {one.column: one for one in reversed(plan.fields)}
    known: dict[str, Value] = {}
    for column, value in fields.items():
        if column not in names:
            return None
        known[names[column].name] = _written(value)
    happened: list[Happened] = []
    for event in _gathered(events):
        said = _said(event[0], event[1], plan)
        if said is None:
            return None
        happened.append(said)
    return case_text(name, known, happened, expect, _instant(case.now))


def _gathered(events: Iterable[Occurrence]) -> list[tuple[Occurrence, int]]:
    found: list[tuple[Occurrence, int]] = []
    for event in sorted(events, key=lambda one: one.at):
        if found and found[-1][0] == event:
            found[-1] = (event, found[-1][1] + 1)
        else:
            found.append((event, 1))
    return found


def _said(event: Occurrence, times: int, plan: Plan) -> Happened | None:
    for selector in plan.selectors:
        feed = selector.feeds[0]
        if feed.type != event.type:
            continue
        properties = dict(event.properties)
        thing = event.object
        if feed.by is not None:
            of = properties.pop(feed.by, None)
            if thing is not None or not (of is None or isinstance(of, str)):
                continue
            thing = of
        given = {name: _written(value) for name, value in properties.items()}
        return Happened(selector.name, thing, times, _instant(event.at), given)
    return None


def _written(value: Given) -> Value:
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value)
    assert value is None or isinstance(value, str | float | int | bool | dt.date)
    return value


def _instant(at: int) -> dt.datetime:
    return moment_of(at)


def given(kind: Kind, value: object) -> Given:
    """A value of a model of the solver as data has it."""
    from fractions import Fraction

    import z3

    if kind is Kind.YES_NO:
        return z3.is_true(value)
    if kind is Kind.NUMBER:
        fraction = _fraction(value)
        number = float(fraction)
        return (
            int(number)
            if Fraction(number) == fraction and number == int(number) and abs(number) < 2**53
            else number
        )
    assert isinstance(value, z3.IntNumRef)
    whole = value.as_long()
    first, last = dt.date(2, 1, 1), dt.date(9998, 12, 31)
    if kind is Kind.DATE:
        return date_of(
            min(
                max(whole, instant_of(first) // MICROSECONDS[Unit.DAY]),
                instant_of(last) // MICROSECONDS[Unit.DAY],
            )
        )
    return moment_of(min(max(whole, instant_of(first)), instant_of(last)))


def _fraction(value: object):  # type: ignore[no-untyped-def]
    from fractions import Fraction

    import z3

    if isinstance(value, z3.AlgebraicNumRef):
        value = value.approx(20)
    assert isinstance(value, z3.RatNumRef | z3.IntNumRef)
    if isinstance(value, z3.IntNumRef):
        return Fraction(value.as_long())
    number = Fraction(value.numerator_as_long(), value.denominator_as_long())
    return min(max(number, Fraction(-(10**300))), Fraction(10**300))
