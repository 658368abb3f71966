"""What a check found, in the forms that code hosts, editors and test reports read.

Each function takes the diagnostics and gives the text to print. Paths are relative to the folder one is in,
with forward slashes; a text without a file is called `stdin`.

Sources: GitHub's workflow commands; GitLab's Code Quality report; SARIF 2.1.0 (OASIS, errata 01); JUnit XML
as Jenkins and GitLab read it; reviewdog's Diagnostic Format, whose columns count bytes of UTF-8.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from ... import __version__
from ...grammar.messages.diagnostics import Diagnostic, Severity, Source

STDIN = "stdin"


def concise(found: Sequence[Diagnostic], _sources: Sequence[Source]) -> str:
    """A line for each: `file:line:column: code: message`."""
    return "\n".join(
        f"{_path(item.source)}:{item.line}:{item.column}: {item.severity.value} {item.code}: {_whole(item)}"
        for item in found
    )


def github(found: Sequence[Diagnostic], _sources: Sequence[Source]) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request."""
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.LINT: "notice"}
    lines = []
    for item in found:
        end_line, end_column = item.source.position(item.span.end)
        where = {
            "title": f"Leadwright ({item.code})",
            "file": _path(item.source),
            "line": item.line,
            "col": item.column,
            "endLine": end_line,
            # GitHub ignores columns of a place that spans lines.
            "endColumn": max(end_column - 1, item.column) if end_line == item.line else end_column,
        }
        properties = ",".join(f"{name}={_github_property(str(value))}" for name, value in where.items())
        lines.append(f"::{levels[item.severity]} {properties}::{_github_data(_whole(item))}")
    return "\n".join(lines)


def gitlab(found: Sequence[Diagnostic], _sources: Sequence[Source]) -> str:
    """A Code Quality report. Its fingerprints stay the same where lines above a problem come or go."""
    levels = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.LINT: "info"}
    return _json(
        [
            {
                "description": f"{item.code}: {_whole(item)}",
                "check_name": item.code,
                "fingerprint": mark,
                "severity": levels[item.severity],
                "location": {
                    "path": _path(item.source),
                    "positions": {
                        "begin": {"line": item.line, "column": item.column},
                        "end": dict(
                            zip(("line", "column"), item.source.position(item.span.end), strict=True)
                        ),
                    },
                },
            }
            for item, mark in zip(found, fingerprints(found), strict=True)
        ]
    )


def sarif(found: Sequence[Diagnostic], _sources: Sequence[Source]) -> str:
    """A log of SARIF 2.1.0 with one run; columns count code points."""
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.LINT: "note"}
    codes = sorted({item.code for item in found})
    results = [
        {
            "ruleId": item.code,
            "ruleIndex": codes.index(item.code),
            "level": levels[item.severity],
            "message": {"text": _whole(item)},
            "locations": [{"physicalLocation": _sarif_place(item)}],
            "partialFingerprints": {"leadwright/v1": mark},
        }
        for item, mark in zip(found, fingerprints(found), strict=True)
    ]
    driver = {"name": "Leadwright", "version": __version__, "rules": [{"id": code} for code in codes]}
    return _json(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results},
            ],
        }
    )


def junit(found: Sequence[Diagnostic], sources: Sequence[Source]) -> str:
    """A test report: a suite for each file, a failed case for each problem, a passed one for none."""
    suites = ElementTree.Element("testsuites", name="leadwright")
    for path in dict.fromkeys([*map(_path, sources), *(_path(item.source) for item in found)]):
        mine = [item for item in found if _path(item.source) == path]
        counts = {"tests": str(max(len(mine), 1)), "failures": str(len(mine)), "errors": "0"}
        suite = ElementTree.SubElement(suites, "testsuite", {"name": _xml(path), **counts})
        if not mine:
            ElementTree.SubElement(suite, "testcase", name="no mistakes", classname=_xml(path))
        for item in mine:
            name = f"{item.code} at {item.line}:{item.column}"
            case = ElementTree.SubElement(suite, "testcase", name=name, classname=_xml(path))
            kind, message = item.severity.value, _xml(item.message)
            failure = ElementTree.SubElement(case, "failure", type=kind, message=message)
            failure.text = _xml(f"line {item.line}, column {item.column}: {_whole(item)}")
    suites.set("tests", str(sum(int(suite.get("tests", "0")) for suite in suites)))
    suites.set("failures", str(len(found)))
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode")


def rdjson(found: Sequence[Diagnostic], _sources: Sequence[Source]) -> str:
    """What reviewdog reads."""
    levels = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.LINT: "INFO"}
    return _json(
        {
            "source": {"name": "leadwright"},
            "diagnostics": [
                {
                    "message": _whole(item),
                    "location": {
                        "path": _path(item.source),
                        "range": {
                            "start": _byte_place(item.source, item.span.start),
                            "end": _byte_place(item.source, item.span.end),
                        },
                    },
                    "severity": levels[item.severity],
                    "code": {"value": item.code},
                }
                for item in found
            ],
        }
    )


FORMATS: dict[str, Callable[[Sequence[Diagnostic], Sequence[Source]], str]] = {
    "concise": concise,
    "github": github,
    "gitlab": gitlab,
    "sarif": sarif,
    "junit": junit,
    "rdjson": rdjson,
}
"""The forms that are made here; `full` and `json` are the report itself and its data."""


def fingerprints(found: Sequence[Diagnostic]) -> list[str]:
    """A mark for each problem, different for each, made from its file, its code and the line it stands on.

    A message may name other lines and their numbers, so it is left out. Problems that are alike are counted.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    marks = []
    for item in found:
        key = (_path(item.source), item.code, item.source.line(item.line).strip())
        seen[key] += 1
        marks.append(sha256("\0".join([*key, str(seen[key])]).encode("utf-8", "replace")).hexdigest())
    return marks


def _whole(item: Diagnostic) -> str:
    return item.message if item.hint is None else f"{item.message}; {item.hint}"


def _path(source: Source) -> str:
    if source.path is None:
        return STDIN
    try:
        return source.path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return source.path.as_posix()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _github_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(text: str) -> str:
    return _github_data(text).replace(":", "%3A").replace(",", "%2C")


def _sarif_place(item: Diagnostic) -> dict[str, Any]:
    end_line, end_column = item.source.position(item.span.end)
    region = {
        "startLine": item.line,
        "startColumn": item.column,
        "endLine": end_line,
        "endColumn": end_column,
    }
    return {"artifactLocation": {"uri": quote(_path(item.source))}, "region": region}


def _xml(text: str) -> str:
    """The text without the control characters that XML 1.0 cannot hold."""
    return "".join(sign for sign in text if sign in "\t\n\r" or (sign >= " " and sign not in "\ufffe\uffff"))


def _byte_place(source: Source, offset: int) -> dict[str, int]:
    line, column = source.position(offset)
    before = source.line(line)[: column - 1]
    return {"line": line, "column": len(before.encode("utf-8", "replace")) + 1}
