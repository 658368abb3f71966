"""Leads that were pasted in: what is read, and what is said of what cannot be."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadwright.engine.plan import Plan
from leadwright.engine.reading import read
from leadwright.engine.values import instant_of
from leadwright.grammar.diagnostics import Source
from leadwright.web.trial.pasted import LONGEST, PasteError, read_pasted

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
        ('{"a":' + "[" * 60_000, "JSON"),
        ("\n".join(["visited: pricing 9999 times"] * 2), "too many events"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(PasteError, match=r'^["A-Z].*[.]$') as found:
        read_pasted(text, plan(), instant_of(NOW))
    assert said in str(found.value)


@given(st.text() | st.text(alphabet='{}[]":,. \nvisited0123456789agodys'))
def test_no_text_is_too_strange(text: str) -> None:
    with suppress(PasteError):
        read_pasted(text, plan(), instant_of(NOW))
