"""Stays of leads in stages that have handoffs, noted in the transaction that writes the score.

What is noted is what has to be handed off; who gets it is settled afterwards, of all entries in one order, so
that it does not depend on which process scored which leads first.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from ....grammar.frozen import frozen
from ...plan import Plan

Stages = Mapping[str, str | None]
OPEN, HELD_BACK, LEFT = "open", "held back", "left"


@frozen
class Policy:
    """What becomes of the entries of a run: of those that leads came by (`own`), and of those that another
    version of the rules brought (`of_version`)."""

    own: str = OPEN
    of_version: str = HELD_BACK


@dataclass(slots=True)
class Moves:
    """Stays that began (lead, track, stage, state) and that ended (lead, track, the stage
    that came after)."""

    began: list[tuple[int, str, str, str]] = field(default_factory=list)
    ended: list[tuple[int, str, str | None]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.began or self.ended)


class EntryNotes:
    """Tells of a lead's stages before and after which stays began and ended, by the handoffs of a plan."""

    def __init__(self, plan: Plan, policy: Policy) -> None:
        self._policy = policy
        self._handed = {(handoff.track, handoff.stage) for handoff in plan.handoffs}
        self._tracks = {track for track, _ in self._handed}
        names = [(stage.track, stage.name) for stage in plan.stages]
        self._ranks = {stage: rank for rank, stage in enumerate(names)}

    def __bool__(self) -> bool:
        return bool(self._handed)

    def begins(self, stages: Stages) -> bool:
        """Whether somebody in these stages is in one that has handoffs."""
        return any((track, stages.get(track)) in self._handed for track in self._tracks)

    def note(self, moves: Moves, lead: int, before: Stages | None, after: Stages, *, same: bool) -> None:
        """Takes note of a lead, whose stages before were those by the `same` version or another one."""
        for track in self._tracks:
            old, new = (before or {}).get(track), after.get(track)
            if old == new:
                continue
            if old is not None:
                moves.ended.append((lead, track, new))
            # Falling from a higher stage into a lower one is no entry.
            lower = self._ranks.get((track, old or ""), -1) > self._ranks.get((track, new or ""), -1)
            if new is not None and (track, new) in self._handed and not lower:
                state = self._policy.own if before is None or same else self._policy.of_version
                moves.began.append((lead, track, new, state))


def stages_in(result: str) -> dict[str, str | None]:
    """The stage of each track in a result as it is stored."""
    stages: dict[str, str | None] = json.loads(result)["stages"]
    return stages


def write_moves(
    connection: sqlite3.Connection, moves: Moves, *, ruleset: int, version: int, run: int, now: int
) -> None:
    """Writes which stays ended and began; within the transaction that writes the scores."""
    connection.executemany(
        "UPDATE entry SET left_at = ?, "
        "state = CASE WHEN state IN ('open', 'queued') THEN 'left' ELSE state END "
        "WHERE lead = ? AND ruleset = ? AND track = ? AND stage IS NOT ? AND left_at IS NULL",
        [(now, lead, ruleset, track, stage) for lead, track, stage in moves.ended],
    )
    leads: dict[tuple[str, str, str], list[int]] = {}
    for lead, *stay in moves.began:
        leads.setdefault((stay[0], stay[1], stay[2]), []).append(lead)
    # One statement for many is several times as fast as one for each.
    for (track, stage, state), began in leads.items():
        connection.execute(
            "INSERT INTO entry (ruleset, lead, track, stage, version, run, at, state) "
            "SELECT :ruleset, value, :track, :stage, :version, :run, :now, :state FROM json_each(:leads) "
            # A stay goes on that came by a merge, or that an answer ended which was taken back.
            "WHERE NOT EXISTS (SELECT 1 FROM entry WHERE lead = value AND ruleset = :ruleset "
            "AND track = :track AND stage = :stage AND left_at IS NULL)",
            {
                "ruleset": ruleset,
                "track": track,
                "stage": stage,
                "version": version,
                "run": run,
                "now": now,
                "state": state,
                "leads": json.dumps(began),
            },
        )


def policy_of(connection: sqlite3.Connection, ruleset: int, version: int) -> Policy:
    """What becomes of the entries of a run by a version: those of a first scoring, and those that the version
    brings, are held back unless whoever published it chose otherwise."""
    row = connection.execute(
        "SELECT handed_off FROM version_entries WHERE version = ?", (version,)
    ).fetchone()
    chosen = OPEN if row is not None and row[0] else HELD_BACK
    scored = connection.execute(
        "SELECT 1 FROM run JOIN ruleset_version ON ruleset_version.id = run.version "
        "WHERE ruleset_version.ruleset = ? AND run.finished IS NOT NULL LIMIT 1",
        (ruleset,),
    ).fetchone()
    return Policy(OPEN if scored is not None else chosen, chosen)


def choose_entries(connection: sqlite3.Connection, version: int, *, hand_off: bool) -> None:
    """Keeps what whoever publishes a version wants of its entries; within a transaction."""
    connection.execute("INSERT OR REPLACE INTO version_entries VALUES (?, ?)", (version, hand_off))
