"""How sources are doing: what came in the last 24 hours, and how soon it was stored and scored."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..store.database import Store
from ..values import moment_of
from .bringing import LAGS, LATER
from .messages import State
from .sources import Source, sources

_HOUR = 3_600_000_000
HOURS = 24


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """A source, with the messages of the last 24 hours: how many an hour (the oldest first), how many by what
    became of them, by within how many seconds they were stored and scored; and when the last one came."""

    source: Source
    hours: Sequence[int]
    counts: Mapping[str, int]
    lags: Mapping[str, Mapping[float, int]]
    last: datetime | None = None
    total: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.hours))

    def lag(self, what: str) -> str | None:
        """Within what time 95% were stored or scored, in words; None where none was."""
        found = self.lags.get(what, {})
        total, seen = sum(found.values()), 0
        for within in LAGS:
            seen += found.get(within, 0)
            if total and seen * 100 >= total * 95:
                return f"{within:g} s"
        return "more than a minute" if total else None

    def data(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "name": self.source.name,
            "kind": self.source.kind,
            "origins": list(self.source.origins),
            "hours": list(self.hours),
            "counts": dict(self.counts),
            "stored_within": self.lag("stored"),
            "scored_within": self.lag("scored"),
            "last": None if self.last is None else self.last.isoformat().replace("+00:00", "Z"),
        }


def source_figures(store: Store, now: int | None = None) -> list[SourceFigures]:
    """All sources with their figures. `now` is in microseconds since 1970 UTC; without it, the present."""
    this_hour = (time.time_ns() // 1000 if now is None else now) // _HOUR
    first = this_hour - HOURS + 1
    with store.guard():
        rows = store.connection.execute(
            "SELECT source, hour, what, count FROM live_count WHERE hour >= ?", (first,)
        ).fetchall()
        last = dict(
            store.connection.execute(
                "SELECT source, max(received) FROM live_message GROUP BY source"
            ).fetchall()
        )
    found = []
    for source in sources(store):
        hours = [0] * HOURS
        mine = [row for row in rows if row[0] == source.id]
        for _, hour, what, count in mine:
            if " " not in what:
                hours[max(0, min(HOURS - 1, hour - first))] += count
        counts, lags = _sums((what, count) for _, _, what, count in mine)
        came = last.get(source.id)
        found.append(SourceFigures(source, hours, counts, lags, None if came is None else moment_of(came)))
    return found


def totals(store: Store) -> list[tuple[str, Mapping[str, int], Mapping[str, Mapping[float, int]]]]:
    """The name of each source, and of all its messages ever the counts and lags as in `SourceFigures`."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT source.name, what, sum(count) FROM source LEFT JOIN live_count ON source = source.id "
            "GROUP BY source.name, what ORDER BY source.name"
        ).fetchall()
    by_name: dict[str, list[tuple[str, int]]] = {}
    for name, what, count in rows:
        by_name.setdefault(name, [])
        if what is not None:
            by_name[name].append((what, count))
    return [(name, *_sums(found)) for name, found in by_name.items()]


def _sums(rows: Iterable[tuple[str, int]]) -> tuple[dict[str, int], dict[str, dict[float, int]]]:
    counts = {state.value: 0 for state in State}
    lags: dict[str, dict[float, int]] = {"stored": {}, "scored": {}}
    for what, count in rows:
        word, _, within = what.partition(" ")
        if within:
            seconds = math.inf if within == LATER else float(within)
            lags[word][seconds] = lags[word].get(seconds, 0) + count
        else:
            counts[word] += count
    return counts, lags
