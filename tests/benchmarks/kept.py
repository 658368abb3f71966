"""Where what takes minutes to make is made: for the occasion, or for the next time as well."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadwright.tests.benchmarks.as_sql import Kinds
from leadwright.tests.benchmarks.stored_people import build


@contextmanager
def kept_folder() -> Iterator[Path]:
    """A folder for the occasion, or LEADWRIGHT_STORES, which keeps what is in it."""
    kept = os.environ.get("LEADWRIGHT_STORES")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def kept_store(folder: Path, number: int) -> tuple[Path, Kinds]:
    """A store of so many leads in a folder, and the numbers of its kinds of events."""
    path, known = folder / f"people{number}.db", folder / f"people{number}.kinds"
    if not known.exists():
        path.unlink(missing_ok=True)
        known.write_bytes(pickle.dumps(build(path, number)))
    kinds: Kinds = pickle.loads(known.read_bytes())
    return path, kinds
