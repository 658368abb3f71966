"""Long work aside from the request that asks for it, such as an import: begun once, then watched."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Event, Lock, Thread
from typing import Any

from flask import current_app

from ..engine.progress import Progress
from ..engine.store.database import StoreError

_MOST_KEPT = 200


class Stopped(Exception):
    """Nobody needs the work any more."""


class Job:
    """One piece of work in a thread of its own: `what` is being done and which `share` of it is done, then
    its `outcome`, or the `error` that came in its way."""

    def __init__(self) -> None:
        self.what = "waiting"
        self.share = 0.0
        self.ended = Event()
        self.outcome: Any = None
        self.error: Exception | None = None
        self.stopped = False

    def tell(self, what: str, share: float) -> None:
        """Notes how far it is. Raises `Stopped` once nobody needs it any more."""
        if self.stopped:
            raise Stopped
        self.what, self.share = what, share

    def result(self, patience: float = 0.0) -> Any:
        """What came of it, None while it goes on. Raises what came in its way."""
        self.ended.wait(patience)
        if self.error is not None:
            raise self.error
        return self.outcome

    def data(self) -> dict[str, Any]:
        """How far it is, for scripts."""
        return {"what": self.what, "share": round(self.share, 3), "done": self.ended.is_set()}


class Jobs:
    """The work of one application, by keys. Safe in threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()

    def of(self, key: Hashable) -> Job | None:
        """The work begun under a key, also once it is done."""
        with self._lock:
            return self._jobs.get(key)

    def begin(self, key: Hashable, work: Callable[[Progress], Any], *, again: bool = False) -> Job:
        """The work under a key, begun where it was not; with `again` also where it is done, or
        was stopped. Other work that goes on is never begun a second time."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and not job.stopped and not (again and job.ended.is_set()):
                return job
            job = self._jobs[key] = Job()
            self._jobs.move_to_end(key)
            for old in [one for one, other in self._jobs.items() if other.ended.is_set()][:-_MOST_KEPT]:
                del self._jobs[old]
        Thread(target=_run, args=(job, work), daemon=True, name="leadwright work").start()
        return job

    def stop(self, key: Hashable) -> None:
        """Lets work end where it next says how far it is, as nobody needs it any more."""
        job = self.of(key)
        if job is not None and not job.ended.is_set():
            job.stopped = True

    def forget(self, key: Hashable) -> None:
        """Forgets work that is done, so that it can be begun again."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and job.ended.is_set():
                del self._jobs[key]


def _run(job: Job, work: Callable[[Progress], Any]) -> None:
    try:
        job.outcome = work(job.tell)
    except Exception as error:
        # Whoever asks next is told, as if it had happened there.
        job.error = error
    finally:
        job.ended.set()


def jobs() -> Jobs:
    """Those of this application."""
    found: Jobs = current_app.extensions["leadwright.jobs"]
    return found


def said(error: Exception) -> str:
    """What came in the way of work, in a sentence or two for people."""
    if isinstance(error, StoreError):
        return f"{error.message[:1].upper()}{error.message[1:]}. To do: {error.hint}."
    return "Something went wrong that should not. It was noted in the server's log."
