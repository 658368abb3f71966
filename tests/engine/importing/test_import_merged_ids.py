"""Ids that the source has merged into others, and files that have all leads there are."""

from __future__ import annotations

import pytest
from leadwright.engine.importing.mapping import ColumnMapping, Reading
from leadwright.engine.importing.merged_ids import former_ids, is_named_so
from leadwright.engine.importing.problems import ImportRefused
from leadwright.engine.importing.run import import_file


def bring(desk, text, name="data.csv", *, reading=None, **mapping):
    said = ColumnMapping("id", merged_ids="merged", **mapping)
    return import_file(desk.store, desk.write(text, name), said, reading or Reading())


def whose(desk):
    """The own id of the lead that each id leads to."""
    return dict(
        desk.rows(
            "SELECT _key, _key FROM lead WHERE _state = 0 "
            "UNION SELECT key, _key FROM alias JOIN lead ON lead = _id"
        )
    )


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("102", ["102"]),
        ("102;103", ["102", "103"]),
        ("102, 103", ["102", "103"]),
        ("102|103\n104", ["102", "103", "104"]),
        ('["102", null, 103]', ["102", "103"]),
        ("102:1581613546231;103:1581613546232", ["102", "103"]),
        ("Old@Example.com", ["old@example.com"]),
        (" ; ", []),
        (102, ["102"]),
    ],
)
def test_ids_of_a_cell(cell, ids) -> None:
    assert former_ids(cell, None, None) == ids


def test_ids_of_a_cell_as_they_are_kept() -> None:
    assert former_ids("zcrm_7 / zcrm_8", "/", "zcrm_") == ["7", "8"]


def test_merged_leads_bring_their_events_once_and_their_ids_lead_to_one(desk) -> None:
    desk.leads("id,email,title\n101,zoe@x.example,\n102,z@x.example,CTO\n")
    desk.events("id,type,at,eid\n101,v,2026-01-10,e1\n102,r,2026-01-11,e2\n", key="eid", properties=())
    report = bring(desk, "id,email,merged\n101,zoe@x.example,102;103\n", complete=True)
    assert (report.leads_merged, report.ids_added, report.leads_added) == (1, 1, 0)
    assert report.gone is not None
    assert report.gone.leads == 0
    # The source tells the events of both under one id now.
    desk.events("id,type,at,eid\n101,v,2026-01-10,e1\n101,r,2026-01-11,e2\n", key="eid", properties=())
    assert whose(desk) == {"101": "101", "102": "101", "103": "101"}
    assert desk.rows("SELECT lead, type FROM events ORDER BY at") == [("101", "v"), ("101", "r")]
    assert desk.rows("SELECT email, title FROM lead WHERE _key = '101'") == [("zoe@x.example", "CTO")]
    # The night after, all is known; what comes with a former id is its lead's.
    again = bring(desk, "id,email,merged\n101,zoe@x.example,102;103\n")
    assert (again.leads_merged, again.ids_added, again.leads_changed) == (0, 0, 0)
    desk.events("id,type,at\n103,late,2026-01-12\n")
    assert desk.rows("SELECT lead FROM events WHERE type = 'late'") == [("101",)]
    assert desk.rows("SELECT who FROM alias WHERE key = '102'") == [("the import of data.csv",)]


