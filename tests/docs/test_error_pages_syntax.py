"""Every mistake in the syntax has a page in docs/errors, and what the page shows is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from leadwright.grammar.diagnostics import Source
from leadwright.grammar.parser import parse

ROOT = Path(__file__).parents[2]
PAGES = {page.stem: page.read_text(encoding="utf-8") for page in (ROOT / "docs/errors").glob("*.md")}
BLOCK = re.compile(r"^## (Wrong|Right)\n+```rules\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOO_LONG_TO_SHOW = {"text-too-long", "too-many-statements"}


def codes_in_source() -> set[str]:
    """Codes as they stand in the source: those of a Trouble, and those in the table of what is left out."""
    found: set[str] = set()
    for path in (ROOT / "grammar").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'Trouble\(\s*"([a-z-]+)"', text))
        found |= set(re.findall(r'^    \("[A-Z]+", "([a-z-]+)"', text, re.MULTILINE))
    return found


CODES = sorted(codes_in_source())


def said_of(text: str) -> set[str]:
    return {item.code for item in parse(Source(text)).diagnostics}


def test_codes_are_found() -> None:
    assert len(CODES) > 50


@pytest.mark.parametrize("code", CODES)
def test_a_page_shows_the_mistake_and_its_mend(code: str) -> None:
    page = PAGES[code]
    assert page.startswith(f"# {code}: ")
    if code in TOO_LONG_TO_SHOW:
        return
    blocks = dict(BLOCK.findall(page))
    if code not in ("not-in-window", "two-windows"):  # which the check finds in other forms as well
        assert said_of(blocks["Wrong"]) == {code}
    assert said_of(blocks["Right"]) == set()
