"""Leads handed off: once each, evenly, to whoever is there, and never by surprise."""

from __future__ import annotations

import csv
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from leadwright.engine.cli.program import run
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.export.score_files import OWNED
from leadwright.engine.store.handoffs.reading import Standing, handed_to, newest_handoff, standings
from leadwright.engine.store.records.merges import merge_ids, undo_merge
from leadwright.engine.store.scoring import full_run, row_scorer, score_run
from leadwright.engine.values import moment_of
from leadwright.tests.engine.handoffs.record import (
    ALL,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    entries,
    events,
    leads,
    messages,
    owners,
    people,
    score,
)
from pyarrow import parquet


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "leads.db", create=True) as store:
        leads(store, [("nobody", 0)])
        yield store


# --- who gets what ----------------------------------------------------------------------------------


def test_a_bulk_is_given_out_evenly_to_those_who_are_there(store: Store) -> None:
    people(store, b={"away_from": "2026-01-01"}, d={"away_to": "2026-01-15"}, f={"limit": "37"})
    score(store, ALL)
    leads(store, [(f"lead {number}", 1) for number in range(1_000)])
    got = score(store, ALL, NOW + MINUTE).people
    assert got["f"] == 37
    assert set(got) == {"a", "c", "e", "f", "g"}
    fair = (1_000 - 37) / 4
    assert all(fair - 1 < got[name] < fair + 1 for name in "aceg")
    assert len(owners(store)) == 1_000
    assert messages(store) == [("handoff", lead) for lead in owners(store)]


def test_leads_of_one_company_stay_with_one_person(store: Store) -> None:
    people(store, b={"away_from": "2026-01-01"}, f={"limit": "20"})
    rules = 'handoff "All" of SQL to team in turn, keeping company'
    chance = random.Random(4)
    companies = {f"lead {number}": f"c{chance.randrange(90)}" for number in range(600)}
    score(store, rules)
    leads(store, [(lead, 1) for lead in list(companies)[:300]], companies)
    score(store, rules, NOW + MINUTE)
    leads(store, [(lead, 1) for lead in list(companies)[300:]], companies)
    score(store, rules, NOW + 2 * MINUTE)
    whose: dict[str, set[str]] = {}
    for lead, owner in owners(store).items():
        whose.setdefault(companies[lead], set()).add(owner)
    assert len(owners(store)) == 600
    assert {len(names) for names in whose.values()} == {1}


def test_two_processes_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (row_scorer, score_run, full_run):
        monkeypatch.setattr(module, "PORTION", 40)
    found = []
    for processes in (1, 2):
        with open_store(tmp_path / f"leads{processes}.db", create=True) as store:
            people(store, f={"limit": "5"})
            leads(store, [(f"lead {number}", number % 3) for number in range(400)])
            score(store, ALL, ask=True, processes=processes)
            found.append(owners(store))
    assert found[0] == found[1]
    assert len(found[0]) == 266


def test_where_nobody_is_there_a_lead_waits(store: Store) -> None:
    rules = 'handoff "All" of SQL to "a", tell crm'
    people(store, a={"away_to": "2026-01-15", "limit": "1"})
    score(store, rules)
    leads(store, [("x", 1), ("y", 1)])
    assert score(store, rules, NOW + MINUTE).queued == 2
    assert owners(store) == {}
    assert score(store, rules, NOW + DAY).people == {"a": 1}
    assert score(store, rules, NOW + DAY + MINUTE).queued == 1
    assert score(store, rules, NOW + 2 * DAY).people == {"a": 1}
    assert owners(store) == {"x": "a", "y": "a"}


def test_the_first_handoff_takes_a_lead_and_some_go_to_nobody(store: Store) -> None:
    rules = 'handoff "Many" of SQL when points >= 3 to "a"\nhandoff "Two" of SQL when points >= 2 to "b"'
    score(store, rules)
    leads(store, [("one", 1), ("two", 2), ("three", 3)])
    assert score(store, rules, NOW + MINUTE).unassigned == 1
    assert owners(store) == {"three": "a", "two": "b"}
    assert ("one", "SQL", "unassigned", False) in entries(store)


# --- stays --------------------------------------------------------------------------------------------


