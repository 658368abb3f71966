"""The database as commands use it: opened when it must be, or only where it is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .command import DATABASE
from .failures import Failure

if TYPE_CHECKING:
    from ..catalogue import Catalogue


def catalogue_beside(db: str | None, *, ignored: bool = False) -> tuple[Catalogue, Path] | None:
    """The catalogue of the database named, else of the usual one where it is there; and where it lies."""
    if ignored:
        return None
    path = Path(db or DATABASE)
    if db is None and not path.exists():
        return None
    from ..store.catalogue import catalogue
    from ..store.opening import open_store

    with open_store(path, read_only=True) as store:
        return catalogue(store), path


def refuse_both(db: str | None, no_db: bool) -> None:
    """Raises Failure where a database is both named and forbidden."""
    if db is not None and no_db:
        raise Failure("--db and --no-db exclude each other", "give one of the two")
