"""Rulesets as the page uses them: versions made ready to run, texts read against the data, publishing."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Lock

from flask import current_app

from ..engine.catalogue import Catalogue
from ..engine.check.files import FileProblem, Folder, FrozenFiles, RecordedFiles
from ..engine.evaluate import Evaluator
from ..engine.plan import Plan, Resolution
from ..engine.reading import Reading, read
from ..engine.report.diagnostics import diagnostic_data
from ..engine.store.catalogue import catalogue as stored_catalogue
from ..engine.store.opening import Store
from ..engine.store.rulesets import RulesetVersion, load_version, ruleset_names
from ..engine.testing import run_tests
from ..grammar.diagnostics import Source
from .accounts.audit import Action, record
from .accounts.users import Doer
from .problems import Problem, invalid, not_found
from .settings import Settings

NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$"
"""What a ruleset made here may be called; it stands in addresses and in names of files."""

_MOST_KEPT = 64
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


class Kept:
    """Versions made ready, and the catalogue as last counted. Both only save time; safe in threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._versions: OrderedDict[tuple[int, str], Ready] = OrderedDict()
        self._catalogue: tuple[int, Catalogue] | None = None
        self._turns = BoundedSemaphore(_AT_ONCE)

    def ready(self, version: RulesetVersion) -> Ready:
        """The version ready to run; versions are never rewritten, so it may be kept."""
        key = (version.id, version.text)
        with self._lock:
            found = self._versions.get(key)
            if found is not None:
                self._versions.move_to_end(key)
                return found
        made = _made_ready(version)
        with self._lock:
            self._versions[key] = made
            while len(self._versions) > _MOST_KEPT:
                self._versions.popitem(last=False)
        return made

    def catalogue(self, store: Store) -> Catalogue:
        """What the data holds, counted anew when the data has changed."""
        with store.guard():
            state = int(store.connection.execute("SELECT data FROM state").fetchone()[0])
        kept = self._catalogue
        if kept is None or kept[0] != state:
            kept = self._catalogue = (state, stored_catalogue(store))
        return kept[1]

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


def kept() -> Kept:
    """What this application keeps."""
    found: Kept = current_app.extensions["leadwright"]
    return found


def _made_ready(version: RulesetVersion) -> Ready:
    source = Source(version.text, Path(f"{version.ruleset}@{version.number}"))
    reading = read(source, pinned=version.names, files=FrozenFiles(version.files))
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
class Written:
    """A text as read, and the files that it read."""

    reading: Reading
    files: Mapping[str, str]


def read_text(store: Store, settings: Settings, text: str, ruleset: str | None = None) -> Written:
    """Reads a text against the data; of a ruleset that is published, with the files kept with it.

    A text that is the live one to the letter keeps the meaning that its names were published with.
    """
    live = live_of(store, ruleset) if ruleset is not None else None
    found = kept().catalogue(store)
    known = found if found.leads or found.events else None
    frozen = live.files if live is not None else {}
    files = RecordedFiles(_Beside(settings.rules_folder, frozen))
    source = Source(text, Path(ruleset) if ruleset else None)
    reading = read(source, catalogue=known, files=files)
    if live is not None and (live.text, dict(live.files)) == (text, files.texts):
        reading = read(source, catalogue=known, files=files, pinned=live.names)
    return Written(reading, files.texts)


# --- publishing -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Edition:
    """What a version is made of: everything that its meaning rests on."""

    text: str
    files: Mapping[str, str]
    names: Mapping[str, Resolution]
    digest: str
    title: str | None


def publish(
    store: Store, settings: Settings, name: str, text: str, note: str, *, base: int | None, doer: Doer
) -> RulesetVersion:
    """Publishes a text as the next version, which then is live.

    `base` is the number of the version it was made from, None for a new ruleset: where another has been
    published since, nothing is done. A text with errors, or whose tests fail, is refused.
    """
    if live_of(store, name) is None and not re.fullmatch(NAME, name):
        raise invalid(
            f'"{name}" cannot be the name of a ruleset: begin with a letter, and use letters, digits, blanks '
            "and . _ - only, at most 64"
        )
    written = read_text(store, settings, text, name)
    plan = _publishable(written.reading)
    edition = _Edition(text, written.files, plan.names, plan.digest, plan.title)
    with store.transaction() as connection:
        number = _add(connection, name, edition, note=note, base=base, author=doer.who)
        _record(connection, Action.PUBLISH, doer, f"{name}@{number}", note)
    return load_version(store, name, number)