def test_a_stay_is_handed_off_once_and_coming_back_again(store: Store) -> None:
    rules = f'{ALL}\nhandoff "MQL" of MQL to "m"'
    score(store, rules, threshold=80)
    for step, points in enumerate((3, 4, 1, 0, 3)):
        leads(store, [("x", points)])
        score(store, rules, NOW + (step + 1) * MINUTE, threshold=80)
        score(store, rules, NOW + (step + 1) * MINUTE, threshold=80)
    # Falling from SQL to MQL was no entry.
    assert entries(store) == [("x", "SQL", "handed off", True), ("x", "SQL", "handed off", False)]
    assert [kind for kind, _ in messages(store)] == ["handoff", "handoff"]


def test_not_again_within(store: Store) -> None:
    rules = 'handoff "All" of SQL to team in turn, not again within 1 day'
    score(store, rules)
    for step, points in enumerate((1, 0, 1, 0)):
        leads(store, [("x", points)])
        score(store, rules, NOW + (step + 1) * MINUTE)
    leads(store, [("x", 1)])
    score(store, rules, NOW + 2 * DAY)
    assert [state for _, _, state, _ in entries(store)] == ["handed off", "too soon", "handed off"]


def test_nobody_gets_a_lead_that_is_disqualified(store: Store) -> None:
    rules = f"{ALL}\ndisqualify when points = 2"
    score(store, rules)
    leads(store, [("x", 2), ("y", 1)])
    score(store, rules, NOW + MINUTE)
    assert set(owners(store)) == {"y"}


@pytest.mark.parametrize("kept", ["x", "y"])
@pytest.mark.parametrize("points", [(1, 1), (1, 0), (0, 1)])
def test_leads_that_are_merged_are_one_lead_with_one_person_until_they_are_two_again(
    store: Store, kept: str, points: tuple[int, int]
) -> None:
    score(store, ALL)
    leads(store, [("x", points[0]), ("y", points[1])])
    score(store, ALL, NOW + MINUTE)
    before, told = owners(store), len(messages(store))
    merged = "y" if kept == "x" else "x"
    merge_ids(store, kept, merged, "test")
    leads(store, [(kept, 3)])
    score(store, ALL, NOW + 2 * MINUTE)
    score(store, ALL, NOW + 3 * MINUTE)
    # Whoever had one of them has it; nobody gets it again.
    assert set(owners(store)) == {kept}
    assert len(messages(store)) == told
    assert [one for one in entries(store) if not one[3]] == [(kept, "SQL", "handed off", False)]
    undo_merge(store, merged)
    leads(store, [("x", points[0]), ("y", points[1])])
    score(store, ALL, NOW + 4 * MINUTE)
    assert owners(store) == before
    assert len(messages(store)) == told
    staying = {lead for lead, _, _, left in entries(store) if not left}
    assert staying == set(before)


def test_a_merge_of_leads_in_two_stages_hands_nothing_off_anew(store: Store) -> None:
    rules = f'{ALL}\nhandoff "MQL" of MQL to "m"'
    score(store, rules, threshold=80)
    leads(store, [("x", 1), ("y", 3)])
    score(store, rules, NOW + MINUTE, threshold=80)
    assert len(messages(store)) == 1
    merge_ids(store, "x", "y", "test")
    leads(store, [("x", 3)])
    score(store, rules, NOW + 2 * MINUTE, threshold=80)
    assert len(messages(store)) == 1
    assert [one for one in entries(store) if not one[3]] == [("x", "SQL", "handed off", False)]
    undo_merge(store, "y")
    leads(store, [("x", 1)])
    score(store, rules, NOW + 3 * MINUTE, threshold=80)
    assert [one for one in entries(store) if not one[3]] == [("y", "SQL", "handed off", False)]
    assert len(messages(store)) == 1


# --- answers ------------------------------------------------------------------------------------------

ANSWERED = (
    'handoff "All" of SQL to "a", answered by contacted within 4 working hours, else to "desk", tell crm'
)


def handed(store: Store) -> list[tuple[str, bool, bool]]:
    return store.connection.execute(
        "SELECT address, overdue IS NOT NULL, answered IS NOT NULL FROM handoff ORDER BY id"
    ).fetchall()


