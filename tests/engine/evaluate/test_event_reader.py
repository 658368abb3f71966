"""Events in every form that a caller may give them, read the quick way and the careful way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import read
from leadwright.engine.score_one.facts import Event, FactsError, event_from, instant_from
from leadwright.engine.values import instant_of, read_moment
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.effort import examples

RULES = """
event visited from "Page Viewed" by path
event bought from "Bought"
when distinct(visited) >= 2 then +10
when visited pricing where device = "phone" then +5
when sum(bought.amount) > 3 then +1
when seen demo in last 30 days then +1
"""


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    plan = read(Source(RULES)).plan
    assert plan is not None
    return Evaluator(plan)


def carefully(evaluator: Evaluator, events: list[Any]) -> list[Any]:
    rows = []
    for event in map(event_from, events):
        row = evaluator.classes.row(instant_from(event.at), event.type, event.object, event.properties)
        if row is not None:
            rows.append(row)
    return sorted(rows, key=lambda row: row[0])


_MOMENTS = st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 1, 1))
_INSTANTS = st.one_of(
    _MOMENTS.map(lambda at: at.isoformat(timespec="seconds") + "Z"),
    _MOMENTS.map(lambda at: at.isoformat(timespec="milliseconds") + "Z"),
    _MOMENTS.map(lambda at: at.isoformat() + "+05:30"),
    _MOMENTS,
    _MOMENTS.map(lambda at: at.replace(tzinfo=dt.UTC)),
    st.dates(),
    st.dates().map(dt.date.isoformat),
)
_PATHS = st.sampled_from(["pricing", "Pricing ", "docs", "", None, 7])
_EXTRA = st.dictionaries(
    st.sampled_from(["path", "device", "amount", "other"]),
    st.sampled_from(["phone", "pricing", "docs", "", "12", 4, 2.5, None, ["x"], True]),
)


@st.composite
def _events(draw: st.DrawFn) -> Any:
    event: dict[str, Any] = {
        "type": draw(st.sampled_from(["Page Viewed", "Bought", "seen", "ignored"])),
        "at": draw(_INSTANTS),
    }
    if draw(st.booleans()):
        event["object"] = draw(st.one_of(_PATHS, st.just(["a list"]), st.just("demo")))
    if draw(st.booleans()):
        event["properties"] = draw(st.one_of(st.none(), _EXTRA, _EXTRA.map(MappingProxyType)))
    event |= draw(_EXTRA)
    form = draw(st.sampled_from(["dict", "mapping", "event"]))
    return event if form == "dict" else MappingProxyType(event) if form == "mapping" else event_from(event)


@settings(max_examples=examples(300))
@given(events=st.lists(_events(), max_size=12))
def test_the_quick_way_reads_what_the_careful_one_does(evaluator: Evaluator, events: list[Any]) -> None:
    assert list(evaluator.facts({}, events).events) == carefully(evaluator, events)


_ODD = [
    "2026-01-15T12:00:00Z", "2026-01-15T12:00:00z", "2026-01-15T12:00:60Z", "2026-02-30T12:00:00Z",
    "2025-W01-1T15:17:51Z", "2026-01-15T12:00:00.123Z", "2026-01-15T12:00:00,123Z",
    "2026-01-15T12:00:00+00:00",
    "2026-01-15T12:00:00-23:59", "2026-01-15 12:00:00Z", "20260115T120000Z", "2026-01-15T151751.1Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "٢٠٢٦-01-15T12:00:00Z", "2026-01-15T12:00:0٠Z", "", "Z", "-T::Z" * 4, "2026-01-15T24:00:00Z",
    "1969-12-31T23:59:59.999Z", "2026-01-15T12:00:00+0000", " 2026-01-15T12:00:00Z",
    "2026-01-15T12:00:00.123456Z", "2026-01-15T12:00:00.123456z", "2026-01-15T12:00:00.123456+02:00",
    "2026-01-15T12:00:00.123456789012", "2026-01-15T12:00:00.1234567890Z", "2026-01-15T12:00:00.123456-00:61",
]  # fmt: skip


@pytest.mark.parametrize("text", _ODD)
def test_an_instant_is_read_alike_however_it_is_written(evaluator: Evaluator, text: str) -> None:
    moment = read_moment(text)
    event: Mapping[str, object] = {"type": "seen", "object": "demo", "at": text}
    if moment is None:
        for read_it in (lambda: instant_from(text), lambda: evaluator.facts({}, [event])):
            with pytest.raises(FactsError, match="is no instant"):
                read_it()
    else:
        # The second time it is not read but looked up.
        for _ in range(2):
            assert instant_from(text) == instant_of(moment)
            assert [row[0] for row in evaluator.facts({}, [event]).events] == [instant_of(moment)]


@pytest.mark.parametrize(
    ("event", "wrong"),
    [
        ({"at": "2026-01-15"}, "needs a text as its type"),
        ({"type": 3, "at": "2026-01-15"}, "needs a text as its type"),
        ({"type": "ignored"}, "is no instant"),
        ({"type": "ignored", "at": 5}, "is no instant"),
        ({"type": "ignored", "at": "yesterday"}, "is no instant"),
        ({"type": "seen", "at": "2026-01-15", "properties": [1]}, "properties of an event are a mapping"),
        (Event("seen", "soon"), "is no instant"),
    ],
)
def test_what_is_no_event_is_refused_even_of_a_type_that_no_rule_reads(
    evaluator: Evaluator, event: Any, wrong: str
) -> None:
    with pytest.raises(FactsError, match=wrong):
        evaluator.facts({}, [event])
