"""Conditions on events that a new rule could have, and which of the leads each matches at its instant.

Of a type of event, with or without an object: at least so often, ever or within a window; so long since it
last happened, or since it first did. Of two types: the one followed by the other within a time. The
data decides how long windows and times are: where they would divide the leads, at a length people use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from ....grammar.text.printer import name_text, object_text
from ...score_many.block import Block, EventKinds
from ...values import DAY, text_key
from ..arrays import Bools, Ints
from ..rows import Rows
from .candidates import FEWEST_LEADS, Flags
from .conditions import Listed, plain

_MINUTE = DAY // 1440
_TIMES = (1, 2, 3, 5)
_LENGTHS = (5, 15, 30, 60, 4 * 60, 12 * 60, *(days * 1440 for days in (1, 2, 3, 7, 14, 30, 60, 90)))
"""In minutes, the lengths of time that a condition names."""

_SHORTEST = 60
"""The shortest window that ends at the instant, in minutes: rules are asked too seldom for shorter ones."""

_NEVER = np.iinfo(np.int64).max
_QUARTERS = 4
_MOST_TYPES = 12
"""So many types of events are looked at two by two, those of the most leads."""


@dataclass(frozen=True)
class _Happened:
    """Events up to each row's instant, sorted by kind: which row, which kind, how long before."""

    row: Ints
    kind: Ints
    ago: Ints

    def of(self, numbers: Iterable[int]) -> tuple[Ints, Ints]:
        """The rows of some kinds of events, and how long before each happened."""
        parts = [np.arange(*np.searchsorted(self.kind, [number, number + 1])) for number in numbers]
        places = np.concatenate(parts)
        return self.row[places], self.ago[places]


@dataclass(frozen=True)
class _EventRows:
    """Events of one kind as rules call it: how, the type, their rows, and how long before each happened."""

    phrase: str
    type: str
    row: Ints
    ago: Ints


def event_conditions(
    blocks: Iterable[Block],
    rows: Rows,
    kinds: EventKinds,
    called: Mapping[str, str],
    left_out: Sequence[str] = (),
) -> list[Listed]:
    """Of each condition on events its text, the type, what makes its column, how many leads match. `called`
    says how rules call a type of event; types that are not in it are left out, as are those of `left_out`."""
    happened = _happened(blocks, rows)
    wanted = {
        number: (type_, object_)
        for number, (type_, object_) in kinds.items()
        if type_ in called and type_ not in left_out
    }
    groups: dict[tuple[str, str | None], list[int]] = {}
    for number, (type_, object_) in wanted.items():
        groups.setdefault((type_, None), []).append(number)
        if object_ is not None and plain(object_):
            groups.setdefault((type_, text_key(object_)), []).append(number)
    spelt = {(t, text_key(o)): o for t, o in wanted.values() if o is not None}
    event_rows = []
    for (type_, key), numbers in groups.items():
        phrase = called[type_] if key is None else f"{called[type_]} {object_text(spelt[type_, key])}"
        row, ago = happened.of(numbers)
        if len(row) >= FEWEST_LEADS:
            event_rows.append(_EventRows(phrase, type_, row, ago))
    size = len(rows)
    return [
        *(found for one in event_rows for found in _counted(one, size)),
        *_followed([one for one in event_rows if one.phrase == called[one.type]], size),
        *(found for one in event_rows for found in _aged(one, size)),
    ]


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


def _counted(event_rows: _EventRows, size: int) -> Iterator[Listed]:
    """At least so often, ever or in a window."""
    for length in (None, *(one for one in reversed(_LENGTHS) if one >= _SHORTEST)):
        inside = event_rows.row if length is None else event_rows.row[event_rows.ago < length * _MINUTE]
        counts = np.bincount(inside, minlength=size)
        window = "" if length is None else f" in last {_spoken(length)}"
        for times in _TIMES:
            often = "" if times == 1 else f" >= {times}"
            yield from _listed(f"{event_rows.phrase}{often}{window}", event_rows.type, counts >= times)


