"""`leadwright dbt init`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]

RULES = """\
ruleset "Inbound"
field title: text
rule "Asks" when title = "VP" then +10
stage MQL when score >= 10
test "a VP"
given title = "VP"
expect stage = MQL
"""


def test_names_are_those_of_the_mapping(leadwright: Run, folder: Path) -> None:
    (folder / "inbound.rules").write_text(RULES, encoding="utf-8")
    (folder / "tables.toml").write_text(
        "leads = \"{{ ref('people') }}\"\nevent_lead = '\"Lead Id\"'\n", encoding="utf-8"
    )
    call = ("dbt", "init", "inbound.rules", "--dialect", "snowflake", "--to", "it")
    assert leadwright(*call, "--names", "tables.toml").code == 0
    assert "FROM {{ ref('people') }} AS l" in (folder / "it/models/inbound_scores.sql").read_text()
    settings = (folder / "it/models/leadwright.yml").read_text()
    assert "- name: leads" not in settings
    assert '{name: "Lead Id", quote: true, data_tests: [not_null]}' in settings


def test_a_second_run_replaces_what_follows_from_the_rules(leadwright: Run, folder: Path) -> None:
    (folder / "inbound.rules").write_text(RULES, encoding="utf-8")
    call = ("dbt", "init", "inbound.rules", "--dialect", "duckdb", "--to", "it")
    ended = leadwright(*call)
    assert (ended.code, ended.out) == (
        0,
        "it is the package leadwright_inbound of dbt, whose tests compare 1 lead.\n",
    )
    (folder / "it/models/leadwright.yml").write_text("mine", encoding="utf-8")
    (folder / "it/models/mine.sql").write_text("SELECT 1", encoding="utf-8")
    (folder / "inbound.rules").write_text(RULES.partition("test")[0].replace("+10", "+12"), encoding="utf-8")
    ended = leadwright(*call)
    assert "Nothing is compared with Leadwright" in ended.err
    names = {path.relative_to(folder / "it").as_posix() for path in (folder / "it").rglob("*.*")}
    assert names == {
        *("README.md", "dbt_project.yml", "models/leadwright.yml", "models/mine.sql"),
        "models/inbound_scores.sql",
        "macros/leadwright_text_key.sql",
        "tests/inbound_reads_prepared_values.sql",
    }
    assert (folder / "it/models/leadwright.yml").read_text() == "mine"
    assert "THEN 12" in (folder / "it/models/inbound_scores.sql").read_text()


def test_another_project_is_left_alone(leadwright: Run, folder: Path) -> None:
    (folder / "inbound.rules").write_text(RULES, encoding="utf-8")
    (folder / "dbt_project.yml").write_text("name: shop\n", encoding="utf-8")
    ended = leadwright("dbt", "init", "inbound.rules", "--dialect", "duckdb", "--to", ".")
    assert ended.code == 2
    assert "is another project of dbt" in ended.err
    assert not (folder / "models").exists()


def test_a_sample_holds_only_what_the_rules_read(leadwright: Run, data: Path) -> None:
    assert leadwright("score", "inbound.rules", "--at", "2026-01-15T12:00Z").code == 0
    call = ("dbt", "init", "inbound.rules", "--dialect", "duckdb", "--to", "it", "--sample", "3")
    ended = leadwright(*call)
    assert "compare 5 leads" in ended.out
    written = "".join(path.read_text() for path in (data / "it").rglob("*.sql"))
    assert "head of growth" in written
    assert "okafor" not in written
    assert "L2" not in written
    assert leadwright(*call, "--no-db").code == 2
