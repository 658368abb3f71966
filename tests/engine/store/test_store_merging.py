"""One person behind several ids: scores are those of a database in which there only ever was one."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.run import import_file
from leadwright.engine.reading import read
from leadwright.engine.store.database import Store, StoreError, open_store
from leadwright.engine.store.records.freshness import mark_changed
from leadwright.engine.store.records.history import noting_late
from leadwright.engine.store.records.identity import lead_of, say_same
from leadwright.engine.store.records.leads import count_leads, find_lead, iterate_leads
from leadwright.engine.store.records.merges import (
    dismiss,
    lead_ids,
    merge_ids,
    suspected_duplicates,
    undo_merge,
)
from leadwright.engine.store.scoring.full_run import Resources
from leadwright.engine.store.scoring.score_history import explained_history
from leadwright.engine.store.scoring.score_run import RunReport, score_store
from leadwright.engine.store.scoring.what_if import WhatIf
from leadwright.engine.values import DAY, instant_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.saved_version import save_version

NOW = instant_of(dt.datetime(2026, 1, 28, 20, tzinfo=dt.UTC))
STREAMS = int(os.environ.get("LEADWRIGHT_MERGE_STREAMS", "3"))
HOUR = DAY // 24

RULES = """
field size: number
field title: text
event visited
event asked

rule "Size" when size > 100 then +10
rule "Boss" when title = "boss" then +7
rule "Pricing" for each visited pricing in last 30 days then +3
rule "Fades" for latest asked then +16 halving every 3 days
rule "Order" when visited followed by asked within 2 days then +1
stage MQL when score >= 20
"""


def _plan() -> Any:
    plan = read(Source(RULES)).plan
    assert plan is not None
    return plan


EVALUATOR = Evaluator(_plan())


def score(store: Store, now: int = NOW, **options: Any) -> RunReport:
    version = save_version(store, "inbound", RULES, EVALUATOR.plan.digest)
    return score_store(store, EVALUATOR, version, now, **options)


def happens(
    store: Store, named: str | None, anonymous: str | None, at: int, what: tuple[str, str | None]
) -> None:
    """An event comes with one id or two, as a client sends it."""
    with store.transaction() as connection:
        whose = lead_of(connection, named, anonymous, at)
        assert whose is not None
        connection.execute("INSERT OR IGNORE INTO event_kind (type, object) VALUES (?, ?)", what)
        kind = connection.execute(
            "SELECT id FROM event_kind WHERE type = ? AND object IS ?", what
        ).fetchone()[0]
        with noting_late(connection):
            connection.execute(
                "INSERT OR IGNORE INTO event (lead, at, kind, key, alias) VALUES (?, ?, ?, 0, ?)",
                (whose.lead, at, kind, whose.alias),
            )
        mark_changed(connection, [whose.lead])


def says(store: Store, folder: Path, key: str, size: object, title: str) -> None:
    """A file of leads comes with one row."""
    path = folder / "leads.csv"
    path.write_text(f"id,size,title\n{key},{size},{title}\n")
    import_file(store, path, ColumnMapping("id"))


def events(store: Store) -> set[tuple[Any, ...]]:
    return set(
        store.connection.execute(
            "SELECT _key, at, type, object FROM event JOIN lead ON _id = event.lead "
            "JOIN event_kind ON event_kind.id = kind"
        )
    )


def scores(store: Store) -> dict[str, tuple[Any, ...]]:
    rows = store.connection.execute("SELECT lead, score, stage, reasons FROM scores").fetchall()
    lines = store.connection.execute("SELECT lead, name, points FROM score_lines ORDER BY 1, 2, 3").fetchall()
    return {lead: (*rest, [line[1:] for line in lines if line[0] == lead]) for lead, *rest in rows}


class Stream:
    """Events and rows about a few people under several ids, with merges in between that are undone and done
    again. What each id said is kept, to be said again to a database built directly."""

    IDS = (("101", "102", "zoe@acme.example"), ("201", "visitor-9"), ("301",))

    def __init__(self, store: Store, folder: Path, seed: int) -> None:
        self.store = store
        self.folder = folder
        self.chance = random.Random(seed)
        self.whose = {key: ids[0] for ids in self.IDS for key in ids}
        self.merged: list[str] = []
        self.events: set[tuple[str, int, tuple[str, str | None]]] = set()
        self.fields: dict[str, tuple[object, str]] = {}

    def run(self, steps: int) -> None:
        for key in self.whose:
            self.happen(key)
        for _ in range(steps):
            act = self.chance.choice((self.happen, self.happen, self.say, self.merge, self.undo, self.score))
            act(self.chance.choice(tuple(self.whose)))

    def happen(self, key: str) -> None:
        at = NOW - self.chance.randrange(40) * DAY // 2
        what = self.chance.choice((("visited", "pricing"), ("visited", None), ("asked", "demo")))
        others = [one for one in self.whose if one != key and self.whose[one] == self.whose[key]]
        if any((other, at, what) in self.events for other in others) and self.merged:
            # What one lead has already says nothing new; which of its ids said so last is not kept.
            return
        self.events.add((key, at, what))
        happens(self.store, key, None, at, what)

    def say(self, key: str) -> None:
        told = self.chance.choice(("", 50, 500)), self.chance.choice(("", "boss", "clerk"))
        if key not in self.merged:
            self.fields[key] = told
            says(self.store, self.folder, key, *told)

    def merge(self, key: str) -> None:
        if key != self.whose[key] and key not in self.merged:
            merge_ids(self.store, self.whose[key], key, "ana")
            self.merged.append(key)

    def undo(self, key: str) -> None:
        if key in self.merged:
            undo_merge(self.store, key)
            self.merged.remove(key)

    def score(self, _key: str) -> None:
        score(self.store, NOW - self.chance.randrange(3) * DAY)


def built_directly(
    folder: Path, stream: Stream, *, merged: bool, now: int = NOW
) -> dict[str, tuple[Any, ...]]:
    """The scores of a database that each person's facts come to under one id, or under each its own."""
    folder.mkdir()
    with open_store(folder / "leads.db", create=True) as store:
        for key, at, what in stream.events:
            happens(store, stream.whose[key] if merged else key, None, at, what)
        known: dict[str, list[object]] = {}
        # In the order in which they were merged, after the surviving one's own.
        order = [*(key for key, own in stream.whose.items() if key == own), *stream.merged]
        for key in order if merged else stream.whose:
            fields = known.setdefault(stream.whose[key] if merged else key, ["", ""])
            for place, value in enumerate(stream.fields.get(key, ("", ""))):
                fields[place] = fields[place] or value
        for key, (size, title) in known.items():
            says(store, folder, key, size, str(title))
        score(store, now)
        return scores(store)


