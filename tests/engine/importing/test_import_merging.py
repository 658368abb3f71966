"""What an import does to what is there: once or twice, in parts, under kills, at random."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.engine.importing import staging
from leadwright.engine.importing.mapping import REST, ColumnMapping, EventColumns
from leadwright.engine.importing.report import ImportReport
from leadwright.engine.importing.run import import_file
from leadwright.engine.store.database import open_store
from leadwright.tests.effort import examples

HEAD = "id,type,at,object,amount\n"
ROW = "1,visited,2026-01-01T10:00:00Z,pricing,\n"
PAID = "1,bought,2026-01-01T10:00:00Z,,5\n"


def test_same_file_twice_changes_nothing(desk) -> None:
    text = HEAD + ROW * 3 + PAID * 2
    first = desk.events(text, object="object")
    before, data = desk.contents(), desk.rows("SELECT data FROM state")
    changed = desk.rows("SELECT _changed FROM lead")
    again = desk.events(text, object="object")
    assert (first.events_added, first.leads_added) == (5, 1)
    assert (again.events_added, again.events_known, again.leads_added) == (0, 5, 0)
    assert (desk.contents(), desk.rows("SELECT data FROM state")) == (before, data)
    assert desk.rows("SELECT _changed FROM lead") == changed


def test_longer_export_adds_only_what_is_new(desk) -> None:
    desk.events(HEAD + ROW * 2 + PAID, object="object")
    report = desk.events(
        "amount,at,object,type,id\n" + ",2026-01-01 10:00,pricing,visited,1\n" * 3, object="object"
    )
    assert (report.events_added, report.events_known) == (1, 2)


def test_key_is_the_event_whatever_else_changes(desk) -> None:
    head = "id,type,at,no,amount\n"
    desk.events(f"{head}1,bought,2026-01-01,A7,5\n2,bought,2026-01-01,A7,5\n", key="no")
    report = desk.events(
        f"{head}1,bought,2026-02-01,A7,6\n1,bought,2026-01-01,A8,5\n1,paid,2026-01-01,A7,5\n"
        "1,bought,2026-03-01,,1\n1,bought,2026-03-01,,1\n",
        key="no",
    )
    assert (report.events_added, report.events_corrected, report.events_known) == (4, 1, 0)
    assert desk.rows("SELECT count(*) FROM event") == [(6,)]


def test_later_row_of_the_same_lead_holds(desk) -> None:
    text = "id,title,staff\n1,CTO,5\n 1 ,CEO,\n"
    report = desk.leads(text)
    assert (report.leads_added, report.repeated) == (1, 1)
    assert desk.contents()["leads"] == [("1", 5.0, "CEO")]
    assert desk.leads(text).leads_changed == 0


def test_one_row_can_tell_of_a_lead_and_several_events(desk) -> None:
    path = desk.write("id,origin,first,won,page\na,ads,2026-01-01,,p\nb,web,2026-01-02,2026-03-04,q\n")
    mapping = ColumnMapping(
        "id",
        ("origin",),
        (
            EventColumns("first", type_is="first contact", object="page"),
            EventColumns("won", type_is="deal won"),
        ),
        {"origin": "source"},
    )
    for added in (3, 0):
        report = import_file(desk.store, path, mapping)
        assert (report.events_added, report.rejected) == (added, 0)
    assert desk.rows("SELECT _key, source FROM lead") == [("a", "ads"), ("b", "web")]
    assert desk.rows("SELECT lead, type, object FROM events") == [
        ("a", "first contact", "p"),
        ("b", "first contact", "q"),
        ("b", "deal won", None),
    ]


def test_rest_is_an_attribute_and_a_property_where_asked(desk) -> None:
    path = desk.write("id,at,x,y\na@b.example,2026-01-01,1,2\n")
    mapping = ColumnMapping("id", ("x",), (EventColumns("at", type_is="seen", properties=(REST,)),))
    report = import_file(desk.store, path, mapping)
    assert [(column.column, column.used_as) for column in report.columns] == [
        ("id", "id"),
        ("at", "at"),
        ("x", "field"),
        ("y", "property"),
    ]
    assert desk.rows("SELECT properties FROM event") == [('{"y":2}',)]


def test_property_kinds_are_kept_by_type(desk) -> None:
    desk.events("id,type,at,value\n1,bought,2026-01-01,5\n1,rated,2026-01-01,\n")
    desk.events(
        "id,type,at,value\n1,rated,2026-01-02,good\n1,bought,2026-01-02,6\n1,bought,2026-01-03,many\n"
    )
    assert desk.rows("SELECT * FROM property ORDER BY type") == [
        ("bought", "value", "number"),
        ("rated", "value", "text"),
    ]
    assert desk.rows("SELECT properties FROM events WHERE at > '2026-01-01T01' ORDER BY at, type") == [
        ('{"value":6}',),
        ('{"value":"good"}',),
        (None,),
    ]


def test_only_leads_with_something_new_are_marked_changed(desk) -> None:
    desk.events(HEAD + ROW + ROW.replace("1,", "2,", 1), object="object")
    desk.rows("UPDATE lead SET _changed = 0")
    desk.events(HEAD + ROW + ROW.replace("1,", "2,", 1) * 2, object="object")
    assert [(key, changed > 0) for key, changed in desk.rows("SELECT _key, _changed FROM lead")] == [
        ("1", False),
        ("2", True),
    ]


ROWS = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from("abc"), st.integers(1, 3), st.sampled_from(["", "x", "y"])),
    max_size=30,
)


@settings(max_examples=examples(40))
@given(files=st.lists(ROWS, min_size=1, max_size=3))
def test_store_holds_each_event_as_often_as_the_file_that_had_most_of_it(tmp_path_factory, files) -> None:
    folder = tmp_path_factory.mktemp("merge")
    most: Counter[tuple[str, str, str, str | None]] = Counter()
    with open_store(folder / "leads.db", create=True) as store:
        for rows in [*files, *files]:
            lines = [f"{lead},{type_},2026-01-0{day},{word}" for lead, type_, day, word in rows]
            (folder / "data.csv").write_text("\n".join(["id,type,at,word", *lines]) + "\n")
            mapping = ColumnMapping("id", events=(EventColumns("at", type="type", properties=("word",)),))
            import_file(store, folder / "data.csv", mapping)
            most |= Counter(
                (str(lead), type_, f"2026-01-0{day}", f'{{"word":"{word}"}}' if word else None)
                for lead, type_, day, word in rows
            )
        found = store.connection.execute("SELECT lead, type, substr(at, 1, 10), properties FROM events")
        assert Counter(found.fetchall()) == most


IMPORT = """
import sys
from pathlib import Path
from leadwright.engine.importing import staging
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.run import import_file
from leadwright.engine.store.database import open_store

