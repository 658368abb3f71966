"""Diagnostics as data, and how many of them there are in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...grammar.messages.diagnostics import Diagnostic, Severity, Source
from ...grammar.syntax.nodes import Span
from ..reading import Reading
from .text_style import TextStyle, counted

_PLURALS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.LINT: "hint"}


def diagnostic_data(item: Diagnostic) -> dict[str, Any]:
    """A diagnostic as data: lines and columns count from 1, `end_column` is behind the last letter.

    Each of `fixes` says which text to write from one place to another.
    """
    return {
        "code": item.code,
        "severity": item.severity.value,
        "message": item.message,
        "help": item.hint,
        "file": _file(item.source),
        **_place(item.source, item.span),
        "fixes": [
            {"title": fix.title, "text": fix.text, **_place(item.source, fix.span)} for fix in item.fixes
        ],
    }


def _place(source: Source, span: Span) -> dict[str, int]:
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}


def diagnostics_of(reading: Reading) -> list[dict[str, Any]]:
    """All that a reading found, as data; the file is named only where it is another than the text itself."""
    return [
        diagnostic_data(item) | ({"file": None} if item.source is reading.source else {})
        for item in reading.diagnostics
    ]


def check_data(
    sources: Iterable[Source], diagnostics: Iterable[Diagnostic], database: Path | None
) -> dict[str, Any]:
    """What a check of several texts found; a text from standard input has no file."""
    return {
        "files": [_file(source) for source in sources],
        "database": str(database) if database is not None else None,
        "diagnostics": [diagnostic_data(item) for item in diagnostics],
    }


def _file(source: Source) -> str | None:
    return str(source.path) if source.path is not None else None


def verdict(diagnostics: Iterable[Diagnostic], files: int, style: TextStyle) -> str:
    """One line: how many mistakes in how many files."""
    counts = Counter(item.severity for item in diagnostics)
    where = counted(files, "file")
    if not counts:
        return style.good(f"No problems in {where}.")
    words = [counted(counts[severity], noun) for severity, noun in _PLURALS.items() if counts[severity]]
    text = f"{', '.join(words)} in {where}."
    return style.bad(text) if counts[Severity.ERROR] else style.warn(text)
