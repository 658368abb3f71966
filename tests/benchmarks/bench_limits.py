"""Texts that are too much: how soon each is refused, and in which words."""

from __future__ import annotations

from time import perf_counter

from leadwright.engine.check import FrozenFiles, check
from leadwright.grammar.diagnostics import Severity, Source
from leadwright.grammar.parser import parse

from .report import Claim, Report, Table

PATIENCE = 5.0
"""Seconds within which a person should have the answer."""


def texts() -> dict[str, str]:
    """What is tried: each past a limit of the language, some past the parser's own depth as well."""
    return {
        "1 MiB and one byte": "#" + " " * (1 << 20),
        "64 MiB of rules": 'when visited pricing >= 2 and title = "CTO" then +20\n' * (1 << 20),
        "10,000 nested brackets": f"when {'(' * 10_000}visited{')' * 10_000} then +1\n",
        "10,000 brackets left open": f"when {'(' * 10_000}visited then +1\n",
        "10,000 times not": f"when {'not ' * 10_000}visited then +1\n",
        "100,000 rules": "".join(f"when visited p{number} then +1\n" for number in range(100_000)),
        "10,001 short rules": "".join(f"when a{number} then +1\n" for number in range(10_001)),
        "a condition of 30,000 parts": "when " + " and ".join(["visited"] * 30_000) + " then +1\n",
        "a sum of 30,000 numbers": "when employees > " + " + ".join(["1"] * 30_000) + " then +1\n",
        "100,000 quotes left open": 'when title = "\n' * 60_000,
    }


def run(*, quick: bool) -> Report:
    """Reads each text once; an exception would end the benchmark, as it should."""
    rows = []
    slowest = 0.0
    unanswered = 0
    for name, text in texts().items():
        start = perf_counter()
        parsed = parse(Source(text))
        checked = check(parsed, files=FrozenFiles({}))
        seconds = perf_counter() - start
        errors = [found for found in checked.diagnostics if found.severity is Severity.ERROR]
        slowest = max(slowest, seconds)
        accepted = checked.plan is not None
        unanswered += not errors and not accepted
        said = errors[0].message.splitlines()[0] if errors else "accepted" if accepted else "nothing said"
        code = errors[0].code if errors else ""
        rows.append(
            (name, f"{len(text) / (1 << 20):.2f}", f"{seconds * 1e3:.0f}", str(len(errors)), code, said[:70])
        )
    headings = ("text", "MiB", "ms", "errors", "first", "says")
    return Report(
        "limits",
        (Table("read once each", headings, tuple(rows)),),
        (
            Claim("the slowest answer", slowest, PATIENCE, False, "s"),
            Claim("texts with no answer", unanswered, 0, False, "texts"),
        ),
    )
