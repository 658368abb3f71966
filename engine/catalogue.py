"""What exists: the fields of leads and the events seen, as found in data.

A ruleset is checked against a catalogue so that a name that is nowhere in the data is an error with a
suggestion. What the ruleset itself declares with `field` and `event` is added by the checker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..grammar.frozen import frozen
from ..grammar.syntax.nodes import Kind

DISTINCT_LIMIT = 10_000
"""A field with more distinct values than this keeps its most frequent ones only."""


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One attribute of leads: its kind, how many leads have a value, and the values' counts.

    `values` maps a value as people would write it to the number of leads that have it, most frequent
    first; `complete` tells whether it holds every distinct value. For numbers and moments `low` and
    `high` are the smallest and largest prepared value.
    """

    name: str
    kind: Kind
    known: int
    values: Mapping[str, int] = field(default_factory=dict)
    complete: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One type of event: how often it was seen, with which objects, and the kinds of its properties.

    `objects` maps an object as first spelt to its count, most frequent first. `newest` is the latest of its
    instants that had passed when this was counted, in microseconds since 1970; None where there was none.
    """

    type: str
    count: int
    objects: Mapping[str, int] = field(default_factory=dict)
    properties: Mapping[str, Kind] = field(default_factory=dict)
    newest: int | None = None


@frozen
class Catalogue:
    """The fields and events of one body of data, by exact name."""

    leads: int
    fields: Mapping[str, FieldFacts]
    events: Mapping[str, EventFacts]

    @property
    def newest_event(self) -> int | None:
        """The latest instant of an event that had passed, in microseconds since 1970."""
        return max((facts.newest for facts in self.events.values() if facts.newest is not None), default=None)
