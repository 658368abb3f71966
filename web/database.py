"""The database during one request: opened when first asked for, closed at the end, bounded in time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, g

from ..engine.store.database import Store, open_store
from .settings import Settings

_STEPS = 200_000
"""Steps of SQLite's machine between two looks at the clock; some milliseconds. Each look waits for the
interpreter's lock, for milliseconds too where clients' messages are taken in."""
_LONGEST_STEPS = 0.25
"""Seconds that so many steps take at most; what is longer was spent outside of the database."""

_CACHE_KIB = 8_192
"""Of the database in memory: a request reads most pages once, and lets go of all of them at its end."""


def register(app: Flask) -> None:
    """Has the database closed when a request is over."""

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        store: Store | None = g.pop("store", None)
        if store is not None:
            store.close()


def reading(settings: Settings) -> Store:
    """The database of this request, for reading."""
    if "store" not in g:
        g.store = open_reading(settings, settings.request_seconds)
    store: Store = g.store
    return store


def open_reading(settings: Settings, seconds: float) -> Store:
    """The database for reading, for so many seconds at most; whoever opens it closes it."""
    store = open_store(settings.database, read_only=True, wait=2.0)
    store.connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return _bounded(store, seconds)


def writable(settings: Settings) -> bool:
    """Whether the database's file and folder may be written to, as far as can be told without doing so."""
    path = settings.database
    return os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)


@contextmanager
def writing(settings: Settings) -> Iterator[Store]:
    """The database for writing; in the block alone, so that the lock is held no longer than needed."""
    with open_store(settings.database, wait=5.0) as store:
        yield _bounded(store, settings.request_seconds)


def _bounded(store: Store, seconds: float) -> Store:
    """Breaks off what takes longer in the database, whatever else takes its time between two questions:
    SQLite then raises its error SQLITE_INTERRUPT."""
    last, used = time.monotonic(), 0.0

    def is_over() -> bool:
        nonlocal last, used
        now = time.monotonic()
        used += min(now - last, _LONGEST_STEPS)
        last = now
        return used > seconds

    store.connection.set_progress_handler(is_over, _STEPS)
    return store
