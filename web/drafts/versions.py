"""A draft and the live version: what was published in the meantime is brought into the draft."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...engine.store.database import Store
from ...engine.store.records.rulesets import RulesetVersion, load_version, ruleset_names
from ...grammar.edits import MergeConflict, merge
from ...grammar.edits.document import Document
from ...grammar.edits.inverse import restoring
from .draft import Draft, current, draft_of, held, kept
from .log import note


@dataclass(frozen=True, slots=True)
class Rebased:
    """A draft that goes on from the live version by now.

    `conflicts` are the statements that both changed: the draft's words were kept, `mine` has the version's.
    """

    draft: Draft
    version: RulesetVersion
    conflicts: Sequence[MergeConflict]


def is_behind(store: Store, draft: Draft) -> bool:
    """Whether another version is live than the one that a draft goes on from."""
    return _newer(store, draft) is not None


def catch_up(store: Store, ruleset: str) -> Rebased | None:
    """Brings a draft up to the live version. None where it is, so that nothing had to be done."""
    if _newer(store, current(store, ruleset)) is None:
        return None
    with store.transaction() as connection:
        return move_draft_on(connection, store, ruleset)


def move_draft_on(connection: sqlite3.Connection, store: Store, ruleset: str) -> Rebased | None:
    """The same within a transaction, such as the one that publishes; nothing where there is no draft."""
    if draft_of(connection, ruleset) is None:
        return None
    draft = held(connection, store, ruleset)
    live = _newer(store, draft)
    if live is None:
        return None
    merged = merge(draft.base_text, live.text, draft.text)
    made = replace(
        draft, text=merged.text, base=live.number, base_text=live.text, revision=draft.revision + 1
    )
    kept(connection, made)
    inverse = restoring(Document.of(draft.text), Document.of(made.text), "")
    note(connection, made, who=live.author or "", sort="version", edits=(), inverse=inverse)
    return Rebased(made, live, merged.conflicts)


def _newer(store: Store, draft: Draft | None) -> RulesetVersion | None:
    """The live version, where it is another than the draft goes on from."""
    if draft is None or draft.ruleset not in ruleset_names(store):
        return None
    live = load_version(store, draft.ruleset)
    return live if live.number != draft.base else None
