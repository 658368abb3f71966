"""What a lint says of a text, and a small body of data to say it about."""

from collections.abc import Callable

import pytest
from leadwright.engine.catalogue import Catalogue, EventFacts, FieldFacts
from leadwright.engine.check import check
from leadwright.engine.lint.lints import lint
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.nodes import Kind
from leadwright.grammar.syntax.parse import parse

Lint = Callable[..., list[tuple[str, str]]]

DATA = Catalogue(
    leads=1_000,
    fields={
        "title": FieldFacts("title", Kind.TEXT, 880, {"CTO": 500, "VP Sales": 380}, complete=True),
        "country": FieldFacts("country", Kind.TEXT, 1_000, {"Germany": 600, "France": 400}, complete=True),
        "city": FieldFacts("city", Kind.TEXT, 1_000, {"Berlin": 600}, complete=False),
        "email": FieldFacts(
            "email", Kind.TEXT, 999, {"a@free.example": 1, "b@x.example": 998}, complete=True
        ),
        "employees": FieldFacts("employees", Kind.NUMBER, 950, low=10, high=5_000),
        "opted_in": FieldFacts("opted_in", Kind.YES_NO, 700),
        "fax": FieldFacts("fax", Kind.TEXT, 0, complete=True),
        "trial_ends": FieldFacts("trial_ends", Kind.DATE, 400),
    },
    events={
        "visited": EventFacts("visited", 9_000, {"pricing": 1_204, "docs": 700}, {"device": Kind.TEXT}),
        "requested": EventFacts("requested", 130, {"demo": 130}),
    },
)


@pytest.fixture
def data() -> Catalogue:
    """1,000 leads."""
    return DATA


@pytest.fixture
def said() -> Lint:
    """What a lint says of a text: for each finding the text it points at, and its message."""

    def of(code: str, text: str, data: Catalogue | None = None) -> list[tuple[str, str]]:
        parsed = parse(Source(text))
        checked = check(parsed, catalogue=data)
        assert checked.plan is not None, checked.diagnostics
        found = [item for item in lint(checked.plan, parsed.tree, data) if item.code == code]
        assert all(item.hint for item in found)
        return [(item.source.text[item.span.start : item.span.end], item.message) for item in found]

    return of
