"""What loading a file would store, counted before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...engine.importing.rehearsal import NoRoom, rehearse_import
from ...engine.progress import Progress
from ...engine.store.database import StoreError, open_store
from ..jobs import Job, said
from ..settings import MIB, Settings
from .choices import Choices
from .loading import counts_of, error_sentence
from .uploads import Upload

_SMALL_FILE, _SMALL_DATABASE = 64 * MIB, 512 * MIB
"""Up to here counting takes few seconds, and is done without being asked for."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What loading would do, as a report of it says; else why that is not known, and whether the same `stops`
    loading."""

    report: dict[str, Any] | None
    problem: str | None = None
    stops: bool = False


def counted_at_once(settings: Settings, upload: Upload) -> bool:
    """Whether counting is so quick that nobody has to ask for it."""
    return upload.size <= _SMALL_FILE and settings.database.stat().st_size <= _SMALL_DATABASE


def count(settings: Settings, upload: Upload, choices: Choices, tell: Progress) -> Counted:
    """Loads a file into a copy of the database, and says what that did. The rows that it would leave out are
    where those of loading are."""
    mapping = choices.mapping()
    if mapping is None:
        return Counted(None, choices.lacking(), stops=True)
    try:
        with open_store(settings.database, read_only=True) as store:
            report = rehearse_import(
                store,
                upload.path,
                mapping,
                choices.reading(),
                beside=upload.folder,
                rejects=upload.rejects,
                label=upload.name,
                progress=tell,
            )
    except NoRoom as error:
        return Counted(None, f"Not counted: {error.message}. You can load the file all the same.")
    except StoreError as error:
        return Counted(None, error_sentence(error, upload), stops=True)
    return Counted(counts_of(report, choices))


def counted_of(job: Job, patience: float) -> Counted | None:
    """What came of counting; None while it goes on."""
    if not job.ended.wait(patience):
        return None
    if job.error is not None:
        return Counted(None, f"Not counted. {said(job.error)}")
    found: Counted = job.outcome
    return found
