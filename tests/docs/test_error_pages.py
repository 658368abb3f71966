"""Every diagnostic has a page in docs/errors, and what the page shows is so."""

import re
from pathlib import Path

import pytest
from leadwright.engine.catalogue import Catalogue, EventFacts, FieldFacts
from leadwright.engine.reading import read
from leadwright.grammar.diagnostics import Source
from leadwright.grammar.nodes import Kind

ROOT = Path(__file__).parents[2]
PAGES = [
    page for page in sorted((ROOT / "docs/errors").glob("*.md")) if "## Wrong" in page.read_text("utf-8")
]
BLOCK = re.compile(r"^## (Wrong|Right)\n+```rules\n(.*?)^```$", re.MULTILINE | re.DOTALL)

DATA = Catalogue(
    leads=1_000,
    fields={
        "title": FieldFacts("title", Kind.TEXT, 900, {"CTO": 500, "VP Sales": 400}, complete=True),
        "country": FieldFacts("country", Kind.TEXT, 1_000, {"Germany": 600, "France": 400}, complete=True),
        "email": FieldFacts("email", Kind.TEXT, 1_000),
        "fax": FieldFacts("fax", Kind.TEXT, 0),
        "employees": FieldFacts("employees", Kind.NUMBER, 950, low=1, high=5_000),
    },
    events={
        "visited": EventFacts("visited", 9_000, {"pricing": 1_204, "docs": 700}, {"device": Kind.TEXT}),
        "requested": EventFacts("requested", 130, {"demo": 130}),
    },
)
NEEDS_DATA = "where there is data to check against"


def codes(text: str, *, data: bool) -> set[str]:
    """The codes of all that is said of a text."""
    found = read(Source(text), catalogue=DATA if data else None).diagnostics
    return {item.code for item in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_its_error_and_its_mend(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = dict(BLOCK.findall(text))
    data = NEEDS_DATA in text
    assert text.startswith(f"# {page.stem}: ")
    assert page.stem in codes(blocks["Wrong"], data=data)
    right = read(Source(blocks["Right"]), catalogue=DATA if data else None)
    assert page.stem not in {item.code for item in right.diagnostics}
    assert not right.errors
