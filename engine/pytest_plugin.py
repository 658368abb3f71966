"""The pytest plug-in: every `test` statement of a `.rules` file is a test item.

It is registered when the distribution is installed; `-p no:leadwright` switches it off. A file without
tests of its own is left alone, since it may be there to be included.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .evaluator import Evaluator
    from .plan import Plan, RuleTest


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collects files that end in `.rules`."""
    if file_path.suffix == ".rules":
        return RulesFile.from_parent(parent, path=file_path)
    return None


class RulesFile(pytest.File):
    """A ruleset with its tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a test; where the ruleset has errors, one item that fails with them."""
        from ..grammar.syntax.nodes import Test
        from .evaluator import Evaluator
        from .reading import read, read_file

        try:
            reading = read(read_file(self.path), lints=False)
        except (OSError, ValueError) as error:
            raise self.CollectError(str(error)) from None
        if not any(isinstance(statement, Test) for statement in reading.tree.statements):
            return
        if reading.plan is None:
            yield ErrorsItem.from_parent(self, name="check", diagnostics=reading.errors)
            return
        evaluator = Evaluator(reading.plan)
        for test in reading.plan.tests:
            yield RuleTestItem.from_parent(
                self, name=test.name, plan=reading.plan, evaluator=evaluator, test=test
            )


class RulesFailure(Exception):
    """A test of a ruleset that failed, or a ruleset that cannot run; the text is the whole report."""


class _RulesItem(pytest.Item):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # pytest gives this to functions and doctests alone, and pytest-lsp fails every item without it.
        self.funcargs: dict[str, object] = {}

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report alone, without a Python traceback."""
        if isinstance(excinfo.value, RulesFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class ErrorsItem(_RulesItem):
    """Stands for a ruleset that has tests and errors."""

    def __init__(self, *, diagnostics: tuple[Any, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.diagnostics = diagnostics

    def runtest(self) -> None:
        """Fails with the errors."""
        from ..grammar.messages.diagnostics import render

        raise RulesFailure(render(self.diagnostics))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the ruleset is."""
        return self.path, None, f"{self.path.name}: check"


class RuleTestItem(_RulesItem):
    """One `test` statement."""

    def __init__(self, *, plan: Plan, evaluator: Evaluator, test: RuleTest, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.evaluator = evaluator
        self.test = test

    def runtest(self) -> None:
        """Runs the test and fails with what was expected, what came and why."""
        from .report import test_failure
        from .testing import run_test

        result = run_test(self.plan, self.evaluator, self.test)
        if not result.passed:
            raise RulesFailure(test_failure(result))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the test is."""
        return self.path, self.test.origin.line - 1, f"{self.path.name}: {self.name}"
