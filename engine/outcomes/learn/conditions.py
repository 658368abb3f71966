"""Conditions that a new rule could have, and which of the leads each matches at its instant.

Of a field: each value that enough leads have, cuts of numbers at tenths, yes, and being unknown. Of events: a
type, with or without an object, at least so often, ever or within a window.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ....grammar.syntax.nodes import Kind
from ....grammar.text.printer import name_text, object_text, quoted
from ...score_many.block import Block, EventKinds
from ...values import DAY, Prepared, text_key
from ..arrays import Floats, Ints
from ..rows import Known, Rows
from .candidates import FEWEST_LEADS, Flags

MOST = 2_000
"""So many conditions are looked at, those that concern the most leads."""

_TIMES = (1, 2, 3, 5)
_DAYS = (7, 30, 90)
_TENTHS = 10
_ODD = "*\\"


@dataclass(frozen=True, slots=True)
class DataField:
    """An attribute of the data: its name there, the column that holds it, its kind, how rules call it."""

    name: str
    column: str
    kind: Kind
    called: str


@dataclass(frozen=True)
class Conditions:
    """Conditions as text, what each is about (a field's name or an event's type), and who matches which."""

    texts: Sequence[str]
    about: Sequence[str]
    events: Sequence[bool]
    matches: Flags

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class FieldValues:
    """The values of a field at the rows: each different one once, and which each row has."""

    field: DataField
    values: Sequence[Prepared]
    shown: Sequence[str]
    codes: Ints


def field_values(
    blocks: Iterable[Block],
    rows: Rows,
    fields: Sequence[DataField],
    known: Known,
    ready: Callable[[DataField], Callable[[Sequence[object]], list[Prepared]]],
) -> list[FieldValues]:
    """What fields were of each row at its instant."""
    order = np.argsort(rows.lives.leads, kind="stable")
    numbers = rows.lives.leads[order]
    made = [ready(field) for field in fields]
    places: list[dict[Prepared, int]] = [{None: 0} for _ in fields]
    shown: list[list[str]] = [[""] for _ in fields]
    codes = np.zeros((len(fields), len(rows)), np.int64)
    for block in blocks:
        found = np.minimum(np.searchsorted(numbers, block.leads), max(0, len(numbers) - 1))
        inside = np.flatnonzero(numbers[found] == block.leads) if len(numbers) else found[:0]
        if not len(inside):
            continue
        which = order[found[inside]]
        at = np.full(len(block), rows.asked.at)
        at[inside] = rows.at[which]
        then = known(block, at) if rows.dated else block
        for number, field in enumerate(fields):
            kept = then.fields.get(field.column)
            if kept is None:
                continue
            new = []
            for value, raw in zip(made[number](kept.values), kept.values, strict=True):
                place = places[number].get(value)
                if place is None:
                    place = places[number][value] = len(places[number])
                    shown[number].append(_shown(raw))
                new.append(place)
            codes[number, which] = np.array(new, np.int64)[kept.codes[inside]]
    return [
        FieldValues(field, list(values), texts, code)
        for field, values, texts, code in zip(fields, places, shown, codes, strict=True)
    ]


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def field_conditions(found: Sequence[FieldValues]) -> list[tuple[str, str, Callable[[], Flags], int]]:
    """Of each condition on a field its text, the field, what makes its column, how many leads match."""
    conditions = []
    for one in found:
        counts = np.bincount(one.codes, minlength=len(one.values))
        conditions += list(_of_field(one, counts))
        unknown = int(counts[0])
        if unknown >= FEWEST_LEADS:
            text = f"{one.field.called} is unknown"
            conditions.append((text, one.field.name, _equals(one.codes, [0]), unknown))
    return conditions


def _of_field(one: FieldValues, counts: Ints) -> Iterable[tuple[str, str, Callable[[], Flags], int]]:
    name, called = one.field.name, one.field.called
    match one.field.kind:
        case Kind.TEXT:
            for place, value in enumerate(one.values):
                if value is not None and counts[place] >= FEWEST_LEADS and _plain(one.shown[place]):
                    text = f"{called} = {quoted(one.shown[place])}"
                    yield text, name, _equals(one.codes, [place]), int(counts[place])
        case Kind.YES_NO:
            for place, value in enumerate(one.values):
                if value is not None and counts[place] >= FEWEST_LEADS:
                    text = f"{called} = {'yes' if value else 'no'}"
                    yield text, name, _equals(one.codes, [place]), int(counts[place])
        case Kind.TEXTS:
            entries = Counter(
                {entry: 0 for value in one.values if isinstance(value, tuple) for entry in value}
            )
            for place, value in enumerate(one.values):
                if isinstance(value, tuple):
                    for entry in dict.fromkeys(value):
                        entries[entry] += int(counts[place])
            for entry, leads in entries.items():
                if leads >= FEWEST_LEADS and _plain(entry):
                    having = [p for p, v in enumerate(one.values) if isinstance(v, tuple) and entry in v]
                    yield f"{called} contains {quoted(entry)}", name, _equals(one.codes, having), leads
        case Kind.NUMBER:
            yield from _cuts(one, counts)


def _cuts(one: FieldValues, counts: Ints) -> Iterable[tuple[str, str, Callable[[], Flags], int]]:
    """At least each tenth of the values that are known, rounded so that people can read them."""
    numbers = np.array([np.nan if value is None else float(value) for value in one.values])  # type: ignore[arg-type]
    of_leads = numbers[one.codes]
    there = np.sort(of_leads[~np.isnan(of_leads)])
    if len(there) < 2 * FEWEST_LEADS:
        return
    cuts = {there[len(there) * tenth // _TENTHS] for tenth in range(1, _TENTHS)}
    for cut in sorted({round_number(float(cut)) for cut in cuts}):
        with np.errstate(invalid="ignore"):
            leads = int((of_leads >= cut).sum())
        if FEWEST_LEADS <= leads < len(there):
            having = [place for place, number in enumerate(numbers.tolist()) if number >= cut]
            yield f"{one.field.called} >= {cut:.10g}", one.field.name, _equals(one.codes, having), leads


def round_number(number: float) -> float:
    """A number of two digits near to it."""
    return float(f"{number:.2g}") if number else 0.0


def _equals(codes: Ints, places: Sequence[int]) -> Callable[[], Flags]:
    def made() -> Flags:
        return np.isin(codes, list(places)).astype(np.uint8)

    return made


def _plain(text: str) -> bool:
    return bool(text.strip()) and text.isprintable() and not set(_ODD) & set(text) and len(text) <= 60


@dataclass(frozen=True)
class _Happened:
    """Events up to each row's instant: which row, which kind, how long before."""

    row: Ints
    kind: Ints
    ago: Ints


