"""Leads, events, the catalogue and ruleset versions in the store."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns, Reading
from leadwright.engine.importing.run import import_file
from leadwright.engine.plan import Meaning, Resolution
from leadwright.engine.store.database import Store, StoreError, open_store
from leadwright.engine.store.records.catalogue import catalogue
from leadwright.engine.store.records.events import count_events, event_kinds, events_of
from leadwright.engine.store.records.leads import (
    count_leads,
    find_lead,
    iterate_leads,
    search_leads,
    stored_fields,
)
from leadwright.engine.store.records.rulesets import load_version, ruleset_names, versions
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.saved_version import save_version

LEADS = """\
email,title,Employees,opted_in,joined,seen,tags
ann@a.example,CTO,1200,yes,2026-01-02,2026-01-02T10:00:00.5Z,"[""EU"", ""Big""]"
bob@b.example, cto ,,no,2025-12-31,2026-01-02T10:00:00Z,"[""eu""]"
cyd@c.example,,50,,,,
"""
EVENTS = """\
email,what,page,when,amount
ann@a.example,visited,Pricing,2026-01-03T10:00:00Z,
ann@a.example,visited,pricing,2026-01-04T10:00:00+02:00,
ann@a.example,purchased,,2026-01-04,12.5
bob@b.example,visited,docs,2026-01-01T00:00:00.000001Z,
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three leads and four events."""
    (tmp_path / "leads.csv").write_text(LEADS)
    (tmp_path / "events.csv").write_text(EVENTS)
    store = open_store(tmp_path / "leads.db", create=True)
    import_file(store, tmp_path / "leads.csv", ColumnMapping("email"))
    events = EventColumns("when", type="what", object="page")
    import_file(store, tmp_path / "events.csv", ColumnMapping("email", events=(events,)))
    yield store
    store.close()


def test_leads_come_back_as_they_are_known(store: Store) -> None:
    assert {name: field.kind for name, field in stored_fields(store).items()} == {
        "email": Kind.TEXT,
        "title": Kind.TEXT,
        "Employees": Kind.NUMBER,
        "opted_in": Kind.YES_NO,
        "joined": Kind.DATE,
        "seen": Kind.DATETIME,
        "tags": Kind.TEXTS,
    }
    ann = find_lead(store, "ann@a.example")
    assert ann is not None
    assert ann.fields == {
        "email": "ann@a.example",
        "title": "CTO",
        "Employees": 1200.0,
        "opted_in": True,
        "joined": "2026-01-02",
        "seen": "2026-01-02T10:00:00.500000Z",
        "tags": ["EU", "Big"],
    }
    assert [lead.key[:3] for lead in iterate_leads(store)] == ["ann", "bob", "cyd"]
    assert next(lead for lead in iterate_leads(store) if lead.id == 3).fields.keys() == {"email", "Employees"}
    assert find_lead(store, "nobody") is None
    assert count_leads(store) == 3


def test_leads_are_found_by_any_text(store: Store) -> None:
    assert [lead.key for lead in search_leads(store, "CTO")] == ["ann@a.example", "bob@b.example"]
    assert [lead.key for lead in search_leads(store, "c.example")] == ["cyd@c.example"]
    # What stands for other signs elsewhere stands for itself here.
    for sign in ("%", "_", "!", "c_o", "c%o", "CTO!"):
        assert search_leads(store, sign) == []
    assert search_leads(store, "CTO" * 20_000) == []


def test_signs_in_texts_are_found_as_they_are(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute("UPDATE lead SET title = '100%_sure! ÄÖ' WHERE _key = 'ann@a.example'")
    for text in ("100%_SURE! Ä", "%_", "!", "_s"):
        assert [lead.key for lead in search_leads(store, text)] == ["ann@a.example"], text
    assert search_leads(store, "ä") == []


def test_events_come_in_the_order_of_time(store: Store) -> None:
    ann = find_lead(store, "ann@a.example")
    assert ann is not None
    events = events_of(store, ann.id)
    assert [(event.type, event.object, event.at.isoformat(), event.properties) for event in events] == [
        ("visited", "Pricing", "2026-01-03T10:00:00+00:00", {}),
        ("purchased", None, "2026-01-04T00:00:00+00:00", {"amount": 12.5}),
        ("visited", "pricing", "2026-01-04T08:00:00+00:00", {}),
    ]
    assert count_events(store) == 4
    assert set(event_kinds(store).values()) == {
        ("visited", "Pricing"),
        ("visited", "pricing"),
        ("visited", "docs"),
        ("purchased", None),
    }


def test_people_can_read_events_in_sql(store: Store) -> None:
    rows = store.connection.execute(
        "SELECT lead, type, object, at FROM events WHERE type = 'visited'"
    ).fetchall()
    assert ("bob@b.example", "visited", "docs", "2026-01-01T00:00:00.000001Z") in rows
    assert ("ann@a.example", "visited", "pricing", "2026-01-04T08:00:00.000000Z") in rows


def test_catalogue_counts_what_people_would_write(store: Store) -> None:
    found = catalogue(store)
    assert found.leads == 3
    assert found.fields["title"].values == {"CTO": 2}
    assert found.fields["tags"].values == {"EU": 2, "Big": 1}
    assert found.fields["opted_in"].values == {"no": 1, "yes": 1}
    employees, seen = found.fields["Employees"], found.fields["seen"]
    assert (employees.kind, employees.known, employees.complete) == (Kind.NUMBER, 2, True)
    assert (employees.values, employees.low, employees.high) == ({"1200": 1, "50": 1}, 50.0, 1200.0)
    assert seen.high is not None
    assert seen.low is not None
    assert seen.high - seen.low == 500_000
    visited, purchased = found.events["visited"], found.events["purchased"]
    assert (visited.count, visited.objects, visited.properties) == (3, {"Pricing": 2, "docs": 1}, {})
    assert (purchased.objects, purchased.properties) == ({}, {"amount": Kind.NUMBER})


def test_catalogue_is_kept_until_the_data_changes(store: Store, tmp_path: Path) -> None:
    first = catalogue(store)
    asked: list[str] = []
    store.connection.set_trace_callback(asked.append)
    assert catalogue(store) == first
    assert not any("GROUP BY" in sql for sql in asked)
    store.connection.set_trace_callback(None)
    (tmp_path / "more.csv").write_text("email,title\ndan@d.example,CEO\n")
    import_file(store, tmp_path / "more.csv", ColumnMapping("email"))
    assert catalogue(store).fields["title"].values == {"CTO": 2, "CEO": 1}
    with open_store(store.path, read_only=True) as reader:
        assert catalogue(reader).leads == 4


def test_names_that_clash_in_sql_stay_apart(store: Store, tmp_path: Path) -> None:
    odd = ["Title", "_key", 'say "hi"', "a]b", "employees"]
    header = "id," + ",".join('"' + name.replace('"', '""') + '"' for name in odd)
    (tmp_path / "odd.csv").write_text(f"{header}\nann@a.example,{','.join('abcde')}\n")
    import_file(store, tmp_path / "odd.csv", ColumnMapping("id"))
    ann = find_lead(store, "ann@a.example")
    assert ann is not None
    # Names that differ in case or blanks alone are of one field; the others stay apart.
    assert [ann.fields.get(name) for name in odd] == [None, *"bcd", None]
    assert ann.fields["title"] == "a"
    assert "Employees" not in ann.fields, "e is not a number"


def test_versions_are_numbered_and_never_rewritten(store: Store) -> None:
    names = {"title": Resolution(Meaning.FIELD, Kind.TEXT), "visited": Resolution(Meaning.EVENT, None)}
    one = save_version(store, "inbound", "rules", "d1", files={"icp.csv": "a\n"}, names=names, note="first")
    assert save_version(store, "inbound", "rules", "d1").id == one.id
    two = save_version(store, "inbound", "more rules", "d2", title="Inbound", author="ann")
    assert (one.number, two.number, two.title) == (1, 2, "Inbound")
    kept = load_version(store, "inbound", 1)
    assert (kept.text, kept.files, kept.names, kept.note) == ("rules", {"icp.csv": "a\n"}, names, "first")
    assert load_version(store, "inbound").number == 2
    assert save_version(store, "inbound", "rules", "d1").number == 3
    assert [version.digest for version in versions(store, "inbound")] == ["d1", "d2", "d1"]
    assert ruleset_names(store) == ["inbound"]
    replacing = "INSERT OR REPLACE INTO ruleset_version SELECT * FROM ruleset_version"
    for sql in ("UPDATE ruleset_version SET text = ''", "DELETE FROM ruleset_version", replacing):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            store.connection.execute(sql)


def test_ruleset_or_version_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match="no ruleset inbound"):
        load_version(store, "inbound")
    save_version(store, "inbound", "rules", "d1")
    with pytest.raises(StoreError, match="has no version 7"):
        load_version(store, "inbound", 7)


def test_stated_kind_changes_a_column_where_nothing_is_lost(store: Store, tmp_path: Path) -> None:
    (tmp_path / "again.csv").write_text("email,Employees,joined\ncyd@c.example,about 60,2026-01-02 10:00\n")
    mapping = ColumnMapping("email")
    report = import_file(store, tmp_path / "again.csv", mapping)
    assert {column.column: column.unread for column in report.columns} == {
        "email": 0,
        "Employees": 1,
        "joined": 0,
    }
    assert stored_fields(store)["joined"].kind is Kind.DATETIME
    import_file(store, tmp_path / "again.csv", mapping, Reading(kinds={"Employees": Kind.TEXT}))
    assert [lead.fields.get("Employees") for lead in iterate_leads(store)] == ["1200", None, "about 60"]
    (tmp_path / "other.csv").write_text("email,Employees\ncyd@c.example,60\n")
    with pytest.raises(StoreError, match="cannot be made number"):
        import_file(store, tmp_path / "other.csv", mapping, Reading(kinds={"Employees": Kind.NUMBER}))
    assert [lead.fields.get("Employees") for lead in iterate_leads(store)] == ["1200", None, "about 60"]
    assert find_lead(store, "ann@a.example").fields["joined"] == "2026-01-02T00:00:00Z"
