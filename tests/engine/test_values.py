"""Values as back ends compute with them: keys of text, kinds, instants, calendar months."""

import datetime as dt

import pytest
from leadwright.engine.values import (
    date_of,
    instant_of,
    is_blank,
    moment_of,
    prepare,
    read_moment,
    shift,
    text_key,
)
from leadwright.grammar.syntax.nodes import Kind, Unit

NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
FIRST_DAY_AHEAD_OF_UTC = dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5)))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  CTO\t", "cto"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("\u00a0Zoe\u0308 ", "zo\u00eb"),
        ("ΣΑΣ", "σασ"),
        ("İ", "i\u0307"),
        ("   ", ""),
    ],
)
def test_text_has_one_key(text: str, key: str) -> None:
    assert text_key(text) == key
    assert text_key(key) == key


@pytest.mark.parametrize(
    ("kind", "value", "prepared"),
    [
        (Kind.TEXT, " CTO ", "cto"),
        (Kind.TEXT, 5, None),
        (Kind.TEXT, " \u00a0", None),
        (Kind.NUMBER, 5, 5.0),
        (Kind.NUMBER, " -1.5e3 ", -1500.0),
        (Kind.NUMBER, "1,200", None),
        (Kind.NUMBER, "nan", None),
        (Kind.NUMBER, float("inf"), None),
        (Kind.NUMBER, 10**400, None),
        (Kind.NUMBER, True, None),
        (Kind.YES_NO, "Yes", True),
        (Kind.YES_NO, 1, None),
        (Kind.DATE, "2026-01-15", 20468),
        (Kind.DATE, "2026-02-30", None),
        (Kind.DATE, NOON, None),
        (Kind.DATETIME, "2026-01-15 14:00+02:00", instant_of(NOON)),
        (Kind.DATETIME, dt.date(2026, 1, 15), instant_of(dt.date(2026, 1, 15))),
        (Kind.DATETIME, FIRST_DAY_AHEAD_OF_UTC, None),
        (Kind.TEXTS, ["A", " a", "b", ""], ("a", "b")),
        (Kind.TEXTS, [" "], None),
        (Kind.TEXTS, "one", ("one",)),
    ],
)
def test_a_value_of_another_kind_is_unknown(kind: Kind, value: object, prepared: object) -> None:
    assert prepare(kind, value) == prepared


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        ("2026-03-31T12:00Z", -1, Unit.MONTH, "2026-02-28T12:00Z"),
        ("2024-02-29T00:00Z", -1, Unit.YEAR, "2023-02-28T00:00Z"),
        ("2026-12-31T23:59Z", 2, Unit.MONTH, "2027-02-28T23:59Z"),
        ("2026-01-15T12:00Z", -2, Unit.WEEK, "2026-01-01T12:00Z"),
        ("0001-01-31T12:00Z", -1, Unit.MONTH, "0001-01-01T00:00Z"),
        ("9999-12-31T00:00Z", 1, Unit.MONTH, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_months_follow_the_calendar_and_stop_at_its_end(
    start: str, amount: int, unit: Unit, end: str
) -> None:
    first, last = read_moment(start), read_moment(end)
    assert first is not None
    assert last is not None
    assert shift(instant_of(first), amount, unit) == instant_of(last)


def test_instants_and_days_go_there_and_back() -> None:
    assert moment_of(instant_of(NOON)) == NOON
    assert date_of(20468) == NOON.date()


def test_what_is_blank() -> None:
    assert all(map(is_blank, [None, "", " \t", [], ["", None], float("nan")]))
    assert not any(map(is_blank, [0, False, "x", ["x"]]))
