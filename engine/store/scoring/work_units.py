"""Units of work of a scoring run, shared with a second process: whoever is free scores the next one."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from ...plan import Plan
from ...score_one.scorer import Scorer
from ..database import Store, open_store
from .writer import Job, Tally

_SIZE = 4
_PATIENCE = 60.0
"""Seconds to wait for the other process's writing; a portion takes a fraction of one."""


class Helper:
    """The other process, at work."""

    def __init__(self, process: subprocess.Popen[bytes], numbers: int) -> None:
        self.process = process
        self.numbers = numbers

    def units(self) -> Iterator[int]:
        """The units that this process gets."""
        return units(self.numbers)

    def finish(self, tally: Tally) -> set[int]:
        """Waits for the other process: which units it did, its counts being added to the tally."""
        answer, _ = self.process.communicate()
        if self.process.returncode or not answer:
            return set()
        done, theirs = pickle.loads(answer)
        tally.add(theirs)
        return done if isinstance(done, set) else set()


def units(numbers: int) -> Iterator[int]:
    """The numbers that come out of a pipe, one at a time until there are no more."""
    while found := os.read(numbers, _SIZE):
        yield int.from_bytes(found, "big")


@contextmanager
def start_helper(path: Path, plan: Plan, job: Job, work: WorkUnits | None) -> Iterator[Helper | None]:
    """Starts the second process; none without work, or where the system cannot share a pipe so."""
    if work is None or os.name != "posix":
        yield None
        return
    numbers, fill = os.pipe()
    try:
        # A pipe takes 64 KiB before anyone reads it, which is far more units than a file can have here.
        os.set_blocking(fill, False)
        whole = os.write(fill, b"".join(number.to_bytes(_SIZE, "big") for number in range(work.count)))
        os.close(fill)
        process = _start(numbers) if whole == work.count * _SIZE else None
        if process is None:
            yield None
            return
        with process:
            try:
                _send(process, pickle.dumps((path, plan, job, work, numbers)))
                yield Helper(process, numbers)
            except BaseException:
                process.kill()
                raise
    finally:
        os.close(numbers)


def _start(numbers: int) -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", f"from {__name__} import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[numbers],
        )
    except OSError:
        return None


def _send(process: subprocess.Popen[bytes], task: bytes) -> None:
    """Tells a process what to do. One that has ended already does not hear it, which is found out later."""
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.write(task)
    with suppress(BrokenPipeError):
        process.stdin.close()
    process.stdin = None


def main() -> None:
    """The second process: reads its task from standard input, tells what it did on standard output."""
    path, plan, job, work, numbers = pickle.load(sys.stdin.buffer)
    tally, done = Tally(), set[int]()
    # Whatever stops it, what was done is told; the first process comes upon the same and says so.
    with (
        suppress(Exception),
        open_store(path, wait=_PATIENCE) as store,
        store.relaxed(),
        open_store(path, read_only=True) as reader,
    ):
        score_units(work.scorer(store, reader, Scorer(plan), job), units(numbers), tally, done)
    pickle.dump((done, tally), sys.stdout.buffer)


Score = Callable[[int], Tally]
"""Scores a portion by its number and writes what came of it."""


class WorkUnits(Protocol):
    """All leads in so many units; can be sent to another process."""

    @property
    def count(self) -> int:
        """How many units there are."""

    def seconds(self, rules: int) -> float:
        """How long one process takes, very roughly, by so many rules."""

    def scorer(self, store: Store, reader: Store, evaluator: Scorer, job: Job) -> Score:
        """What scores them, reading through one connection and writing through another."""


def score_units(score: Score, numbers: Iterable[int], tally: Tally, done: set[int] | None = None) -> set[int]:
    """Scores units as they come and counts them; which they were, also in `done`."""
    done = set() if done is None else done
    for number in numbers:
        tally.add(score(number))
        done.add(number)
    return done