def event_conditions(
    blocks: Iterable[Block],
    rows: Rows,
    kinds: EventKinds,
    called: Mapping[str, str],
    left_out: Sequence[str] = (),
) -> list[tuple[str, str, Callable[[], Flags], int]]:
    """The same of events. `called` says how rules call a type of event; types that are not in it are left
    out, as are those of `left_out`."""
    happened = _happened(blocks, rows)
    wanted = {
        number: (type_, object_)
        for number, (type_, object_) in kinds.items()
        if type_ in called and type_ not in left_out
    }
    groups: dict[tuple[str, str | None], list[int]] = {}
    for number, (type_, object_) in wanted.items():
        groups.setdefault((type_, None), []).append(number)
        if object_ is not None and _plain(object_):
            groups.setdefault((type_, text_key(object_)), []).append(number)
    first_spelt = {(t, text_key(o)): o for t, o in wanted.values() if o is not None}
    found = []
    for (type_, key), numbers in groups.items():
        phrase = called[type_] if key is None else f"{called[type_]} {object_text(first_spelt[type_, key])}"
        found += list(_of_events(happened, len(rows), numbers, phrase, type_))
    return found


def _happened(blocks: Iterable[Block], rows: Rows) -> _Happened:
    order = np.argsort(rows.lives.leads, kind="stable")
    numbers = rows.lives.leads[order]
    parts: list[tuple[Ints, Ints, Ints]] = []
    for block in blocks:
        places = np.minimum(np.searchsorted(numbers, block.leads), max(0, len(numbers) - 1))
        row = np.where(numbers[places] == block.leads, order[places], -1) if len(numbers) else places * 0 - 1
        events = block.events
        mine = row[events.lead]
        kept = mine >= 0
        ago = rows.at[np.where(kept, mine, 0)] - events.at
        kept &= ago >= 0
        kind = np.array(events.kinds, np.int64)[events.kind]
        parts.append((mine[kept], kind[kept], ago[kept]))
    if not parts:
        nothing = np.empty(0, np.int64)
        return _Happened(nothing, nothing, nothing)
    row, kind, ago = (np.concatenate([part[n] for part in parts]) for n in range(3))
    order = np.argsort(kind, kind="stable")
    return _Happened(row[order], kind[order], ago[order])


