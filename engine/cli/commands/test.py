"""`leadwright test`: the tests that a ruleset holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..command import Command, json_option, text_style, write, write_json
from ..failures import FOUND
from ..inputs import runnable

if TYPE_CHECKING:
    from ...testing import ClauseCoverage, RuleTestResult


@click.command(
    cls=Command,
    examples=[
        "leadwright test inbound.rules",
        "leadwright test --coverage rules/",
        "leadwright test --json inbound.rules",
    ],
)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@click.option("--coverage", "covering", is_flag=True, help="Also say what the tests never saw both ways.")
@json_option
def command(files: tuple[str, ...], covering: bool, as_json: bool) -> int:
    """Run the tests that rulesets hold.

    A test that fails shows what was expected, what came, and where the points came from. Tests are held
    at a time of their own, so they come out the same on any day.

    Ends with exit code 1 where a test fails or a ruleset has errors.
    """
    from ...report.testing import coverage_text, tests_data, tests_text
    from ...testing import coverage, run_tests
    from .check import read_all

    found: list[tuple[str, list[RuleTestResult], list[ClauseCoverage] | None]] = []
    for reading in read_all(files, None, lints=False):
        results = run_tests(runnable(reading))
        found.append((reading.source.label, results, coverage(results) if covering else None))
    if as_json:
        write_json({"files": [tests_data(*one) for one in found]})
    else:
        style = text_style()
        for label, results, clauses in found:
            write(tests_text(label, results, style))
            if clauses is not None:
                write(coverage_text(clauses, style))
    return FOUND if any(not result.passed for _, results, _ in found for result in results) else 0
