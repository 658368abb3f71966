"""What scoring runs found, read back: a lead's score with its lines, its history, and all leads by score."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from ....grammar.frozen import frozen
from ...explain.decision import Line
from ...values import moment_of
from ..database import Store
from .version_lines import load_lines, read_lines

_COLUMNS = (
    "kept.total, kept.result, kept.lines, run.id, run.version, run.now, ruleset_version.number, "
    "ruleset_version.digest"
)
_JOINS = "JOIN run ON run.id = kept.run JOIN ruleset_version ON ruleset_version.id = run.version"


@frozen
class StoredScore:
    """What a run found of a lead, with the lines that add up to it.

    `version` and `digest` are those of the ruleset that made it; `now` is as of when; `until`, in a
    history, as of when another run found something else, None for what still holds. `grades` has the
    label of each graded score, the total's under "".
    """

    run: int
    version: int
    digest: str
    now: datetime
    until: datetime | None
    total: int
    scores: Mapping[str, int]
    stages: Mapping[str, str | None]
    stages_if_qualified: Mapping[str, str | None]
    grades: Mapping[str, str]
    tags: tuple[str, ...]
    disqualified: tuple[str, ...]
    lines: tuple[Line, ...] = field(repr=False)

    @property
    def stage(self) -> str | None:
        """The stage in the track `main`."""
        return self.stages.get("main")

    @property
    def grade(self) -> str:
        """The labels of all grades read together."""
        return "".join(self.grades.values())


@frozen
class RankedLead:
    """A lead among the others: its own id, its total, the main track's stage, its grade."""

    lead: str
    total: int
    stage: str | None
    grade: str | None
    disqualified: bool


def stored_score(store: Store, ruleset: str, lead: int) -> StoredScore | None:
    """What holds of the lead with this number, None where it was never scored by the ruleset."""
    with store.guard():
        row = store.connection.execute(
            f"SELECT {_COLUMNS}, NULL FROM score AS kept {_JOINS} "
            "WHERE kept.ruleset = (SELECT id FROM ruleset WHERE name = ?) AND kept.lead = ?",
            (ruleset, lead),
        ).fetchone()
        return None if row is None else _read(store, row)


def score_history(store: Store, ruleset: str, lead: int) -> list[StoredScore]:
    """Every outcome the lead has had, the first one first, the last one being what holds."""
    with store.guard():
        rows = store.connection.execute(
            f"SELECT {_COLUMNS}, later.now FROM score_before AS kept {_JOINS} "
            "JOIN run AS later ON later.id = kept.until "
            "WHERE kept.ruleset = (SELECT id FROM ruleset WHERE name = ?) AND kept.lead = ? "
            "ORDER BY kept.until",
            (ruleset, lead),
        ).fetchall()
        history = [_read(store, row) for row in rows]
    current = stored_score(store, ruleset, lead)
    return history if current is None else [*history, current]


def ranked_leads(
    store: Store, ruleset: str, limit: int | None = None, stage: str | None = None
) -> list[RankedLead]:
    """Leads by total, the highest first, the disqualified last; only those of a stage where one is named."""
    return list(iterate_ranked(store, ruleset, limit, stage))


def iterate_ranked(
    store: Store, ruleset: str, limit: int | None = None, stage: str | None = None
) -> Iterator[RankedLead]:
    """As `ranked_leads`, one at a time."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT lead._key, total, stage, grade, disqualified FROM score "
            "JOIN lead ON lead._id = score.lead AND lead._state = 0 "
            "WHERE ruleset = (SELECT id FROM ruleset WHERE name = :ruleset) "
            "AND (:stage IS NULL OR stage = :stage) "
            "ORDER BY disqualified, total DESC, lead._id LIMIT :limit",
            {"ruleset": ruleset, "stage": stage, "limit": -1 if limit is None else limit},
        )
        for key, total, at, grade, disqualified in rows:
            yield RankedLead(key, total, at, grade, bool(disqualified))


def _read(store: Store, row: tuple[Any, ...]) -> StoredScore:
    total, outcome, lines, run, version_id, now, number, digest, until = row
    results = json.loads(outcome)
    stages = results["stages"]
    return StoredScore(
        run,
        number,
        digest,
        moment_of(now),
        None if until is None else moment_of(until),
        total,
        results["scores"],
        stages,
        results.get("stages_if_qualified", stages),
        results.get("grades", {}),
        tuple(results.get("tags", ())),
        tuple(results.get("disqualified", ())),
        read_lines(load_lines(store, version_id), lines),
    )
