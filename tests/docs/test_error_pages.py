"""Every diagnostic has a page in docs/errors, and what the page shows is so."""

import re
from pathlib import Path

import pytest
from leadwright.engine.catalogue import Catalogue, EventFacts, FieldFacts
from leadwright.engine.fixing import fixed
from leadwright.engine.lint.lints import CODES as LINTS
from leadwright.engine.reading import read
from leadwright.grammar.messages.diagnostics import Severity, Source
from leadwright.grammar.syntax.nodes import Kind

ROOT = Path(__file__).parents[2]
PAGES = {page.stem: page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs/errors").glob("*.md"))}
BLOCK = re.compile(r"^## (Wrong|Right)\n+```rules\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOO_LONG_TO_SHOW = {"text-too-long", "too-many-statements"}
OF_PROOFS = {"guarantee-broken", "guarantee-undecided"}
"""What only a check with a solver says; held by tests/engine/prove."""
TOLD = re.compile(
    r'(?:SyntaxProblem|_written|\.error|\.warning)\(\s*"([a-z-]+)"|^    \("[A-Z]+", "([a-z-]+)"', re.MULTILINE
)

DATA = Catalogue(
    leads=1_000,
    fields={
        "title": FieldFacts(
            "title", Kind.TEXT, 900, {"CTO": 500, "VP Sales": 300, "Student": 100}, complete=True
        ),
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


def codes_in_source() -> set[str]:
    """Every code the source can give: of the parser, of the check, of the lints."""
    files = [*(ROOT / "grammar").rglob("*.py"), *(ROOT / "engine/check").rglob("*.py")]
    found = [
        code for path in files for pair in TOLD.findall(path.read_text("utf-8")) for code in pair if code
    ]
    return {*found, *LINTS}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert codes_in_source() | OF_PROOFS == PAGES.keys()
    assert len(set(LINTS)) == len(LINTS)


@pytest.mark.parametrize("code", sorted(PAGES.keys() - TOO_LONG_TO_SHOW - OF_PROOFS))
def test_a_page_shows_its_error_alone_and_a_mend_without_fault(code: str) -> None:
    text = PAGES[code]
    blocks = dict(BLOCK.findall(text))
    data = DATA if NEEDS_DATA in text else None
    assert text.startswith(f"# {code}: ")
    wrong = read(Source(blocks["Wrong"]), catalogue=data).diagnostics
    assert code in {item.code for item in wrong}
    if code not in LINTS:
        assert {item.code for item in wrong if item.severity is not Severity.LINT} == {code}
    right = read(Source(blocks["Right"]), catalogue=data).diagnostics
    kept = {Severity.LINT} if code not in LINTS else set()
    assert [item.code for item in right if item.severity not in kept] == []


FIXED_ON_THEIR_PAGES = {
    "date-form", "foreign-sign", "list-entry-unmatched", "misspelt-word", "no-statement", "number-form",
    "object-needs-quotes", "several-words", "thousands-comma", "time-without-zone", "unknown-name",
    "unseen-event", "unseen-object", "value-not-in-data",
}  # fmt: skip


def test_every_fix_that_is_offered_takes_its_mistake_away() -> None:
    offered = set()
    for code in sorted(PAGES.keys() - TOO_LONG_TO_SHOW - OF_PROOFS):
        text = dict(BLOCK.findall(PAGES[code]))["Wrong"]
        data = DATA if NEEDS_DATA in PAGES[code] else None
        for item in read(Source(text), catalogue=data).diagnostics:
            for fix in item.fixes:
                mended = fixed(text, [fix])
                after = read(Source(mended), catalogue=data).diagnostics
                assert (item.code, item.message) not in {(one.code, one.message) for one in after}, mended
                offered.add(item.code)
    assert offered >= FIXED_ON_THEIR_PAGES, FIXED_ON_THEIR_PAGES - offered
