"""The reference's table of operators by kind, held against the checker, cell by cell."""

from pathlib import Path

import pytest
from leadwright.engine.reading import read
from leadwright.grammar.messages.diagnostics import Source

PAGE = Path(__file__).parents[2] / "docs" / "language.md"

# For each column of the table: what stands for the subject, and two values of its kind.
KINDS = {
    "text": ("a_text", '"x"', '"y"'),
    "number": ("a_number", "1", "2"),
    "yes/no": ("a_truth", "yes", "no"),
    "date, datetime": ("a_date", "2026-01-01", "2026-01-02"),
    "texts": ("some_texts", '"x"', '"y"'),
    "count of events": ("visited pricing", "1", "2"),
}
DECLARED = """
field a_text: text
field a_number: number
field a_truth: yes/no
field a_date: date
field some_texts: texts
list names: "x", "y*"
"""
ROWS = {
    "alone": ["{it}"],
    "`=` `!=`": ["{it} = {one}", "{it} != {one}"],
    "`<` `<=` `>` `>=`": ["{it} < {one}", "{it} >= {one}"],
    "`between … and …`": ["{it} between {one} and {two}"],
    "`in (…)`, `not in (…)`": ["{it} in ({one}, {two})", "{it} not in ({one}, {two})"],
    "`in LIST`, `not in LIST`": ["{it} in names", "{it} not in names"],
    '`contains "x"`': ['{it} contains "x"'],
    "`starts with`, `ends with`, `like`": ['{it} starts with "x"', '{it} ends with "x"', '{it} like "x*"'],
    "`is known`, `is unknown`": ["{it} is known", "{it} is unknown"],
    "`+` `-` `*` `/`": ["{it} + 1 > 2", "{it} / 2 > 2"],
    "windows": ["{it} in last 3 days", "{it} since 2026-01-01"],
    "`days since`, `days until`": ["days since {it} > 2"],
}


def table() -> dict[str, dict[str, str]]:
    """The table as the page has it: for each row, the cell of each column."""
    lines = PAGE.read_text(encoding="utf-8").partition("## Operators by kind")[2].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    head = next(index for index, row in enumerate(rows) if "texts" in row)
    body = rows[head + 2 : head + 2 + len(ROWS)]
    return {row[0]: dict(zip(rows[head][1:], row[1:], strict=True)) for row in body}


def test_the_page_has_these_rows_and_columns() -> None:
    found = table()
    assert list(found) == list(ROWS)
    assert all(list(cells) == list(KINDS) for cells in found.values())


@pytest.mark.parametrize(
    ("row", "kind"), [(row, kind) for row in ROWS for kind in KINDS], ids=lambda value: value
)
def test_a_cell_says_what_the_checker_allows(row: str, kind: str) -> None:
    subject, one, two = KINDS[kind]
    allowed = bool(table()[row][kind])
    for form in ROWS[row]:
        condition = form.format(it=subject, one=one, two=two)
        errors = read(Source(f"{DECLARED}when {condition} then +1")).errors
        assert not errors if allowed else len(errors) == 1, (condition, [item.message for item in errors])
