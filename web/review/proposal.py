"""What is about to be published, and all that speaks against it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...engine.testing import RuleTestResult, run_tests
from ...grammar.messages.diagnostics import Diagnostic
from ..drafts import Draft
from ..sides import Side
from .approvals import Approval


@dataclass(frozen=True)
class Proposal:
    """A text that is to become live: the draft's, or one that waits for approval.

    `live` is what is live now, None before the first version; `base` the version that the text was made
    from.
    """

    draft: Draft
    side: Side
    live: Side | None
    base: int | None
    wish: Approval | None

    @property
    def number(self) -> int:
        """The version that it would become."""
        return (self.live.number or 0) + 1 if self.live is not None else 1

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The mistakes that keep the rules from running."""
        return self.side.reading.errors

    @cached_property
    def failing(self) -> list[RuleTestResult]:
        """The tests that do not come out as they say."""
        evaluator = self.side.evaluator
        if evaluator is None:
            return []
        return [result for result in run_tests(evaluator.plan, evaluator) if not result.passed]

    @property
    def stale(self) -> bool:
        """Whether another version went live since the text was begun."""
        return (self.live.number if self.live is not None else None) != self.base

    @property
    def same(self) -> bool:
        """Whether it is what is live, to the letter."""
        return self.live is not None and self.live.text == self.side.text

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it yet."""
        return not self.side.text.strip()

    @property
    def blocked(self) -> bool:
        """Whether it cannot be published as it is."""
        return bool(self.errors or self.failing or self.stale or self.same or self.empty)
