"""What Linux tells of this process and those below it: time of the processor, and memory."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def family() -> dict[int, list[str]]:
    """The processes below this one, by number: what Linux tells of each, from its state on."""
    parents: dict[int, int] = {}
    told: dict[int, list[str]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(path.parent.name)
        told[number], parents[number] = rest, int(rest[1])
    mine = {os.getpid()}
    while found := {one for one, parent in parents.items() if parent in mine} - mine:
        mine |= found
    return {one: told[one] for one in mine - {os.getpid()}}


def memory(number: int, what: str = "VmRSS") -> float:
    """MiB that a process holds, or with `VmHWM` has held at most; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(what)), 0.0)


def own_memory(number: int) -> float:
    """MiB that a process holds, of what it shares with others only its share; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def spent(rest: list[str]) -> float:
    """Seconds of the processor that a process of `family`, and its children that ended, have taken."""
    return sum(map(int, rest[11:15])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def watching(look: Callable[[], None], every: float) -> Iterator[None]:
    """Looks again and again, so many seconds apart."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(every):
            look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
