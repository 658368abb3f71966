"""Texts that are too much: how soon each is refused, and in which words."""

from __future__ import annotations

from time import perf_counter

from leadwright.engine.check import FrozenFiles, check
from leadwright.grammar.messages.diagnostics import Severity, Source
from leadwright.grammar.syntax.parse import parse
from leadwright.tests.benchmarks.report import Claim, Report, Table

PATIENCE = 5.0
"""Seconds within which a person should have the answer."""


def texts() -> dict[str, str]:
    """What is tried: each past a limit of the language, some past the parser's own depth as well."""
    return {
        "1 MiB and one byte": "#" + " " * (1 << 20),
        "8 MiB of rules": 'when visited pricing >= 2 and title = "CTO" then +20\n' * 164_000,
        "10,000 nested brackets": f"when {'(' * 10_000}visited{')' * 10_000} then +1\n",
        "10,000 brackets left open": f"when {'(' * 10_000}visited then +1\n",
        "10,000 times not": f"when {'not ' * 10_000}visited then +1\n",
        "100,000 rules": "".join(f"when visited p{number} then +1\n" for number in range(100_000)),
        "10,001 short rules": "".join(f"when a{number} then +1\n" for number in range(10_001)),
        "a sum of 30,000 numbers": "when employees > " + " + ".join(["1"] * 30_000) + " then +1\n",
        "100,000 quotes left open": 'when title = "\n' * 60_000,
    }


def run(*, quick: bool) -> Report:
    """Reads each text once. An exception is what must not happen, so it is shown and counted."""
    answers = [_answer(name, text) for name, text in texts().items()]
    rows = tuple(
        (name, f"{size / (1 << 20):.2f}", f"{seconds * 1e3:.0f}", str(errors), said[:78])
        for name, size, seconds, errors, said in answers
    )
    return Report(
        "limits",
        (Table("read once each", ("text", "MiB", "ms", "errors", "the first one"), rows),),
        (
            Claim(
                "the slowest answer", max(seconds for _, _, seconds, _, _ in answers), PATIENCE, False, "s"
            ),
            Claim("texts without a clear error", sum(not errors for *_, errors, _ in answers), 0, False, ""),
        ),
    )


def _answer(name: str, text: str) -> tuple[str, int, float, int, str]:
    """The name, the size, the seconds it took, how many errors there are, and the first of them."""
    start = perf_counter()
    try:
        parsed = parse(Source(text))
        found = check(parsed, files=FrozenFiles({})).diagnostics
    except Exception as failure:
        return name, len(text), perf_counter() - start, 0, f"raised {type(failure).__name__}"
    seconds = perf_counter() - start
    errors = [each for each in found if each.severity is Severity.ERROR]
    first = f"{errors[0].code}: {errors[0].message.splitlines()[0]}" if errors else "nothing was said"
    return name, len(text), seconds, len(errors), first