@pytest.mark.parametrize("seed", range(STREAMS))
def test_merged_undone_and_merged_again(tmp_path: Path, seed: int) -> None:
    with open_store(tmp_path / "leads.db", create=True) as store:
        stream = Stream(store, tmp_path, seed)
        stream.run(50)
        for key in list(stream.merged):
            stream.undo(key)
        score(store)
        assert scores(store) == built_directly(tmp_path / "apart", stream, merged=False)

        for key in stream.whose:
            stream.merge(key)
        assert count_leads(store) == len(stream.IDS)
        score(store)
        expected = built_directly(tmp_path / "together", stream, merged=True)
        assert scores(store) == expected
        score(store, whole=True, resources=Resources(mirror=True))
        assert scores(store) == expected

        for _ in range(2):
            stream.undo("102")
            score(store, NOW + HOUR, whole=True, resources=Resources(mirror=True))
            stream.merge("102")
            score(store, NOW + HOUR, whole=True, resources=Resources(mirror=True))
        directly = built_directly(tmp_path / "again", stream, merged=True, now=NOW + HOUR)
        assert scores(store) == directly
        effect = WhatIf().effect(store, EVALUATOR, EVALUATOR, NOW + HOUR)
        assert effect.leads == len(directly)
        for lead in iterate_leads(store):
            history = explained_history(store, "inbound", lead, lambda _: EVALUATOR)
            assert [entry.unexplained for entry in history] == [0] * len(history)
            assert history[-1].total == directly[lead.key][0]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "leads.db", create=True) as made:
        yield made


