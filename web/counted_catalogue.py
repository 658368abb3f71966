"""The catalogue as the page last counted it."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

from ..engine.catalogue import Catalogue
from ..engine.store.database import Store, open_store
from ..engine.store.records.catalogue import catalogue, catalogue_before
from .problems import Problem

_FEW = 50_000
"""Leads that are counted while somebody waits."""

_AGE = 20
"""A catalogue of many leads is shown so many times as long as it took to count, though data came in."""

_PATIENCE = 10.0
"""Seconds to wait where nothing was counted before."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """A catalogue, the state of the data that it is of, since when on the machine's clock it is not to be
    counted again, and for how many seconds."""

    state: int
    catalogue: Catalogue
    at: float = 0.0
    good_for: float = 0.0


class CountedCatalogue:
    """What the data holds, counted again when the data has changed. Safe in threads.

    Counting a million leads takes many seconds, and live events change the data all the time: of many leads
    it is counted in a thread of its own, and what was counted before is shown meanwhile.
    """

    def __init__(self) -> None:
        self._counted: _Counted | None = None
        self._lock = Lock()
        self._thread: Thread | None = None

    def of(self, store: Store) -> Catalogue:
        """The catalogue of a database. Problem 503 where the first count of it is still under way."""
        state = state_of(store)
        counted = self._counted
        if counted is not None and counted.state == state:
            return counted.catalogue
        if _leads(store) <= _FEW:
            counted = self._counted = _Counted(state, catalogue(store))
            return counted.catalogue
        if counted is None:
            before = catalogue_before(store)
            counted = None if before is None else _Counted(*before)
            self._counted = self._counted or counted
            if counted is not None and counted.state == state:
                return counted.catalogue
        if counted is None or time.monotonic() > counted.at + counted.good_for:
            thread = self._begin(store.path)
            if counted is None:
                thread.join(_PATIENCE)
                counted = self._counted
        if counted is None:
            raise Problem(
                503,
                "Counting",
                "What the leads hold is being counted for the first time. Try again in a moment.",
                headers={"Retry-After": "5"},
            )
        return counted.catalogue

    def _begin(self, database: Path) -> Thread:
        """Begins to count, unless that goes on already."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._count, args=(database,), name="catalogue", daemon=True)
                self._thread.start()
            return self._thread

    def _count(self, database: Path) -> None:
        try:
            with open_store(database, read_only=True) as store:
                state, began = state_of(store), time.monotonic()
                found = catalogue(store)
        except Exception:
            logging.getLogger(__name__).exception("the data could not be counted")
            return
        now = time.monotonic()
        self._counted = _Counted(state, found, now, _AGE * (now - began))


def state_of(store: Store) -> int:
    """In which state the data is: a number that every change of it counts up."""
    with store.guard():
        return int(store.connection.execute("SELECT data FROM state").fetchone()[0])


def _leads(store: Store) -> int:
    """About how many leads there are: the largest of their numbers, which is known at once."""
    with store.guard():
        return int(store.connection.execute("SELECT ifnull(max(_id), 0) FROM lead").fetchone()[0])
