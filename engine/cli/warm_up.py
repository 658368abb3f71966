"""Makes ready what the next questions of an assistant need, before they are asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from threading import Event, Lock, Thread

from .assistant import VERSIONS_KEPT, Assistant

LOOKING = 1.0
"""Seconds between two looks at whether the database has changed."""

_PAUSE = 1.0
"""Seconds before it loads what trying an edit needs: the assistant is connected first."""

_OF_EDITS = (
    "..lint.lints",
    "..impact.text_diff",
    "..report.changes",
    "..score_many.column_scorer",
    "..store.scoring.what_if",
)
"""Modules that trying an edit needs, besides those of an explanation."""


class WarmUp:
    """Loads the code and reads the rulesets that questions will be about, in a thread of its own.

    What is published later it reads when it sees that the database has changed. It stores nothing, and what
    it could not make ready is made when it is asked for. Whoever starts it stops it too: an interpreter that
    ends while a thread still loads code may crash.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = Lock()
        self._stopped = Event()
        self._thread: Thread | None = None
        self._read: set[int] = set()

    def start(self) -> None:
        """Begins, where it has not begun before."""
        with self._lock:
            if self._thread is None and not self._stopped.is_set():
                self._thread = Thread(target=self._run, name="warm-up")
                self._thread.start()

    def stop(self) -> None:
        """Ends it after the step that it is at, the longest of which reads one ruleset."""
        with self._lock:
            self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        seen = self._stamp()
        self._do(self._versions())
        if not self._stopped.wait(_PAUSE):
            self._do(_load_edits())
        while not self._stopped.wait(LOOKING):
            stamp = self._stamp()
            if stamp != seen:
                seen = stamp
                self._do(self._versions())

    def _do(self, steps: Iterator[None]) -> None:
        try:
            for _ in steps:
                if self._stopped.is_set():
                    return
        except Exception:
            # The database may be gone, or a ruleset unreadable: the question that needs it gets the error.
            return

    def _stamp(self) -> tuple[tuple[int, int] | None, ...]:
        """What differs once anybody has written to the database; cheaper than to open it."""
        return tuple(map(_written, (str(self._assistant.path), f"{self._assistant.path}-wal")))

    def _versions(self) -> Iterator[None]:
        """Reads the versions that questions are about, once each, first that which was scored last."""
        from ..store.database import open_store
        from ..store.records.leads import iterate_leads
        from ..store.records.rulesets import newest_version, ruleset_names
        from .scored import last_run

        yield
        with open_store(self._assistant.path, read_only=True) as store:
            lead, latest = next(iterate_leads(store), None), last_run(store)
            newest = {name: newest_version(store, name) for name in ruleset_names(store)}
        if lead is None or latest is None:
            return
        # Of no ruleset by name: the version that was scored last, even where a newer one was published.
        wanted: dict[int, str | None] = {latest.version: None}
        first = newest.pop(latest.ruleset)
        for version in (first, *newest.values()):
            assert version is not None, "a ruleset has a version"
            wanted.setdefault(version.id, version.ruleset)
        for number, name in list(wanted.items())[:VERSIONS_KEPT]:
            if number not in self._read:
                self._read.add(number)
                self._assistant.explain_lead(lead.key, name)
                yield


def _written(path: str) -> tuple[int, int] | None:
    """When a file was written to, and its size; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _load_edits() -> Iterator[None]:
    for module in _OF_EDITS:
        yield
        import_module(module, __package__)
