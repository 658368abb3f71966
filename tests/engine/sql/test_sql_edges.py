"""Where engines of SQL usually differ from one another: each case in DuckDB, in SQLite and in Python."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from leadwright import load
from leadwright.engine.score_one.facts import Event
from leadwright.engine.sql import DIALECTS, UnsupportedSql, compile_sql
from leadwright.engine.values import instant_of
from leadwright.tests.engine.sql.sides import DuckDb, Lead, Sqlite, in_python, in_sql

NOW = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
MICRO = dt.timedelta(microseconds=1)
DAY = dt.timedelta(days=1)
HUGE = 1e308


def event(type_: str, at: dt.datetime, object_: str | None = None, **properties: Any) -> Event:
    return Event(type_, at, object_, properties)


def ago(days: float, type_: str = "visited", object_: str | None = None, **properties: Any) -> Event:
    return event(type_, NOW - days * DAY, object_, **properties)


def bought(*amounts: float) -> list[Event]:
    """Purchases, one an hour, in the order given."""
    start = NOW - 10 * DAY
    return [
        event("bought", start + number * dt.timedelta(hours=1), amount=amount)
        for number, amount in enumerate(amounts)
    ]


WINDOWS = [
    ("when visited in last 30 days then +1", {}, [ago(30)], 0),
    ("when visited in last 30 days then +1", {}, [event("visited", NOW - 30 * DAY + MICRO)], 1),
    ("when visited in last 30 days then +1", {}, [event("visited", NOW)], 1),
    ("when visited then +1", {}, [event("visited", NOW + MICRO)], 0),
    ("when visited in last 1 month then +1", {}, [event("visited", dt.datetime(2026, 2, 28, 12))], 0),
    ("when visited in last 1 month then +1", {}, [event("visited", dt.datetime(2026, 2, 28, 12) + MICRO)], 1),
    ("event visited; when visited between 2026-03-01 and 2026-03-02 then +1", {}, [ago(28.5)], 0),
    ("event visited; when visited between 2026-03-01 and 2026-03-02 then +1", {}, [ago(28.5001)], 1),
    ("when visited before 1969-01-01 then +1", {}, [event("visited", dt.datetime(1968, 12, 31))], 1),
]
SEQUENCES = [
    ("when visited followed by asked within 1 day then +1", {}, [ago(2), ago(1, "asked")], 1),
    ("when visited followed by asked within 1 day then +1", {}, [ago(2.0001), ago(1, "asked")], 0),
    ("when visited followed by asked within 1 day then +1", {}, [ago(2), ago(2, "asked")], 1),
    ("when visited followed by visited docs within 1 day then +1", {}, [ago(2, object_="docs")], 0),
    ("when visited followed by visited docs within 1 day then +1", {}, [ago(2, object_="docs")] * 2, 1),
]
TEXTS = [
    ('field t: text; when t = "straße" then +1', {"t": " STRASSE "}, [], 1),
    ('field t: text; when t = "café" then +1', {"t": "CAFE\u0301\u00a0"}, [], 1),
    ('field t: text; when t like "100%*" then +1', {"t": "100% sure"}, [], 1),
    ('field t: text; when t like "100%*" then +1', {"t": "1000 sure"}, [], 0),
    ('field t: text; when t like "a_c" then +1', {"t": "abc"}, [], 0),
    ('field t: text; when t like "[ab]?*" then +1', {"t": "a!"}, [], 0),
    ('field t: text; when t like "[ab]?*" then +1', {"t": "[ab]? yes"}, [], 1),
    (r'field t: text; when t like "a\b!*" then +1', {"t": r"A\B!c"}, [], 1),
    (r'field t: text; when t like "5\**" then +1', {"t": "5* hotel"}, [], 1),
    ('field t: text; when t like "*a*b*" then +1', {"t": "xbxa"}, [], 0),
    ('field t: text; when t like "*a*b*" then +1', {"t": "xa\nxb"}, [], 1),
    ('field t: text; when t ends with "o\'s" then +1', {"t": "Moe's, Jo's"}, [], 1),
    ('field t: text; when not (t = "x") then +1', {"t": " "}, [], 0),
    ("field t: text; when t is unknown then +1", {"t": "\u3000"}, [], 1),
    ('field t: text; when t contains "a" then +1', {"t": "\0a"}, [], 1),
    ('field t: text; when domain(t) = "c.com" then +1', {"t": "a@b@C.com"}, [], 1),
    ('field t: text; when domain(t) = "c.com" then +1', {"t": "a@\u2003\u00a0 c.com"}, [], 1),
    ("field t: text; when domain(t) is unknown then +1", {"t": "a@"}, [], 1),
    ("field t: text; when domain(t) is unknown then +1", {"t": "nobody"}, [], 1),
    ('field t: texts; when t contains "b" then +1', {"t": ["a", "B "]}, [], 1),
    ('field t: texts; when t contains "b" then +1', {"t": ["a", "bb"]}, [], 0),
    ('field t: texts; when t in ("x*", "b*") then +1', {"t": ["a", 'b"\\c']}, [], 1),
    ('field t: texts; when not t contains "b" then +1', {"t": []}, [], 0),
    ('event visited; when visited "docs/*" then +1', {}, [ago(1, object_="DOCS/Api")], 1),
    ('event visited; when visited "*" then +1', {}, [ago(1)], 0),
    ("event visited; when visited then +1", {}, [ago(1, "Visited")], 0),
    (
        "event visited; when distinct(visited) = 2 then +1",
        {},
        [ago(1, object_=o) for o in ("A", "a", "b")],
        1,
    ),
]
NUMBERS = [
    ("field n: number; when n / 0 is unknown then +1", {"n": 1}, [], 1),
    ("field n: number; when n * 10 is unknown then +1", {"n": HUGE}, [], 1),
    ("field n: number; when n + n is unknown then +1", {"n": -HUGE}, [], 1),
    ("field n: number; when n * n = 0 then +1", {"n": 1e-200}, [], 1),
    ("field n: number; when n + 0.2 = 0.3 then +1", {"n": 0.1}, [], 1),
    ("field n: number; when n = 0.3 then +1", {"n": 0.1 + 0.2}, [], 0),
    ("field n: number; when n / 1 = 0.007812 then +1", {"n": 0.0078125}, [], 1),
    ("field n: number; when n / 1 = 0.023438 then +1", {"n": 0.0234375}, [], 1),
    ("field n: number; field m: number; when n / 1 = m then +1", {"n": 0.0078125, "m": 0.007812}, [], 1),
    ("field n: number; field m: number; when n / 1 = m then +1", {"n": -0.0234375, "m": -0.023438}, [], 1),
    ("field n: number; field m: number; when n / 1 = m then +1", {"n": 1.0000015, "m": 1.000001}, [], 1),
    (
        "field n: number; field m: number; when n / 1 = m then +1",
        {"n": 8e9 + 1e-6, "m": 8000000000.000001},
        [],
        1,
    ),
    ("field n: number; when n between 0.1 and 0.3 then +1", {"n": 0.3}, [], 1),
    ("field n: number; when n = 0 then +1", {"n": -0.0}, [], 1),
    ("field n: number; when n > 900719925474099 then +1", {"n": 900719925474099.125}, [], 1),
    ("when sum(bought.amount) = 0.6 then +1", {}, bought(0.1, 0.2, 0.3), 1),
    ("when sum(bought.amount) = 0 then +1", {}, [], 1),
    ("when avg(bought.amount) is unknown then +1", {}, bought(float("nan")), 1),
    ("when sum(bought.amount) > 0 then +1", {}, bought(HUGE, HUGE, -HUGE), 0),
    ("when sum(bought.amount) > 0 then +1", {}, bought(HUGE, -HUGE, HUGE), 1),
    ("when max(bought.amount) >= 2.5 then +1", {}, bought(-1, 2.5), 1),
]
DATES = [
    ("field d: datetime; when d = 2026-03-01 then +1", {"d": "2026-03-01T23:59:59.999999Z"}, [], 1),
    ("field d: datetime; when d > 2026-03-01 then +1", {"d": "2026-03-01T23:59:59.999999Z"}, [], 0),
    ("field d: datetime; when d <= 2026-03-01 then +1", {"d": "2026-03-02T00:00:00Z"}, [], 0),
    (
        "field d: datetime; field e: date; when d < e then +1",
        {"d": "1969-12-31T23:00Z", "e": "1970-01-01"},
        [],
        1,
    ),
    ("field d: date; when d in last 1 day then +1", {"d": "2026-03-31"}, [], 1),
    ("field d: date; when d in last 1 day then +1", {"d": "2026-03-30"}, [], 0),
    ("field d: date; when d in next 1 day then +1", {"d": "2026-03-31"}, [], 1),
    ("field d: date; when d in next 1 month then +1", {"d": "2026-04-30"}, [], 1),
    ("field d: date; when d in next 1 month then +1", {"d": "2026-05-01"}, [], 0),
    ("field d: date; when days until d = 0 then +1", {"d": "2026-03-31"}, [], 1),
    ("field d: date; when days since d is unknown then +1", {"d": "2026-04-01"}, [], 1),
    ("field d: datetime; when days since d = 0 then +1", {"d": "2026-03-30T12:00:00.000001Z"}, [], 1),
    ("field d: datetime; when days since d = 1 then +1", {"d": "2026-03-30T12:00Z"}, [], 1),
    (
        "when days(visited) = 2 then +1",
        {},
        [event("visited", dt.datetime(1969, 12, d)) for d in (30, 31, 31)],
        1,
    ),
]
POINTS = [
    ("for each visited then +10 fading 25% every 7 days", {}, [ago(7), ago(6.9999)], 7 + 10),
    ("for each visited then -3 fading 50% every 7 days", {}, [ago(7)], -1),
    ("for each visited then +10 fading 25% every 1 day", {}, [ago(400)], 0),
    ("for each visited then +1000000 halving every 1 day", {}, [ago(19), ago(20), ago(80)], 1),
    ("for each visited then -7 halving every 1 day", {}, [ago(1)], -3),
    ("for latest visited then +8 halving every 1 day", {}, [ago(9), ago(2)], 2),
    ("for first visited then +8 halving every 1 day", {}, [ago(3), ago(2)], 1),
    ("for each visited once per day then +1", {}, [ago(0.4), ago(0.5), ago(0.51)], 2),
    (
        "for each visited once per week then +1",
        {},
        [
            event("visited", dt.datetime(*day))
            for day in ((2024, 12, 29), (2024, 12, 30), (2025, 1, 5), (2025, 1, 6))
        ],
        3,
    ),
    (
        "for each visited once per month then +1",
        {},
        [
            event("visited", dt.datetime(*day))
            for day in ((2024, 2, 29), (2024, 3, 1), (2024, 3, 31), (1969, 3, 1))
        ],
        3,
    ),
    ("for each visited once per day then +8 halving every 6 hours", {}, [ago(0.25), ago(0.375)], 4),
    ("for first visited once per day then +8 halving every 6 hours", {}, [ago(0.25), ago(0.375)], 4),
    ("for each visited then +4 at most +10", {}, [ago(1)] * 3, 10),
    ("for each visited then -4 at least -10", {}, [ago(1)] * 3, -10),
    (
        'group "G" at most 5 { when visited then +4; when visited then +3 }; when visited then +1',
        {},
        [ago(1)],
        6,
    ),
    ("score s from 0 to 5; score from 0 to 7; when visited then +9 s; when visited then +1", {}, [ago(1)], 6),
]


@pytest.mark.parametrize(
    ("rules", "fields", "events", "total"),
    [*WINDOWS, *SEQUENCES, *TEXTS, *NUMBERS, *DATES, *POINTS],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_edge(rules: str, fields: dict[str, Any], events: list[Event], total: int) -> None:
    plan = load(rules).plan
    leads, now = [Lead("one", fields, events)], instant_of(NOW)
    assert in_python(plan, leads, now)["one"][0] == total
    for engine in (DuckDb(), Sqlite()):
        assert in_sql(plan, leads, now, engine)["one"][0] == total, engine.dialect


def test_a_lead_without_events_and_events_without_a_lead() -> None:
    plan = load("when not visited then +1").plan
    for engine in (DuckDb(), Sqlite()):
        found = in_sql(plan, [Lead("a", {}, []), Lead("b", {}, [ago(1)])], instant_of(NOW), engine)
        assert (found["a"][0], found["b"][0]) == (1, 0)


def test_sql_of_the_engines_own_clock_refuses_a_zone_by_name() -> None:
    plan = load('ruleset "Inbound" in "Asia/Tokyo"\nevent visited\nwhen days(visited) >= 2 then +1').plan
    for dialect in DIALECTS:
        with pytest.raises(UnsupportedSql, match="Asia/Tokyo"):
            compile_sql(plan, dialect, None)
        assert compile_sql(plan, dialect, 0)
