"""The page about what each engine can say is as its tables are made now."""

from __future__ import annotations

from leadwright.tests.docs.sql_engines import PAGE, made


def test_its_tables_are_made_from_the_cases() -> None:
    assert PAGE.read_text(encoding="utf-8") == made(), (
        "write it again: python -m leadwright.tests.docs.sql_engines"
    )
