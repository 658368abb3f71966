"""A draft opened for one request: found, read, and made ready to show."""

from __future__ import annotations

from ...engine.store.opening import Store
from ..access import person, settings
from ..accounts.roles import Role
from ..drafts import Draft, authors, current
from ..drafts.undo import stacks
from ..problems import not_found
from ..rulebook import kept, read_text
from ..trial import panel_html, trial_of
from .desk import desk
from .screen import Screen
from .vocabulary import vocabulary


def draft_of(store: Store, ruleset: str) -> Draft:
    """The draft of a ruleset. Problem 404 where there is none."""
    found = current(store, ruleset)
    if found is None:
        raise not_found(f"There is no ruleset {ruleset}.")
    return found


def screen_of(store: Store, draft: Draft, lead: str | None = None, *, lints: bool = True) -> Screen:
    """The editor of a draft, for whoever is asking, tried out on the lead that the page names.

    Without `lints`, only errors are looked for; what was said before of a statement still is.
    """
    who = person()
    parsed = desk().texts.read(draft.text, draft.ruleset)
    read = read_text(store, settings(), draft.text, draft.ruleset, before=parsed, lints=lints).reading
    names = vocabulary(parsed.tree, kept().catalogue(store))
    tried = trial_of(store, draft.ruleset, read, lead)
    return Screen(
        draft,
        parsed,
        read,
        lints,
        names,
        desk().cards(parsed, names),
        stacks(store, draft.ruleset, who.name if who is not None else ""),
        authors(store, draft.ruleset),
        who is not None and who.role.may(Role.EDITOR),
        tried.numbers,
        {result.test.name: result for result in tried.tests},
        panel_html(tried),
    )