def roll_back(store: Store, name: str, number: int, note: str, doer: Doer) -> RulesetVersion:
    """Publishes an old version's text, files and meaning again, as a new version."""
    old, live = version_of(store, name, number), version_of(store, name)
    if number == live.number:
        raise Problem(409, "Live already", f"Version {number} of {name} is the live one already.")
    kept().ready(old)
    edition = _Edition(old.text, old.files, old.names, old.digest, old.title)
    with store.transaction() as connection:
        made = _add(connection, name, edition, note=note, base=live.number, author=doer.who)
        _record(connection, Action.ROLL_BACK, doer, f"{name}@{made}", f"version {number} again: {note}")
    return load_version(store, name, made)


def _record(connection: sqlite3.Connection, action: Action, doer: Doer, subject: str, detail: str) -> None:
    record(connection, action, who=doer.who, address=doer.address, subject=subject, detail=detail)


def _publishable(reading: Reading) -> Plan:
    if reading.plan is None:
        count = len(reading.errors)
        many = "an error" if count == 1 else f"{count} errors"
        raise Problem(
            422,
            "Errors in the rules",
            f"The rules have {many}, so they were not published: {reading.errors[0].message} "
            f"(line {reading.errors[0].line}).",
            diagnostics=[diagnostic_data(item) for item in reading.diagnostics],
        )
    failed = [result for result in run_tests(reading.plan) if not result.passed]
    if failed:
        names = ", ".join(f'"{result.test.name}"' for result in failed[:5])
        few = "test fails" if len(failed) == 1 else "tests fail"
        raise Problem(
            422,
            "Tests fail",
            f"{len(failed)} {few}, so the rules were not published: {names}.",
            failed_tests=[result.test.name for result in failed],
        )
    return reading.plan


def _add(
    connection: sqlite3.Connection, name: str, edition: _Edition, *, note: str, base: int | None, author: str
) -> int:
    """Adds a version, where `base` is still the live one, and gives back its number."""
    row = connection.execute(
        "SELECT number, text, digest FROM ruleset_version AS version "
        "JOIN ruleset ON ruleset.id = version.ruleset WHERE name = ? ORDER BY number DESC LIMIT 1",
        (name,),
    ).fetchone()
    live = row[0] if row else None
    if live != base:
        raise _conflict(name, base, live)
    if row and row[1:] == (edition.text, edition.digest):
        raise Problem(409, "Nothing changed", f"This is version {live} of {name} to the letter.")
    connection.execute("INSERT OR IGNORE INTO ruleset (name) VALUES (?)", (name,))
    connection.execute("UPDATE ruleset SET title = ? WHERE name = ?", (edition.title, name))
    names = {
        key: [found.meaning.value, found.kind.value if found.kind else None]
        for key, found in edition.names.items()
    }
    number = int(live or 0) + 1
    connection.execute(
        "INSERT INTO ruleset_version (ruleset, number, text, files, names, digest, note, author, "
        "published_at) SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM ruleset WHERE name = ?",
        (
            number,
            edition.text,
            json.dumps(dict(edition.files), ensure_ascii=False),
            json.dumps(names, ensure_ascii=False),
            edition.digest,
            note,
            author,
            time.time_ns() // 1000,
            name,
        ),
    )
    return number


def _conflict(name: str, base: int | None, live: int | None) -> Problem:
    if live is None:
        detail = (
            f"There is no ruleset {name} yet, so there is no version {base} of it. Give null as the base."
        )
    elif base is None:
        detail = f"There is a ruleset {name} already, at version {live}. Choose another name."
    else:
        detail = (
            f"Version {live} of {name} is live by now, and this was made from version {base}. "
            "Look at what changed, then publish again."
        )
    return Problem(409, "Changed in the meantime", detail, live=live)
