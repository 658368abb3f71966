"""Stays in stages, and their handoffs, of leads that become one and two again: they move as events do."""

from __future__ import annotations

import json
import sqlite3


def move_stays(connection: sqlite3.Connection, old: int, new: int, alias: int, now: int) -> None:
    """Gives the stays of the lead `old`, with who has it, to the lead `new` that it is merged into; within a
    transaction. Of two stays in one stage, that of `new` goes on. `alias` is what the id of `old` becomes.
    """
    connection.execute(
        "UPDATE entry SET left_at = ?1 WHERE lead = ?2 AND left_at IS NULL AND EXISTS ("
        "SELECT 1 FROM entry AS own WHERE own.lead = ?3 AND own.ruleset = entry.ruleset "
        "AND own.track = entry.track AND own.stage = entry.stage AND own.left_at IS NULL)",
        (now, old, new),
    )
    connection.execute("UPDATE handoff SET lead = ? WHERE lead = ?", (new, old))
    connection.execute(
        "UPDATE entry SET lead = ?, alias = ifnull(alias, ?) WHERE lead = ?", (new, alias, old)
    )


def move_stays_back(
    connection: sqlite3.Connection, lead: int, again: int, alias: int, branch: list[int]
) -> None:
    """Gives the stays that came to a lead with an alias and its `branch` to the lead that it is again.

    The stages that it was in when it was scored last are what it is in, whatever was scored meanwhile.
    """
    came = json.dumps(branch)
    connection.execute(
        "UPDATE handoff SET lead = ?1 WHERE entry IN (SELECT id FROM entry WHERE lead = ?2 "
        "AND alias IN (SELECT value FROM json_each(?3)))",
        (again, lead, came),
    )
    connection.execute(
        "UPDATE entry SET lead = ?1, alias = nullif(alias, ?4) WHERE lead = ?2 "
        "AND alias IN (SELECT value FROM json_each(?3))",
        (again, lead, came, alias),
    )
    last = connection.execute(
        "SELECT max(entry.id), track, entry.stage, result.text FROM entry "
        "JOIN scored ON scored.lead = entry.lead AND scored.ruleset = entry.ruleset "
        "JOIN result ON result.id = scored.result WHERE entry.lead = ? GROUP BY entry.ruleset, track",
        (again,),
    ).fetchall()
    connection.executemany(
        "UPDATE entry SET left_at = NULL WHERE id = ?",
        [(entry,) for entry, track, stage, text in last if json.loads(text)["stages"].get(track) == stage],
    )
