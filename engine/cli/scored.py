"""What the last scoring left in the database: which version it ran, as of when, and where leads stand."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from ...grammar.frozen import frozen
from ..store.database import Store
from ..store.records.leads import LISTED, text_matches
from ..values import moment_of
from .command import instant_asked, present


@frozen
class LastRun:
    """A scoring: the number of the version it ran, its ruleset, and the instant it scored as of."""

    version: int
    ruleset: str
    now: dt.datetime


def last_run(store: Store, ruleset: str | None = None) -> LastRun | None:
    """The last scoring, of one ruleset or of any; None where there was none."""
    with store.guard():
        row = store.connection.execute(
            "SELECT run.version, ruleset.name, run.now FROM run "
            "JOIN ruleset_version ON ruleset_version.id = run.version "
            "JOIN ruleset ON ruleset.id = ruleset_version.ruleset "
            "WHERE ruleset.name = ? OR ? IS NULL ORDER BY run.id DESC LIMIT 1",
            (ruleset, ruleset),
        ).fetchone()
    return None if row is None else LastRun(row[0], row[1], moment_of(row[2]))


def instant_of_reading(at: str | None, store: Store | None, ruleset: str | None = None) -> dt.datetime:
    """The instant asked for, else that of the last scoring, else the present."""
    if at is not None or store is None:
        return instant_asked(at)
    run = last_run(store, ruleset) or last_run(store)
    return run.now if run else present()


def totals(store: Store, ruleset: str) -> Counter[int]:
    """How many leads have each score."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT total, count(*) FROM score JOIN ruleset ON ruleset.id = score.ruleset "
            f"WHERE ruleset.name = ? AND {LISTED} GROUP BY total",
            (ruleset,),
        )
        return Counter(dict(rows.fetchall()))


def disqualified(store: Store, ruleset: str) -> int:
    """How many leads are disqualified."""
    with store.guard():
        row = store.connection.execute(
            "SELECT count(*) FROM score JOIN ruleset ON ruleset.id = score.ruleset "
            f"WHERE ruleset.name = ? AND disqualified AND {LISTED}",
            (ruleset,),
        ).fetchone()
    return int(row[0])


def stages(store: Store, ruleset: str, track: str) -> Counter[str | None]:
    """How many leads are in each stage of a track, None for none."""
    path = '$.stages."' + track.replace('"', "") + '"'
    with store.guard():
        rows = store.connection.execute(
            "SELECT json_extract(result, ?), count(*) FROM score JOIN ruleset ON ruleset.id = score.ruleset "
            f"WHERE ruleset.name = ? AND {LISTED} GROUP BY 1",
            (path, ruleset),
        )
        return Counter(dict(rows.fetchall()))


def highest(store: Store, ruleset: str, most: int, stage: str | None = None) -> list[tuple[str, int]]:
    """The leads with the highest scores, with these; of one stage where it is given."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT lead._key, score.total FROM score JOIN ruleset ON ruleset.id = score.ruleset "
            "JOIN lead ON lead._id = score.lead AND lead._state = 0 "
            "WHERE ruleset.name = ? AND (score.stage = ? OR ? IS NULL) "
            "AND NOT score.disqualified ORDER BY score.total DESC, lead._key LIMIT ?",
            (ruleset, stage, stage, most),
        )
        return rows.fetchall()


def keys_in_stage(store: Store, ruleset: str, text: str, stage: str, most: int) -> list[str]:
    """The ids of leads in a stage whose id or any text attribute contains a text, by id."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT lead._key FROM score JOIN ruleset ON ruleset.id = score.ruleset "
            "JOIN lead ON lead._id = score.lead AND lead._state = 0 "
            f"WHERE ruleset.name = :ruleset AND score.stage = :stage AND ({text_matches(store)}) "
            "ORDER BY lead._key = :text DESC, lead._key LIMIT :most",
            {"ruleset": ruleset, "stage": stage, "text": text.strip(), "most": most},
        )
        return [key for (key,) in rows]


def stored_total(store: Store, ruleset: str, lead: str) -> int | None:
    """The score that is stored for a lead."""
    with store.guard():
        row = store.connection.execute(
            "SELECT score.total FROM score JOIN ruleset ON ruleset.id = score.ruleset "
            "JOIN lead ON lead._id = score.lead AND lead._state = 0 WHERE ruleset.name = ? AND lead._key = ?",
            (ruleset, lead),
        ).fetchone()
    return None if row is None else int(row[0])
