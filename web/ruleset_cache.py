"""Rulesets as the page uses them: versions made ready to run, and texts read against the data."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import TypeVar

from flask import current_app

from ..engine.catalogue import Catalogue
from ..engine.check import Known
from ..engine.check.files import FileProblem, Folder, FrozenFiles, RecordedFiles
from ..engine.evaluator import Evaluator
from ..engine.lru import LruCache
from ..engine.plan import Plan
from ..engine.reading import Reading, read
from ..engine.store.database import Store
from ..engine.store.records.rulesets import RulesetVersion, load_version, ruleset_names
from ..grammar.messages.diagnostics import Source
from ..grammar.syntax.parse import Parsed
from .counted_catalogue import CountedCatalogue
from .problems import Problem, not_found
from .settings import Settings

T = TypeVar("T")

NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$"
"""What a ruleset made here may be called; it stands in addresses and in names of files."""

_MOST_KNOWN = 32
_MOST_CHARACTERS = 1_000_000
"""Of the texts that versions and readings are of. They take about a hundred times as much."""

_MOST_ANSWERS = 12
_AT_ONCE = 2
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Ready:
    """A published version that is ready to run."""

    version: RulesetVersion
    reading: Reading
    plan: Plan
    evaluator: Evaluator

    @property
    def title(self) -> str:
        """Its title, or its name where it has none."""
        return self.plan.title or self.version.ruleset


class RulesetCache:
    """Versions made ready, texts read last, the catalogue as last counted. All only save time; safe in
    threads."""

    def __init__(self) -> None:
        self._versions: LruCache[tuple[int, str], Ready] = LruCache(
            _MOST_CHARACTERS, lambda key, _ready: len(key[1])
        )
        self._readings: LruCache[Hashable, ReadText] = LruCache(
            _MOST_CHARACTERS, lambda _key, found: len(found.reading.source.text)
        )
        self._known: LruCache[str, Known] = LruCache(_MOST_KNOWN)
        self._answers: LruCache[Hashable, object] = LruCache(_MOST_ANSWERS)
        self._catalogue = CountedCatalogue()
        self._turns = BoundedSemaphore(_AT_ONCE)

    def ready(self, version: RulesetVersion, alike: Reading | None = None) -> Ready:
        """The version ready to run; versions are never rewritten, so it may be kept. `alike` is a text read
        already, much like the version's or the same, and only saves time."""
        return self._versions.made((version.id, version.text), lambda: _made_ready(version, alike))

    def catalogue(self, store: Store) -> Catalogue:
        """What the data holds, counted again when the data has changed; see `CountedCatalogue`."""
        return self._catalogue.of(store)

    def reading(self, key: Hashable, read: Callable[[], ReadText]) -> ReadText:
        """What was read under a key that says all that reading rests on; read where it was not yet."""
        return self._readings.made(key, read)

    def known(self, ruleset: str) -> Known | None:
        """What the check of the text of a ruleset that was read last found out."""
        return self._known.get(ruleset)

    def keep_known(self, ruleset: str, known: Known | None) -> None:
        """Keeps what a check found out for the next one."""
        if known is not None:
            self._known.put(ruleset, known)

    def answer(self, key: Hashable, make: Callable[[], T]) -> T:
        """What took long to find out, under a key that says all that it rests on; made in turn where it is
        not kept."""

        def in_turn() -> object:
            with self.turn():
                return make()

        found: T = self._answers.made(key, in_turn)  # type: ignore[assignment]
        return found

    @contextmanager
    def turn(self) -> Iterator[None]:
        """For long work: only so many do it at once. Problem 503 for those who waited in vain."""
        if not self._turns.acquire(timeout=_PATIENCE):
            raise Problem(
                503,
                "Busy",
                "Others are trying rules out on all leads. Try again in a moment.",
                headers={"Retry-After": "5"},
            )
        try:
            yield
        finally:
            self._turns.release()


def kept() -> RulesetCache:
    """What this application keeps."""
    found: RulesetCache = current_app.extensions["leadwright"]
    return found


