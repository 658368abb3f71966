"""What each construct gives, on its very edges."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from leadwright.engine.score_one.facts import Event
from leadwright.tests.engine.evaluate.made import NOW, TICK, ago, event, total

DAY = dt.timedelta(days=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (ago(days=30), False),
        (ago(days=30) + TICK, True),
        (NOW, True),
        (NOW + TICK, False),
        (ago(days=31), False),
        (dt.date(2026, 1, 15), True),
        ("2026-01-15T13:00+01:00", True),
        ("2026-01-15T12:00:00.000001Z", False),
    ],
)
def test_a_window_is_open_at_its_start_and_closed_at_now(at: Any, counts: bool) -> None:
    assert total("when visited in last 30 days then +1", [event("visited x", at)]) == counts


@pytest.mark.parametrize(
    ("now", "at", "counts"),
    [
        ("2026-03-31 12:00", "2026-02-28 12:00", False),
        ("2026-03-31 12:00", "2026-02-28 12:00:01", True),
        ("2024-03-31 12:00", "2024-02-29 12:00", False),
        ("2024-03-31 12:00", "2024-02-29 12:00:01", True),
        ("2026-03-28 12:00", "2026-02-28 12:00:01", True),
    ],
)
def test_months_end_where_the_calendar_does(now: str, at: str, counts: bool) -> None:
    assert total("when visited in last 1 month then +1", [event("visited", utc(at))], utc(now)) == counts


def test_a_leap_day_is_a_year_ago_on_the_28th() -> None:
    text, events = "when visited in last 1 year then +1", [event("visited", utc("2024-02-29 12:00"))]
    assert total(text, events, utc("2025-02-28 12:00")) == 1
    assert total(text, events, utc("2025-03-01 00:00")) == 0


def test_fixed_ranges_hold_both_days() -> None:
    text = "when visited >= 1 between 2026-01-10 and 2026-01-12 then +1"
    found = [
        total(text, [event("visited", utc(at))])
        for at in (
            "2026-01-09 23:59:59.999999",
            "2026-01-10 00:00",
            "2026-01-12 23:59:59.999999",
            "2026-01-13",
        )
    ]
    assert found == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("events", "holds"),
    [
        ([event("a", ago(days=8)), event("b", ago(days=1))], True),
        ([event("a", ago(days=8) - TICK), event("b", ago(days=1))], False),
        ([event("a", ago(days=1)), event("b", ago(days=1))], True),
        ([event("b", ago(days=1)), event("a", ago(days=1))], True),
        ([event("b", ago(days=2)), event("a", ago(days=1))], False),
        ([event("a", ago(days=1)), event("b", NOW + TICK)], False),
        ([event("a", ago(days=20)), event("a", ago(days=3)), event("b", ago(days=1))], True),
        ([], False),
    ],
)
def test_one_event_after_another(events: list[Event], holds: bool) -> None:
    assert total("when a followed by b within 7 days then +1", events) == holds


def test_an_event_does_not_follow_itself() -> None:
    text = "when visited followed by visited within 1 day then +1"
    assert total(text, [event("visited", NOW)]) == 0
    assert total(text, [event("visited", NOW), event("visited", NOW)]) == 1


BLOG = [
    event("visited blog", utc("2026-01-14 23:00")),
    event("visited blog", utc("2026-01-14 01:00")),
    event("visited blog", utc("2026-01-12 00:00")),  # the Monday of that week
    event("visited blog", utc("2026-01-11 23:59")),  # the Sunday before
    event("visited blog", utc("2025-12-31 12:00")),
    event("visited blog", NOW + DAY),
]


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        ("for each visited blog then +1", 5),
        ("for each visited blog once per day then +1", 4),
        ("for each visited blog once per week then +1", 3),
        ("for each visited blog once per month then +1", 2),
        ("for each visited blog then +3 at most +10", 10),
        ("for each visited blog then -3 at least -10", -10),
        ("for latest visited blog then +4", 4),
        ("for first visited blog in last 7 days then +4", 4),
        ("for each visited docs then +4", 0),
        # ages in whole days: 0 1 3 3 15
        ("for each visited blog then +8 halving every 1 day", 8 + 4 + 1 + 1),
        ("for each visited blog then -7 halving every 1 day", -(7 + 3)),
        ("for each visited blog then +10 fading 25% every 1 day", 10 + 7 + 2 + 2),
        ("for each visited blog then -10 fading 33% every 1 day", -(10 + 6)),
        ("for each visited blog once per day then +8 halving every 1 day", 8 + 1 + 1),
        ("for latest visited blog then +8 halving every 1 hour", 0),
        ("for first visited blog then +100 fading 1% every 1 day", 85),
        ("for first visited blog once per month then +100 fading 1% every 1 day", 85),
        # of the week's the Sunday's is the latest in the window, three days old
        ("for first visited blog in last 5 days once per week then +8 halving every 1 day", 1),
    ],
)
def test_points_per_event(rule: str, points: int) -> None:
    assert total(rule, BLOG) == points


PURCHASES = [
    event("purchased", ago(days=1), amount=0.1),
    event("purchased", ago(days=2), amount="0.2"),
    event("purchased", ago(days=3), amount="a lot"),
    event("purchased", ago(days=4)),
    event("purchased", NOW + DAY, amount=50),
]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("sum(purchased.amount) = 0.3", True),
        ("sum(purchased.amount) <= 0.3000001", True),
        ("avg(purchased.amount) = 0.15", True),
        ("min(purchased.amount) = 0.1", True),
        ("max(purchased.amount) = 0.2", True),
        ("sum(refunded.amount) = 0", True),
        ("avg(refunded.amount) < 1", False),
        ("not avg(refunded.amount) < 1", False),
        ("days(purchased) = 4", True),
        ("purchased = 4", True),
        ("purchased where amount > 0.15", True),
        ("purchased >= 2 where amount > 0.15", False),
        ("purchased >= 3 where not amount > 0.15", False),
        ("days since purchased = 1", True),
        ("days since first purchased = 4", True),
        ("days since refunded < 400", False),
    ],
)
def test_aggregates(condition: str, holds: bool) -> None:
    assert total(f"event purchased\nwhen {condition} then +1", PURCHASES) == holds


def test_objects_are_folded_and_globs_need_one() -> None:
    events = [
        event("visited Pricing"),
        event("visited  PRICING "),
        event("visited docs/api"),
        event("visited"),
    ]
    for condition, holds in {
        "visited pricing = 2": True,
        'visited "docs/*" = 1': True,
        'visited "*" = 3': True,
        "visited = 4": True,
        "distinct(visited) = 2": True,
    }.items():
        assert total(f"event visited\nwhen {condition} then +1", events) == holds, condition


def test_events_are_renamed_and_their_object_may_be_a_property() -> None:
    text = """
    event visited from "Page Viewed" by path
    event visited from "Screen"
    when visited pricing = 2 then +1
    when visited = 4 then +10
    when distinct(visited) = 2 then +100
    """
    events = [
        Event("Page Viewed", NOW, None, {"path": "Pricing"}),
        Event("Page Viewed", NOW, "pricing", {"path": "Docs"}),
        Event("Page Viewed", NOW, "pricing"),
        Event("Screen", NOW, "pricing", {"path": "Docs"}),
        Event("visited", NOW, "pricing"),
    ]
    assert total(text, events) == 111


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ("day in last 3 days", dt.date(2026, 1, 12), False),  # it began before now - 3 days
        ("day in last 3 days", dt.date(2026, 1, 13), True),
        ("day in last 3 days", dt.date(2026, 1, 15), True),
        ("day in last 3 days", dt.date(2026, 1, 16), False),
        ("day in next 3 days", dt.date(2026, 1, 15), True),
        ("day in next 3 days", dt.date(2026, 1, 14), False),
        ("day in next 3 days", dt.date(2026, 1, 18), True),
        ("day in next 3 days", dt.date(2026, 1, 19), False),
        ("instant in next 3 days", NOW, False),
        ("instant in next 3 days", NOW + TICK, True),
        ("instant in next 3 days", NOW + 3 * DAY, True),
        ("instant in next 3 days", NOW + 3 * DAY + TICK, False),
        ("days since day = 0", dt.date(2026, 1, 15), True),
        ("days since day >= 0", dt.date(2026, 1, 16), False),
        ("days until day = 1", dt.date(2026, 1, 16), True),
        ("days since instant = 0", NOW - DAY + TICK, True),
        ("days since instant = 1", NOW - DAY, True),
        ("days until instant >= 0", NOW - TICK, False),
        ("instant = 2026-01-15", NOW, True),
        ("instant > 2026-01-14", NOW, True),
        ("instant > 2026-01-15", NOW, False),
        ("instant <= 2026-01-15", NOW, True),
        ("instant < 2026-01-15", NOW, False),
    ],
)
def test_dates_and_instants(condition: str, value: Any, holds: bool) -> None:
    text = f"field day: date\nfield instant: datetime\nwhen {condition} then +1"
    assert (
        total(text, [], **{condition.replace("days since ", "").replace("days until ", "").split()[0]: value})
        == holds
    )


KLEENE = "field a: yes/no\nfield b: yes/no\nfield n: number\nfield t: text\n"


@pytest.mark.parametrize(
    ("condition", "lead", "holds"),
    [
        ("not a", {}, False),
        ("a or b", {"b": True}, True),
        ("not (a and b)", {"b": False}, True),
        ("not (a or b)", {"b": False}, False),
        ("not (n > 3)", {}, False),
        ("n != 3", {}, False),
        ("n is unknown and not (n is known)", {"n": "  "}, True),
        ("n / 0 = n / 0", {"n": 1}, False),
        ("n / 0 is unknown", {"n": 1}, True),
        ("n * 10 > 3", {"n": 1e308}, False),
        ("n + 0.2 = 0.3", {"n": 0.1}, True),
        ("n = 1200", {"n": "1200"}, True),
        ("n = 1", {"n": True}, False),
        ('t = "strasse"', {"t": "Straße "}, True),
        ('t not in ("x")', {}, False),
        ('domain(t) = "acme.com"', {"t": "a@b@ACME.com"}, True),
        ("domain(t) is unknown", {"t": "a@"}, True),
        ('t like "vp*sales"', {"t": "VP of Sales"}, True),
        ('t like "vp*"', {"t": "svp"}, False),
        ('t contains " of "', {"t": "VP of Sales"}, True),
        ('t like "a\\*"', {"t": "a*"}, True),
        ('t like "a\\*"', {"t": "ab"}, False),
    ],
)
def test_unknown_is_neither_true_nor_false(condition: str, lead: dict[str, Any], holds: bool) -> None:
    assert total(f"{KLEENE}when {condition} then +1", [], **lead) == holds


def test_a_default_stands_for_unknown() -> None:
    text = "field opted_in: yes/no, otherwise no\nwhen not opted_in then +1"
    assert total(text, []) == total(text, [], opted_in="perhaps") == 1
    assert total(text, [], opted_in="Yes") == 0


def test_fields_go_by_their_name_in_the_data() -> None:
    text = 'field size from "Company Size": number\nwhen size = 5 then +1'
    assert total(text, [], **{"Company Size": 5, "size": 6}) == 1
    assert total(text, [], size=5) == 0
