"""What destinations are told of stages, in the transaction of the score: who entered one, who left it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ...outbox.destinations import asked
from ...outbox.queue import enqueue
from ...plan import Plan
from ..handoffs.entries import OPEN, Policy, Stages
from ..records.rulesets import RulesetVersion

ENTERED, LEFT = "stage.entered", "stage.left"


class Turn(NamedTuple):
    """A lead whose stage of a track is another: by its number, the one before and the one now."""

    lead: int
    track: str
    before: str | None
    now: str | None


@dataclass(frozen=True)
class StageNews:
    """Tells of leads that changed stages, where some destination asks for it.

    As with handoffs, what the first scoring or another version of the rules brings is told only where whoever
    published it chose so.
    """

    version: RulesetVersion
    policy: Policy
    ranks: dict[tuple[str, str], int]
    kinds: frozenset[str]

    @classmethod
    def of(cls, db: sqlite3.Connection, plan: Plan, version: RulesetVersion, policy: Policy) -> StageNews:
        """For one run of a version."""
        ranks = {(stage.track, stage.name): rank for rank, stage in enumerate(plan.stages)}
        return cls(version, policy, ranks, frozenset(kind for kind in (ENTERED, LEFT) if asked(db, kind)))

    def __bool__(self) -> bool:
        return bool(self.kinds)

    def note(self, turns: list[Turn], lead: int, before: Stages | None, after: Stages, *, same: bool) -> None:
        """Takes note of a lead, whose stages before were those by the `same` version or another one."""
        if (self.policy.own if before is None or same else self.policy.of_version) != OPEN:
            return
        for track in dict.fromkeys((*(before or {}), *after)):
            old, new = (before or {}).get(track), after.get(track)
            if old != new:
                turns.append(Turn(lead, track, old, new))

    def write(self, db: sqlite3.Connection, turns: Iterable[Turn], now: int) -> None:
        """Records the messages; within the transaction that has written the scores."""
        for turn in turns:
            if LEFT in self.kinds and turn.before is not None:
                self._tell(db, LEFT, turn, {"stage": turn.before, "now": turn.now}, now)
            if ENTERED in self.kinds and turn.now is not None and not self._falls(turn):
                self._tell(db, ENTERED, turn, {"stage": turn.now, "before": turn.before}, now)

    def _falls(self, turn: Turn) -> bool:
        """Whether a lead came from a higher stage, which is no entry into the lower one."""
        ranks = [self.ranks.get((turn.track, stage or ""), -1) for stage in (turn.before, turn.now)]
        return ranks[0] > ranks[1]

    def _tell(
        self, db: sqlite3.Connection, kind: str, turn: Turn, about: dict[str, str | None], now: int
    ) -> None:
        version = self.version
        key, total = db.execute(
            "SELECT _key, total FROM score JOIN lead ON lead._id = score.lead WHERE ruleset = ? AND lead = ?",
            (version.ruleset_id, turn.lead),
        ).fetchone()
        lines = db.execute(
            "SELECT text, score, points FROM score_lines WHERE ruleset = ? AND lead = ?",
            (version.ruleset, key),
        )
        data: dict[str, object] = {
            "ruleset": version.ruleset,
            "version": version.number,
            **about,
            "track": turn.track,
            "score": total,
            "lines": [{"text": text, "score": score, "points": points} for text, score, points in lines],
        }
        enqueue(db, kind, key, data, now)
