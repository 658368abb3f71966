"""Conditions that a new rule could have, and which of the leads each matches at its instant.

Of a field: each value that enough leads have, cuts of numbers at tenths, yes, and being unknown. Those of
events are in `event_conditions`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ....grammar.text.printer import quoted
from ...score_many.block import Block
from ...values import Prepared
from ..arrays import Ints
from ..rows import Known, Rows
from .candidates import FEWEST_LEADS, Flags

MOST = 2_000
"""So many conditions are looked at, those that concern the most leads."""

_TENTHS = 10
_ODD = "*\\"

Listed = tuple[str, str, Callable[[], Flags], int]
"""A condition: its text, the field or type of event it is about, what makes its column, how many match."""


@frozen
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


def field_conditions(found: Sequence[FieldValues]) -> list[Listed]:
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


def _of_field(one: FieldValues, counts: Ints) -> Iterable[Listed]:
    name, called = one.field.name, one.field.called
    match one.field.kind:
        case Kind.TEXT:
            for place, value in enumerate(one.values):
                if value is not None and counts[place] >= FEWEST_LEADS and plain(one.shown[place]):
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
                if leads >= FEWEST_LEADS and plain(entry):
                    having = [p for p, v in enumerate(one.values) if isinstance(v, tuple) and entry in v]
                    yield f"{called} contains {quoted(entry)}", name, _equals(one.codes, having), leads
        case Kind.NUMBER:
            yield from _cuts(one, counts)


def _cuts(one: FieldValues, counts: Ints) -> Iterable[Listed]:
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


def plain(text: str) -> bool:
    """Whether a value can stand in a rule as it is."""
    return bool(text.strip()) and text.isprintable() and not set(_ODD) & set(text) and len(text) <= 60


def gathered(
    of_fields: Sequence[Listed],
    of_events: Sequence[Listed],
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
