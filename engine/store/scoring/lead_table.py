"""Leads as a table: filtered, sorted by score, stage or any field, a page at a time, and counted."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ..database import Store
from ..records.lead_keys import NAMED
from ..records.leads import StoredField, StoredLead, leads_numbered, quoted, text_matches
from ..records.score_filter import ScoreFilter, conditions
from .lead_pages import BadCursor


@frozen
class Order:
    """What leads are sorted by: "score", "stage", "lead" for the id, or `field` where that is given; those
    without a value come last either way."""

    by: str
    descending: bool = False
    field: StoredField | None = None


@frozen
class TableRow:
    """A lead in the table, with its total, stage of `main`, grade and tags where it was scored (else None),
    and whether it is disqualified."""

    lead: StoredLead
    total: int | None
    stage: str | None
    grade: str | None
    disqualified: bool
    tags: tuple[str, ...]


@frozen
class TablePage:
    """Some rows, and the cursor that the next page begins after; None where these are the last."""

    rows: list[TableRow]
    next: str | None


_Key = list[tuple[str, bool]]
"""What rows are sorted by, in SQL, each with whether the greatest comes first. The last tells all apart."""


def lead_table(
    store: Store,
    ruleset: str | None,
    wanted: ScoreFilter,
    order: Order,
    *,
    after: str | None = None,
    limit: int = 50,
) -> TablePage:
    """A page of the leads that a filter lets through. With a ruleset only those that it has scored; the
    disqualified come last where leads are sorted by score. Raises `BadCursor`."""
    source, parameters = _source(store, ruleset, wanted)
    key = _key(order, ruleset)
    tests = ""
    if after is not None:
        place = _read_cursor(after, len(key))
        tests = f" AND ({_after(key)})"
        parameters |= {f"after{number}": value for number, value in enumerate(place)}
    sorted_by = ", ".join(f"{term} DESC" if down else term for term, down in key)
    number, found = ("scored.lead", "result.id") if ruleset is not None else ("lead._id", "NULL")
    with store.guard():
        rows = store.connection.execute(
            f"SELECT {number}, {found}, {', '.join(term for term, _ in key)} {source}{tests} "
            f"ORDER BY {sorted_by} LIMIT :limit",
            {**parameters, "limit": limit + 1},
        ).fetchall()
        results = _results(store, {row[1] for row in rows})
    shown = rows[:limit]
    leads = leads_numbered(store, [row[0] for row in shown])
    of_lead = {row[0]: results.get(row[1], _UNSCORED) for row in shown}
    table = [TableRow(lead, *of_lead[lead.id]) for lead in leads]
    return TablePage(table, _cursor(shown[-1][2:]) if len(rows) > limit else None)


def count_in_table(store: Store, ruleset: str | None, wanted: ScoreFilter, most: int) -> int:
    """How many leads a filter lets through; counting ends at `most`."""
    source, parameters = _source(store, ruleset, wanted)
    with store.guard():
        sql = f"SELECT count(*) FROM (SELECT 1 {source} LIMIT :most)"
        return int(store.connection.execute(sql, {**parameters, "most": most}).fetchone()[0])


@frozen
class Tally:
    """Of the leads that a ruleset has scored: how many there are, how many are in each stage of `main` (None
    for none), how many of those in none are disqualified, and which tags there are, in order."""

    leads: int
    stages: Mapping[str | None, int]
    disqualified: int
    tags: tuple[str, ...]


def tally_of(store: Store, ruleset: str) -> Tally:
    """Counts the leads that a ruleset has scored, without the anonymous ones, in one pass over them."""
    named = f"scored.lead NOT IN (SELECT _id FROM lead WHERE _state > {NAMED})"
    with store.guard():
        rows = store.connection.execute(
            "WITH counted AS MATERIALIZED (SELECT result, count(*) AS leads FROM scored "
            f"WHERE ruleset = (SELECT id FROM ruleset WHERE name = ?) AND {named} GROUP BY result) "
            "SELECT result.stage, result.disqualified, result.text -> '$.tags', sum(counted.leads) "
            "FROM counted JOIN result ON result.id = counted.result GROUP BY 1, 2, 3",
            (ruleset,),
        ).fetchall()
    stages: Counter[str | None] = Counter()
    tags: set[str] = set()
    for stage, _, written, leads in rows:
        stages[stage] += leads
        tags.update(json.loads(written or "[]"))
    disqualified = sum(leads for _, gone, _, leads in rows if gone)
    return Tally(sum(stages.values()), dict(stages), disqualified, tuple(sorted(tags)))


def _source(store: Store, ruleset: str | None, wanted: ScoreFilter) -> tuple[str, dict[str, Any]]:
    if ruleset is None:
        where, parameters = conditions(store, wanted)
        return f"FROM lead WHERE lead._state = {NAMED}{where}", parameters
    text = (wanted.text or "").strip()
    where, parameters = conditions(store, replace(wanted, text=None))
    if text:
        # Looked for in all leads at once: a lead looked up for each score takes as long again.
        where += f" AND scored.lead IN (SELECT lead._id FROM lead WHERE {text_matches(store)})"
        parameters["text"] = text
    # Each table looked up for a million scores costs a second: SQLite leaves out a left join of which
    # nothing is read.
    joined = (
        "FROM scored JOIN result ON result.id = scored.result "
        "LEFT JOIN lead ON lead._id = scored.lead LEFT JOIN run ON run.id = scored.run "
        "WHERE scored.ruleset = (SELECT id FROM ruleset WHERE name = :ruleset) "
        f"AND scored.lead NOT IN (SELECT _id FROM lead WHERE _state > {NAMED})"
    )
    return f"{joined}{where}", {**parameters, "ruleset": ruleset}


def _key(order: Order, ruleset: str | None) -> _Key:
    if order.field is not None:
        column = f"lead.{quoted(order.field.column)}"
        text = order.field.kind in (Kind.TEXT, Kind.TEXTS)
        value = f"coalesce(lower({column}), '')" if text else f"coalesce({column}, 0)"
        return [(f"({column} IS NULL)", False), (value, order.descending), ("lead._id", False)]
    if ruleset is not None and order.by == "score":
        return [("result.disqualified", False), ("result.total", order.descending), ("scored.lead", False)]
    if ruleset is not None and order.by == "stage":
        stage = "coalesce(result.stage, '')"
        return [("(result.stage IS NULL)", False), (stage, order.descending), ("scored.lead", False)]
    return [("lead._key", order.descending)]


def _after(key: _Key) -> str:
    """What SQL asks of a row that comes after the one where the page before ended."""
    ways = []
    for place, (term, down) in enumerate(key):
        same = [f"{other} = :after{number}" for number, (other, _) in enumerate(key[:place])]
        ways.append(" AND ".join([*same, f"{term} {'<' if down else '>'} :after{place}"]))
    return " OR ".join(f"({way})" for way in ways)


_Result = tuple[int | None, str | None, str | None, bool, tuple[str, ...]]
_UNSCORED: _Result = (None, None, None, False, ())


def _results(store: Store, numbers: set[int | None]) -> dict[int | None, _Result]:
    rows = store.connection.execute(
        "SELECT id, total, stage, grade, disqualified, text -> '$.tags' FROM result "
        "WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([number for number in numbers if number is not None]),),
    )
    return {
        number: (total, stage, grade, bool(gone), tuple(json.loads(tags or "[]")))
        for number, total, stage, grade, gone, tags in rows
    }


def _cursor(place: Sequence[object]) -> str:
    written = json.dumps(place, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _read_cursor(cursor: str, parts: int) -> list[Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise BadCursor(cursor) from None
    if not isinstance(found, list) or len(found) != parts:
        raise BadCursor(cursor)
    for value in found:
        if not isinstance(value, str | int | float) or (isinstance(value, int) and abs(value) >= 1 << 63):
            raise BadCursor(cursor)
    return found
