"""The database as commands use it: opened when it must be, or only where it is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .command import DATABASE
from .failures import Failure

if TYPE_CHECKING:
    from ..catalogue import Catalogue
    from ..evaluate import Event
    from ..store.database import Store


@contextmanager
def open_beside(db: str | None, *, ignored: bool = False) -> Iterator[Store | None]:
    """The database named, else the usual one where it is there, for reading; None where it is not."""
    path = Path(db or DATABASE)
    if ignored or (db is None and not path.exists()):
        yield None
        return
    from ..store.database import open_store

    with open_store(path, read_only=True) as store:
        yield store


def catalogue_beside(db: str | None, *, ignored: bool = False) -> tuple[Catalogue, Path] | None:
    """The catalogue of the database that `open_beside` finds, and where it lies."""
    with open_beside(db, ignored=ignored) as store:
        if store is None:
            return None
        from ..store.records.catalogue import catalogue

        return catalogue(store), store.path


def refuse_both(db: str | None, no_db: bool) -> None:
    """Raises Failure where a database is both named and forbidden."""
    if db is not None and no_db:
        raise Failure("--db and --no-db exclude each other", "give one of the two")


def events_of_lead(store: Store, lead: int) -> list[Event]:
    """The events of a lead as evaluation takes them."""
    from ..evaluate import Event
    from ..store.records.events import events_of

    return [Event(event.type, event.at, event.object, event.properties) for event in events_of(store, lead)]
