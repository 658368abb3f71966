"""A draft opened for one request: found, read, and made ready to show."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ...assist.names import known_names
from ...engine.store.database import Store, StoreError
from ..access import person, settings
from ..accounts.users import Role
from ..database import reading, writable, writing
from ..drafts import Draft, Rebased, authors, catch_up, current, is_behind
from ..drafts.changes import stacks
from ..problems import not_found
from ..results.lifts import lifts_of_cards
from ..ruleset_cache import kept, read_text
from ..tryout.opening import trial_of
from ..tryout.pages import panel_html
from .card_cache import cached_cards
from .screen import Screen


def draft_of(store: Store, ruleset: str) -> Draft:
    """The draft of a ruleset. Problem 404 where there is none."""
    found = current(store, ruleset)
    if found is None:
        raise not_found(f"There is no ruleset {ruleset}.")
    return found


def rebased_draft(ruleset: str) -> Rebased | None:
    """Brings the draft up to the version that is live, if whoever asks may change it; None where it is."""
    if not may_edit() or not is_behind(reading(settings()), draft_of(reading(settings()), ruleset)):
        return None
    # A database that cannot be written to now is no reason not to show what is there.
    with suppress(StoreError), writing(settings()) as store:
        return catch_up(store, ruleset)
    return None


def published_words(rebased: Rebased) -> dict[str, Any]:
    """What the page says of a version that came into a draft."""
    return {
        "version": rebased.version.number,
        "who": rebased.version.author,
        "conflicts": [
            f"{found.message} The draft's words were kept. Version {rebased.version.number} has: {found.mine}"
            for found in rebased.conflicts
        ],
    }


def may_edit() -> bool:
    """Whether whoever asks may change the draft, and the database takes it."""
    who = person()
    return who is not None and who.role.may(Role.EDITOR) and writable(settings())


def screen_of(
    store: Store,
    draft: Draft,
    lead: str | None = None,
    at: str | None = None,
    *,
    lints: bool = True,
    opened: frozenset[str] | None = None,
) -> Screen:
    """The editor of a draft, for whoever is asking, tried out on the lead that the page names, as of `at`.

    `opened` are the elements of the cards that show their controls, None for all. Without `lints`, only
    errors are looked for; what was said before of a statement still is.
    """
    who = person()
    parsed = cached_cards().texts.read(draft.text, draft.ruleset)
    read = read_text(store, settings(), draft.text, draft.ruleset, before=parsed, lints=lints).reading
    names = known_names(parsed.tree, kept().catalogue(store))
    tried = trial_of(store, draft.ruleset, read, lead, at)
    return Screen(
        draft,
        parsed,
        read,
        lints,
        names,
        cached_cards().cards(parsed, names),
        stacks(store, draft.ruleset, who.name if who is not None else ""),
        authors(store, draft.ruleset),
        who.name if who is not None else "",
        may_edit(),
        tried.numbers,
        {result.test.name: result for result in tried.tests},
        panel_html(tried),
        lifts_of_cards(store, tried.live, parsed),
        opened,
        tried.waiting is not None,
    )