def test_what_a_visitor_did_counts_once_he_says_who_he_is(store: Store, tmp_path: Path) -> None:
    for days in range(3):
        happens(store, None, "visitor-1", NOW - days * DAY, ("visited", "pricing"))
    report = score(store)
    assert (report.tally.leads, report.tally.stages) == (0, {})
    assert count_leads(store) == 0
    assert scores(store) == {}
    visitor = find_lead(store, "visitor-1")
    assert visitor is not None
    assert lead_ids(store, visitor).anonymous

    happens(store, "Zoe@Acme.example", "visitor-1", NOW, ("asked", "demo"))
    happens(store, None, "visitor-1", NOW - 5 * DAY, ("visited", "pricing"))
    score(store)
    assert scores(store)["zoe@acme.example"][:2] == (12 + 16 + 1, "MQL")
    found = find_lead(store, "visitor-1")
    assert found is not None
    assert found.key == "zoe@acme.example"
    ids = lead_ids(store, found)
    assert [(one.key, one.was_anonymous, one.who, one.events) for one in ids.others] == [
        ("visitor-1", True, None, 4)
    ]

    undo_merge(store, "visitor-1")
    score(store)
    assert scores(store)["zoe@acme.example"][0] == 16
    assert count_leads(store) == 1


def test_an_anonymous_id_that_comes_with_a_name_first_is_that_leads(store: Store) -> None:
    happens(store, "zoe", "visitor-1", NOW, ("asked", None))
    happens(store, None, "visitor-1", NOW, ("visited", None))
    assert {key for key, *_ in events(store)} == {"zoe"}
    undo_merge(store, "visitor-1")
    assert {(key, what) for key, _, what, _ in events(store)} == {("zoe", "asked"), ("visitor-1", "visited")}
    assert count_leads(store) == 1


def test_two_leads_with_a_name_are_suspected_never_merged_by_a_client(store: Store) -> None:
    happens(store, "zoe", "visitor-1", NOW, ("asked", None))
    happens(store, "max", "visitor-1", NOW, ("visited", None))
    with store.transaction() as connection:
        say_same(connection, "max", "zoe", NOW)
    assert {key for key, *_ in events(store)} == {"zoe", "max"}
    assert [pair[:2] for pair in suspected_duplicates(store)] == [("zoe", "max")]
    lead = find_lead(store, "max")
    assert lead is not None
    assert lead_ids(store, lead).suspected == ("zoe",)
    dismiss(store, "max", "zoe")
    with store.transaction() as connection:
        say_same(connection, "max", "zoe", NOW)
    assert suspected_duplicates(store) == []


def test_what_was_suspected_is_settled_by_a_merge(store: Store) -> None:
    for key in ("zoe", "max", "ann"):
        happens(store, key, "visitor-1", NOW, ("asked", None))
    assert len(suspected_duplicates(store)) == 2
    merge_ids(store, "max", "zoe", "ana")
    assert [pair[:2] for pair in suspected_duplicates(store)] == [("max", "ann")]


def test_a_new_id_said_by_a_client_is_another_one_of_the_same_lead(store: Store) -> None:
    happens(store, "old", None, NOW, ("asked", None))
    with store.transaction() as connection:
        say_same(connection, "old", "new", NOW)
    happens(store, "new", None, NOW, ("visited", None))
    assert {key for key, *_ in events(store)} == {"old"}
    with store.transaction() as connection:
        say_same(connection, "visitor-1", "visitor-2", NOW)
    assert find_lead(store, "visitor-1") == find_lead(store, "visitor-2") is not None


def test_files_name_leads_by_any_of_their_ids(store: Store, tmp_path: Path) -> None:
    happens(store, None, "visitor-1", NOW, ("asked", None))
    happens(store, "101", "visitor-2", NOW, ("asked", None))
    says(store, tmp_path, "visitor-1", 500, "boss")
    says(store, tmp_path, "visitor-2", 50, "clerk")
    assert {lead.key: dict(lead.fields) for lead in iterate_leads(store)} == {
        "visitor-1": {"size": 500.0, "title": "boss"},
        "101": {"size": 50.0, "title": "clerk"},
    }
    path = tmp_path / "events.csv"
    path.write_text("id,at,what\nvisitor-2,2026-01-20,visited\n101,2026-01-20,visited\n")
    mapping = ColumnMapping("id", events=(EventColumns("at", type="what"),))
    import_file(store, path, mapping)
    assert {key for key, *_ in events(store)} == {"visitor-1", "101"}
    assert len([one for one in events(store) if one[2] == "visited"]) == 1
    known = import_file(store, path, mapping)
    assert known.events_added == 0


