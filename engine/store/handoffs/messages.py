"""What destinations are told of handoffs: the lead's score and why, so that sales can read it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...explain.decision import Line
from ...outbox.queue import enqueue_all
from ..database import Store
from ..records.rulesets import RulesetVersion
from ..scoring.version_lines import load_lines, read_lines


class MessageContent(NamedTuple):
    """What messages about many leads share: the name of the handoff, the destinations that they go to (none:
    all that ask for the kind), where the lead stands, who has it and what else is said."""

    handoff: str
    tell: tuple[str, ...]
    track: str
    stage: str
    owner: tuple[tuple[str, str], ...]
    more: tuple[tuple[str, str | None], ...]


class HandoffMessage(NamedTuple):
    """A message of a kind about a lead: its number and id, and what it says."""

    kind: str
    lead: int
    key: str
    about: MessageContent


class _Score(NamedTuple):
    """A lead's score, with the version that gave it and the lines that explain it, as they are kept."""

    total: int | None = None
    version: int | None = None
    written: str = "[]"


class MessageRecorder:
    """Tells of handoffs by one version. Much is the same for many leads, and made once."""

    def __init__(self, store: Store, version: RulesetVersion) -> None:
        self._store = store
        self._version = version
        self._lines: dict[int, list[Line]] = {}
        self._said: dict[tuple[MessageContent, _Score], Mapping[str, object]] = {}

    def record(self, db: sqlite3.Connection, messages: Sequence[HandoffMessage], at: int) -> None:
        """Records messages; within the transaction that records what they tell."""
        if messages:
            scores = self._scores(db, messages)
            never = _Score()
            said = [
                (kind, key, self._data(about, scores.get(lead, never))) for kind, lead, key, about in messages
            ]
            enqueue_all(db, said, at)

    def _scores(self, db: sqlite3.Connection, messages: Sequence[HandoffMessage]) -> dict[int, _Score]:
        leads = json.dumps(sorted({one.lead for one in messages}))
        rows = db.execute(
            "SELECT scored.lead, result.total, run.version, scored.lines FROM json_each(?) AS told "
            "CROSS JOIN scored ON scored.ruleset = ? AND scored.lead = told.value "
            "JOIN result ON result.id = scored.result JOIN run ON run.id = scored.run",
            (leads, self._version.ruleset_id),
        )
        return {lead: _Score(*score) for lead, *score in rows}

    def _data(self, about: MessageContent, score: _Score) -> Mapping[str, object]:
        data = self._said.get((about, score))
        if data is None:
            data = self._said[about, score] = {
                **({"tell": list(about.tell)} if about.tell else {}),
                "ruleset": self._version.ruleset,
                "version": self._version.number,
                "handoff": about.handoff,
                "stage": about.stage,
                "track": about.track,
                "score": score.total,
                "lines": self._explained(score),
                "owner": dict(about.owner),
                **dict(about.more),
            }
        return data

    def _explained(self, score: _Score) -> list[dict[str, object]]:
        if score.version is None:
            return []
        if score.version not in self._lines:
            self._lines[score.version] = load_lines(self._store, score.version)
        lines = read_lines(self._lines[score.version], score.written)
        return [{"text": line.text, "score": line.score, "points": line.points} for line in lines]
