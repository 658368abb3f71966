"""Keys of texts that an engine makes by itself, held against those that Leadwright makes."""

from __future__ import annotations

import unicodedata

import duckdb
import jinja2
import pytest
from leadwright.engine.sql.terms import UnsupportedSql
from leadwright.engine.sql.text_keys import text_key_macro
from leadwright.engine.values import text_key

FOLDED = [
    letter
    for letter in map(chr, range(1, 0x20000))
    if not 0xD800 <= ord(letter) < 0xE000 and letter.casefold() != letter
]
TEXTS = [
    *FOLDED,
    *(unicodedata.normalize("NFD", letter) for letter in FOLDED),
    *("", " ", "\u3000\u2003", " Ärger\u00a0", "STRASSE", "straße", "İstanbul", "ΣΊΣΥΦΟΣ", "Ｆｕｌｌ", "ﬁn"),
    *("a\u0308", "\u1e9e", "\u0345\u03b1", "\u03b1\u0345", "Ꭰꭰ", "𐐀", "\x1fx\x1c", "O'Neil", "{{ A }}", "\t"),
]


def statement(dialect: str) -> str:
    """A SELECT of the key of each text in the table `given`."""
    call = "SELECT t, {{ leadwright_text_key('t') }} FROM given"
    return jinja2.Template(text_key_macro(dialect) + call).render()


def test_duckdb_makes_the_same_keys() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE given (t VARCHAR)")
        connection.execute("INSERT INTO given SELECT UNNEST(?)", [[*TEXTS, None]])
        found = connection.execute(statement("duckdb")).fetchall()
    assert len(found) == len(TEXTS) + 1
    assert [row for row in found if row[1] != (text_key(row[0] or "") or None)] == []


def test_engines_that_make_other_keys_are_refused() -> None:
    with pytest.raises(UnsupportedSql, match="Spark was not seen to make the keys"):
        text_key_macro("spark")