def test_merges_of_merges_come_out_whatever_their_order(desk) -> None:
    desk.leads("id\n1\n2\n3\n4\n")
    assert bring(desk, "id,merged\n2,1\n").leads_merged == 1
    # 3 lists the id that came to 2 before 2 itself.
    assert bring(desk, "id,merged\n3,1;2\n4,\n").leads_merged == 1
    assert whose(desk) == {"1": "3", "2": "3", "3": "3", "4": "4"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("id,merged\n1,2\n2,\n", ["2"]),  # has a row of its own
        ("id,merged\n1,9\n2,9\n", ["9"]),  # is in two rows
        ("id,merged\n1,US\n2,US\n3,DE\n4,DE\n", ["US", "DE"]),  # is no column of ids
        ("id,merged\n1,2\n2,1\n", ["2", "1"]),
        ("id,merged\n3,5\n", ["5"]),  # is another lead's already
    ],
)
def test_ids_that_contradict_themselves_are_left_and_said(desk, text, left) -> None:
    desk.leads("id\n1\n2\n3\n4\n")
    bring(desk, "id,merged\n4,5\n")
    before = whose(desk)
    report = bring(desk, text)
    assert (report.leads_merged, report.ids_added, whose(desk)) == (0, 0, before)
    assert f"as {', '.join(left)}, not merged" in report.notes[0]


def test_a_lead_that_is_not_taken_takes_none_with_it(desk) -> None:
    desk.leads("id\n1\n")
    report = bring(desk, "id,merged\n8,1\n,1\n", known_only=True)
    assert (report.left_unknown, report.rejected, report.leads_merged) == (1, 1, 0)
    assert whose(desk) == {"1": "1"}


@pytest.mark.parametrize(
    ("column", "is_one"),
    [
        ("Merged Record IDs", True),
        ("Merged contact IDs", True),
        ("hs_merged_object_ids", True),
        ("hs_calculated_merged_vids", True),
        ("Merged", False),
        ("Record ID", False),
        ("merged_identity", False),
    ],
)
def test_columns_that_systems_list_merged_ids_in_are_pointed_out(desk, column, is_one) -> None:
    assert is_named_so(column) is is_one
    report = desk.leads(f"id,{column}\n1,2\n")
    assert [choice.settings[0].option for hint in report.hints for choice in hint.choices] == (
        ["merged_ids"] if is_one else []
    )


def test_the_id_itself_is_no_column_of_merged_ids(desk) -> None:
    said = ColumnMapping("id", merged_ids="id")
    with pytest.raises(ImportRefused, match="cannot hold both"):
        import_file(desk.store, desk.write("id\n1\n"), said)


# --- all there are --------------------------------------------------------------------------------


def test_a_complete_file_names_what_it_lacks_and_touches_none_of_it(desk) -> None:
    desk.leads("id,title,phone\n1,CTO,\n2,CEO,\n3,,\n")
    desk.events("id,type,at\n4,visited,2026-01-01\n")
    before = desk.contents()
    report = import_file(desk.store, desk.write("id,phone\n1,\n"), ColumnMapping("id", complete=True))
    gone = report.gone
    assert gone is not None
    assert (gone.leads, gone.examples, gone.fields) == (3, ("2", "3", "4"), ("title",))
    assert gone.path is not None
    assert gone.path.read_text().split() == ["2", "3", "4"]
    assert desk.contents() == before
    # Once nothing is lacking, the list of the time before is gone.
    report = import_file(
        desk.store,
        desk.write("id,title,phone\n1,CTO,\n2,CEO,\n3,,\n4,,\n"),
        ColumnMapping("id", complete=True),
    )
    assert report.gone is not None
    assert (report.gone.leads, report.gone.fields) == (0, ())
    assert not gone.path.exists()


def test_rows_that_cannot_be_read_are_not_taken_for_leads_that_are_gone(desk) -> None:
    desk.leads("id,n\n1,1\n2,2\n")
    said = ColumnMapping("id", complete=True)
    report = import_file(desk.store, desk.write("id,n\n1,1\n2,2,too many\n"), said)
    assert report.gone is not None
    assert report.gone.unsure
    assert report.gone.path is None


def test_events_are_no_list_of_all_leads(desk) -> None:
    from leadwright.engine.importing.mapping import EventColumns

    said = ColumnMapping("id", events=(EventColumns("at", type="type"),), complete=True)
    with pytest.raises(ImportRefused, match="--complete is about"):
        import_file(desk.store, desk.write("id,type,at\n1,v,2026-01-01\n"), said)
