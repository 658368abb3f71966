"""What the change from one ruleset to another does to leads: who moves, and which rules moved them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from ...grammar.frozen import frozen
from ..explain.decision import Decision, LineKind


@frozen
class Move:
    """A lead whose stage or score differs, both sides, and by how much each rule, cap or range differs."""

    lead: str
    total_before: int
    total_after: int
    stages_before: Mapping[str, str | None]
    stages_after: Mapping[str, str | None]
    causes: tuple[tuple[str, int], ...]

    @property
    def changes_stage(self) -> bool:
        """Whether the lead is in another stage of some track."""
        return differ(self.stages_before, self.stages_after)


@dataclass
class Effect:
    """The effect over all leads.

    `matrix` counts leads by track, stage before and stage after, `totals_before` and `totals_after` by
    score. `moved` leads differ in score or stage, `changed_stage` of them in stage; `moves` are those, or as
    many of them as were asked for: who changes stage first, then who changes score most. `by_line` says of
    each rule, cap or range that differs for any of those who move, for how many, and by how much together.
    """

    leads: int = 0
    matrix: Counter[tuple[str, str | None, str | None]] = field(default_factory=Counter)
    totals_before: Counter[int] = field(default_factory=Counter)
    totals_after: Counter[int] = field(default_factory=Counter)
    moved: int = 0
    changed_stage: int = 0
    moves: list[Move] = field(default_factory=list)
    by_line: dict[str, tuple[int, int]] = field(default_factory=dict)

    def bands(self, most: int = 12) -> list[tuple[int, int, int, int]]:
        """The scores in at most so many bands of one round width, from the lowest up.

        Each is its lowest and its highest score, and how many leads are in it before and after.
        """
        scores = {*self.totals_before, *self.totals_after}
        if not scores:
            return []
        low, high = min(scores), max(scores)
        width = next(width for width in _widths() if high // width - low // width < most)
        before, after = (_banded(totals, width) for totals in (self.totals_before, self.totals_after))
        return [
            (band * width, band * width + width - 1, before[band], after[band])
            for band in range(low // width, high // width + 1)
        ]


def _widths() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 and so on."""
    return (digit * 10**power for power in count() for digit in (1, 2, 5))


def _banded(totals: Counter[int], width: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for score, leads in totals.items():
        found[score // width] += leads
    return found


def differ(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> bool:
    """Whether a lead is in another stage of some track; a track that is not there has no stages."""
    return any(before.get(track) != after.get(track) for track in {**before, **after})


def by_weight(move: Move) -> tuple[bool, int, str]:
    """Sorts who changes stage before the others, then who changes score most."""
    return not move.changes_stage, -abs(move.total_after - move.total_before), move.lead


def causes(old: Decision, new: Decision) -> tuple[tuple[str, int], ...]:
    """Each line whose points differ, with the difference; together they are the change of all scores."""
    return differences(_points(old), _points(new))


def differences(before: Counter[str], after: Counter[str]) -> tuple[tuple[str, int], ...]:
    """What differs between points by the name of what gave them, the greatest first."""
    changed = {name: after[name] - before[name] for name in [*before, *after] if after[name] != before[name]}
    return tuple(sorted(changed.items(), key=lambda item: (-abs(item[1]), item[0])))


def _points(decision: Decision) -> Counter[str]:
    points: Counter[str] = Counter()
    for line in decision.lines:
        points[line.name if line.kind is LineKind.RULE else line.text] += line.points
    return points
