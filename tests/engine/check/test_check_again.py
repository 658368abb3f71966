"""Checking a text after one much like it finds what checking it alone finds, and every place in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from leadwright.engine.catalogue import Catalogue, EventFacts, FieldFacts
from leadwright.engine.check.files import FrozenFiles
from leadwright.engine.plan import Origin, Resolution
from leadwright.engine.reading import Reading, read
from leadwright.grammar.edits import Applied, apply
from leadwright.grammar.edits.document import Document
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.effort import examples
from leadwright.tests.grammar.random_edits import any_edit

ROOT = Path(__file__).parents[3]
TEXTS = [
    *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "rulesets").glob("*.rules"))),
    *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/language/checked").glob("*.rules"))),
    """\
include "more.rules"
define big: employees >= 100 and visited >= 2
define near: distance
score fit from 0
rule "A" when big and near < 5 then +5 fit
rule "B" when visited pricing >= 2 in last 7 days then +3
group "G" at most 9 {
  rule "C" when visited pricing >= 2 in last 8 days then +3
  rule "D" when visited where pages >= 3 and locale = "de" then +4
  when emploees >= 3 then +1
}
rule "E" for each visited docs then +1
rule "F" when big or near > 9 or visited pricing >= 3 in last 7 days then +2
stage MQL when score >= 5 and big
test "t" given employees = 200 expect score = 5
""",
]
FILES = FrozenFiles({"more.rules": 'field distance: number\nrule "M" when distance > 2 then +1\n'})
DATA = Catalogue(
    leads=9,
    fields={"employees": FieldFacts("employees", Kind.NUMBER, 9), "title": FieldFacts("title", Kind.TEXT, 9)},
    events={"visited": EventFacts("visited", 90, {"pricing": 12})},
)
BITS = ("1", "+", "x", "\n", " and big", "field employees: text\n", 'rule "A" ', "employees", "visited",
        "define big: visited\n", 'list L: "a"\n', "event visited\n", "days", "off ", "", "near")  # fmt: skip


def origins(part: Any) -> Iterator[Origin]:
    """Every place in a part of a plan."""
    if isinstance(part, Origin):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from origins(item)
    elif dataclasses.is_dataclass(part) and not isinstance(part, Source):
        for one in dataclasses.fields(part):
            yield from origins(getattr(part, one.name))


def assert_same(again: Reading, alone: Reading) -> None:
    said = [(one, one.span, one.fixes, one.source.label) for one in again.diagnostics]
    assert said == [(one, one.span, one.fixes, one.source.label) for one in alone.diagnostics]
    assert again.plan == alone.plan
    # Spans and lines take no part in comparing plans, but stand in what they print.
    assert repr(again.plan) == repr(alone.plan)
    if again.plan is not None and alone.plan is not None:
        assert again.plan.digest == alone.plan.digest
        sources = {id(source) for source in again.plan.sources}
        assert again.plan.sources == alone.plan.sources
        assert all(id(origin.source) in sources for origin in origins(again.plan))


def by_letters(some: Random, text: str) -> str:
    """A piece of a text replaced by another."""
    start = some.randrange(len(text) + 1)
    if some.random() < 0.5:
        start = text.rfind("\n", 0, start) + 1
    end = min(len(text), start + some.choice((0, 0, 1, 3, 20)))
    return text[:start] + some.choice(BITS) + text[end:]


def by_the_page(some: Random, text: str) -> str:
    """An edit such as the page sends."""
    outcome = apply(text, any_edit(some, Document.of(text)))
    return outcome.text if isinstance(outcome, Applied) else text


@pytest.mark.parametrize("seed", range(examples(32)))
def test_a_text_changed_at_random_is_checked_as_if_it_were_new(seed: int) -> None:
    some = Random(seed)
    text = some.choice([*TEXTS, TEXTS[-1], TEXTS[-1]])
    data = some.choice((None, DATA))
    given: dict[str, Any] = {"catalogue": data, "files": FILES, "lints": False}
    last = read(Source(text), **given)
    for _ in range(8):
        text = some.choice((by_letters, by_the_page, by_the_page))(some, text)
        again = read(Source(text), before=last.parsed, known=last.known, **given)
        assert_same(again, read(Source(text), **given))
        # What is broken for a moment is fixed from what was known before.
        last = again if again.plan is not None or some.random() < 0.5 else last


BEFORE = """\
field employees: number
define big: employees >= 100
list ICP: "cto", "ceo"
rule "A" when big and title in ICP then +5
rule "B" when visited >= 2 then +1
rule "C" when visited docs >= 2 then +1
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("field employees: number", "field employees: text"),
        ("define big: employees >= 100", "define big: employees"),
        ("define big: employees >= 100", "define big: visited"),
        ("define big: employees >= 100\n", ""),
        ('"cto", "ceo"', '"cto", "cfo"'),
        ('list ICP: "cto", "ceo"\n', ""),
        ("field employees", "event visited by page\nfield employees"),
        ("field employees", "field visited: number\nfield employees"),
        ("field employees", "field visitd: number\nfield employees"),
        ("field employees", "score visited from 0\nfield employees"),
        ('rule "B" when visited >= 2 then +1\n', ""),
        ('rule "B"', 'rule "Z" when visited pricing >= 9 then +1\nrule "B"'),
        ('rule "B"', 'rule "Z" when seats >= 9 then +1\nrule "B"'),
        ('rule "B"', 'rule "C" when a then +1\nrule "B"'),
        ('rule "B"', 'rule off "B"'),
        ('rule "B"', 'group "G" at most 3 {\nrule "B"'),
    ],
)
@pytest.mark.parametrize("data", [None, DATA])
def test_what_a_rule_rests_on_is_changed(old: str, new: str, data: Catalogue | None) -> None:
    text = BEFORE.replace(old, new, 1)
    assert text != BEFORE
    first = read(Source(BEFORE), catalogue=data, lints=False)
    again = read(Source(text), catalogue=data, before=first.parsed, known=first.known, lints=False)
    assert_same(again, read(Source(text), catalogue=data, lints=False))
    back = read(Source(BEFORE), catalogue=data, before=again.parsed, known=again.known, lints=False)
    assert_same(back, first)