def _made_ready(version: RulesetVersion, alike: Reading | None) -> Ready:
    plan = alike.plan if alike is not None and alike.source.text == version.text else None
    if alike and plan and (plan.digest, plan.names) == (version.digest, version.names):
        return Ready(version, alike, plan, Evaluator(plan))
    source = Source(version.text, Path(f"{version.ruleset}@{version.number}"))
    before = alike.parsed if alike is not None else None
    files = FrozenFiles(version.files)
    reading = read(source, pinned=version.names, files=files, before=before, lints=False)
    if reading.plan is None:
        raise Problem(
            409,
            "Not readable any more",
            f"Version {version.number} of {version.ruleset} was published by another Leadwright, and this "
            f"one finds a mistake in it: {reading.errors[0].message}.",
        )
    return Ready(version, reading, reading.plan, Evaluator(reading.plan))


# --- finding ----------------------------------------------------------------------------------


def version_of(store: Store, name: str, number: int | None = None) -> RulesetVersion:
    """A published version, the live one without a number. Problem 404 where there is none."""
    names = ruleset_names(store)
    if name not in names:
        there = f"There are: {', '.join(names)}." if names else "None has been published yet."
        raise not_found(f"There is no ruleset {name}. {there}")
    newest = load_version(store, name)
    if number is None or number == newest.number:
        return newest
    if not 1 <= number < newest.number:
        raise not_found(f"{name} has no version {number}; its newest is {newest.number}.")
    return load_version(store, name, number)


def live_of(store: Store, name: str) -> RulesetVersion | None:
    """The live version of a ruleset, None where there is none of the name."""
    return load_version(store, name) if name in ruleset_names(store) else None


def ready(store: Store, name: str, number: int | None = None) -> Ready:
    """A published version, ready to run."""
    return kept().ready(version_of(store, name, number))


def runnable(version: RulesetVersion) -> Evaluator | None:
    """What scores leads by a version; None for one that this Leadwright cannot read any more."""
    try:
        return kept().ready(version).evaluator
    except Problem:
        return None


# --- reading what was written -----------------------------------------------------------------


class _Beside:
    """The files that a text written in the page may read: those kept with the live version, and those of
    the folder an admin named, which come first."""

    def __init__(self, folder: Path | None, frozen: Mapping[str, str]) -> None:
        self.folder = Folder(folder) if folder is not None else None
        self.frozen = FrozenFiles(frozen)

    def read(self, path: str) -> str:
        """The text of a file; raises FileProblem."""
        if self.folder is not None:
            try:
                return self.folder.read(path)
            except FileProblem:
                if path not in self.frozen.texts:
                    raise
        if path not in self.frozen.texts:
            raise FileProblem(
                f'"{path}" cannot be read from here: texts written in the page read no files',
                "write the entries into the list itself, or ask an admin to name a folder with "
                "leadwright serve --rules-folder",
            )
        return self.frozen.read(path)


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text as read, the files that it read, and the data it was held against."""

    reading: Reading
    files: Mapping[str, str]
    catalogue: Catalogue


def read_text(
    store: Store,
    settings: Settings,
    text: str,
    ruleset: str | None = None,
    *,
    before: Parsed | None = None,
    lints: bool = True,
) -> ReadText:
    """Reads a text against the data; of a ruleset that is published, with the files kept with it.

    A text that is the live one to the letter keeps the meaning that its names were published with.
    `before` and `lints` are as in `read`.
    """
    live = live_of(store, ruleset) if ruleset is not None else None
    known = kept().catalogue(store)

    def anew() -> ReadText:
        source = Source(text, Path(ruleset) if ruleset else None)
        found = _read(settings, source, live, known, before=before, lints=lints)
        kept().keep_known(source.label, found.reading.known)
        return found

    if settings.rules_folder is not None:
        # Its files can be others the next time.
        return anew()
    key = (text, ruleset, live.id if live is not None else None, id(known), lints)
    return kept().reading(key, anew)


def _read(
    settings: Settings,
    source: Source,
    live: RulesetVersion | None,
    found: Catalogue,
    *,
    before: Parsed | None,
    lints: bool,
) -> ReadText:
    known = found if found.leads or found.events else None
    frozen = live.files if live is not None else {}
    files = RecordedFiles(_Beside(settings.rules_folder, frozen))
    pinned = live.names if live is not None and live.text == source.text else None
    last = kept().known(source.label)
    reading = read(
        source, catalogue=known, files=files, pinned=pinned, before=before, known=last, lints=lints
    )
    if live is not None and pinned is not None and dict(live.files) != files.texts:
        reading = read(source, catalogue=known, files=files, before=before, lints=lints)
    return ReadText(reading, files.texts, found)
