"""Tables and queries of a real PostgreSQL, imported with their types."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from leadwright.engine.importing.mapping import ColumnMapping
from leadwright.engine.importing.problems import ImportRefused
from leadwright.engine.importing.run import import_file
from leadwright.engine.report.imports import import_text
from leadwright.engine.report.text_style import TextStyle
from leadwright.engine.store.database import open_store
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.engines.sides import Postgres

TABLE = """
CREATE TABLE crm_contact (
    id bigint, zip text, code varchar(9),
    ok boolean, n numeric(10, 2), at timestamp, tz timestamptz, day date,
    tags text[], about jsonb, token uuid
);
INSERT INTO crm_contact VALUES
    (9007199254740993, '007', '12', true, 1.50, '2026-01-01 10:00', '2026-01-01 10:00+01', '2026-01-02',
     '{a,NULL,b}', '{"size": 5}', '6f9619ff-8b86-d011-b42d-00cf4fc964ff'),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL);
CREATE SCHEMA other;
CREATE TABLE other.lead (id int);
"""


def test_table_and_query_of_postgres(postgres: Postgres, tmp_path: Path) -> None:
    postgres.connection.execute(TABLE)
    info = postgres.connection.info
    address = f"postgresql://{info.user}@/{info.dbname}?host={quote(info.host, safe='')}"
    with open_store(tmp_path / "leads.db", create=True) as store:
        report = import_file(store, address, ColumnMapping("id"), table="crm_contact")
        assert {column.column: column.kind for column in report.columns[1:]} == {
            "zip": Kind.TEXT,
            "code": Kind.TEXT,
            "ok": Kind.YES_NO,
            "n": Kind.NUMBER,
            "at": Kind.DATETIME,
            "tz": Kind.DATETIME,
            "day": Kind.DATE,
            "tags": Kind.TEXTS,
            "about": Kind.TEXT,
            "token": Kind.TEXT,
        }
        rows = store.connection.execute("SELECT _key, zip, ok, n, at, tz, day, tags, about FROM lead")
        assert rows.fetchall() == [
            (
                *("9007199254740993", "007", 1, 1.5, "2026-01-01T10:00:00Z", "2026-01-01T09:00:00Z"),
                *("2026-01-02", '["a", "b"]', '{"size": 5}'),
            ),
            ("2", *[None] * 8),
        ]
        import_file(
            store, address, ColumnMapping("id"), query="SELECT id, zip || 'x' AS zip FROM crm_contact;"
        )
        assert store.connection.execute("SELECT zip FROM lead WHERE _key <> '2'").fetchall() == [("007x",)]
        assert import_file(store, address, ColumnMapping("id"), table="other.lead").rows == 0
        with pytest.raises(ImportRefused, match="has no table crm_contacts") as caught:
            import_file(store, address, ColumnMapping("id"), table="crm_contacts")
        assert 'did you mean "crm_contact"?' in caught.value.hint
        with pytest.raises(ImportRefused, match=r"PostgreSQL at .* says"):
            import_file(store, address, ColumnMapping("id"), query="DELETE FROM crm_contact RETURNING id")
        with pytest.raises(ImportRefused, match=r"PostgreSQL at .* says"):
            import_file(store, "postgresql://nobody@127.0.0.1:1/x", ColumnMapping("id"))


def test_the_report_is_as_the_documentation_shows_it(postgres: Postgres, tmp_path: Path) -> None:
    postgres.connection.execute(
        "CREATE TABLE contact (id bigint, zip text, employees int, tags text[], met date);"
        "INSERT INTO contact VALUES (7, '00501', 1200, '{api,sso}', '2026-01-02'), (8, NULL, 85, NULL, NULL)"
    )
    info = postgres.connection.info
    address = f"postgresql://{info.user}@/{info.dbname}?host={quote(info.host, safe='')}"
    with open_store(tmp_path / "leads.db", create=True) as store:
        report = import_file(store, address, ColumnMapping("id"), table="contact")
    report = replace(report, source="PostgreSQL at crm.example/sales, table contact")
    page = Path(__file__).parents[2] / "docs" / "how-to" / "import-your-crm.md"
    assert "\n".join(import_text(report, TextStyle())) in page.read_text(encoding="utf-8")
