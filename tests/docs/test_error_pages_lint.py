"""Every lint has a page, and what is Right on a page of a lint is right by every lint."""

import re
from pathlib import Path

import pytest
from leadwright.engine.lint import CODES
from leadwright.engine.reading import read
from leadwright.grammar.diagnostics import Severity, Source

PAGES = Path(__file__).parents[2] / "docs/errors"
RIGHT = re.compile(r"^## Right\n+```rules\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("code", CODES)
def test_a_lint_has_a_page_whose_mend_is_clean(code: str) -> None:
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code}: ")
    right = RIGHT.search(text)
    assert right is not None
    found = read(Source(right[1])).diagnostics
    assert [item.code for item in found if item.severity is Severity.LINT] == []


def test_codes_are_not_shared() -> None:
    assert len(set(CODES)) == len(CODES)
