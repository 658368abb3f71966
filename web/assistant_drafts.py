"""What an assistant may write where it was allowed to: drafts, which a person then reviews and publishes."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from ..engine.check import FrozenFiles
from ..engine.reading import read
from ..engine.report.diagnostics import verdict
from ..engine.report.text_style import PLAIN
from ..engine.store.database import Store, StoreError, open_store
from ..engine.store.records.catalogue import catalogue
from ..engine.store.records.rulesets import load_version
from ..grammar.edits import MergeConflict
from ..grammar.messages.diagnostics import Source, render
from .accounts.users import Person, Role
from .drafts import Draft, authors, begin_with, catch_up, current, take_text
from .ruleset_cache import NAME

ASKING: ContextVar[Person | None] = ContextVar("ASKING", default=None)
"""Whose token a question came with; None where the assistant was started on this computer."""


@dataclass(frozen=True, slots=True)
class AssistantDrafts:
    """Reads and writes drafts in the database at `path`. Raises StoreError for what is refused."""

    path: Path

    def show_draft(self, ruleset: str) -> str:
        """The draft of a ruleset, with the revision that draft_rules needs to go on from it."""
        with open_store(self.path, read_only=True) as store:
            found = current(store, ruleset)
            if found is None:
                raise StoreError(f'there is no ruleset "{ruleset}"', "draft_rules begins a new one")
            return f"{_head(found)}{_by(store, found)}\n\n{found.text}"

    def draft_rules(self, ruleset: str, text: str, revision: int = 0) -> str:
        """Stores a text as the draft of a ruleset, for a person to review and publish.

        Give the whole text, and the revision of the draft that it goes on from: 0 for the live version. A
        text with errors is refused. Nothing is published by this.
        """
        who = _author()
        with open_store(self.path) as store:
            catch_up(store, ruleset)
            before = current(store, ruleset)
            _must_read(store, before, text)
            conflicts: tuple[MergeConflict, ...] = ()
            if before is None:
                made = _begun(store, ruleset, text, who)
            else:
                _must_have_seen(store, before, revision)
                done = take_text(store, ruleset, text, who=who, seen=before.revision)
                made, conflicts = done.draft, done.conflicts
            return "\n".join(
                [
                    f"{_head(made)}{_by(store, made)}",
                    "A person reviews and publishes it on the page of the ruleset.",
                    *(f"Not taken: {conflict.message}" for conflict in conflicts),
                ]
            )


def _author() -> str:
    """The name that a change carries. Raises StoreError for those who may not write drafts."""
    person = ASKING.get()
    if person is None:
        return "assistant"
    if not person.role.may(Role.EDITOR):
        raise StoreError(
            f"this token may read, and has the role {person.role.value}",
            "a token that writes drafts has the role editor",
        )
    return f"assistant of {person.name}"


def _must_read(store: Store, draft: Draft | None, text: str) -> None:
    """Raises StoreError for a text with errors, with all of them."""
    based = draft is not None and draft.base is not None
    files = load_version(store, draft.ruleset, draft.base).files if draft is not None and based else {}
    found = read(Source(text), catalogue=catalogue(store), files=FrozenFiles(files), lints=False)
    if found.plan is None:
        report = render(found.diagnostics, color=False)
        raise StoreError(
            f"the text has errors, so it was not stored\n\n{report}\n{verdict(found.diagnostics, 1, PLAIN)}",
            "fix them, then send the whole text again",
        )


def _must_have_seen(store: Store, draft: Draft, revision: int) -> None:
    """Raises StoreError where somebody changed the draft, and the text does not go on from that."""
    if draft.changed and revision != draft.revision:
        names = " and ".join(authors(store, draft.ruleset)) or "somebody"
        raise StoreError(
            f"{names} changed the draft of {draft.ruleset}, which is at revision {draft.revision} now",
            "read it with show_draft, and send a text that goes on from it, with its revision",
        )


def _begun(store: Store, ruleset: str, text: str, who: str) -> Draft:
    if not re.fullmatch(NAME, ruleset) or ruleset != ruleset.strip():
        raise StoreError(
            f'"{ruleset[:100]}" cannot be the name of a ruleset',
            "begin with a letter or digit, and use letters, digits, blanks and . _ - only, at most 64",
        )
    made = begin_with(store, ruleset, text, who=who)
    if made is None:
        raise StoreError(f'there is a ruleset with the name "{ruleset}" in another case', "use that name")
    return made


def _head(draft: Draft) -> str:
    since = "a new ruleset" if draft.base is None else f"goes on from version {draft.base}"
    state = "" if draft.changed else ", not changed yet"
    return f"Draft of {draft.ruleset}, {since}, revision {draft.revision}{state}"


def _by(store: Store, draft: Draft) -> str:
    names = authors(store, draft.ruleset)
    return f", changed by {', '.join(names)}" if names else ""
