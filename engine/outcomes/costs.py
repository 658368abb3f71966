"""What leads cost: by source and month, over the leads of that source born in that month that qualified."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..values import DAY, day_of, read_moment
from .arrays import Bools, Ints, Objects
from .definitions import NotMeasurable
from .intervals import Rate

_MONTH = re.compile(r"(\d{4})-(\d{2})(-\d{2})?")
_COLUMNS = ("source", "month", "cost")


@dataclass(frozen=True)
class Costs:
    """What was spent: by source and the first instant of the month, all in one currency ("" where none is
    named)."""

    spent: Mapping[tuple[str, int], float]
    currency: str = ""
    path: str = ""


@dataclass(frozen=True)
class Cost:
    """What was spent on a source, and what that is for each of its leads that qualified; the interval comes
    from the rate. None where fewer than five leads came or none qualified."""

    spent: float
    qualified: Rate
    each: float | None = None
    low: float | None = None
    high: float | None = field(default=None)


def read_costs(path: Path) -> Costs:
    """Reads a costs file: CSV with the columns source, month, cost and perhaps currency.

    Raises NotMeasurable where it is not that.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotMeasurable(
            f"the costs file {path} cannot be read: {error}", "name a CSV file in UTF-8"
        ) from None
    return costs_of_csv(text, str(path))


def costs_of_csv(text: str, name: str) -> Costs:
    """The same of a file's text; `name` is how messages call it. Raises NotMeasurable."""
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    if not rows or any(column not in rows[0] for column in _COLUMNS):
        raise NotMeasurable(
            f"the costs file {name} needs the columns source, month and cost",
            "its first line is: source,month,cost,currency",
        )
    return costs_of_rows(rows, name)


def costs_of_rows(rows: Sequence[Mapping[str, str | None]], name: str, first: int = 2) -> Costs:
    """What was spent, a row for each source and month, the first one being line `first`. Raises
    NotMeasurable."""
    currencies = {(row.get("currency") or "").strip().upper() for row in rows}
    if len(currencies) > 1:
        known = " and ".join(sorted(one or "none" for one in currencies))
        raise NotMeasurable(
            f"the costs in {name} are in more than one currency: {known}", "convert them to one"
        )
    spent: dict[tuple[str, int], float] = {}
    for line, row in enumerate(rows, first):
        key = ((row["source"] or "").strip(), _month(row["month"] or "", name, line))
        spent[key] = spent.get(key, 0.0) + _amount(row["cost"] or "", name, line)
    return Costs(spent, currencies.pop() if currencies else "", name)


def _month(text: str, name: str, line: int) -> int:
    found = _MONTH.fullmatch(text.strip())
    moment = read_moment(f"{found[1]}-{found[2]}-01") if found else None
    if moment is None:
        raise NotMeasurable(f'line {line} of {name} has no month: "{text}"', "write months like 2026-03")
    return day_of(moment) * DAY


def _amount(text: str, name: str, line: int) -> float:
    try:
        amount = float(text.strip())
    except ValueError:
        amount = -1.0
    if not 0 <= amount < float("inf"):
        raise NotMeasurable(
            f'line {line} of {name} has no cost: "{text}"', "write costs as plain numbers, like 1250.50"
        )
    return amount


def costs_by_source(
    costs: Costs,
    sources: Objects,
    months: Ints,
    qualified: Bools,
) -> tuple[dict[str, Cost], Sequence[tuple[str, float]]]:
    """The cost of each source over its leads of the months for which a cost is given; and what was spent on
    sources and months no lead came from, by source."""
    spent: dict[str, dict[int, float]] = {}
    for (source, month), amount in costs.spent.items():
        spent.setdefault(source, {})[month] = amount
    places: dict[str, list[int]] = {}
    for place, value in enumerate(sources.tolist()):
        places.setdefault(value, []).append(place)
    folded = {value.strip().casefold(): value for value in places}
    found: dict[str, Cost] = {}
    unassigned: dict[str, float] = {}
    for source, by_month in spent.items():
        value = folded.get(source.casefold())
        mine = np.array(places.get(value or "", ()) if value is not None else (), np.int64)
        born = set(months[mine].tolist())
        nobodys = sum(amount for month, amount in by_month.items() if month not in born)
        if nobodys:
            unassigned[source] = nobodys
        with_leads = [month for month in by_month if month in born]
        if value is not None and with_leads:
            mine = mine[np.isin(months[mine], with_leads)]
            rate = Rate(int(qualified[mine].sum()), len(mine))
            found[value] = _cost(sum(by_month[month] for month in with_leads), rate)
    return found, sorted(unassigned.items())


def _cost(spent: float, qualified: Rate) -> Cost:
    if qualified.value is None or not qualified.count:
        return Cost(spent, qualified)
    low, high = qualified.low, qualified.high
    assert low is not None
    assert high is not None
    leads = qualified.of
    return Cost(spent, qualified, spent / qualified.count, spent / (high * leads), spent / (low * leads))
