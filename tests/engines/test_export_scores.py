"""Scores written into a table of a real PostgreSQL server."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from leadwright.engine.store.database import StoreError
from leadwright.engine.store.export.score_files import Columns, destination
from leadwright.engine.store.export.scores import LeadScore
from leadwright.tests.engines.sides import Postgres

NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
ANN = LeadScore("ann", 35, {"100%": 30}, "MQL", {"main": "MQL"}, None, {}, ("big",), (), (), 1, NOON)
COLUMNS = Columns(scores=("100%",), lines=False)


def address(postgres: Postgres) -> str:
    info = postgres.connection.info
    return f"postgresql://{info.user}@/{info.dbname}?host={info.host}&port={info.port}"


def test_scores_are_written_and_brought_up_to_date(postgres: Postgres) -> None:
    to = destination(address(postgres), "lead_scores")
    ben = replace(ANN, lead="ben", stage=None, tags=())

    def rows() -> list[tuple[object, ...]]:
        ask = 'SELECT lead, score, "score: 100%", stage, tags, as_of FROM lead_scores ORDER BY lead'
        return postgres.connection.execute(ask).fetchall()

    assert to.write([ANN, ben], COLUMNS, changed=False) == 2
    assert rows() == [
        ("ann", 35, 30, "MQL", "big", "2026-01-15T12:00:00Z"),
        ("ben", 35, 30, None, "", "2026-01-15T12:00:00Z"),
    ]
    assert to.write([replace(ben, score=60)], COLUMNS, changed=True) == 1
    assert [row[:2] for row in rows()] == [("ann", 35), ("ben", 60)]
    to.write([ANN], COLUMNS, changed=False)
    assert [row[0] for row in rows()] == ["ann"]


def test_nothing_is_written_where_the_columns_are_others(postgres: Postgres) -> None:
    postgres.connection.execute("CREATE TABLE other (lead text primary key)")
    with pytest.raises(StoreError, match=r"the table other of .* cannot be written"):
        destination(address(postgres), "other").write([ANN], COLUMNS, changed=True)
    assert postgres.connection.execute("SELECT count(*) FROM other").fetchone() == (0,)
