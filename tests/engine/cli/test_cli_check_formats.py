"""What `leadwright check --output-format` prints for code hosts, editors and test reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

Run = Callable[..., Any]

# The second mistake stands behind letters of several bytes and of two UTF-16 units.
BAD = """\
field title: text
# a comment
when title = "é🙂" and title >= 3 then +20
when visited pricing then 20
"""


@pytest.fixture(autouse=True)
def bad(folder: Path) -> None:
    (folder / "rules of, EU").mkdir()
    (folder / "rules of, EU" / "bad.rules").write_text(BAD, encoding="utf-8")
    (folder / "good.rules").write_text('when visited and title = "CTO" then +20\n')


def test_concise_is_a_line_for_each(leadwright: Run) -> None:
    ended = leadwright("check", "--output-format", "concise", ".")
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert lines[0].startswith("rules of, EU/bad.rules:3:32: error kind-mismatch: ")
    assert lines[1].startswith("rules of, EU/bad.rules:4:")
    assert len(lines) == 2


def test_github_escapes_what_ends_a_property(leadwright: Run) -> None:
    first = leadwright("check", "--output-format", "github", ".").out.splitlines()[0]
    assert first.startswith(
        "::error title=Leadwright (kind-mismatch),file=rules of%2C EU/bad.rules,line=3,col=32,endLine=3,"
    )
    assert "::" in first[2:]


def test_gitlab_fingerprints_stay_where_lines_move(leadwright: Run, folder: Path) -> None:
    before = json.loads(leadwright("check", "--output-format", "gitlab", ".").out)
    path = folder / "rules of, EU" / "bad.rules"
    path.write_text("# one more line\n\n" + BAD + "when title >= 4 then +1\n", encoding="utf-8")
    after = json.loads(leadwright("check", "--output-format", "gitlab", ".").out)
    marks = [item["fingerprint"] for item in after]
    assert [item["fingerprint"] for item in before] == marks[:2]
    assert len(set(marks)) == 3
    assert before[0]["location"] == {
        "path": "rules of, EU/bad.rules",
        "positions": {"begin": {"line": 3, "column": 32}, "end": {"line": 3, "column": 33}},
    }
    assert {item["severity"] for item in after} == {"major"}


def test_sarif_says_what_its_columns_count(leadwright: Run) -> None:
    log = json.loads(leadwright("check", "--output-format", "sarif", ".").out)
    [run] = log["runs"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "rules%20of%2C%20EU/bad.rules"
        region = place["region"]
        assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 3,
        "startColumn": 32,
        "endLine": 3,
        "endColumn": 33,
    }


def test_junit_counts_what_it_holds(leadwright: Run) -> None:
    tree = ElementTree.fromstring(leadwright("check", "--output-format", "junit", ".").out)
    assert (tree.get("tests"), tree.get("failures")) == ("3", "2")
    suites = {suite.get("name"): suite for suite in tree}
    assert list(suites) == ["good.rules", "rules of, EU/bad.rules"]
    assert [case.get("name") for case in suites["good.rules"]] == ["no mistakes"]
    assert len(suites["rules of, EU/bad.rules"].findall("testcase/failure")) == 2


def test_rdjson_counts_bytes(leadwright: Run) -> None:
    found = json.loads(leadwright("check", "--output-format", "rdjson", ".").out)
    place = found["diagnostics"][0]["location"]["range"]
    assert place["start"] == {"line": 3, "column": 32 + len("é🙂".encode()) - 2}
    assert found["diagnostics"][0]["severity"] == "ERROR"


def test_json_is_what_it_always_was(leadwright: Run) -> None:
    assert leadwright("check", "--output-format", "json", ".") == leadwright("check", "--json", ".")
    ended = leadwright("check", "--json", "--output-format", "sarif", ".")
    assert ended.code == 2
    assert "--json and --output-format sarif cannot be used together" in ended.err


@pytest.mark.parametrize("form", ["concise", "github"])
def test_nothing_found_prints_nothing(leadwright: Run, form: str) -> None:
    assert leadwright("check", "--no-lint", "--output-format", form, "good.rules") == (0, "", "")
