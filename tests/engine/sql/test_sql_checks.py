"""What `leadwright sql --checks` finds in tables, and does not find in what Leadwright writes."""

from __future__ import annotations

import math

import pytest
import sqlglot
from leadwright import load
from leadwright.engine.sql import DIALECTS
from leadwright.engine.sql.checks import check_statement
from leadwright.engine.sql.layout import event_rows, layout_of, lead_row
from leadwright.tests.engine.sql.sides import DuckDb, Engine, Sqlite
from leadwright.tests.engine.sql.worlds import hostile_world

RULES = """\
field title: text
field size: number
field seen: datetime
field joined: date
field tags: texts
rule "All" when title = "a" or size > 1 or seen in last 5 days or joined > 2020-01-01 or tags contains "b"
or visited "x" >= 1 or sum(paid.amount) > 1 then +1
"""


def problems(engine: Engine) -> set[tuple[str, str, str, int]]:
    """What the checks say of tables that hold every mistake."""
    layout = layout_of([load(RULES).plan])
    leads = [
        ("a", "vp", 1.0, 0, 0, ["b"]),
        ("a", " vp", math.inf, 2**62, 10_000_000, ["B"]),
        (None, "VP", -math.inf, None, None, ["ok", ""]),
        ("d", "", math.nan if engine.dialect != "sqlite" else math.inf, None, None, None),
    ]
    order = [one.name for one in layout.fields]
    names = ["title", "size", "seen", "joined", "tags"]
    made = []
    for key, *values in leads:
        by_name = dict(zip(names, values, strict=True))
        tags = by_name["tags"]
        if isinstance(tags, list):
            by_name["tags"] = DIALECTS[engine.dialect].texts_value(tuple(tags))
        made.append((key, *(by_name[name] for name in order)))
    events = [("a", 5, "paid", None, 0, math.inf), (None, None, None, "Pricing\u3000", 0, 2.0)]
    engine.fill(layout, made, events)
    return set(engine.ask(check_statement(layout, engine.dialect)))


FOUND = {
    ("leads", "lead_id", "is unknown", 1),
    ("leads", "lead_id", "is there more than once", 1),
    ("leads", "title_text", "is empty: what is unknown is NULL", 1),
    ("leads", "title_text", "has white space at an end: it is not a key", 1),
    ("leads", "title_text", "has capital letters: it is not a key", 1),
    ("leads", "size_number", "is infinite or not a number", 3),
    ("leads", "seen_datetime", "is outside the years 1 to 9999", 1),
    ("leads", "joined_date", "is outside the years 1 to 9999", 1),
    ("leads", "tags_texts", "has an entry that is not a key", 2),
    ("events", "lead_id", "is unknown", 1),
    ("events", "happened_at", "is unknown", 1),
    ("events", "event_type", "is unknown", 1),
    ("events", "event_object", "has white space at an end: it is not a key", 1),
    ("events", "event_object", "has capital letters: it is not a key", 1),
    ("events", "amount_number", "is infinite or not a number", 1),
}


@pytest.mark.parametrize("engine", [DuckDb, Sqlite])
def test_each_mistake_is_found(engine: type[DuckDb] | type[Sqlite]) -> None:
    assert problems(engine()) == FOUND


@pytest.mark.parametrize("kind", [DuckDb, Sqlite])
def test_what_leadwright_writes_is_right(kind: type[DuckDb] | type[Sqlite]) -> None:
    for seed in range(12):
        world, engine = hostile_world(seed, 40), kind()
        layout = layout_of(world.plans)
        engine.fill(
            layout,
            [lead_row(layout, one.id, one.fields, engine.dialect) for one in world.leads],
            [row for one in world.leads for row in event_rows(layout, one.id, one.events, engine.dialect)],
        )
        assert engine.ask(check_statement(layout, engine.dialect)) == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_engine_can_read_it(dialect: str) -> None:
    statement = check_statement(layout_of([load(RULES).plan]), dialect)
    assert sqlglot.parse_one(statement, dialect=DIALECTS[dialect].sqlglot)