def test_an_answer_in_time_stops_the_clock(store: Store) -> None:
    score(store, ANSWERED)
    leads(store, [("x", 1)])
    score(store, ANSWERED, NOW + MINUTE)
    events(store, [("x", "opened", "2026-01-15T12:30:00Z"), ("x", "contacted", "2026-01-15T12:45:00Z")])
    score(store, ANSWERED, NOW + HOUR)
    score(store, ANSWERED, NOW + 5 * DAY)
    assert handed(store) == [("a", False, True)]


def test_what_is_not_answered_is_told_and_passed_on_once(store: Store) -> None:
    score(store, ANSWERED)
    leads(store, [("x", 1)])
    score(store, ANSWERED, NOW + MINUTE)
    due = store.connection.execute("SELECT due FROM handoff").fetchone()[0]
    assert due == NOW + MINUTE + 4 * HOUR
    score(store, ANSWERED, due - 1)
    assert handed(store) == [("a", False, False)]
    assert score(store, ANSWERED, due).overdue == 1
    score(store, ANSWERED, due + DAY)
    assert handed(store) == [("a", True, False), ("desk", False, False)]
    assert messages(store) == [("handoff", "x"), ("handoff.overdue", "x"), ("handoff", "x")]


def test_a_lead_that_left_is_not_passed_on(store: Store) -> None:
    score(store, ANSWERED)
    leads(store, [("x", 1)])
    score(store, ANSWERED, NOW + MINUTE)
    leads(store, [("x", 0)])
    score(store, ANSWERED, NOW + 3 * DAY)
    assert handed(store) == [("a", False, False)]


def test_however_many_leads_somebody_has_all_are_counted_and_the_most_urgent_listed(store: Store) -> None:
    rules = 'handoff "All" of SQL to "a", answered by contacted within 4 hours'
    score(store, rules)
    for step in (1, 2):
        leads(store, [(f"lead {number}", 1) for number in range(step * 150)])
        score(store, rules, NOW + step * MINUTE)
    said = (("contacted", range(20)), ("rejected", range(20, 30)), ("contacted", range(30, 40)))
    events(
        store,
        [(f"lead {number}", what, "2026-01-15T12:30:00Z") for what, some in said for number in some]
        + [(f"lead {number}", "rejected", "2026-01-15T12:40:00Z") for number in range(30, 40)],
    )
    leads(store, [(f"lead {number}", 0) for number in range(40, 45)])
    score(store, rules, NOW + HOUR)
    assert standings(store, "A") == {
        Standing.WAITING: 255, Standing.TALKS: 20, Standing.REJECTED: 20, Standing.GONE: 5,
    }  # fmt: skip
    waits = handed_to(store, "a", Standing.WAITING)
    assert len(waits) == 100
    # Due first are those of the first minute.
    assert {one.at for one in waits} == {moment_of(NOW + MINUTE)}
    for standing, count in standings(store, "a").items():
        found = handed_to(store, "a", standing, 1_000)
        assert len(found) == count
        assert {one.standing for one in found} == {standing}
    assert newest_handoff(store, "a") == 300


# --- never by surprise --------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [None, False, True])
def test_a_first_scoring_hands_off_only_where_it_is_asked_to(store: Store, ask: bool | None) -> None:
    leads(store, [("x", 1), ("y", 1)])
    score(store, ALL, ask=ask)
    assert (len(owners(store)), len(messages(store))) == ((2, 2) if ask else (0, 0))
    assert {state for _, _, state, _ in entries(store)} == {"handed off" if ask else "held back"}


@pytest.mark.parametrize("ask", [None, True])
def test_what_a_version_brings_is_told_from_what_leads_came_to(store: Store, ask: bool | None) -> None:
    leads(store, [("by version", 1), ("by itself", 1)])
    score(store, ALL, threshold=80)
    leads(store, [("by itself", 3)])
    # The new version is the first to score after the lead changed, which was an entry under the old one too.
    score(store, ALL, NOW + MINUTE, threshold=50, ask=ask)
    assert set(owners(store)) == ({"by itself", "by version"} if ask else {"by itself"})
    states = {lead: state for lead, _, state, _ in entries(store)}
    assert states == {"by itself": "handed off", "by version": "handed off" if ask else "held back"}


