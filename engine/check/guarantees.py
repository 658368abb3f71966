"""The guarantees of a ruleset: what is promised of every possible lead, and of which."""

from __future__ import annotations

from dataclasses import replace

from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import text_of
from .. import plan as p
from .draft import PlanDraft
from .expectations import Tests
from .expressions import Expressions
from .rules import IsNew
from .scopes import DecisionScope

_ORDERED = (Kind.NUMBER, Kind.DATE, Kind.DATETIME)


class Guarantees:
    """Reads guarantees, after everything that they can speak of."""

    def __init__(self, draft: PlanDraft, tests: Tests, is_new: IsNew) -> None:
        self.draft = draft
        self.problems = draft.problems
        self.tests = tests
        self.is_new = is_new
        self.guarantees: list[p.Guarantee] = []

    def enter(self, node: n.Guarantee) -> None:
        """Reads one guarantee."""
        self.is_new("guarantee", node.name)
        condition: p.Condition | None = None
        if node.condition is not None:
            condition = Expressions(self.draft, DecisionScope(self.draft)).condition(node.condition)
        promise: p.Expectation | p.TrendOf | None
        if isinstance(node.promise, n.Promised):
            promise = self._promised(node.promise)
        else:
            promise = self._trend(node.promise)
        if promise is not None and (condition is None) == (node.condition is None):
            origin = self.draft.origin(node)
            self.guarantees.append(p.Guarantee(node.name.value, promise, condition, origin))

    def _promised(self, node: n.Promised) -> p.Expectation | None:
        expected = self.tests.expectation(node.outcome)
        if expected is None or node.always:
            return expected
        return replace(expected, negated=not expected.negated)

    def _trend(self, node: n.Trend) -> p.TrendOf | None:
        score: int | None = None
        if node.score is not None:
            scores = self.draft.names.scores
            if not self.tests.is_among(node.score, "score", scores):
                return None
            score = scores[node.score.text]
        if isinstance(node.of, n.EventPhrase) or node.window is not None:
            return self._of_events(node, score)
        found = self.draft.names.resolve(node.of.name)
        if found is None:
            return None
        if found.meaning is p.Meaning.EVENT:
            return self._of_events(node, score)
        if found.meaning is p.Meaning.FIELD and found.kind in _ORDERED:
            return p.TrendOf(score, node.rises, None, self.draft.field(node.of.name.text, found.kind))
        self.problems.error(
            "trend-of",
            node.of,
            f"{text_of(node.of)} is no event, number or date, so there is no more and no less of it",
            "name an event, a number or a date, e.g. score never falls with visited pricing",
        )
        return None

    def _of_events(self, node: n.Trend, score: int | None) -> p.TrendOf | None:
        events = self.draft.signals.selection(node.of, node.window)
        return None if events is None else p.TrendOf(score, node.rises, events, None)
