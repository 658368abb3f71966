"""The scores that are stored, lead by lead, for files, other databases, the page and programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from ....grammar.frozen import frozen
from ...bounds.bounds import Bounds
from ...explain.decision import Line
from ...values import moment_of
from ..database import Store, StoreError
from ..records.score_filter import ScoreFilter, conditions
from ..scoring.version_lines import load_lines, read_lines


@frozen
class Owner:
    """Who has a lead: their address, by which handoff, since when, and when the lead came into the stage."""

    address: str
    handoff: str
    at: datetime
    entered: datetime


@frozen
class LeadScore:
    """What is stored of a lead by one ruleset: total, named scores, stages by track, grades by score ("" for
    the total), tags, reasons for which it is disqualified, and the lines that add up to the scores; which
    version found it, and as of when. `owner` is who has the lead, None for nobody; `number` is that of the
    lead in the record. `bounds` say how sure it is, None where that was not looked at."""

    lead: str
    score: int
    scores: Mapping[str, int]
    stage: str | None
    stages: Mapping[str, str | None]
    grade: str | None
    grades: Mapping[str, str]
    tags: tuple[str, ...]
    reasons: tuple[str, ...]
    lines: tuple[Line, ...]
    version: int
    as_of: datetime
    owner: Owner | None = None
    number: int = 0
    bounds: Bounds | None = None


def _owner(address: str | None, handoff: str, at: int, entered: int) -> Owner | None:
    return None if address is None else Owner(address, handoff, moment_of(at), moment_of(entered))


_OWNING = (
    "SELECT max(handed.id) FROM handoff AS handed JOIN entry AS stay ON stay.id = handed.entry "
    "WHERE handed.lead = scored.lead AND handed.ruleset = scored.ruleset AND stay.left_at IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM handoff AS later WHERE later.passed_by = handed.id)"
)
"""The handoff by which somebody has a lead now."""


def stored_lead_scores(store: Store, ruleset: str, wanted: ScoreFilter) -> Iterator[LeadScore]:
    """The scores that leads have by a ruleset, one at a time, in the order in which leads came.

    Should run in a read transaction, so that all of it is one moment's state.
    """
    where, parameters = conditions(store, wanted)
    known: dict[int, list[Line]] = {}
    with store.guard():
        rows = store.connection.execute(
            "SELECT lead._key, result.total, result.stage, result.grade, result.text, scored.lines, "
            "run.version, ruleset_version.number, run.now, "
            "owner.address, owner.name, owner.at, entry.at, scored.lead FROM scored "
            "JOIN lead ON lead._id = scored.lead AND lead._state = 0 "
            "JOIN result ON result.id = scored.result "
            "JOIN run ON run.id = scored.run JOIN ruleset_version ON ruleset_version.id = run.version "
            f"LEFT JOIN handoff AS owner ON owner.id = ({_OWNING}) LEFT JOIN entry ON entry.id = owner.entry "
            f"WHERE scored.ruleset = (SELECT id FROM ruleset WHERE name = :ruleset){where} "
            "ORDER BY scored.lead",
            {"ruleset": ruleset, **parameters},
        )
        for lead, total, stage, grade, text, lines, version, number, now, *who, place in rows:
            if version not in known:
                known[version] = load_lines(store, version)
            found = json.loads(text)
            yield LeadScore(
                lead,
                total,
                found["scores"],
                stage,
                found["stages"],
                grade,
                found.get("grades", {}),
                tuple(found.get("tags", ())),
                tuple(found.get("disqualified", ())),
                read_lines(known[version], lines),
                number,
                moment_of(now),
                _owner(*who),
                place,
            )


# --- what changed since -----------------------------------------------------------------------


def last_exported(store: Store, ruleset: str, destination: str) -> int:
    """The last run whose scores were exported to a destination. Raises `StoreError` where none were."""
    with store.guard():
        row = store.connection.execute(
            "SELECT run FROM score_export JOIN ruleset ON ruleset.id = score_export.ruleset "
            "WHERE name = ? AND destination = ?",
            (ruleset, destination),
        ).fetchone()
    if row is None:
        raise StoreError(
            f"the scores of {ruleset} were not exported to {destination} yet, so there is no last time",
            "export all of them once, without --since",
        )
    return int(row[0])


def last_finished_run(store: Store) -> int:
    """The last run that was finished: whatever is found from now on comes from a later one."""
    with store.guard():
        row = store.connection.execute("SELECT max(id) FROM run WHERE finished IS NOT NULL").fetchone()
    return int(row[0] or 0)


def note_export(store: Store, ruleset: str, destination: str, run: int) -> None:
    """Notes that all scores up to a run have been exported to a destination."""
    with store.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO score_export SELECT id, ?, ? FROM ruleset WHERE name = ?",
            (destination, run, ruleset),
        )
