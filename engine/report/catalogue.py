"""The catalogue for reading: what is known of leads, and what happened to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...grammar.nodes import Kind
from ...grammar.printer import name_text
from ..catalogue import Catalogue, EventFacts, FieldFacts
from ..values import date_of, moment_of
from .paper import Paper, counted, percent, shown, table

_MOST_VALUES = 30
"""Different values above this are more like names than like choices: only some are shown."""


def catalogue_text(found: Catalogue, paper: Paper, *, values: int = 4) -> list[str]:
    """Fields with kind, how many leads have them and their commonest values; events with objects."""
    events = sum(facts.count for facts in found.events.values())
    lines = [f"{counted(found.leads, 'lead')}, {counted(events, 'event')}"]
    if found.fields:
        lines += ["", paper.bold("Fields"), *_fields(found, paper, values)]
    if found.events:
        lines += ["", paper.bold("Events"), *_events(found, paper, values)]
    return lines


def _fields(found: Catalogue, paper: Paper, values: int) -> list[str]:
    rows = [
        (
            shown(name_text(facts.name)),
            facts.kind.value,
            percent(facts.known, found.leads),
            _values(facts, values),
        )
        for facts in found.fields.values()
    ]
    return table(rows, paper, head=("name", "kind", "known", "values"), right=(2,))


def _values(facts: FieldFacts, most: int) -> str:
    if facts.low is not None and facts.high is not None and facts.kind is not Kind.YES_NO:
        return f"{bound(facts.kind, facts.low)} to {bound(facts.kind, facts.high)}"
    return common(facts.values, most, complete=facts.complete)


def bound(kind: Kind, value: float) -> str:
    """A smallest or largest value as people write it."""
    if kind is Kind.DATE:
        return date_of(int(value)).isoformat()
    if kind is Kind.DATETIME:
        return moment_of(int(value)).date().isoformat()
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.10g}"


def common(counts: Mapping[str, int], most: int, *, complete: bool = True) -> str:
    """The commonest values with their counts: `DE 310, US 120, … 12 more`."""
    if len(counts) > _MOST_VALUES and max(counts.values()) < 3:
        some = ", ".join(shown(value) for value in list(counts)[:2])
        return f"{some}, … ({len(counts):,}{'' if complete else ' or more'} different)"
    parts = [f"{shown(value)} {count:,}" for value, count in list(counts.items())[:most]]
    rest = len(counts) - len(parts)
    if rest > 0:
        parts.append(f"… {rest:,}{'' if complete else ' or more'} others")
    return ", ".join(parts)


def _events(found: Catalogue, paper: Paper, values: int) -> list[str]:
    rows = [
        (shown(name_text(facts.type)), f"{facts.count:,}", common(facts.objects, values))
        for facts in found.events.values()
    ]
    lines = table(rows, paper, head=("name", "seen", "objects"), right=(1,))
    properties = [facts for facts in found.events.values() if facts.properties]
    if properties:
        lines += ["", paper.bold("Properties of events"), *_properties(properties, paper)]
    return lines


def _properties(events: list[EventFacts], paper: Paper) -> list[str]:
    rows = [
        (
            shown(name_text(facts.type)),
            ", ".join(f"{shown(name_text(name))} ({kind.value})" for name, kind in facts.properties.items()),
        )
        for facts in events
    ]
    return table(rows, paper)


def catalogue_data(found: Catalogue) -> dict[str, Any]:
    """The catalogue as data; `low` and `high` as they are written."""
    return {
        "leads": found.leads,
        "fields": [
            {
                "name": facts.name,
                "kind": facts.kind.value,
                "known": facts.known,
                "values": dict(facts.values),
                "values_complete": facts.complete,
                "low": None if facts.low is None else _bound_data(facts.kind, facts.low),
                "high": None if facts.high is None else _bound_data(facts.kind, facts.high),
            }
            for facts in found.fields.values()
        ],
        "events": [
            {
                "type": facts.type,
                "count": facts.count,
                "objects": dict(facts.objects),
                "properties": {name: kind.value for name, kind in facts.properties.items()},
            }
            for facts in found.events.values()
        ],
    }


def _bound_data(kind: Kind, value: float) -> float | str:
    if kind is Kind.DATETIME:
        return moment_of(int(value)).isoformat().replace("+00:00", "Z")
    return bound(kind, value) if kind is Kind.DATE else value


