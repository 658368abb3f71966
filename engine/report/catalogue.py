"""The catalogue for reading: what is known of leads, and what happened to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import name_text
from ..catalogue import Catalogue, EventFacts, FieldFacts
from ..values import date_of, moment_of, prepare
from .text_style import TextStyle, cells, counted, percent, shown, table

_MOST_VALUES = 30
"""Different values above this are more like names than like choices: only some are shown."""


def catalogue_text(found: Catalogue, style: TextStyle, *, values: int = 4) -> list[str]:
    """Fields with kind, how many leads have them and their commonest values; events with objects."""
    events = sum(facts.count for facts in found.events.values())
    lines = [f"{counted(found.leads, 'lead')}, {counted(events, 'event')}"]
    if found.fields:
        lines += ["", style.bold("Fields"), *_fields(found, style, values)]
    if found.events:
        lines += ["", style.bold("Events"), *_events(found, style, values)]
    return lines


def _fields(found: Catalogue, style: TextStyle, values: int) -> list[str]:
    firsts = [
        (shown(name_text(facts.name)), facts.kind.value, percent(facts.known, found.leads))
        for facts in found.fields.values()
    ]
    room = _room(style, firsts, ("name", "kind", "known"))
    rows: list[tuple[str, ...]] = []
    for first, facts in zip(firsts, found.fields.values(), strict=True):
        lines = _lines(_values(facts, values), room)
        rows.append((*first, lines[0]))
        rows += [("", "", "", line) for line in lines[1:]]
    return table(rows, style, head=("name", "kind", "known", "values"), right=(2,))


def _room(style: TextStyle, rows: Sequence[Sequence[str]], head: Sequence[str]) -> int:
    """The columns left for values beside the others."""
    widths = [max(cells(row[at]) for row in (head, *rows)) for at in range(len(head))]
    return style.width - 2 - sum(widths) - 2 * len(widths)


def _lines(text: str, room: int) -> list[str]:
    """A list of values in lines of this many columns, broken between values where that is possible."""
    lines = [""]
    for part in text.split(", "):
        longer = f"{lines[-1]}, {part}" if lines[-1] else part
        if lines[-1] and cells(longer) > max(room, 20):
            lines[-1] += ","
            lines.append(part)
        else:
            lines[-1] = longer
    return lines


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


def common(counts: Mapping[str, int], most: int, room: int = 1000, *, complete: bool = True) -> str:
    """The commonest values with their counts, as many as find room: `DE 310, US 120, … 12 more`."""
    if len(counts) > _MOST_VALUES and max(counts.values()) < 3:
        return f"{shown(next(iter(counts)))}, … ({len(counts):,}{'' if complete else ' or more'} different)"
    text = ""
    for number in range(min(most, len(counts)), -1, -1):
        parts = [f"{shown(value)} {count:,}" for value, count in list(counts.items())[:number]]
        rest = len(counts) - number
        if rest:
            parts.append(f"… {rest:,} more" if complete else f"… {rest:,} and more")
        text = ", ".join(parts)
        if cells(text) <= room or number <= 1:
            break
    return text


def _events(found: Catalogue, style: TextStyle, values: int) -> list[str]:
    firsts = [(shown(name_text(facts.type)), f"{facts.count:,}") for facts in found.events.values()]
    room = _room(style, firsts, ("name", "seen"))
    rows = [
        (*first, common(facts.objects, values, room))
        for first, facts in zip(firsts, found.events.values(), strict=True)
    ]
    lines = table(rows, style, head=("name", "seen", "objects"), right=(1,))
    properties = [facts for facts in found.events.values() if facts.properties]
    if properties:
        lines += ["", style.bold("Properties of events"), *_properties(properties, style)]
    return lines


def _properties(events: list[EventFacts], style: TextStyle) -> list[str]:
    """What events carry, said once for events that carry the same."""
    alike: dict[str, list[str]] = {}
    for facts in events:
        names = [
            f"{shown(name_text(name))} ({kind.value})" for name, kind in sorted(facts.properties.items())
        ]
        alike.setdefault(", ".join(names), []).append(shown(name_text(facts.type)))
    return [
        line for names, types in alike.items() for line in style.wrapped(f"{', '.join(types)}: {names}", 2, 4)
    ]


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
                "newest": None if facts.newest is None else _bound_data(Kind.DATETIME, facts.newest),
            }
            for facts in found.events.values()
        ],
    }


def _bound_data(kind: Kind, value: float) -> float | str:
    if kind is Kind.DATETIME:
        return moment_of(int(value)).isoformat().replace("+00:00", "Z")
    return bound(kind, value) if kind is Kind.DATE else value


def catalogue_from(data: object) -> Catalogue:
    """The catalogue that `catalogue_data` made. Raises ValueError where it is not one; the text says why."""
    if not isinstance(data, dict) or not isinstance(data.get("leads"), int):
        raise ValueError('has no number of "leads"')
    fields = [_field_from(item) for item in _listed(data, "fields")]
    events = [_event_from(item) for item in _listed(data, "events")]
    return Catalogue(
        data["leads"], {facts.name: facts for facts in fields}, {facts.type: facts for facts in events}
    )


def _listed(data: Mapping[str, Any], key: str) -> list[Any]:
    found = data.get(key)
    if not isinstance(found, list):
        raise ValueError(f'has no list of "{key}"')
    return found


def _field_from(item: Any) -> FieldFacts:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise ValueError("has a field without a name")
    kind = _kind_from(item.get("kind"), item["name"])
    low, high = (_bound_from(kind, item.get(end), item["name"]) for end in ("low", "high"))
    values, known = _counts(item.get("values", {}), item["name"]), item.get("known", 0)
    if not isinstance(known, int):
        raise ValueError(f'has no number of leads for the field "{item["name"]}"')
    return FieldFacts(item["name"], kind, known, values, bool(item.get("values_complete")), low, high)


def _event_from(item: Any) -> EventFacts:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        raise ValueError("has an event without a type")
    name, properties, count = item["type"], item.get("properties", {}), item.get("count", 0)
    if not isinstance(properties, dict) or not isinstance(count, int):
        raise ValueError(f'has an event "{name}" that cannot be read')
    kinds = {key: _kind_from(kind, key) for key, kind in properties.items()}
    newest = _bound_from(Kind.DATETIME, item.get("newest"), name)
    return EventFacts(
        name,
        count,
        _counts(item.get("objects", {}), name),
        kinds,
        None if newest is None else int(newest),
    )


def _kind_from(value: object, name: str) -> Kind:
    try:
        return Kind(value)
    except ValueError:
        raise ValueError(f'has "{name}" of a kind that there is not: {value}') from None


def _counts(value: object, name: str) -> dict[str, int]:
    if not isinstance(value, dict) or not all(isinstance(count, int) for count in value.values()):
        raise ValueError(f'has values of "{name}" without counts')
    return value


def _bound_from(kind: Kind, value: object, name: str) -> float | None:
    if value is None:
        return None
    prepared = prepare(kind, value)
    if not isinstance(prepared, int | float):
        raise ValueError(f'has a smallest or largest value of "{name}" that cannot be read: {value}')
    return prepared
