"""A person who is forgotten is in no byte of any file, and everybody else is as before."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns, Reading
from leadwright.engine.importing.run import import_file
from leadwright.engine.reading import read
from leadwright.engine.store.database import Store, StoreError, open_store
from leadwright.engine.store.mirror.sync import mirror_folder
from leadwright.engine.store.records import audit
from leadwright.engine.store.records.catalogue import catalogue
from leadwright.engine.store.records.forgetting import Forgotten, forget
from leadwright.engine.store.records.freshness import mark_changed
from leadwright.engine.store.records.identity import lead_of
from leadwright.engine.store.records.leads import find_lead
from leadwright.engine.store.records.merges import merge_ids
from leadwright.engine.store.records.rulesets import load_version
from leadwright.engine.store.scoring.full_run import Resources
from leadwright.engine.store.scoring.score_run import score_store
from leadwright.engine.values import instant_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.saved_version import save_version
from leadwright.web.drafts import begin_with, current, entries, take_text

NOW = instant_of(dt.datetime(2026, 1, 28, 20, tzinfo=dt.UTC))

RULES = """\
list friends: "zoe.frotzle@acme-frotz.example", "max@other.example"
rule "Friend" when email in friends then +5
rule "Boss" when title = "Boss" then +10
rule "Visits" for each visited then +2
rule "Paid" when paid where amount > 3 then +1
stage MQL when score >= 10
"""

TESTS = """
test "Zoë Frotzle, zoe.frotzle@acme-frotz.example"
given title = "Boss"
expect score = 10

test "a friend"
given email = "zoe.frotzle@acme-frotz.example"
expect score = 5

test "a boss"
given title = "Boss"
expect score = 10
"""

VALUES = (
    *("zoe.frotzle", "Frotzle", "acme-frotz", "+49 170 5551234", "Quuxstreet", "Old Quuxname", "Oldquux"),
    *("frotz-7f3a", "crm-99817", "frotz-page", "secret-note-1", "secret-note-2", "Earlier Frotz"),
)
"""What is hers alone, in her fields now and before, ids, events and the properties of these."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "leads.db", create=True) as made:
        yield made


