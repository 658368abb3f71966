"""A possible lead: its fields, how many events lie in which cells, and what is measured of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable

import z3

from ...grammar.syntax.nodes import Kind, Unit
from ..plan import Aggregation, Field
from .clock import Clock
from .entities import TextEntity, fresh
from .happenings import Cell, Happenings
from .kleene import FALSE, TRUE, Formula, Known, all_of, any_of, exact, none_of, total_of
from .loose import Loose

Cells = frozenset[int]
LARGEST = sys.float_info.max
"""The largest number there is."""

_TINY = 1e-9
"""More than rounding can add to or take from a sum of a million doubles, as a share of what is summed."""

_MOST_AVERAGED = 6


class Lead:
    """One lead. With `base`, it is that lead and one event more in one of the cells `more`, or with a higher
    value in the field `raised`."""

    def __init__(
        self,
        happenings: Happenings,
        loose: Loose,
        *,
        exactly: bool,
        base: Lead | None = None,
        more: Cells = frozenset(),
        raised: Hashable = None,
    ) -> None:
        self.happenings = happenings
        self.loose = loose
        self.exactly = exactly
        self.base = base
        self.name = "" if base is None else f"more{loose.leads}."
        loose.leads += 1
        self.more = more
        self.raised = raised
        self.rules: list[Formula] = []
        self.where = z3.Int(f"{self.name}where") if base is not None and more else None
        self._numbers: dict[int, Formula] = {}
        self._counts: dict[Cells, Formula] = {}
        self._measures: dict[Hashable, Formula] = {}
        self._read: dict[Hashable, Known | TextEntity] = {}
        self._sequences: list[tuple[Cells, Cells, int, Formula]] = []
        self._alike: dict[str, list[tuple[Cells, Formula]]] = {}
        if self.where is not None:
            self.rules.append(any_of(self.where == cell for cell in sorted(more)))

    @property
    def clock(self) -> Clock:
        """Now and all other instants."""
        return self.happenings.clock

    # --- fields -------------------------------------------------------------------------------------

    def field(self, field: Field) -> Known:
        """A field that is not text."""
        key = (field.column, field.kind, field.default)
        found = self._read.get(key)
        if found is None:
            if self.base is not None and key != self.raised:
                found = self.base.field(field)
            else:
                found = self._field(field)
            self._read[key] = found
        assert isinstance(found, Known)
        return found

    def _field(self, field: Field) -> Known:
        label = f"{self.name}{_label(field)}"
        value = fresh(field.kind, label)
        if field.kind is Kind.NUMBER:
            self.rules += [value <= exact(LARGEST), value >= -exact(LARGEST)]
        return Known(value, TRUE if field.default is not None else z3.Bool(f"{label}.known"))

    def text(self, field: Field, of_domain: bool = False) -> TextEntity:
        """A field that is text, or its domain."""
        if self.base is not None:
            return self.base.text(field, of_domain)
        key = (field.column, field.kind, field.default, of_domain)
        found = self._read.get(key)
        if found is None:
            label = f"{_label(field)}{'.domain' if of_domain else ''}"
            known = TRUE if field.default is not None and not of_domain else z3.Bool(f"{label}.known")
            found = self._read[key] = TextEntity(label, several=field.kind is Kind.TEXTS, known=known)
            if of_domain:
                self.rules.append(z3.Implies(known, self.text(field).known))
        assert isinstance(found, TextEntity)
        return found

    def texts(self) -> list[TextEntity]:
        """All its texts."""
        return [one for one in self._read.values() if isinstance(one, TextEntity)]

    def read_fields(self) -> dict[Hashable, Known | TextEntity]:
        """All fields that were read, by column, kind and default; a domain's key has a fourth part, yes."""
        return self._read

    # --- counts -------------------------------------------------------------------------------------

    def number(self, cell: int) -> Formula:
        """How many events lie in a cell."""
        found = self._numbers.get(cell)
        if found is None:
            if self.base is not None:
                found = self.base.number(cell)
                if self.where is not None and cell in self.more:
                    found = found + z3.If(self.where == cell, 1, 0)
            else:
                found = z3.Int(f"n{cell}")
                self.rules.append(found >= 0)
                possible = self.happenings.is_possible(self.happenings.cells[cell])
                if possible is not None:
                    self.rules.append(z3.Implies(found > 0, possible))
            self._numbers[cell] = found
        return found

    def numbers(self) -> dict[int, Formula]:
        """The cells that were asked for, with how many events lie in each."""
        return self._numbers

    def count(self, cells: Cells) -> Formula:
        """How many events lie in some cells."""
        found = self._counts.get(cells)
        if found is None:
            found = self._counts[cells] = total_of(self.number(cell) for cell in sorted(cells))
        return found

    def any(self, cells: Cells) -> Formula:
        """Whether any event lies in some cells."""
        return self.count(cells) > 0 if cells else FALSE

    def gains(self, cells: Cells) -> Formula:
        """Whether the one event more lies in some cells."""
        assert self.where is not None
        return any_of(self.where == cell for cell in sorted(cells & self.more))

    def owner(self, cells: Cells) -> Lead:
        """The lead whose events in some cells these are: its base, where it has no other in them."""
        return self.base.owner(cells) if self.base is not None and not cells & self.more else self

    # --- measures -----------------------------------------------------------------------------------

    def _measured(
        self,
        sort: str,
        key: Hashable,
        cells: Cells,
        make: Callable[[str], Formula],
        bound: Callable[[Formula], None],
    ) -> Formula:
        """A measure, the same for the same events, bounded once."""
        whole = (sort, key, cells)
        found = self._measures.get(whole)
        if found is None:
            found = make(f"{self.name}{sort}{len(self._measures)}")
            self._measures[whole] = found
            bound(found)
        return found

    def measure(self, sort: str, key: Hashable, cells: Cells) -> Formula | None:
        """A measure that was asked for; None for one that was not."""
        return self._measures.get((sort, key, cells))

    def different(
        self,
        sort: str,
        key: Hashable,
        cells: Cells,
        bounds: Callable[[Lead], tuple[Formula, Formula]],
        why: str,
    ) -> Formula:
        """How many different days, weeks, months or objects the events of some cells have.

        It lies between bounds, never falls as events come, and rises by one with one event at most.
        """
        if (owner := self.owner(cells)) is not self:
            return owner.different(sort, key, cells, bounds, why)

        def bound(found: Formula) -> None:
            if not self.exactly or len(cells) > 1:
                self.loose.say(why)
            least, most = bounds(self)
            self.rules += [found >= least, found <= most]
            for other, size in self._alike.setdefault(f"{sort}{key}", []):
                for inner, small, outer, large in ((cells, found, other, size), (other, size, cells, found)):
                    if inner < outer:
                        rest = self.count(outer - inner)
                        self.rules += [small <= large, large <= small + rest]
            self._alike[f"{sort}{key}"].append((cells, found))
            if self.base is not None:
                before = self.base.different(sort, key, cells, bounds, why)
                gained = z3.If(self.gains(cells), 1, 0)
                self.rules += [found >= before, found <= before + gained]

        return self._measured(sort, key, cells, z3.Int, bound)

    def periods(self, cells: Cells, unit: Unit, most: int | None) -> Formula:
        """On how many days, weeks or months the events of some cells lie; `most` is how many there can be."""

        def bounds(lead: Lead) -> tuple[Formula, Formula]:
            count = lead.count(cells)
            upper = count if most is None else z3.If(count <= most, count, most)
            return z3.If(count > 0, 1, 0), upper

        why = f"events are counted once per {unit.value}"
        found = self.different("periods", unit, cells, bounds, why)
        if unit is not Unit.DAY:
            self.rules.append(found <= self.periods(cells, Unit.DAY, None))
        return found

    def objects(
        self, cells: Cells, seen: Callable[[Cell], Hashable | None], limit: Callable[[Cell], int | None]
    ) -> Formula:
        """How many different objects the events of some cells have: `seen` is the class of an event's object,
        None where it has none, `limit` how many different ones that class has."""
        kinds: dict[Hashable, list[int]] = {}
        limits: dict[Hashable, int | None] = {}
        for number in sorted(cells):
            cell = self.happenings.cells[number]
            kind = seen(cell)
            if kind is not None:
                kinds.setdefault(kind, []).append(number)
                limits[kind] = limit(cell)
        with_object = frozenset(number for numbers in kinds.values() for number in numbers)

        def bounds(lead: Lead) -> tuple[Formula, Formula]:
            low: list[Formula] = []
            high: list[Formula] = []
            for kind, numbers in kinds.items():
                count, most = lead.count(frozenset(numbers)), limits[kind]
                low.append(z3.If(count > 0, 1, 0))
                high.append(count if most is None else z3.If(count <= most, count, most))
            return total_of(low), total_of(high)

        return self.different("objects", "", with_object, bounds, "different things are counted")

    def followed(self, first: Cells, then: Cells, within: int) -> Formula:
        """Whether an event of some cells is followed in time by one of others."""
        if (owner := self.owner(first | then)) is not self:
            return owner.followed(first, then, within)
        key = (then, within)

        def bound(found: Formula) -> None:
            self.loose.say("one event must be followed by another")
            enough = [self.any(first), self.any(then)]
            if first & then:
                enough.append(self.count(first | then) >= 2)
            self.rules.append(z3.Implies(found, all_of(enough)))
            for other, other_then, other_within, truth in self._sequences:
                if first <= other and then <= other_then and within <= other_within:
                    self.rules.append(z3.Implies(found, truth))
                if other <= first and other_then <= then and other_within <= within:
                    self.rules.append(z3.Implies(truth, found))
            self._sequences.append((first, then, within, found))
            if self.base is not None:
                before = self.base.followed(first, then, within)
                self.rules.append(z3.Implies(before, found))
                self.rules.append(z3.Implies(found, any_of([before, self.gains(first | then)])))

        return self._measured("followed", key, first, z3.Bool, bound)

    # --- numbers of events --------------------------------------------------------------------------

    def with_number(self, cell: int, of: str) -> Formula:
        """How many events of a cell have a property that is a number."""

        def bound(found: Formula) -> None:
            self.rules += [found >= 0, found <= self.number(cell)]
            if self._range(cell, of)[2]:
                self.rules.append(found == self.number(cell))
            if self.base is not None:
                before = self.base.with_number(cell, of)
                gained = (
                    z3.If(self.where == cell, 1, 0) if self.where is not None and cell in self.more else 0
                )
                self.rules += [found >= before, found <= before + gained]

        return self._measured("with", of, frozenset((cell,)), z3.Int, bound)

    def _range(self, cell: int, of: str) -> tuple[float | None, float | None, bool]:
        return self.happenings.cells[cell].passed.ranges[of]

    def having(self, cells: Cells, of: str) -> Formula:
        """How many events of some cells have the number."""
        return total_of(self.with_number(cell, of) for cell in sorted(cells))

    def sum_in(self, cell: int, of: str) -> Formula:
        """What the numbers of one cell come to, exactly."""

        def bound(found: Formula) -> None:
            having = self.with_number(cell, of)
            low, high, _ = self._range(cell, of)
            self.rules.append(z3.Implies(having == 0, found == 0))
            lowest, highest = self.extremes(cell, of)
            self.rules.append(z3.Implies(having == 1, all_of((found == lowest, found == highest))))
            self.rules.append(z3.Implies(having == 2, found == lowest + highest))
            for amount in range(3, _MOST_AVERAGED + 1):
                inside = all_of(
                    (found >= lowest * (amount - 1) + highest, found <= highest * (amount - 1) + lowest)
                )
                self.rules.append(z3.Implies(having == amount, inside))
            if low is not None:
                self.rules.append(found >= z3.ToReal(having) * exact(low))
            if high is not None:
                self.rules.append(found <= z3.ToReal(having) * exact(high))
            if self.base is not None:
                before = self.base.sum_in(cell, of)
                added = self.added(of)
                gained = all_of((self.where == cell, self.has_added(of))) if cell in self.more else FALSE
                self.rules.append(found == before + z3.If(gained, added, z3.RealVal(0)))

        return self._measured("sum in", of, frozenset((cell,)), z3.Real, bound)

    def extremes(self, cell: int, of: str) -> tuple[Formula, Formula]:
        """The least and the greatest number of a cell."""
        low, high, _ = self._range(cell, of)
        key = frozenset((cell,))
        # Of a range that holds no number there is no event; it says nothing of all the others.
        there = self.with_number(cell, of) > 0

        def within(found: Formula) -> None:
            self.rules += [z3.Implies(there, found >= exact(low))] if low is not None else []
            self.rules += [z3.Implies(there, found <= exact(high))] if high is not None else []

        def above(found: Formula) -> None:
            within(found)
            self.rules.append(z3.Implies(there, lowest <= found))
            if self.base is not None:
                self._extend(cell, of, lowest, found)

        lowest = self._measured("least", of, key, z3.Real, within)
        return lowest, self._measured("greatest", of, key, z3.Real, above)

    def _extend(self, cell: int, of: str, lowest: Formula, highest: Formula) -> None:
        assert self.base is not None
        low, high = self.base.extremes(cell, of)
        had = self.base.with_number(cell, of) > 0
        if cell not in self.more:
            self.rules += [lowest == low, highest == high]
            return
        gained = all_of((self.where == cell, self.has_added(of)))
        added = self.added(of)
        below, above = z3.If(added < low, added, low), z3.If(added > high, added, high)
        self.rules += [
            z3.Implies(none_of(gained), all_of((lowest == low, highest == high))),
            z3.Implies(all_of((gained, had)), all_of((lowest == below, highest == above))),
            z3.Implies(all_of((gained, none_of(had))), all_of((lowest == added, highest == added))),
        ]

    def added(self, of: str) -> Formula:
        """The number that the one event more has."""
        return z3.Real(f"{self.name}added.{of}")

    def has_added(self, of: str) -> Formula:
        """Whether the one event more has the number."""
        return z3.Bool(f"{self.name}added.{of}.known")

    def added_rules(self, of: str) -> list[Formula]:
        """What holds of the number that the one event more has."""
        assert self.base is not None
        made: list[Formula] = []
        for cell in sorted(self.more):
            ranges = self.happenings.cells[cell].passed.ranges
            if of not in ranges:
                continue
            low, high, sure = ranges[of]
            here = self.where == cell
            gains = self.with_number(cell, of) - self.base.with_number(cell, of)
            made.append(z3.Implies(here, (gains == 1) == self.has_added(of)))
            if sure:
                made.append(z3.Implies(here, self.has_added(of)))
            if low is not None:
                made.append(z3.Implies(here, self.added(of) >= exact(low)))
            if high is not None:
                made.append(z3.Implies(here, self.added(of) <= exact(high)))
        return made

    def measured(self, measure: Aggregation, cells: Cells, of: str) -> Known:
        """A sum, an average, the least or the greatest number of the events of some cells."""
        if (owner := self.owner(cells)) is not self:
            return owner.measured(measure, cells, of)
        having = self.having(cells, of)
        if measure is Aggregation.SUM:
            return Known(self._sum(cells, of), TRUE)
        known = having > 0
        if measure is Aggregation.AVG:
            return Known(self._average(cells, of, having), known)
        least = measure is Aggregation.MIN

        def bound(found: Formula) -> None:
            reached = []
            for cell in sorted(cells):
                extreme = self.extremes(cell, of)[0 if least else 1]
                there = self.with_number(cell, of) > 0
                self.rules.append(z3.Implies(there, found <= extreme if least else found >= extreme))
                reached.append(all_of((there, found == extreme)))
            self.rules.append(z3.Implies(known, any_of(reached)))

        return Known(self._measured(measure.value, of, cells, z3.Real, bound), known)

    def _sum(self, cells: Cells, of: str) -> Formula:
        if self.exactly:
            self.loose.narrowed = True
            sums = [self.sum_in(cell, of) for cell in sorted(cells)]
            return z3.Sum(sums) if len(sums) > 1 else sums[0] if sums else z3.RealVal(0)

        def bound(found: Formula) -> None:
            self.loose.say("numbers of events are added up")
            self.rules.append(z3.Implies(self.having(cells, of) == 0, found == 0))
            self._bound_sum(found, cells, of)
            self._order_sums(found, cells, of)
            if self.base is not None:
                before = self.base._sum(cells, of)
                gains = all_of((self.gains(cells), self.has_added(of))) if self.where is not None else FALSE
                self.rules += [
                    z3.Implies(none_of(gains), found == before),
                    z3.Implies(all_of((gains, self.added(of) >= 0)), found >= before),
                    z3.Implies(all_of((gains, self.added(of) <= 0)), found <= before),
                ]

        return self._measured("sum", of, cells, z3.Real, bound)

    def _bound_sum(self, found: Formula, cells: Cells, of: str) -> None:
        """A sum of doubles lies within what its parts allow, but for what rounding does."""
        for upper in (False, True):
            ends: list[Formula] = []
            closed: list[Formula] = []
            for cell in sorted(cells):
                end = self._range(cell, of)[1 if upper else 0]
                having = self.with_number(cell, of)
                if end is None:
                    closed.append(having == 0)
                    continue
                slack = abs(end) * _TINY
                ends.append(z3.ToReal(having) * exact(end + slack if upper else end - slack))
            whole = z3.Sum(ends) if len(ends) > 1 else ends[0] if ends else z3.RealVal(0)
            self.rules.append(z3.Implies(all_of(closed), found <= whole if upper else found >= whole))

    def _order_sums(self, found: Formula, cells: Cells, of: str) -> None:
        """More numbers of one sign never make a sum smaller, or never greater: rounding keeps order."""
        for other, total in self._alike.setdefault(f"sum{of}", []):
            for inner, small, outer, large in ((cells, found, other, total), (other, total, cells, found)):
                if not inner < outer:
                    continue
                ranges = [self._range(cell, of) for cell in outer]
                if all(low is not None and low >= 0 for low, _, _ in ranges):
                    self.rules.append(small <= large)
                if all(high is not None and high <= 0 for _, high, _ in ranges):
                    self.rules.append(large <= small)
        self._alike[f"sum{of}"].append((cells, found))

    def _average(self, cells: Cells, of: str, having: Formula) -> Formula:
        def bound(found: Formula) -> None:
            if self.exactly:
                self.loose.narrowed = True
                total = self._sum(cells, of)
                counts = [all_of((having == n, total == found * n)) for n in range(1, _MOST_AVERAGED + 1)]
                self.rules.append(z3.Implies(having > 0, any_of(counts)))
                return
            self.loose.say("an average is taken")
            for upper in (False, True):
                ends = [self._range(one, of)[1 if upper else 0] for one in cells]
                known = [end for end in ends if end is not None]
                if known and len(known) == len(ends):
                    end = max(known) if upper else min(known)
                    limit = exact(end + abs(end) * _TINY if upper else end - abs(end) * _TINY)
                    self.rules.append(z3.Implies(having > 0, found <= limit if upper else found >= limit))

        return self._measured("average", of, cells, z3.Real, bound)


def _label(field: Field) -> str:
    """A name that no other column, kind or default has."""
    return f"{field.column!r}.{field.kind.value}.{field.default!r}"
