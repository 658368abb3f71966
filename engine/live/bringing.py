"""What empties the inbox into the record, and, if asked, scores: in threads of the program that calls it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from ..store.database import Store, StoreError, only_one, open_store
from ..store.records.freshness import scored_rulesets
from .applying import Applied, Applier, add_counts, gather_in_log
from .memory import give_back

LAGS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""Seconds within which messages are counted as stored, or scored."""

LATER = "later"
_HOUR = 3_600_000_000
_REST = 1.0
"""Seconds between two looks, where nothing arrives: time alone makes scores due, too."""

_GATHERING = 0.1
"""Seconds in which messages gather after a batch of few, or of none. One transaction then takes them in, and
scoring, which writes to the same database, is not kept from its turn by many small ones."""

_FEW = 200

_LONG = 0.5
"""Seconds of scoring after which memory is given back."""

_RESTING = 2.0
"""How much longer than it worked scoring rests while messages wait in the inbox. What comes for a lead in the
meantime is scored once."""

_log = logging.getLogger(__name__)


class Scoring(Protocol):
    """Makes the scores of a store right."""

    def look(self) -> object:
        """Scores what is due."""
        ...


class Bringing:
    """Brings what lies in the inbox into the record. `scoring` makes what scores the store; it is called in
    the thread that scores. `done` is called after each step, with what it brought in."""

    def __init__(
        self, database: Path, scoring: Callable[[Store], Scoring] | None, done: Callable[[Applied], None]
    ) -> None:
        self.database = database
        self._scoring = scoring
        self._done = done
        self._applied = threading.Event()
        self._caught_up = threading.Event()
        self._caught_up.set()
        self._stop = threading.Event()
        self._unscored: list[tuple[int, int, int]] = []
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._apply, name="applier", daemon=True)]
        if scoring is not None:
            self._threads.append(threading.Thread(target=self._score, name="scoring", daemon=True))

    def start(self) -> None:
        """Begins."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finishes what is under way; the rest stays in the inbox."""
        self._stop.set()
        self._applied.set()
        self._caught_up.set()
        for thread in self._threads:
            thread.join()

    # --- storing ------------------------------------------------------------------------------

    def _apply(self) -> None:
        """Empties the inbox, unless another program does so for this database."""
        while not self._stop.is_set():
            try:
                with (
                    only_one(self.database, "live", "bringing messages into"),
                    open_store(self.database) as store,
                ):
                    applier = Applier(store)
                    try:
                        self._empty(applier)
                    finally:
                        applier.close()
            except StoreError as error:
                _log.warning("messages wait in the inbox: %s", error.message)
            except Exception:
                _log.exception("messages wait in the inbox")
            self._stop.wait(_REST)

    def _empty(self, applier: Applier) -> None:
        while not self._stop.is_set():
            applied = applier.step()
            self._note_whether_behind(applier.store, applied is not None and applied.full)
            if applied is None:
                self._stop.wait(_GATHERING)
                continue
            self._done(applied)
            self._note_lags(applier.store, "stored", applied.received)
            if self._scoring is not None:
                with self._lock:
                    self._unscored += applied.received
            self._applied.set()
            applier.shorten_log()
            if applied.messages < _FEW:
                self._stop.wait(_GATHERING)

    def _note_whether_behind(self, store: Store, behind: bool) -> None:
        if behind and not self._stop.is_set():
            self._caught_up.clear()
        elif not self._caught_up.is_set():
            self._caught_up.set()
            give_back(store)

    # --- scoring ------------------------------------------------------------------------------

    def _score(self) -> None:
        assert self._scoring is not None
        while not self._stop.is_set():
            try:
                with open_store(self.database) as store:
                    gather_in_log(store)
                    scoring = self._scoring(store)
                    while not self._stop.is_set():
                        self._applied.wait(_REST)
                        self._applied.clear()
                        if self._stop.is_set():
                            return
                        with self._lock:
                            received, self._unscored = self._unscored, []
                        begun = time.monotonic()
                        scoring.look()
                        if scored_rulesets(store):
                            self._note_lags(store, "scored", received)
                        spent = time.monotonic() - begun
                        if spent > _LONG:
                            give_back(store)
                        # Both share an interpreter: most of the time is for storing, while messages wait.
                        self._caught_up.wait(_RESTING * spent)
            except Exception:
                _log.exception("scoring failed, and is tried again")
            self._stop.wait(_REST)

    def _note_lags(self, store: Store, what: str, received: Sequence[tuple[int, int, int]]) -> None:
        """Counts within how many seconds messages came so far."""
        now = time.time_ns() // 1000
        counts: dict[tuple[int, int, str], int] = {}
        for source, at, count in received:
            seconds = (now - at) / 1_000_000
            within = next((f"{lag:g}" for lag in LAGS if seconds <= lag), LATER)
            place = (source, at // _HOUR, f"{what} {within}")
            counts[place] = counts.get(place, 0) + count
        if counts:
            with store.transaction() as connection:
                add_counts(connection, counts)
