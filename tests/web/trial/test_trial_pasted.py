"""Leads that were pasted in: what is read, and what is said of what cannot be."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.plan import Plan
from leadwright.engine.reading import read
from leadwright.engine.tryout.as_test import as_test
from leadwright.engine.tryout.marks import Watched
from leadwright.engine.values import instant_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.web.tryout.subjects import LONGEST, PasteError, read_pasted

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
RULES = """\
field size from "Company Size": number
event paid from "Invoice Paid" by plan
when visited pricing and size >= 10 and title = "CTO" then +1
when paid pro then +1
"""


def plan() -> Plan:
    found = read(Source(RULES))
    assert found.plan is not None, found.errors
    return found.plan


def test_lines_are_fields_and_events() -> None:
    case = read_pasted(
        """\
title: CTO
 Company Size : 12

visited: pricing 3 times 2 days ago
paid: pro on 2026-01-02
visited:
link: https://acme.example
""",
        plan(),
        instant_of(NOW),
    )
    assert case.fields == {"title": "CTO", "Company Size": "12", "link": "https://acme.example"}
    told = [(event.type, event.object, event.at, dict(event.properties)) for event in case.events]
    visit = ("visited", "pricing", NOW - dt.timedelta(days=2), {})
    paid = ("Invoice Paid", None, dt.datetime(2026, 1, 2, tzinfo=dt.UTC), {"plan": "pro"})
    assert told == [visit, visit, visit, paid, ("visited", None, NOW, {})]


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "CTO", "events": [{"type": "visited", "at": "2026-01-14", "object": "docs"}]}',
        '{"lead": {"title": "CTO"}, "events": [{"type": "visited", "at": "2026-01-14", "object": "docs"}]}',
    ],
)
def test_json_is_a_lead_with_its_events(text: str) -> None:
    case = read_pasted(text, plan(), instant_of(NOW))
    assert case.fields == {"title": "CTO"}
    assert [(event.type, event.object, event.at) for event in case.events] == [
        ("visited", "docs", "2026-01-14")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  ", "Paste a lead"),
        ("x" * (LONGEST + 1), "at most 64 KiB"),
        ("title CTO", "Line 1 has no colon"),
        ("title: CTO\n: 3", "Line 2 has no colon"),
        ("visited: pricing 999999 weeks ago", "Line 1: that is too long ago"),
        ("visited: pricing on Monday", '"Monday" is no day'),
        ('{"title":\n CTO}', "look at line 2"),
        ("[1]", "A lead is one object"),
        ('{"events": 3}', '"events" is a list'),
        ('{"events": [3]}', "Event 1 is no object"),
        ('{"events": [{"type": "visited"}]}', "Event 1: "),
        ('{"events": [{"type": "visited", "at": "soon"}]}', "Event 1: "),
        ('{"a":' + "[" * 60_000, "JSON"),
        ("\n".join(["visited: pricing 9999 times"] * 2), "too many events"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(PasteError, match=r'^["A-Z].*[.]$') as found:
        read_pasted(text, plan(), instant_of(NOW))
    assert said in str(found.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.just(10**400) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(("visited", "Invoice Paid")) | JSON},
        optional={
            "at": st.sampled_from(("2026-01-14", "2026-01-01T10:00+02:00", "0001-01-01", "9999-12-31"))
            | JSON,
            "object": JSON,
            "properties": st.dictionaries(st.sampled_from(("plan", "amount")), JSON) | JSON,
        },
    )
    | JSON,
    max_size=3,
)


@given(st.dictionaries(st.sampled_from(("title", "Company Size", "size", "x")), JSON), EVENTS | JSON)
def test_whatever_json_holds_it_is_decided_about_or_refused(fields: dict[str, Any], events: Any) -> None:
    rules = Evaluator(plan())
    with suppress(PasteError):
        case = read_pasted(json.dumps(fields | {"events": events}), plan(), instant_of(NOW))
        assert Watched(case).marks(rules).decision.now == NOW
        statement = as_test(rules, case, "pasted")
        assert statement is None or statement.startswith('test "pasted"')


@given(st.text() | st.text(alphabet='{}[]":,. \nvisited0123456789agodys'))
def test_no_text_is_too_strange(text: str) -> None:
    with suppress(PasteError):
        read_pasted(text, plan(), instant_of(NOW))
