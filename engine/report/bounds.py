"""How sure a score is, in words and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..bounds.bounds import Bounds, Reach
from ..bounds.worth import Worth
from .text_style import PLAIN, TextStyle, counted, listed, shown


def bounds_words(bounds: Bounds) -> str:
    """What could come out with the blank fields known; empty where they make no difference.

    "Between 55 and 90, in SQL or MQL, with budget and employees unknown."
    """
    if bounds.is_sure:
        return ""
    could = ", ".join(_parts(bounds))
    said = f"{could[:1].upper()}{could[1:]}, with {shown(listed(bounds.unknown))} unknown."
    return said if bounds.exact else f"{said} It may be narrower: not all of it could be followed."


def _parts(bounds: Bounds) -> Iterator[str]:
    if bounds.total.low != bounds.total.high:
        yield _between(bounds.total)
    for name, reach in bounds.scores.items():
        if reach.low != reach.high:
            yield f"{shown(name)} {_between(reach)}"
    for track, stages in bounds.stages.items():
        if len(stages) > 1:
            names = [shown(stage) for stage in stages if stage is not None]
            if None in stages:
                names.append("no stage")
            said = f"in {', '.join(names[:-1])} or {names[-1]}"
            yield said if track == "main" else f"{said} of {shown(track)}"
    if bounds.disqualified is None:
        yield "disqualified or not"


def _between(reach: Reach) -> str:
    return f"between {reach.low:,} and {reach.high:,}"


def worth_text(worth: Worth, style: TextStyle = PLAIN) -> list[str]:
    """Which blank fields are worth filling first."""
    if not worth.open:
        return [f"Of {counted(worth.leads, 'lead')} no stage depends on a blank field."]
    leads = f"{worth.open:,} of {counted(worth.leads, 'lead')}"
    head = f"{leads} could be in another stage, with blank fields known."
    lines = [*style.wrapped(head), "", f"{'decides':>9}  {'bears on':>9}  field"]
    lines += [f"{one.decides:>9,}  {one.bears_on:>9,}  {shown(one.field)}" for one in worth.fields]
    return lines


def worth_data(worth: Worth) -> dict[str, Any]:
    """The same as data."""
    return {
        "leads": worth.leads,
        "open": worth.open,
        "fields": [one._asdict() for one in worth.fields],
    }


def bounds_data(bounds: Bounds) -> dict[str, Any]:
    """Bounds as data; the stages of each track from the highest down, null for none."""
    return {
        "score": _reach(bounds.total),
        "scores": {name: _reach(reach) for name, reach in bounds.scores.items()},
        "stages": {track: list(stages) for track, stages in bounds.stages.items()},
        "disqualified": bounds.disqualified,
        "unknown": list(bounds.unknown),
        "exact": bounds.exact,
    }


def _reach(reach: Reach) -> dict[str, int]:
    return {"low": reach.low, "high": reach.high}
