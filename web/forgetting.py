"""People forgotten from the page and over HTTP."""

from __future__ import annotations

from ..engine.live.forgetting import forgetting_in
from ..engine.store.database import open_store
from ..engine.store.records.forgetting import Forgotten, forget
from .access import doer, settings
from .problems import not_found


def forget_person(lead: str, *, keeping_out: bool) -> Forgotten:
    """Deletes all that is known of the person with an id. Problem 404 where there is none."""
    who = doer()
    # Overwriting a large database takes longer than other requests may.
    with open_store(settings().database, wait=5.0) as store:
        done = forget(
            store,
            [lead],
            keeping_out=keeping_out,
            who=who.who,
            address=who.address,
            elsewhere=[forgetting_in(settings().database)],
        )
    if done.unknown and not keeping_out:
        raise not_found(f'There is no lead with the id "{lead}".')
    return done