staging.LEAD_BATCH, staging.EVENT_BATCH = 100, 250
event = EventColumns("at", type="type", object="object", properties=("amount",))

def step(what, share):
    print(flush=True)
    sys.stdin.readline()

with open_store(sys.argv[1], create=True) as store:
    import_file(store, Path(sys.argv[2]), ColumnMapping("id", ("title",), (event,)), progress=step)
"""
"""An import that tells of each step and waits for a line before it goes on."""


def content(path: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    with open_store(path) as store:
        ask = store.connection.execute
        assert ask("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert ask("PRAGMA foreign_key_check").fetchall() == []
        if not ask("SELECT count(*) FROM field").fetchone()[0]:
            return [], []
        leads = ask("SELECT _key, title FROM lead ORDER BY _key").fetchall()
        return leads, ask("SELECT * FROM events ORDER BY lead, at, type, object, properties").fetchall()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on this system")
def test_kill_at_any_moment_leaves_whole_batches_and_the_next_import_mends_all(tmp_path: Path) -> None:
    draw = random.Random(5)
    data = tmp_path / "data.csv"
    lines = [
        f"lead{draw.randrange(500)},T{draw.randrange(9)},t{draw.randrange(3)},2026-01-01T00:{draw.randrange(60):02}:00Z,"
        f"o{draw.randrange(4)},{draw.choice(['', '1', '2.5'])}"
        for _ in range(6_000)
    ]
    data.write_text("id,title,type,at,object,amount\n" + "\n".join(lines) + "\n")

    def start(path: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", IMPORT, str(path), str(data)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def steps(process: subprocess.Popen[str], most: int | None = None) -> int:
        """Lets an import go on to its end, or for so many steps; how many there were."""
        assert process.stdin is not None
        assert process.stdout is not None
        done = 0
        while done != most and process.stdout.readline():
            process.stdin.write("\n")
            process.stdin.flush()
            done += 1
        return done

    undisturbed = tmp_path / "undisturbed.db"
    with start(undisturbed) as process:
        whole = steps(process)
    assert process.returncode == 0
    wanted = content(undisturbed)
    assert len(wanted[1]) == len(lines)
    partial = 0
    for kill in range(12):
        path = tmp_path / f"killed{kill}.db"
        with start(path) as process:
            steps(process, 1 + whole * kill // 12)
            time.sleep(draw.random() / 500)
            process.kill()
        _, events = content(path)
        # A batch ends between leads: one that has events has all of them.
        there = {event[0] for event in events}
        assert Counter(events) == Counter(event for event in wanted[1] if event[0] in there)
        partial += 0 < len(events) < len(lines)
        with start(path) as process:
            steps(process)
        assert process.returncode == 0
        assert content(path) == wanted
    assert partial


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("keep", [False, True])
def test_new_leads_go_in_at_once_and_read_as_if_they_were_compared_first(
    desk, tmp_path: Path, monkeypatch, seed: int, keep: bool
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(staging, "LEAD_BATCH", 5)

    def sheet(first: int, last: int) -> str:
        staff = ("7", "12", "", "n.a.")
        rows = [
            f"{one},{chance.choice(('CTO', 'CEO', ''))},{chance.choice(staff)}\n"
            for one in range(first, last)
        ]
        chance.shuffle(rows)
        return "id,title,staff\n" + "".join(rows)

    # Of the second file some leads are there already, of the third all are.
    sheets = [sheet(0, 17), sheet(9, 40), sheet(3, 30)]
    reports = [desk.leads(text, keep_blank=keep) for text in sheets]
    with open_store(tmp_path / "other.db", create=True) as store:
        other = type(desk)(store, tmp_path)
        monkeypatch.setattr(
            staging.LeadRows, "each_once", property(lambda _: False, lambda *_: None), raising=False
        )
        compared = [other.leads(text, keep_blank=keep) for text in sheets]
        assert [counts(one) for one in reports] == [counts(one) for one in compared]
        assert desk.contents() == other.contents()
        order = "SELECT _id, _key FROM lead ORDER BY _id"
        assert desk.rows(order) == other.rows(order)
    assert [report.leads_added for report in reports] == [17, 23, 0]


def counts(report: ImportReport) -> tuple[object, ...]:
    """What an import says it did."""
    blank = [(column.cleared, column.kept, column.unread) for column in report.columns]
    return report.leads_added, report.leads_changed, report.repeated, blank
