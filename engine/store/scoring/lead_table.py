"""Leads as a table: filtered, sorted by score, stage or any field, a page at a time, and counted."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ..database import Store
from ..records.leads import StoredField, StoredLead, leads_numbered, quoted
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
    found = "result.id" if ruleset is not None else "NULL"
    with store.guard():
        rows = store.connection.execute(
            f"SELECT lead._id, {found}, {', '.join(term for term, _ in key)} {source}{tests} "
            f"ORDER BY {sorted_by} LIMIT :limit",
            {**parameters, "limit": limit + 1},
        ).fetchall()
        results = _results(store, {row[1] for row in rows})
    shown = rows[:limit]
    leads = leads_numbered(store, [row[0] for row in shown])
    of_lead = {row[0]: results.get(row[1], _UNSCORED) for row in shown}
    table = [TableRow(lead, *of_lead[lead.id]) for lead in leads]
    return TablePage(table, _cursor(shown[-1][2:]) if len(rows) > limit else None)


def count_in_table(store: Store, ruleset: str | None, wanted: ScoreFilter) -> int:
    """How many leads a filter lets through."""
    source, parameters = _source(store, ruleset, wanted)
    with store.guard():
        return int(store.connection.execute(f"SELECT count(*) {source}", parameters).fetchone()[0])


def count_unscored(store: Store, ruleset: str) -> int:
    """How many leads a ruleset has not scored."""
    with store.guard():
        row = store.connection.execute(
            "SELECT (SELECT count(*) FROM lead WHERE _state = 0) - (SELECT count(*) FROM scored "
            "JOIN lead ON lead._id = scored.lead AND lead._state = 0 "
            "WHERE ruleset = (SELECT id FROM ruleset WHERE name = ?))",
            (ruleset,),
        ).fetchone()
        return int(row[0])


def tags_known(store: Store, ruleset: str) -> list[str]:
    """The tags that leads have by a ruleset."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT DISTINCT tag.value FROM result JOIN json_each(result.text, '$.tags') AS tag "
            "WHERE result.id IN (SELECT DISTINCT result FROM scored "
            "WHERE ruleset = (SELECT id FROM ruleset WHERE name = ?)) ORDER BY 1",
            (ruleset,),
        )
        return [row[0] for row in rows]


def _source(store: Store, ruleset: str | None, wanted: ScoreFilter) -> tuple[str, dict[str, Any]]:
    where, parameters = conditions(store, wanted)
    if ruleset is None:
        return f"FROM lead WHERE lead._state = 0{where}", parameters
    joined = (
        "FROM scored JOIN lead ON lead._id = scored.lead AND lead._state = 0 "
        "JOIN result ON result.id = scored.result JOIN run ON run.id = scored.run "
        "WHERE scored.ruleset = (SELECT id FROM ruleset WHERE name = :ruleset)"
    )
    return f"{joined}{where}", {**parameters, "ruleset": ruleset}


def _key(order: Order, ruleset: str | None) -> _Key:
    if order.field is not None:
        column = f"lead.{quoted(order.field.column)}"
        text = order.field.kind in (Kind.TEXT, Kind.TEXTS)
        value = f"coalesce(lower({column}), '')" if text else f"coalesce({column}, 0)"
        return [(f"({column} IS NULL)", False), (value, order.descending), ("lead._id", False)]
    if ruleset is not None and order.by == "score":
        return [("result.disqualified", False), ("result.total", order.descending), ("lead._key", False)]
    if ruleset is not None and order.by == "stage":
        stage = "coalesce(result.stage, '')"
        return [("(result.stage IS NULL)", False), (stage, order.descending), ("lead._id", False)]
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
