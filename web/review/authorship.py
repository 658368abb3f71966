"""Who changed which statement of a draft, told from its log."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ...engine.compare import compare
from ...engine.store.opening import Store
from ...engine.store.rulesets import ruleset_names, versions
from ...grammar.diagnostics import Source
from ...grammar.nodes import Tree
from ...grammar.parser import parse
from ..drafts import Draft, Entry, entries, text_at

_MOST_TURNS = 200

Authors = dict[tuple[str, str], list[str]]
"""By the sort and name of a statement, as `compare` has them, who changed it, in the order of their first
change."""


def statement_authors(store: Store, draft: Draft) -> Authors:
    """Who changed each statement since the text was last that of a version.

    Changes that one person made in a row are looked at as one: what they took back themselves is none.
    """
    log = entries(store, draft.ruleset)
    turns = _turns(log, _since(store, draft, log))[:_MOST_TURNS]
    found: Authors = {}
    if len({entry.who for entry, _ in turns}) == 1 and all(entry.sort != "version" for entry, _ in turns):
        old = _tree(text_at(draft, log[: _place(log, turns[-1][1]) + 1]))
        for change in compare(old, _tree(draft.text)):
            found[change.what, change.name] = [turns[0][0].who]
        return found
    new = _tree(draft.text)
    for last, first in turns:
        old = _tree(text_at(draft, log[: _place(log, first) + 1]))
        if last.sort != "version":
            for change in compare(old, new):
                names = found.setdefault((change.what, change.name), [])
                if last.who in names:
                    names.remove(last.who)
                names.insert(0, last.who)
        new = old
    return found


def _since(store: Store, draft: Draft, log: Sequence[Entry]) -> int:
    """How many of the latest entries came after the draft was last the text of a version to the letter."""
    if draft.ruleset not in ruleset_names(store):
        return len(log)
    texts = {version.text for version in versions(store, draft.ruleset)}
    for number, entry in enumerate(log):
        if entry.sort == "version" and text_at(draft, log[:number]) in texts:
            return number
    return len(log)


def _turns(log: Sequence[Entry], count: int) -> list[tuple[Entry, Entry]]:
    """The last and the first entry of each series by one person, the latest series first."""
    found = []
    for _, group in groupby(log[:count], key=lambda entry: (entry.who, entry.sort == "version")):
        series = list(group)
        found.append((series[0], series[-1]))
    return found


def _place(log: Sequence[Entry], entry: Entry) -> int:
    return next(number for number, one in enumerate(log) if one.number == entry.number)


def _tree(text: str) -> Tree:
    return parse(Source(text)).tree
