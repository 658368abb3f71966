"""Who changed which statement of a draft, told from its log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ...engine.compare import compare
from ...engine.store.database import Store
from ...engine.store.records.rulesets import ruleset_names, versions
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.nodes import Tree
from ...grammar.syntax.parse import parse
from ..drafts import Draft, Entry, entries, text_at

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


def _unpublished(store: Store, draft: Draft) -> list[Entry]:
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


def _turns(draft: Draft, log: Sequence[Entry]) -> Iterator[_Turn]:
    """The latest turns, the latest first."""
    text = draft.text
    groups = groupby(log, key=lambda entry: None if entry.sort == "version" else entry.who)
    for number, (who, series) in enumerate(groups):
        if number == _MOST_TURNS:
            return
        before = _undone(draft, text, list(series))
        yield _Turn(who, before, text)
        text = before


def _undone(draft: Draft, text: str, later: Sequence[Entry]) -> str:
    return text_at(replace(draft, text=text), later)
