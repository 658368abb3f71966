"""The effect of a change of rules, from all leads judged both ways at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..score_many.column_scorer import ColumnDecision, ColumnScorer
from ..score_many.columns import Bools, Ints
from .effect import Effect, Move, by_weight

_WIDEST = 1 << 22
Keys = Callable[[Ints], Sequence[str]]
"""The ids of the leads at some places."""

_Stages = tuple[tuple[str | None, ...], NDArray[np.int16]]
_AT_ONCE = 100_000


def effect_over_leads(
    before: ColumnScorer, after: ColumnScorer, keys: Keys, most_moves: int | None
) -> Effect:
    """What becomes another; at most `most_moves` of those who move are named. The same as `effect` gives."""
    old, new = before.verdict, after.verdict
    total, other_total = before.score(None), after.score(None)
    found = Effect(leads=before.leads, totals_before=_counted(total), totals_after=_counted(other_total))
    staged = np.zeros(before.leads, np.bool_)
    for track in dict.fromkeys([*old.stages, *new.stages]):
        was, becomes = _stages(old, track), _stages(new, track)
        for (stage, other), leads in _crossed(was, becomes).items():
            found.matrix[track, stage, other] += leads
        staged |= _differ(was, becomes)
    moved = np.flatnonzero(staged | (total != other_total))
    found.moved, found.changed_stage = len(moved), int(np.count_nonzero(staged))
    found.by_line = _by_line(before, after, moved)
    if most_moves is not None:
        moved = _weightiest(moved, staged, total - other_total, most_moves)
    for first in range(0, len(moved), _AT_ONCE):
        found.moves += _moves(before, after, moved[first : first + _AT_ONCE], keys)
    found.moves.sort(key=by_weight)
    return found


def _counted(totals: Ints) -> Counter[int]:
    """How many leads have each score."""
    if not len(totals):
        return Counter()
    low = int(totals.min())
    if int(totals.max()) - low > _WIDEST:
        scores, counts = np.unique(totals, return_counts=True)
        return Counter(dict(zip(scores.tolist(), counts.tolist(), strict=True)))
    counts = np.bincount(totals - low)
    there = np.flatnonzero(counts)
    return Counter(dict(zip((there + low).tolist(), counts[there].tolist(), strict=True)))


def _stages(verdict: ColumnDecision, track: str) -> _Stages:
    """The stages of a track; where there is no such track, no lead is in one."""
    return verdict.stages.get(track) or ((None,), np.zeros(len(verdict.disqualified), np.int16))


def _crossed(was: _Stages, becomes: _Stages) -> Counter[tuple[str | None, str | None]]:
    """How many leads are in each pair of stages."""
    (names, places), (others, other_places) = was, becomes
    counts = np.bincount(places * np.int32(len(others)) + other_places, minlength=1)
    there = np.flatnonzero(counts).tolist()
    return Counter(
        {(names[pair // len(others)], others[pair % len(others)]): int(counts[pair]) for pair in there}
    )


def _differ(was: _Stages, becomes: _Stages) -> Bools:
    """Which leads are in stages of different names."""
    (names, places), (others, other_places) = was, becomes
    if names == others:
        return np.not_equal(places, other_places)
    table = np.array([[name != other for other in others] for name in names], np.bool_)
    return np.take(table, places * np.int32(len(others)) + other_places)


def _by_line(before: ColumnScorer, after: ColumnScorer, moved: Ints) -> dict[str, tuple[int, int]]:
    """For how many of those who move each line differs, and by how much together."""
    found = {}
    for name, points in _differences(before, after, moved).items():
        if leads := int(np.count_nonzero(points)):
            found[name] = (leads, int(points.sum()))
    return found


def _differences(before: ColumnScorer, after: ColumnScorer, places: Ints) -> dict[str, Ints]:
    """By how much each line differs for the leads at some places, where it is not the same in both."""
    if not len(places):
        return {}
    mine, others = (Counter(one.semantic_keys.rules.values()) for one in (before, after))
    shared = {key for key, times in mine.items() if others[key] == times}
    old, new = before.lines(places, shared), after.lines(places, shared)
    nothing = np.zeros(1, np.int64)
    return {name: new.get(name, nothing) - old.get(name, nothing) for name in {**old, **new}}


def _weightiest(moved: Ints, staged: Bools, change: Ints, most: int) -> Ints:
    """The places of those who change stage or else score most, in the order of places."""
    if len(moved) <= most:
        return moved
    if not most:
        return moved[:0]
    size = np.abs(change[moved])
    weight = size + staged[moved] * (int(size.max()) + 1)
    least = np.partition(weight, len(weight) - most)[len(weight) - most]
    above = moved[weight > least]
    return np.sort(np.concatenate((above, moved[weight == least][: most - len(above)])))


def _moves(before: ColumnScorer, after: ColumnScorer, places: Ints, keys: Keys) -> list[Move]:
    """Those leads, with the points of each line that differ."""
    old, new = before.verdict, after.verdict
    lines = {
        name: np.broadcast_to(points, len(places)).tolist()
        for name, points in _differences(before, after, places).items()
    }
    causes = [
        tuple(
            sorted(
                ((name, points[place]) for name, points in lines.items() if points[place]),
                key=lambda cause: (-abs(cause[1]), cause[0]),
            )
        )
        for place in range(len(places))
    ]
    return [
        Move(*row)
        for row in zip(
            keys(places),
            before.score(None)[places].tolist(),
            after.score(None)[places].tolist(),
            _named(old, places),
            _named(new, places),
            causes,
            strict=True,
        )
    ]


def _named(verdict: ColumnDecision, places: Ints) -> list[dict[str, str | None]]:
    """The stages of leads by track."""
    by_track = [[names[code] for code in codes[places].tolist()] for names, codes in verdict.stages.values()]
    if not by_track:
        return [{} for _ in range(len(places))]
    return [dict(zip(verdict.stages, row, strict=True)) for row in zip(*by_track, strict=True)]
