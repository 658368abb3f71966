"""Who changed which statement of a draft, told from its log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from ...engine.impact.text_diff import compare
from ...engine.prove.answers import Answer
from ...engine.store.database import Store
from ...engine.store.records.rulesets import ruleset_names, versions
from ...engine.testing import RuleTestResult, run_tests
from ...grammar.messages.diagnostics import Diagnostic, Source
from ...grammar.syntax.nodes import Tree
from ...grammar.syntax.parse import parse
from ..drafts import Draft, LogEntry, entries, text_at
from ..proofs import guaranteed
from ..ruleset_ref import RulesetRef
from .approvals import Approval

_MOST_TURNS = 200

Authors = dict[tuple[str, str], list[str]]
"""By the sort and name of a statement, as `compare` has them, who changed it, in the order of their first
change."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """Changes in a row by one person, or what a version brought in: the text before and after them."""

    who: str | None
    before: str
    after: str


def statement_authors(store: Store, draft: Draft) -> Authors:
    """Who changed each statement since the text was last that of a version.

    Changes that one person made in a row are looked at as one: what they took back themselves is none.
    """
    found: Authors = {}
    trees: dict[str, Tree] = {}

    def tree(text: str) -> Tree:
        if text not in trees:
            trees[text] = parse(Source(text)).tree
        return trees[text]

    for turn in _turns(draft, _unpublished(store, draft)):
        if turn.who is None:
            continue
        for change in compare(tree(turn.before), tree(turn.after)):
            names = found.setdefault((change.what, change.name), [])
            # The latest turn comes first, and whoever came first is to stand first.
            if turn.who in names:
                names.remove(turn.who)
            names.insert(0, turn.who)
    return found


def _unpublished(store: Store, draft: Draft) -> list[LogEntry]:
    """The changes since the draft was last the text of a version to the letter, the latest first."""
    log = entries(store, draft.ruleset)
    if draft.ruleset not in ruleset_names(store):
        return log
    texts = {version.text for version in versions(store, draft.ruleset)}
    text = draft.text
    for number, entry in enumerate(log):
        if entry.sort == "version" and text in texts:
            return log[:number]
        text = _undone(draft, text, [entry])
    return log


def _turns(draft: Draft, log: Sequence[LogEntry]) -> Iterator[_Turn]:
    """The latest turns, the latest first."""
    text = draft.text
    groups = groupby(log, key=lambda entry: None if entry.sort == "version" else entry.who)
    for number, (who, series) in enumerate(groups):
        if number == _MOST_TURNS:
            return
        before = _undone(draft, text, list(series))
        yield _Turn(who, before, text)
        text = before


def _undone(draft: Draft, text: str, later: Sequence[LogEntry]) -> str:
    return text_at(replace(draft, text=text), later)


@dataclass(frozen=True)
class Proposal:
    """A text that is to become live: the draft's, or one that waits for approval.

    `live` is what is live now, None before the first version; `base` the version that the text was made
    from.
    """

    draft: Draft
    side: RulesetRef
    live: RulesetRef | None
    base: int | None
    approval: Approval | None

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

    @cached_property
    def broken(self) -> list[Answer]:
        """The guarantees that do not hold."""
        return [answer for answer in self.guarantees if answer.broken]

    @cached_property
    def guarantees(self) -> list[Answer]:
        """What came of each guarantee; none where there is no solver, or tests fail already."""
        evaluator = self.side.evaluator
        return guaranteed(evaluator.plan) if evaluator is not None else []

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
        return bool(self.errors or self.failing or self.broken or self.stale or self.same or self.empty)
