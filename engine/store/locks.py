"""Locks between programs, on a file beside the database: the system lets go of one when its program ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .errors import StoreError

_LOOK_AGAIN = 0.05


@contextmanager
def only_one(database: Path, work: str, doing: str, wait: float = 0.0) -> Iterator[None]:
    """Holds the lock of a sort of work on a database, waiting up to `wait` seconds for another program.

    `doing` says in a message what the other one is doing. Raises `StoreError` where it does not end.
    """
    path = database.with_name(f"{database.name}-{work}.lock")
    try:
        file = path.open("ab")
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}", "allow writing to the folder of the database"
        ) from None
    with file:
        patient_until = time.monotonic() + wait
        while not _taken(file):
            if time.monotonic() >= patient_until:
                raise StoreError(
                    f"another program is {doing} {database}", "wait until it has finished, or stop it"
                )
            time.sleep(_LOOK_AGAIN)
        yield


def _taken(file: IO[bytes]) -> bool:
    """Whether the lock could be had; closing the file gives it back, however the program ends."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # of Windows alone
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
