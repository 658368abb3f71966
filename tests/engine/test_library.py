"""The front door of the library: what `load` reads, what a ruleset takes, and what it refuses."""

from __future__ import annotations

import datetime as dt
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import leadwright
import pytest
from leadwright import Event, FactsError, RulesetError, evaluate, load

RULES = """\
list ICP: "VP *"
when title in ICP then +10
when visited pricing >= 2 in last 30 days then +20
stage MQL when score >= 30
"""
LEAD = {"title": "VP Sales", "nobody asks": object()}
EVENTS = [
    {"type": "visited", "object": "pricing", "at": "2026-01-10T09:00:00Z"},
    Event("visited", dt.datetime(2026, 1, 12, 8), "Pricing"),
    {"type": "visited", "object": "pricing", "at": dt.date(2025, 1, 1)},
]


def test_a_ruleset_can_be_sent_to_another_process() -> None:
    rules = load(RULES)
    sent = pickle.loads(pickle.dumps(rules))
    assert sent(LEAD, EVENTS, "2026-01-15") == rules(LEAD, EVENTS, "2026-01-15")
    assert sent.warnings == rules.warnings


def test_a_text_and_a_file_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "inbound.rules"
    path.write_text(RULES, encoding="utf-8")
    decisions = [
        evaluate(rules, LEAD, EVENTS, "2026-01-15") for rules in (RULES, path, str(path), load(path))
    ]
    assert [(found.total, found.stage) for found in decisions] == [(30, "MQL")] * 4


def test_a_file_reads_its_lists_from_beside_it(tmp_path: Path) -> None:
    (tmp_path / "icp.txt").write_text("VP *\n", encoding="utf-8")
    (tmp_path / "a.rules").write_text(
        RULES.replace('list ICP: "VP *"', 'list ICP from "icp.txt"'), encoding="utf-8"
    )
    assert evaluate(tmp_path / "a.rules", LEAD, EVENTS, "2026-01-15").total == 30


def test_all_other_keys_of_an_event_are_its_properties() -> None:
    rules = "event bought from Purchase by plan\nwhen bought gold where (amount >= 100 and id = 7) then +5"
    rules = rules.replace("from Purchase", 'from "Purchase"')
    at = "2026-01-10"
    for event in (
        {"type": "Purchase", "at": at, "plan": "Gold", "amount": 100, "id": 7},
        {"type": "Purchase", "at": at, "properties": {"plan": "Gold", "amount": 100, "id": 7}},
        {"type": "Purchase", "at": at, "plan": "Tin", "id": 7, "properties": {"plan": "Gold", "amount": 100}},
    ):
        assert evaluate(rules, {}, [event], "2026-01-15").total == 5
    assert evaluate(rules, {}, [{"type": "Purchase", "at": at, "plan": "Gold"}], "2026-01-15").total == 0


def test_a_field_is_read_by_its_name_in_the_data_alone() -> None:
    rules = 'field size from "Company Size": number\nwhen size > 5 then +1\nwhen size is unknown then +2'
    assert evaluate(rules, {"Company Size": 9}, [], "2026-01-15").total == 1
    assert evaluate(rules, {"size": 9}, [], "2026-01-15").total == 2
    assert evaluate(rules, {"size": 9, "Company Size": None}, [], "2026-01-15").total == 2


@pytest.mark.parametrize(
    "now",
    [
        dt.datetime(2026, 1, 15, tzinfo=dt.UTC),
        dt.datetime(2026, 1, 15),
        dt.datetime(2026, 1, 15, 2, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        dt.date(2026, 1, 15),
        "2026-01-15",
        "2026-01-15T01:00+01:00",
    ],
    ids=str,
)
def test_now_is_a_datetime_a_date_or_text(now: Any) -> None:
    assert load(RULES)(LEAD, EVENTS, now).now == dt.datetime(2026, 1, 15, tzinfo=dt.UTC)


@pytest.mark.parametrize("now", ["soon", "2026", 5, None, pytest.param(object(), id="object")])
def test_a_now_that_is_none_is_refused(now: Any) -> None:
    with pytest.raises(FactsError, match="is no instant: give a datetime"):
        load(RULES)(LEAD, EVENTS, now)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"type": "visited"}, "an event happened at None"),
        ({"type": "visited", "at": "soon"}, "an event happened at 'soon'"),
        ({"at": "2026-01-01"}, "an event needs a text as its type"),
        (
            {"type": "visited", "at": "2026-01-01", "properties": 5},
            "the properties of an event are a mapping",
        ),
    ],
)
def test_an_event_that_cannot_be_is_refused(event: Any, said: str) -> None:
    with pytest.raises(FactsError, match=said):
        load(RULES)(LEAD, [event], "2026-01-15")


def test_the_order_of_events_does_not_matter_and_later_ones_are_not_looked_at() -> None:
    ruleset = load(RULES)
    later = [*EVENTS[::-1], {"type": "visited", "object": "pricing", "at": "2026-01-15T00:00:01Z"}]
    assert ruleset(LEAD, later, "2026-01-15").lines == ruleset(LEAD, EVENTS, "2026-01-15").lines


def test_errors_are_shown_in_place_and_kept() -> None:
    with pytest.raises(RulesetError) as refused:
        load("when visited then 5\nwhen title = 5 or then +1\n")
    assert [item.code for item in refused.value.diagnostics] == ["points-sign", "missing-condition"]
    assert "<text>:1:19: error[points-sign] points need a sign" in str(refused.value)


def test_what_could_be_better_is_kept_too() -> None:
    assert [item.code for item in load("stage A when score >= 5\nwhen visited then +1").warnings] == [
        "stage-unreachable"
    ]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.rules").write_bytes(b"when gr\xf6sse > 5 then +1")
    with pytest.raises(ValueError, match=r"latin.rules is not UTF-8 text \(line 1\)"):
        load(tmp_path / "latin.rules")
    with pytest.raises(FileNotFoundError):
        load("missing.rules")


def test_one_ruleset_serves_many_threads() -> None:
    rules = RULES + 'for each visited where device = "a" then +1\n'
    leads = [
        (
            {"title": f"VP {number}"},
            [
                {"type": f"type {number % 97}", "at": "2026-01-01"},
                *(
                    Event("visited", "2026-01-02", f"page {number % 13}", {"device": "ab"[number % 2]})
                    for _ in range(number % 5)
                ),
            ],
        )
        for number in range(400)
    ]
    alone = [load(rules)(*lead, "2026-01-15").total for lead in leads[:40]]
    ruleset = load(rules)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda lead: ruleset(*lead, "2026-01-15").total, leads))
    assert together[:40] == alone
    assert together == [10 + (number % 5) * (number % 2 == 0) for number in range(400)]


def test_all_that_is_public_says_what_it_promises() -> None:
    for name in leadwright.__all__:
        assert name == "__version__" or getattr(leadwright, name).__doc__, name
