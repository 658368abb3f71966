"""A draft opened for one request: found, read, and made ready to show."""

from __future__ import annotations

from ...engine.store.opening import Store
from ...grammar.diagnostics import Source
from ...grammar.parser import parse
from ..access import person, settings
from ..accounts.roles import Role
from ..drafts import Draft, authors, current
from ..drafts.undo import stacks
from ..problems import not_found
from ..rulebook import kept, read_text
from ..trial import panel_html, trial_of
from .screen import Screen
from .vocabulary import vocabulary


def draft_of(store: Store, ruleset: str) -> Draft:
    """The draft of a ruleset. Problem 404 where there is none."""
    found = current(store, ruleset)
    if found is None:
        raise not_found(f"There is no ruleset {ruleset}.")
    return found


def screen_of(store: Store, draft: Draft, lead: str | None = None) -> Screen:
    """The editor of a draft, for whoever is asking, tried out on the lead that the page names."""
    who = person()
    parsed = parse(Source(draft.text))
    reading = read_text(store, settings(), draft.text, draft.ruleset).reading
    tried = trial_of(store, draft.ruleset, reading, lead)
    return Screen(
        draft,
        parsed,
        reading,
        vocabulary(parsed.tree, kept().catalogue(store)),
        stacks(store, draft.ruleset, who.name if who is not None else ""),
        authors(store, draft.ruleset),
        who is not None and who.role.may(Role.EDITOR),
        tried.numbers,
        panel_html(tried),
    )