def _of_events(
    happened: _Happened, size: int, numbers: Sequence[int], phrase: str, type_: str
) -> Iterable[tuple[str, str, Callable[[], Flags], int]]:
    parts = []
    for number in numbers:
        first, last = np.searchsorted(happened.kind, [number, number + 1])
        parts.append(np.arange(first, last))
    places = np.concatenate(parts)
    if len(places) < FEWEST_LEADS:
        return
    rows_of, ago = happened.row[places], happened.ago[places]
    seen: set[bytes] = set()
    for days in (None, *reversed(_DAYS)):
        inside = rows_of if days is None else rows_of[ago < days * DAY]
        counts = np.bincount(inside, minlength=size)
        for times in _TIMES:
            flags = counts >= times
            leads = int(flags.sum())
            if not FEWEST_LEADS <= leads <= size - FEWEST_LEADS:
                continue
            packed = np.packbits(flags)
            if (key := packed.tobytes()) in seen:
                continue
            seen.add(key)
            often = "" if times == 1 else f" >= {times}"
            window = "" if days is None else f" in last {days} days"
            yield f"{phrase}{often}{window}", type_, _unpacked(packed, size), leads


def _unpacked(packed: Flags, size: int) -> Callable[[], Flags]:
    return lambda: np.unpackbits(packed, count=size)


def gathered(
    of_fields: Sequence[tuple[str, str, Callable[[], Flags], int]],
    of_events: Sequence[tuple[str, str, Callable[[], Flags], int]],
    size: int,
    most: int = MOST,
) -> Conditions:
    """The conditions that concern the most leads, with their columns; of equal ones the first."""
    listed = [(*one, False) for one in of_fields] + [(*one, True) for one in of_events]
    listed = [one for one in listed if one[3] <= size - FEWEST_LEADS]
    listed.sort(key=lambda one: -min(one[3], size - one[3]))
    matches = np.empty((size, min(most, len(listed))), np.uint8, order="F")
    kept: list[tuple[str, str, Callable[[], Flags], int, bool]] = []
    seen: set[bytes] = set()
    for one in listed:
        if len(kept) == most:
            break
        column = one[2]()
        key = np.packbits(column).tobytes()
        if key in seen:
            continue
        seen.add(key)
        matches[:, len(kept)] = column
        kept.append(one)
    return Conditions(
        [one[0] for one in kept], [one[1] for one in kept], [one[4] for one in kept], matches[:, : len(kept)]
    )


def event_names(types: Iterable[str], declared: Mapping[str, str], taken: set[str]) -> dict[str, str]:
    """How rules call each type of event: as declared, else by its own name where no field has that."""
    found = {}
    for type_ in types:
        if type_ in declared:
            found[type_] = declared[type_]
        elif type_ not in taken and type_.isprintable() and not set("[]\r\n") & set(type_):
            found[type_] = name_text(type_)
    return found


__all__ = ["Conditions", "DataField", "FieldValues", "Floats", "event_conditions", "field_conditions"]
