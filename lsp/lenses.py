"""The tests of a ruleset, and how they went; run again only where their ruleset means something else."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types as lsp

from ..engine.plan import Plan, RuleTest
from ..grammar.messages.diagnostics import Source
from .positions import Lines

RUN_TEST = "leadwright.runTest"
RUN_TESTS = "leadwright.runTests"


class TestLenses:
    """How the tests of rulesets went, kept by what the rulesets mean."""

    __test__ = False  # no test itself, whatever pytest makes of the name

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, int], str] = {}
        self._of: str = ""

    def reports(self, plan: Plan, tests: Sequence[RuleTest]) -> list[str]:
        """What is to say of each test: "" where it passes."""
        if plan.digest != self._of:
            self._kept, self._of = {}, plan.digest
        keys = [(test.name, test.origin.text, test.now) for test in tests]
        wanted = [at for at, key in enumerate(keys) if key not in self._kept]
        if wanted:
            from ..engine.evaluator import Evaluator
            from ..engine.testing import run_test

            evaluator = Evaluator(plan)
            for at in wanted:
                failures = run_test(plan, evaluator, tests[at]).failures
                self._kept[keys[at]] = "; ".join(f"{one.expected}, but {one.came}" for one in failures)
        return [self._kept[key] for key in keys]


def lenses(plan: Plan, source: Source, reports: Sequence[str], lines: Lines, uri: str) -> list[lsp.CodeLens]:
    """What stands above the tests of one text, and above all of it."""
    own = [
        (test, said)
        for test, said in zip(plan.tests, reports, strict=True)
        if test.origin.source.label == source.label
    ]
    if not own:
        return []
    passed = sum(not said for said in reports)
    summary = f"{passed:,} of {len(reports):,} tests pass"
    first = lines.position(own[0][0].origin.span.start)
    found = [
        _lens(
            lsp.Position(0, 0) if plan.sources[0].label == source.label else first, summary, RUN_TESTS, [uri]
        )
    ]
    for test, said in own:
        title = f"fails: {said}" if said else "passes"
        found.append(_lens(lines.position(test.origin.span.start), title, RUN_TEST, [uri, test.name]))
    return found


def _lens(at: lsp.Position, title: str, command: str, arguments: list[str]) -> lsp.CodeLens:
    return lsp.CodeLens(lsp.Range(at, at), lsp.Command(title, command, arguments=arguments))
