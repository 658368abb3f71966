"""What an import screen shows of a file, and what imports remember: missing fields, corrections."""

from __future__ import annotations

from leadwright.engine.importing.mapping import ColumnMapping, EventColumns, Reading
from leadwright.engine.importing.preview import preview_file
from leadwright.engine.plan import Meaning
from leadwright.engine.report.imports import hint_data
from leadwright.engine.store.records.rulesets import Resolution
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.saved_version import save_version

FILE = 'id,size,made,opted,note\n1,"1,200",11/3/2025,yes,null\n2,85,12/12/2025,no,x\n3,,01/02/2026,,y\n'


def test_preview_says_how_each_column_would_be_understood(desk) -> None:
    path = desk.write(FILE)
    found = preview_file(desk.store, path)
    assert (found.rows, found.refused) == (3, None)
    by_name = {column.column: column for column in found.columns}
    size = by_name["size"]
    assert (size.kind, size.found, size.known, size.values, size.blank) == (Kind.TEXT, Kind.TEXT, None, 2, 1)
    assert [(sample.written, sample.read) for sample in size.samples] == [("1,200", "1,200"), ("85", "85")]
    told = hint_data(size.hints[0])
    assert [choice["settings"][-1] for choice in told["choices"]] == [
        {"option": "decimal", "column": "size", "value": "."},
        {"option": "decimal", "column": "size", "value": ","},
    ]
    assert [choice["result"] for choice in told["choices"]] == ["to read it as 1200", "to read it as 1.2"]
    assert by_name["opted"].kind is Kind.YES_NO
    assert desk.rows("SELECT count(*) FROM lead") == [(0,)]
    reading = Reading(decimals={"size": "."}, date_formats={"made": "%m/%d/%Y"}, kinds={"opted": Kind.TEXT})
    decided = {column.column: column for column in preview_file(desk.store, path, reading=reading).columns}
    assert [sample.read for sample in decided["size"].samples] == ["1200", "85"]
    assert [sample.read for sample in decided["made"].samples] == ["2025-11-03", "2025-12-12", "2026-01-02"]
    assert not decided["size"].hints


def test_preview_of_a_mapping_says_what_stops_it(desk) -> None:
    path = desk.write(FILE)
    found = preview_file(desk.store, path, ColumnMapping("key"))
    assert found.refused is not None
    assert "there is no column key" in found.refused.message
    events = ColumnMapping("id", events=(EventColumns("made", type_is="seen"),))
    found = preview_file(None, path, events)
    assert found.refused is not None
    assert "writes dates as 11/3/2025" in found.refused.message
    assert {column.column: column.used_as for column in found.columns} == {
        "id": "id",
        "size": "property",
        "made": "at",
        "opted": "property",
        "note": "property",
    }
    failing = preview_file(None, path, reading=Reading(kinds={"note": Kind.NUMBER}))
    assert [sample.fails for sample in failing.columns[4].samples] == [True, True, True]


def test_fields_that_live_rules_read_and_a_file_has_no_longer_are_named(desk) -> None:
    names = {name: Resolution(Meaning.FIELD, Kind.TEXT) for name in ("title", "size")}
    save_version(desk.store, "inbound", "rules", "d1", names=names)
    desk.leads("id,title,size\n1,CTO,5\n")
    for _ in range(2):
        (note,) = desk.leads("id,Job Title,size\n1,CTO,5\n").notes
        assert note.startswith(
            'the field "title", which earlier files had and the live rules of inbound read,'
        )
    # A file of other columns is another file, and one that was always so lacks nothing.
    assert desk.leads("id,score\n1,5\n").notes == ()
    assert desk.leads("id,title,size\n1,CTO,5\n").notes == ()


def test_an_event_of_a_known_key_with_other_values_is_corrected_once(desk) -> None:
    head = "id,type,at,no,amount\n"
    desk.events(f"{head}1,bought,2026-01-01,A7,5\n", key="no")
    data = desk.rows("SELECT data FROM state")
    report = desk.events(f"{head}1,bought,2026-01-02,A7,6\n1,bought,2026-01-03,A7,7\n", key="no")
    assert (report.events_added, report.events_corrected) == (0, 1)
    assert desk.rows("SELECT at, properties FROM events") == [("2026-01-03T00:00:00.000000Z", '{"amount":7}')]
    assert desk.rows("SELECT data FROM state") != data
    again = desk.events(f"{head}1,bought,2026-01-02,A7,6\n1,bought,2026-01-03,A7,7\n", key="no")
    assert (again.events_corrected, again.events_known) == (0, 1)
