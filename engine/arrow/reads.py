"""What a ruleset reads of tables of leads and events."""

from __future__ import annotations

from collections.abc import Mapping

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..plan import Plan
from ..plan.event_reads import EventReads
from ..score_one.event_classes import EventClasses


@frozen
class Reads:
    """What a ruleset reads: fields of leads and properties of events, by their names in the data, with the
    kinds that they are read as; types of events; whether the object of an event is read."""

    fields: Mapping[str, Kind]
    event_types: tuple[str, ...]
    objects: bool
    properties: Mapping[str, tuple[Kind, ...]]
    types_with_properties: frozenset[str]
    """The types of events of which properties are read."""


def reads_of(plan: Plan) -> Reads:
    """What a plan reads."""
    classes = EventClasses(plan)
    properties: dict[str, tuple[Kind, ...]] = {}
    for name, kind in EventReads(plan).properties:
        properties[name] = (*properties.get(name, ()), kind)
    reads = EventReads(plan)
    objects = any(
        feed.by is None and (selector.object is not None or _reads_object(reads, number))
        for number, selector in enumerate(plan.selectors)
        for feed in selector.feeds
    )
    return Reads(
        {field.column: field.kind for field in plan.fields},
        tuple(sorted(classes.types)),
        objects,
        properties,
        frozenset(type_ for type_ in classes.types if classes.reads_properties(type_)),
    )


def _reads_object(reads: EventReads, selector: int) -> bool:
    return any(column.name is None for column in reads.columns.get(selector, ()))
