"""The outcome of a ruleset's own tests, and what they cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..values import moment_of
from .decision import decision_text
from .text_style import PLAIN, TextStyle, counted, percent, shown, when

if TYPE_CHECKING:
    from ..testing import ClauseCoverage, RuleTestResult


def failure_text(result: RuleTestResult, style: TextStyle = PLAIN) -> str:
    """Why a test failed: what was expected, what came, at which instant, and the decision explained."""
    origin = result.test.origin
    lines = [
        f"{style.bad('failed')} {style.bold(shown(result.test.name))} ({origin.source.label}:{origin.line})"
    ]
    for failure in result.failures:
        lines += style.wrapped(f"expected {shown(failure.expected)}  (line {failure.line})", 4, 6)
        lines += style.wrapped(f"but {shown(failure.came)}", 4, 6)
    lines += ["", f"    With now = {when(moment_of(result.test.now))}:"]
    narrow = TextStyle(style.width - 4, style.colored)
    lines += [f"    {line}".rstrip() for line in decision_text(result.decision, narrow)]
    return "\n".join(lines)


def tests_text(label: str, results: Sequence[RuleTestResult], style: TextStyle) -> list[str]:
    """All tests of one file: each failure explained, then one line."""
    failed = [result for result in results if not result.passed]
    lines = [line for result in failed for line in (failure_text(result, style), "")]
    if not results:
        return [style.warn(f"{label}: no tests")]
    passed = counted(len(results) - len(failed), "test") + " passed"
    if failed:
        return [*lines, f"{label}: {style.bad(f'{len(failed):,} failed')}, {passed}"]
    return [f"{label}: {style.good(passed)}"]


def coverage_text(clauses: Sequence[ClauseCoverage], style: TextStyle) -> list[str]:
    """How many clauses were seen both true and not true, and which were not."""
    bare = [clause for clause in clauses if not clause.covered]
    seen = len(clauses) - len(bare)
    head = f"  {counted(len(clauses), 'clause')}, {percent(seen, len(clauses))} seen both true and not true"
    lines = [head if bare else style.good(head)]
    for clause in bare:
        lines += style.wrapped(f"line {clause.line}, {shown(clause.clause)}: {_lacks(clause)}", 4, 6)
    return lines


def _lacks(clause: ClauseCoverage) -> str:
    if not clause.true and not clause.not_true:
        return "never looked at"
    return "never true" if not clause.true else "always true"


def tests_data(
    label: str, results: Sequence[RuleTestResult], clauses: Sequence[ClauseCoverage] | None
) -> dict[str, Any]:
    """All tests of one file as data, with coverage where it was asked for."""
    data: dict[str, Any] = {
        "file": label,
        "passed": sum(result.passed for result in results),
        "failed": sum(not result.passed for result in results),
        "tests": [_test_data(result) for result in results],
    }
    if clauses is not None:
        data["coverage"] = {
            "clauses": len(clauses),
            "covered": sum(clause.covered for clause in clauses),
            "uncovered": [
                {
                    "owner": clause.owner,
                    "line": clause.line,
                    "clause": clause.clause,
                    "true": clause.true,
                    "not_true": clause.not_true,
                }
                for clause in clauses
                if not clause.covered
            ],
        }
    return data


def _test_data(result: RuleTestResult) -> dict[str, Any]:
    return {
        "name": result.test.name,
        "line": result.test.origin.line,
        "now": moment_of(result.test.now).isoformat().replace("+00:00", "Z"),
        "passed": result.passed,
        "failures": [
            {"expected": failure.expected, "came": failure.came, "line": failure.line}
            for failure in result.failures
        ],
    }