def _aged(event_rows: _EventRows, size: int) -> Iterator[Listed]:
    """So many whole days since it last happened, or since it first did."""
    last, first = np.full(size, _NEVER), np.full(size, -1)
    np.minimum.at(last, event_rows.row, event_rows.ago)
    np.maximum.at(first, event_rows.row, event_rows.ago)
    there = first >= 0
    for words, since in (("first ", first), ("", last)):
        days = since[there] // DAY
        for cut in sorted({_two_digits(one) for one in _quantiles(days, 2 * _QUARTERS)} - {0}):
            text = f"days since {words}{event_rows.phrase} >= {cut}"
            yield from _listed(text, event_rows.type, there & (since >= cut * DAY))


def _followed(event_rows: Sequence[_EventRows], size: int) -> Iterator[Listed]:
    """One followed by another within a time."""
    most = sorted(event_rows, key=lambda one: -len(np.unique(one.row)))[:_MOST_TYPES]
    for (one, ranks), (then, later_ranks) in permutations(_ranked(most), 2):
        gaps = _gaps(one, ranks, then, later_ranks, size)
        there = gaps[gaps < _NEVER]
        if len(there) < FEWEST_LEADS:
            continue
        for length in sorted({_length(gap) for gap in _quantiles(there, _QUARTERS)}):
            text = f"{one.phrase} followed by {then.phrase} within {_spoken(length)}"
            yield from _listed(text, one.type, gaps <= length * _MINUTE)


def _ranked(event_rows: Sequence[_EventRows]) -> list[tuple[_EventRows, Ints]]:
    """The same, each sorted, with numbers that grow by row and then by time and are alike for equal ones."""
    if not event_rows:
        return []
    row, ago = (
        np.concatenate(parts) for parts in ([one.row for one in event_rows], [one.ago for one in event_rows])
    )
    order = np.lexsort((-ago, row))
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(row[order]) != 0) | (np.diff(ago[order]) != 0)
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.cumsum(new)
    ends = np.cumsum([len(one.row) for one in event_rows])
    found = []
    for one, mine in zip(event_rows, np.split(ranks, ends[:-1]), strict=True):
        places = np.argsort(mine, kind="stable")
        found.append((replace(one, row=one.row[places], ago=one.ago[places]), mine[places]))
    return found


def _gaps(one: _EventRows, ranks: Ints, then: _EventRows, later_ranks: Ints, size: int) -> Ints:
    """How soon, in each row, one was followed by another: the shortest time, `_NEVER` where it was not."""
    next_ = np.searchsorted(later_ranks, ranks)
    places = np.minimum(next_, len(later_ranks) - 1)
    follows = (next_ < len(later_ranks)) & (then.row[places] == one.row)
    gaps = np.full(size, _NEVER)
    np.minimum.at(gaps, one.row[follows], one.ago[follows] - then.ago[places[follows]])
    return gaps


def _quantiles(values: Ints, parts: int) -> list[int]:
    """The values that divide these into so many parts."""
    ordered = np.sort(values)
    return [int(ordered[len(ordered) * part // parts]) for part in range(1, parts)]


def _length(time: int) -> int:
    """The shortest length, in minutes, that holds a time; the longest where none does."""
    return next((one for one in _LENGTHS if one * _MINUTE >= time), _LENGTHS[-1])


def _two_digits(number: int) -> int:
    return int(float(f"{number:.2g}"))


def _spoken(length: int) -> str:
    """A length of time as rules write it: from an hour on in hours, from two days on in days."""
    for size, unit in ((1440, "days"), (60, "hours")):
        if length >= 2 * size:
            return f"{length // size} {unit}"
    return "1 hour" if length == 60 else f"{length} minutes"


def _listed(text: str, type_: str, flags: Bools) -> Iterator[Listed]:
    """A condition that tells leads apart: with enough leads on either side."""
    leads = int(flags.sum())
    if FEWEST_LEADS <= leads <= len(flags) - FEWEST_LEADS:
        packed = np.packbits(flags)
        yield text, type_, _unpacked(packed, len(flags)), leads


def _unpacked(packed: Flags, size: int) -> Callable[[], Flags]:
    return lambda: np.unpackbits(packed, count=size)


def event_names(types: Iterable[str], declared: Mapping[str, str], taken: set[str]) -> dict[str, str]:
    """How rules call each type of event: as declared, else by its own name where no field has that."""
    found = {}
    for type_ in types:
        if type_ in declared:
            found[type_] = declared[type_]
        elif type_ not in taken and type_.isprintable() and not set("[]\r\n") & set(type_):
            found[type_] = name_text(type_)
    return found
