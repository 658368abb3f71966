"""Memory that is not needed for now is given back."""

import ctypes
import sys
from pathlib import Path

import pytest
from leadwright.engine.live.memory import give_back
from leadwright.engine.store.database import open_store
from leadwright.tests.web.small import small_database

_MIB = 2**20


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // _MIB


@pytest.mark.skipif(
    not (sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim")), reason="this is not glibc"
)
def test_pages_between_others_in_use_are_given_back(tmp_path: Path) -> None:
    with open_store(small_database(tmp_path)) as store:
        held = [bytes([number % 256]) * 64 * 1024 for number in range(4_000)]
        full = resident()
        del held[::2], held[::2], held[::2]
        give_back(store)
        # Of 250 MiB an eighth is in use.
        assert resident() < full - 150
        assert len(held) == 500
        assert store.connection.execute("SELECT count(*) FROM lead").fetchone()[0] > 0
