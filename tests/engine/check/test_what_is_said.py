"""Rulesets with mistakes of meaning, each with all that is said about it, word for word.

`checked` are mistakes found without data, `linted` what could be better, `against_data` what the catalogue
in data.json tells. What cannot even be parsed is in `bad`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from leadwright.engine.catalogue import Catalogue, EventFacts, FieldFacts
from leadwright.engine.check import Folder
from leadwright.engine.reading import read
from leadwright.grammar.messages.diagnostics import Diagnostic, Source, render
from leadwright.grammar.syntax.nodes import Kind

ROOT = Path(__file__).parents[3]
LANGUAGE = ROOT / "tests" / "language"
FOLDERS = ("checked", "linted", "against_data")
CASES = [path for folder in FOLDERS for path in sorted(LANGUAGE.glob(f"{folder}/*.rules"))]
MARKED = [path for path in CASES if "A marked line" in path.read_text(encoding="utf-8")]
ELSEWHERE = {"text-too-long", "too-many-statements", "guarantee-broken", "guarantee-undecided"}
"""Codes whose cases are too large for a file, or which only a solver finds."""


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def data() -> Catalogue:
    given = json.loads((LANGUAGE / "against_data" / "data.json").read_text(encoding="utf-8"))
    fields = {
        name: FieldFacts(name, Kind(facts.pop("kind")), **facts) for name, facts in given["fields"].items()
    }
    events = {
        name: EventFacts(
            name,
            facts["count"],
            facts.get("objects", {}),
            {key: Kind(kind) for key, kind in facts.get("properties", {}).items()},
        )
        for name, facts in given["events"].items()
    }
    return Catalogue(leads=given["leads"], fields=fields, events=events)


def said_of(path: Path) -> tuple[Diagnostic, ...]:
    source = Source(path.read_text(encoding="utf-8"), Path(path.name))
    catalogue = data() if path.parent.name == "against_data" else None
    lints = path not in MARKED
    return read(source, catalogue=catalogue, files=Folder(path.parent), lints=lints).diagnostics


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_what_is_said(path: Path, refresh: bool) -> None:
    said = render(said_of(path))
    expected = path.with_suffix(".out")
    if refresh:
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")
    assert said


@pytest.mark.parametrize("path", MARKED, ids=name_of)
def test_one_message_for_each_mistake(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    wrong = [number for number, line in enumerate(lines, 1) if line.endswith("# !")]
    assert [item.line for item in said_of(path)] == wrong


def test_every_code_is_in_some_case() -> None:
    said = "\n".join(path.read_text(encoding="utf-8") for path in LANGUAGE.glob("*/*.out"))
    codes = set(re.findall(r" (?:error|warning|lint)\[([a-z-]+)\] ", said))
    pages = {page.stem for page in (ROOT / "docs" / "errors").glob("*.md")}
    assert pages - codes == ELSEWHERE