def _file(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def _fill(store: Store, folder: Path) -> None:
    """She under three ids, with a past; and others, with all that is done with leads."""
    text = RULES + TESTS
    plan = read(Source(text)).plan
    assert plan is not None
    begin_with(store, "inbound", text, who="ana")
    version = save_version(store, "inbound", text, plan.digest, note="for zoe.frotzle@acme-frotz.example")
    head = "id,email,name,title,phone,street,quirk"
    others = [f"L{number},l{number}@other.example,Lea {number},Clerk,,," for number in range(40)]
    mapping = ColumnMapping("id")
    mail = "zoe.frotzle@acme-frotz.example"
    rows = (
        f"{mail},{mail},Old Quuxname,Boss,+49 170 5551234,Quuxstreet 1,Oldquux",
        "crm-99817,,,,,,Earlier Frotz",
    )
    import_file(store, _file(folder, "a.csv", head, *rows, *others), mapping)
    events = ColumnMapping("id", events=(EventColumns("at", type="what", object="page", key="key"),))
    happened = (
        f"{mail},2026-01-20,visited,frotz-page,k1,secret-note-1,5",
        "crm-99817,2026-01-21,paid,,k2,secret-note-1,5",
        "L1,2026-01-20,visited,pricing,k3,,5",
    )
    columns = "id,at,what,page,key,note,amount"
    import_file(store, _file(folder, "e.csv", columns, *happened), events)
    score_store(store, Evaluator(plan), version, NOW, resources=Resources(mirror=True))
    with store.transaction() as connection:
        whose = lead_of(connection, mail, "frotz-7f3a", NOW)
        assert whose is not None
        mark_changed(connection, [whose.lead])
    merge_ids(store, mail, "crm-99817", "ana")
    corrected = happened[0].replace("secret-note-1", "secret-note-2")
    import_file(store, _file(folder, "e.csv", columns, corrected), events)
    row = f"{mail},{mail},Zoë Frotzle,Boss,+49 170 5551234,Quuxstreet 1,"
    import_file(store, _file(folder, "a.csv", head, row), mapping)
    score_store(store, Evaluator(plan), version, NOW, whole=True, resources=Resources(mirror=True))
    catalogue(store)
    draft = current(store, "inbound")
    assert draft is not None
    take_text(store, "inbound", text + f'# ask "{mail}"\n', who="ana", seen=draft.revision)
    with store.transaction() as connection:
        audit.record(
            connection, audit.Action.IMPORT, who="ana", address="", subject="x", detail=f"for {mail}"
        )
        connection.execute(
            "INSERT INTO live_refusal (source, received, reason, body) VALUES (NULL, 1, 'x', ?)",
            (json.dumps({"traits": {"name": "Zoë Frotzle"}}),),
        )
        connection.execute(
            "INSERT INTO message (id, kind, subject, data, created) VALUES ('m', 'handoff', ?, ?, 1)",
            (mail, json.dumps({"note": "secret-note-1"})),
        )
        # She was handed to one person, and passed on to the next.
        connection.execute(
            "INSERT INTO entry (id, ruleset, lead, track, stage, version, run, at, state, reason) "
            "VALUES (1, 1, ?, 'main', 'MQL', 1, 1, 1, 'handed off', '{\"kept\": \"acme-frotz\"}')",
            (whose.lead,),
        )
        connection.executemany(
            "INSERT INTO handoff (id, entry, passed_by, ruleset, lead, version, name, person, address, kept, "
            "at, why) VALUES (?, 1, ?, 1, ?, 1, 'n', 'ben', 'ben@us.example', 'acme-frotz', 1, '[]')",
            [(1, None, whose.lead), (2, 1, whose.lead)],
        )
    for name in ("a.csv", "e.csv"):
        (folder / name).unlink()


def _found(folder: Path) -> list[tuple[str, str]]:
    """Which of her values stand in which files, however JSON writes them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [
        (path.name, value)
        for path in files
        for value in VALUES
        if value.casefold().encode() in path.read_bytes().lower()
    ]


def _others(store: Store) -> list[Any]:
    return store.connection.execute(
        "SELECT lead, score, stage FROM scores WHERE lead GLOB 'L*' ORDER BY lead"
    ).fetchall()


def test_no_byte_of_a_person_is_left(store: Store, tmp_path: Path) -> None:
    _fill(store, tmp_path)
    assert {value for _, value in _found(tmp_path)} == set(VALUES)
    others = _others(store)
    assert mirror_folder(store.path).is_dir()

    done = forget(store, ["frotz-7f3a"], keeping_out=False, who="ana", address="")
    assert done == Forgotten(1, 3, 2, done.texts)
    assert done.texts > 0
    assert _found(tmp_path) == []

    assert _others(store) == others
    connection = store.connection
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    kept = load_version(store, "inbound").text
    assert [test.name for test in _plan(kept).tests] == ["a boss"]
    assert '"max@other.example"' in kept
    draft = current(store, "inbound")
    assert draft is not None
    assert [test.name for test in _plan(draft.text).tests] == ["a boss"]
    assert {entry.edits for entry in entries(store, "inbound")} == {()}
    with pytest.raises(sqlite3.IntegrityError, match="never rewritten"):
        connection.execute("UPDATE ruleset_version SET text = ''")
    entry = audit.entries(store)[0]
    assert (entry.action, entry.detail) == (audit.Action.FORGOTTEN, "1 person, 3 ids, 2 events")

    version = load_version(store, "inbound")
    score_store(store, Evaluator(_plan(kept)), version, NOW, whole=True, resources=Resources(mirror=True))
    assert _others(store) == others
    assert find_lead(store, "frotz-7f3a") is None
    assert _found(tmp_path) == []


def _plan(text: str) -> Any:
    plan = read(Source(text)).plan
    assert plan is not None
    return plan


def test_who_is_kept_out_comes_back_by_no_way(store: Store, tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv", "id,name", "Zoe@Acme.example,Zoe", "L1,Lea")
    mapping = ColumnMapping("id")
    import_file(store, path, mapping)
    done = forget(store, ["zoe@acme.example", "nobody"], keeping_out=True, who="ana", address="")
    assert (done.people, done.unknown) == (1, ("nobody",))
    report = import_file(store, path, mapping, Reading())
    assert report.rejected == 1
    with store.transaction() as connection:
        assert lead_of(connection, "zoe@acme.example", None, NOW) is None
        assert lead_of(connection, None, "nobody", NOW) is None
        whose = lead_of(connection, "L1", "zoe@acme.example", NOW)
        assert whose is not None
    assert find_lead(store, "zoe@acme.example") is None


def test_without_keeping_out_a_person_may_come_again(store: Store, tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv", "id,name", "zoe@acme.example,Zoe")
    import_file(store, path, ColumnMapping("id"))
    forget(store, ["zoe@acme.example"], keeping_out=False, who="ana", address="")
    import_file(store, path, ColumnMapping("id"))
    assert find_lead(store, "zoe@acme.example") is not None


def test_a_reader_in_the_way_is_said_and_asked_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadwright.engine.store.records.forgetting._BUSY_FOR", 0.0)
    import_file(
        store, _file(tmp_path, "a.csv", "id,quirk", "zoe@acme.example,frotz-7f3a"), ColumnMapping("id")
    )
    (tmp_path / "a.csv").unlink()
    store.connection.execute("PRAGMA busy_timeout = 0")
    with open_store(store.path, read_only=True) as reader:
        reader.connection.execute("BEGIN")
        reader.connection.execute("SELECT count(*) FROM lead").fetchall()
        with pytest.raises(StoreError, match=r"still in leads\.db-wal"):
            forget(store, ["zoe@acme.example"], keeping_out=False, who="ana", address="")
        assert find_lead(store, "zoe@acme.example") is None
    forget(store, [], keeping_out=False, who="ana", address="")
    assert _found(tmp_path) == []