def test_a_file_of_both_sides_of_a_merge_keeps_them_apart(store: Store, tmp_path: Path) -> None:
    says(store, tmp_path, "101", 50, "")
    says(store, tmp_path, "102", 500, "clerk")
    merge_ids(store, "101", "102", "ana")
    assert find_lead(store, "102") == find_lead(store, "101") is not None

    def fields() -> dict[str, object]:
        lead = find_lead(store, "101")
        assert lead is not None
        return dict(lead.fields)

    assert fields() == {"size": 50.0, "title": "clerk"}
    says(store, tmp_path, "102", 700, "boss")
    assert fields() == {"size": 50.0, "title": "boss"}
    says(store, tmp_path, "101", "", "")
    assert fields() == {"size": 700.0, "title": "boss"}
    says(store, tmp_path, "101", 10, "intern")
    undo_merge(store, "102")
    assert fields() == {"size": 10.0, "title": "intern"}
    other = find_lead(store, "102")
    assert other is not None
    assert dict(other.fields) == {"size": 700.0, "title": "boss"}


def test_mail_addresses_are_one_id_and_other_near_misses_are_named(store: Store) -> None:
    happens(store, "Zoe@Acme.example", None, NOW, ("asked", None))
    happens(store, "zoe@acme.EXAMPLE", None, NOW, ("visited", None))
    happens(store, "AbC", None, NOW, ("asked", None))
    assert {key for key, *_ in events(store)} == {"zoe@acme.example", "AbC"}
    with pytest.raises(StoreError, match='no lead with the id "abc", but one with the id "AbC"'):
        merge_ids(store, "ZOE@acme.example", "abc", "ana")
    with pytest.raises(StoreError, match='there is no lead with the id "xyz"'):
        merge_ids(store, "xyz", "AbC", "ana")
    with pytest.raises(StoreError, match="is AbC already"):
        merge_ids(store, "AbC", "AbC", "ana")
    with pytest.raises(StoreError, match="AbC was not merged"):
        undo_merge(store, "AbC")


def test_a_merge_in_the_crm_leaves_one_of_each_event(store: Store, tmp_path: Path) -> None:
    """The other lead leaves the export, and its events come again under the one that stayed."""
    for key in ("101", "102"):
        says(store, tmp_path, key, 50, "clerk")
    path = tmp_path / "events.csv"
    mapping = ColumnMapping("id", events=(EventColumns("at", type="what", key="key"),))
    path.write_text("id,at,what,key\n102,2026-01-20,asked,e1\n101,2026-01-21,visited,e2\n")
    import_file(store, path, mapping)
    merge_ids(store, "101", "102", "ana")
    path.write_text("id,at,what,key\n101,2026-01-20,asked,e1\n101,2026-01-21,visited,e2\n")
    again = import_file(store, path, mapping)
    assert (again.events_added, again.events_known) == (0, 2)
    assert {(key, what) for key, _, what, _ in events(store)} == {("101", "asked"), ("101", "visited")}
    path.write_text("id,at,what,key\n102,2026-01-22,asked,e1\n")
    assert import_file(store, path, mapping).events_corrected == 1
    undo_merge(store, "102")
    assert {(key, what) for key, _, what, _ in events(store)} == {("102", "asked"), ("101", "visited")}


def test_fields_may_be_called_as_columns_of_the_database_are(store: Store, tmp_path: Path) -> None:
    names = "v0,V1,key,lead,value,at,one,other,merged,dismissed,alias,of,filled,who,state,stage,_gathered_0"
    path = tmp_path / "leads.csv"
    for size in (1, 2):
        values = ",".join(f"{name} {size}" for name in names.split(","))
        path.write_text(f"id,{names}\n101,{values}\n102{',' * (names.count(',') + 1)}\n")
        import_file(store, path, ColumnMapping("id"))
    with store.transaction() as connection:
        lead_of(connection, "101", "visitor-1", NOW)
        say_same(connection, "101", "102", NOW)
    assert [pair[:2] for pair in suspected_duplicates(store)] == [("101", "102")]
    path.write_text("id,v0\nvisitor-1,v0 3\n")
    import_file(store, path, ColumnMapping("id"))
    merge_ids(store, "102", "101", "ana")
    score(store)
    lead = find_lead(store, "visitor-1")
    assert lead is not None
    assert lead_ids(store, lead).own == "102"
    expected = {name: f"{name} 2" for name in names.split(",")} | {"v0": "v0 3"}
    assert dict(lead.fields) == expected
