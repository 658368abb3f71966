"""What a plan reads of events: the one place that decides it, for all who hand events to a plan."""

from __future__ import annotations

from collections.abc import Iterable

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from .conditions import PropertyValue
from .events import Aggregation, Selection
from .model import Plan
from .walk import condition_values, selections


@frozen
class ReadColumn:
    """What is read of an event: a property as a kind, or (name None) the object in a selector's eyes."""

    selector: int | None
    name: str | None
    kind: Kind


def object_column(selection: Selection) -> ReadColumn:
    """The column that holds the object of an event in the eyes of a selection."""
    return ReadColumn(selection.selector, None, Kind.TEXT)


class EventReads:
    """What one plan reads of events besides their types, objects and instants."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._decided = {
            feed.type
            for selector in plan.selectors
            if selector.object is not None
            for feed in selector.feeds
            if feed.by is not None
        }
        self.columns = _columns(plan)
        """The columns that selections and signals read, by selector."""

    @property
    def properties(self) -> tuple[tuple[str, Kind], ...]:
        """Every property that is read or that names an object, with the kind that it is read as."""
        feeds = [feed for selector in self._plan.selectors for feed in selector.feeds]
        named = [(feed.by, Kind.TEXT) for feed in feeds if feed.by is not None]
        read = [
            (column.name, column.kind)
            for columns in self.columns.values()
            for column in columns
            if column.name is not None
        ]
        return tuple(dict.fromkeys([*named, *read]))

    def decide(self, type_: str) -> bool:
        """Whether it depends on properties which selectors take an event of a type."""
        return type_ in self._decided

    def need_properties(self, type_: str, selectors: Iterable[int]) -> bool:
        """Whether the properties of an event of a type are needed to read what these selectors, which take
        it, read of it: also where a property is its object."""
        for number in selectors:
            by_property = any(
                feed.type == type_ and feed.by is not None for feed in self._plan.selectors[number].feeds
            )
            if any(column.name is not None or by_property for column in self.columns.get(number, ())):
                return True
        return False


def _columns(plan: Plan) -> dict[int, tuple[ReadColumn, ...]]:
    columns: dict[int, dict[ReadColumn, None]] = {}
    for selection in selections(plan):
        if selection.where is not None:
            mine = columns.setdefault(selection.selector, {})
            for value in condition_values(selection.where):
                if isinstance(value, PropertyValue):
                    mine[ReadColumn(None, value.name, value.kind)] = None
    for signal in plan.signals:
        mine = columns.setdefault(signal.events.selector, {})
        if signal.of is not None:
            mine[ReadColumn(None, signal.of, Kind.NUMBER)] = None
        if signal.aggregation is Aggregation.DISTINCT:
            mine[object_column(signal.events)] = None
    return {selector: tuple(read) for selector, read in columns.items()}
