"""Undo and redo: each person's own changes, the latest first, whatever others did in between."""

from __future__ import annotations

from dataclasses import dataclass

from ...engine.store.database import Store
from ...grammar.edits import Applied, apply
from .changes import Changed, NotDone, named, saved
from .draft import held
from .log import OWN, changes_since, newest_of, take_back
from .texts import Texts


@dataclass(frozen=True, slots=True)
class Stacks:
    """Whether a person has something to undo, and something to redo."""

    undo: bool
    redo: bool


def stacks(store: Store, ruleset: str, who: str) -> Stacks:
    """What a person could undo and redo."""
    with store.guard():
        connection = store.connection
        return Stacks(
            newest_of(connection, ruleset, who, OWN) is not None,
            newest_of(connection, ruleset, who, ("undo",)) is not None,
        )


def undo(store: Store, ruleset: str, *, who: str, texts: Texts | None = None) -> Changed | NotDone:
    """Takes back the latest change that this person made and that still stands."""
    return _taken_back(store, ruleset, who, "undo", texts or Texts())


def redo(store: Store, ruleset: str, *, who: str, texts: Texts | None = None) -> Changed | NotDone:
    """Makes the change again that this person undid last."""
    return _taken_back(store, ruleset, who, "redo", texts or Texts())


def _taken_back(store: Store, ruleset: str, who: str, sort: str, texts: Texts) -> Changed | NotDone:
    with store.transaction() as connection:
        draft = held(connection, store, ruleset)
        entry = newest_of(connection, ruleset, who, OWN if sort == "undo" else ("undo",))
        if entry is None:
            return NotDone(draft, f"There is nothing to {sort}.")
        take_back(connection, [entry.number])
        outcome = apply(draft.text, entry.inverse, parsed=texts.read(draft.text, ruleset))
        if not isinstance(outcome, Applied):
            # It leaves the stack, so that what was done before it can still be undone.
            found = NotDone(draft, outcome.message, entry.inverse.key, who="", wanted=entry.inverse.new)
            return named(found, changes_since(connection, ruleset, entry.revision), who)
        if outcome.text == draft.text:
            return Changed(draft, {}, back=entry)
        texts.keep(outcome.parsed, ruleset)
        made = saved(
            connection,
            draft,
            outcome.text,
            texts,
            who=who,
            sort=sort,
            edits=(entry.inverse,),
            of=entry.number,
        )
        return Changed(made, {entry.inverse.key: outcome.key}, back=entry)