def test_other_data_and_other_pinned_names_are_taken_in() -> None:
    first = read(Source(BEFORE), lints=False)
    pinned = dict(first.plan.names) if first.plan is not None else {}
    pinned["visited"] = Resolution(pinned["big"].meaning.FIELD, Kind.NUMBER)
    for given in ({"catalogue": DATA}, {"pinned": pinned}):
        again = read(Source(BEFORE), known=first.known, lints=False, **given)  # type: ignore[arg-type]
        assert_same(again, read(Source(BEFORE), lints=False, **given))  # type: ignore[arg-type]


def test_rules_that_nothing_was_changed_of_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from leadwright.engine.check.rules import RuleReader

    text = "field a: number\n" + "".join(
        f'rule "R{n}" when a >= {n} and visited p{n % 9} >= 2 then +{n}\n' for n in range(200)
    )
    first = read(Source(text), lints=False)
    bodies: list[object] = []
    body = RuleReader._body

    def counted(self: RuleReader, *given: Any) -> Any:
        bodies.append(given)
        return body(self, *given)

    monkeypatch.setattr(RuleReader, "_body", counted)
    changed = text.replace("a >= 150", "a >= 7")
    again = read(Source(changed), before=first.parsed, known=first.known, lints=False)
    assert again.plan is not None
    # The one that was changed; what names are decided to be rests on no rule alone.
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("kept", "gone"),
    [
        # What is warned of once is warned of at the next rule, where the first is gone.
        ('rule "B" when pricng docs >= 2 then +1', 'rule "A" when pricng >= 2 then +1'),
        # A property of the same name as a field does not make it one.
        ('rule "B" when visited where seats >= 3 then +1', 'rule "A" when seats >= 2 then +1'),
        # Nor does a definition that asked for it.
        ('rule "B" when big and visited where seats >= 3 then +1', "define big: seats >= 2"),
    ],
)
def test_a_name_is_decided_anew_where_what_decided_it_is_gone(kept: str, gone: str) -> None:
    other = "define big: employees >= 2" if gone.startswith("define") else 'rule "C" when employees then +1'
    head = "event pricing\n"
    first = read(Source(f"{head}{gone}\n{kept}\n"), lints=False)
    text = f"{head}{other}\n{kept}\n"
    again = read(Source(text), before=first.parsed, known=first.known, lints=False)
    assert_same(again, read(Source(text), lints=False))
