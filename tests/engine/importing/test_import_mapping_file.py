"""The mapping kept in a TOML file beside the data."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns, Reading
from leadwright.engine.importing.mapping_file import mapping_beside, read_mapping
from leadwright.engine.importing.problems import ImportRefused
from leadwright.grammar.syntax.nodes import Kind

WHOLE = """
lead = "mql_id"
fields = ["origin", "*"]
timezone = "America/Sao_Paulo"
delimiter = ";"
table = "leads"
[rename]
origin = "source"
[kinds]
zip = "text"
[date_formats]
won = "%d.%m.%Y"
[[event]]
type = { is = "first contact" }
object = "page"
at = "first"
[[event]]
type = "what"
object = { is = "deal" }
at = "won"
key = "no"
properties = ["amount"]
"""


def test_everything_a_mapping_can_say(tmp_path: Path) -> None:
    (tmp_path / "leads.toml").write_text(WHOLE)
    path = mapping_beside(tmp_path / "leads.csv")
    assert path is not None
    found = read_mapping(path)
    assert found.table == "leads"
    assert found.mapping == ColumnMapping(
        "mql_id",
        ("origin", "*"),
        (
            EventColumns("first", type_is="first contact", object="page"),
            EventColumns("won", type="what", object_is="deal", key="no", properties=("amount",)),
        ),
        {"origin": "source"},
    )
    assert found.reading == Reading(
        delimiter=";",
        timezone="America/Sao_Paulo",
        date_formats={"won": "%d.%m.%Y"},
        kinds={"zip": Kind.TEXT},
    )
    assert mapping_beside(tmp_path / "other.csv") is None


BAD = [
    ("lead = ", "is not TOML", "quotation marks"),
    ("fields = []", "does not say which column is the lead's id", "lead ="),
    ('lead = "a"\nfeilds = ["b"]', "has feilds, which means nothing here", 'did you mean "fields"?'),
    ('lead = "a"\nfields = "b"', "has fields that is no list", "fields = ["),
    ("lead = 5", "has lead = 5, which is not text", 'lead = "..."'),
    ('lead = "a"\n[event]\nat = "b"', "[event] where [[event]] is meant", "[[event]]"),
    ('lead = "a"\n[[event]]\ntype = "b"', "an event without at", "at ="),
    ('lead = "a"\n[[event]]\nat = "b"', "an event without type", "type ="),
    ('lead = "a"\n[[event]]\nat = "b"\ntype = { was = "c" }', "has was in type", "is"),
    ('lead = "a"\n[kinds]\nb = "numbr"', "names the kind numbr", 'did you mean "number"?'),
    ('lead = "a"\n[rename]\nb = 5', "has rename that is no table of texts", "[rename]"),
]


@pytest.mark.parametrize(("text", "message", "hint"), BAD, ids=[row[1] for row in BAD])
def test_what_a_mapping_cannot_say_is_named(tmp_path: Path, text, message, hint) -> None:
    path = tmp_path / "leads.toml"
    path.write_text(text)
    with pytest.raises(ImportRefused) as caught:
        read_mapping(path)
    assert message in caught.value.message
    assert hint in caught.value.hint
