"""What runs while sources may send: the inbox, and a process that empties it into the record and scores.

That is a process of its own, so that answering clients and the page waits for neither. It ends with the one
that started it, however that ends.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from ..store.database import Store
from .applying import Applied
from .bringing import Bringing, Scoring
from .inbox import Inbox

_PROCESSES = multiprocessing.get_context("spawn")
_LOOK = 1.0
"""Seconds between two looks whether to stop."""

_REST = 1.0
"""Seconds before what ended by mistake is started again."""

_log = logging.getLogger(__name__)


class Live:
    """Takes messages in, and has them brought into the record. `scoring` makes what scores the store: a
    function of a module, since it is called in another process. Without it that one is started only once
    there is something to bring in."""

    def __init__(self, database: Path, scoring: Callable[[Store], Scoring] | None = None) -> None:
        self.database = database
        self._scoring = scoring
        self._needed = threading.Event()
        self._stopping = False
        self._process: Connection | None = None
        self._lock = threading.Lock()
        self.inbox = Inbox(database, self._needed.set)
        if scoring is not None or self.inbox.kept:
            self._needed.set()
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends: what waits is written to the inbox and what is under way is finished; the rest stays in the
        inbox for the next start."""
        with self._lock:
            self._stopping = True
            if self._process is not None:
                with suppress(OSError):
                    self._process.send(None)
        self._needed.set()
        if self._thread.is_alive():
            self._thread.join()
        self.inbox.close()

    def _run(self) -> None:
        if hasattr(signal, "pthread_sigmask"):
            # Handed on to the process: Ctrl-C in a terminal asks both to end, and it is to finish first.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._needed.wait()
        rest = threading.Event()
        while True:
            ours, theirs = _PROCESSES.Pipe()
            process = _PROCESSES.Process(
                target=_bring, args=(self.database, self._scoring, theirs), name="live", daemon=True
            )
            with self._lock:
                if self._stopping:
                    return
                process.start()
                self._process = ours
            theirs.close()
            with suppress(EOFError, OSError):
                while True:
                    self.inbox.remove(*ours.recv())
            process.join()
            if process.exitcode:
                _log.error("what brings messages in ended with %s, and is started again", process.exitcode)
                rest.wait(_REST)


def _bring(database: Path, scoring: Callable[[Store], Scoring] | None, parent: Connection) -> None:
    """What the process does, until it is asked to stop or the server is gone."""
    # Thousands of messages are made and let go of at once, hardly any of them in reference cycles: looking
    # for these as often as usual takes a fifth of the time.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())

    def done(applied: Applied) -> None:
        with suppress(OSError):
            parent.send((applied.up_to, applied.size))

    bringing = Bringing(database, scoring, done)
    bringing.start()
    while not (stop.is_set() or parent.poll(_LOOK)):
        pass
    bringing.stop()