def test_a_message_says_who_and_why(store: Store) -> None:
    people(store, a={"name": "Ana"})
    score(store, ANSWERED)
    leads(store, [("x", 3)])
    score(store, ANSWERED, NOW + MINUTE)
    data = json.loads(store.connection.execute("SELECT data FROM message").fetchone()[0])
    assert data["tell"] == ["crm"]
    assert data["owner"] == {"address": "a", "name": "Ana"}
    assert (data["score"], sum(line["points"] for line in data["lines"])) == (80, 80)
    assert data["due"] == "2026-01-15T16:01:00Z"


# --- out --------------------------------------------------------------------------------------------


def exported(store: Store, to: str, *more: str) -> None:
    options = ["--scores", str(store.path.with_name(to)), "--db", str(store.path), *more]
    assert run(["export", "rules", *options]) == 0


def test_owners_are_in_every_export_and_what_was_passed_on_comes_again(store: Store) -> None:
    score(store, ANSWERED)
    leads(store, [("x", 1), ("y", 0)])
    score(store, ANSWERED, NOW + MINUTE)
    for file in ("a.csv", "a.jsonl", "a.parquet", "a.sqlite"):
        exported(store, file)
    ana = ["a", "All", "2026-01-15T12:01:00Z", "2026-01-15T12:01:00Z"]
    rows = {
        row["lead"]: row for row in csv.DictReader(store.path.with_name("a.csv").read_text().splitlines())
    }
    assert [rows["x"][name] for name in OWNED] == ana
    assert [rows["y"][name] for name in OWNED] == [""] * 4
    lines = [json.loads(line) for line in store.path.with_name("a.jsonl").read_text().splitlines()]
    said = dict(zip(("address", "handoff", "handed_off_at", "entered_at"), ana, strict=True))
    assert {one["lead"]: one.get("owner") for one in lines} == {"nobody": None, "x": said, "y": None}
    table = parquet.read_table(store.path.with_name("a.parquet")).to_pylist()
    assert {one["lead"]: one["owner"] for one in table} == {"nobody": None, "x": "a", "y": None}
    assert next(one for one in table if one["lead"] == "x")["handed_off_at"] == moment_of(NOW + MINUTE)
    with closing(sqlite3.connect(store.path.with_name("a.sqlite"))) as other:
        ask = f"SELECT {', '.join(OWNED)} FROM lead_scores WHERE lead = 'x'"
        assert list(other.execute(ask).fetchone()) == ana

    exported(store, "a.sqlite", "--since", "last")
    score(store, ANSWERED, NOW + DAY)
    exported(store, "b.csv")
    exported(store, "a.sqlite", "--since", "last")
    with closing(sqlite3.connect(store.path.with_name("a.sqlite"))) as other:
        assert other.execute("SELECT lead, owner FROM lead_scores WHERE owner <> ''").fetchall() == [
            ("x", "desk")
        ]
    view = store.connection.execute("SELECT lead, owner, why, passed_to, overdue_at IS NULL FROM handoffs")
    assert view.fetchall() == [("x", "a", "named", "desk", 0), ("x", "desk", "passed on", None, 1)]
    stays = store.connection.execute("SELECT lead, stage, state, entered_at, left_at FROM entries")
    assert stays.fetchall() == [("x", "SQL", "handed off", ana[3], None)]


def test_without_handoffs_an_export_is_what_it_was(store: Store) -> None:
    score(store, "")
    exported(store, "a.csv")
    head = "lead,score,stage,grade,tags,disqualified,lines,version,as_of"
    assert store.path.with_name("a.csv").read_text().splitlines()[0] == head
    exported(store, "a.jsonl")
    assert "owner" not in store.path.with_name("a.jsonl").read_text()


def test_what_is_sure_decides_who_gets_a_lead_and_a_default_is_no_answer(store: Store) -> None:
    leads(store, [("sure", 5), ("guessed", 5), ("blank", 5)], {"sure": "Acme"})
    with store.transaction() as connection:
        connection.execute("UPDATE lead SET points = NULL WHERE _key = 'blank'")
    asked = """
field company: text, otherwise "Acme"
when company = "Evil" then -60
handoff "Sure" of SQL when surely stage = SQL to "a"
handoff "All" of SQL to "b"
"""
    score(store, asked, ask=True)
    assert owners(store) == {"sure": "a", "guessed": "b"}
