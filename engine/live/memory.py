"""Memory that is not needed for now, given back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress

from ..store.database import Store


def give_back(store: Store) -> None:
    """Gives back the pages of the database that a connection keeps in memory, and what the C library keeps of
    memory that was let go of.

    glibc keeps pages that lie between others in use: up to a third of a process that works in large arrays.
    Another library is not asked.
    """
    with store.guard():
        store.connection.execute("PRAGMA shrink_memory")
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
