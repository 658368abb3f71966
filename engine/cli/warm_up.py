"""Makes ready what the first questions of an assistant need, while the assistant is still thinking."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from threading import Event, Lock, Thread

from .assistant import VERSIONS_KEPT, Assistant

_PAUSE = 0.05
"""Seconds before it begins: the answer that is on its way goes out first."""

_OF_EDITS = (
    "..lint.lints",
    "..impact.text_diff",
    "..report.changes",
    "..score_many.column_scorer",
    "..store.scoring.what_if",
)
"""Modules that trying an edit needs, besides those of an explanation."""


class WarmUp:
    """Loads the code and reads the rulesets that questions will be about, once, in a thread of its own.

    It stores nothing, and what it could not make ready is made when it is asked for. Whoever starts it stops
    it too: an interpreter that ends while a thread still loads code may crash.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = Lock()
        self._stopped = Event()
        self._thread: Thread | None = None

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
        if self._stopped.wait(_PAUSE):
            return
        try:
            for _ in _steps(self._assistant):
                if self._stopped.is_set():
                    return
        except Exception:
            # The database may be gone, or a ruleset unreadable: the question that needs it gets the error.
            return


def _steps(assistant: Assistant) -> Iterator[None]:
    """Does one thing after the other, first what is probably asked for first."""
    from ..store.database import open_store
    from ..store.records.leads import iterate_leads
    from ..store.records.rulesets import ruleset_names
    from .scored import last_run

    with open_store(assistant.path, read_only=True) as store:
        lead, latest = next(iterate_leads(store), None), last_run(store)
        names = ruleset_names(store)
    if lead is not None and latest is not None:
        # Of no ruleset by name: the version that was scored last, even where a newer one was published.
        others = [name for name in names if name != latest.ruleset]
        for name in (None, latest.ruleset, *others)[:VERSIONS_KEPT]:
            yield
            assistant.explain_lead(lead.key, name)
    for module in _OF_EDITS:
        yield
        import_module(module, __package__)
