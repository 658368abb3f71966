"""Rulesets as commands name them: a file, or one that the database keeps."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .failures import FOUND, Failure
from .files import STANDARD_INPUT, read_source

if TYPE_CHECKING:
    from ..catalogue import Catalogue
    from ..plan import Plan
    from ..reading import Reading
    from ..store.database import Store
    from ..store.records.rulesets import RulesetVersion


@dataclass(frozen=True, slots=True)
class Rules:
    """A ruleset that can run: its name in the database, its text with all it includes, and its plan.

    `version` is the published one, None for a file that was not published as it is.
    """

    name: str
    reading: Reading
    plan: Plan
    files: Mapping[str, str]
    version: RulesetVersion | None

    @property
    def label(self) -> str:
        """How messages call it: its title or name, with the number of its version."""
        title = self.plan.title or self.name
        return f"{title}, version {self.version.number}" if self.version else title


def runnable(reading: Reading) -> Plan:
    """The plan of a text. Where it has errors, shows them and raises Failure."""
    if reading.plan is not None:
        return reading.plan
    from ...grammar.messages.render import render
    from ..report.paper import counted

    wish = click.get_current_context().find_root().color
    colored = sys.stderr.isatty() if wish is None else wish
    click.echo(render(reading.errors, color=colored), err=True, color=True)
    raise Failure(
        f"{reading.source.label} has {counted(len(reading.errors), 'error')}, so it cannot run",
        "mend what is shown above",
        FOUND,
    )


def rules_named(asked: str, store: Store | None, catalogue: Catalogue | None) -> Rules:
    """The ruleset of a file, or of a name in the database, where `name@2` is its second version."""
    if _is_file(asked):
        return _of_file(asked, store, catalogue)
    if store is None:
        raise Failure(
            f"there is no file {asked}, and no database that could keep a ruleset of that name",
            "check the name and the folder",
        )
    from ..store.records.rulesets import load_version, ruleset_names

    name, at, number = asked.rpartition("@")
    name, wanted = (name, int(number)) if at and number.isdecimal() else (asked, None)
    if name not in ruleset_names(store) and wanted is None:
        raise _no_ruleset(asked, store)
    return of_version(load_version(store, name, wanted))


def _is_file(asked: str) -> bool:
    return asked == STANDARD_INPUT or asked.endswith(".rules") or Path(asked).exists()


def _no_ruleset(asked: str, store: Store) -> Failure:
    from ..store.records.rulesets import ruleset_names

    known = ruleset_names(store)
    there = f"the rulesets in {store.path} are {', '.join(known)}" if known else "name a file of rules"
    return Failure(f"there is neither a file nor a ruleset {asked}", there)


def _of_file(asked: str, store: Store | None, catalogue: Catalogue | None) -> Rules:
    from ..check.files import Folder, RecordedFiles
    from ..reading import read

    source = read_source(asked)
    folder = Path() if source.path is None else source.path.parent
    files = RecordedFiles(Folder(folder))
    name = "stdin" if source.path is None else source.path.stem
    reading = read(source, catalogue=catalogue, files=files)
    version = _newest(store, name)
    if version is not None and (version.text, version.files) == (source.text, files.texts):
        # Unchanged rules keep the meaning they were published with, whatever came into the data since.
        reading = read(source, catalogue=catalogue, files=files, pinned=version.names)
    plan = runnable(reading)
    same = version is not None and version.digest == plan.digest
    return Rules(name, reading, plan, files.texts, version if same else None)


def _newest(store: Store | None, name: str) -> RulesetVersion | None:
    from ..store.records.rulesets import load_version, ruleset_names

    if store is None or name not in ruleset_names(store):
        return None
    return load_version(store, name)


def of_version(version: RulesetVersion) -> Rules:
    """A published version as it was, with the names and files it was published with."""
    from ...grammar.messages.diagnostics import Source
    from ..check.files import FrozenFiles
    from ..reading import read

    source = Source(version.text, Path(f"{version.ruleset}@{version.number}"))
    reading = read(source, pinned=version.names, files=FrozenFiles(version.files))
    return Rules(version.ruleset, reading, runnable(reading), version.files, version)


def published(store: Store, rules: Rules) -> Rules:
    """The ruleset with its version in the database, which is made where it is new."""
    if rules.version is not None:
        return rules
    from ..store.records.rulesets import save_version

    version = save_version(
        store,
        rules.name,
        rules.reading.source.text,
        rules.plan.digest,
        files=rules.files,
        names=rules.plan.names,
        title=rules.plan.title,
    )
    return Rules(rules.name, rules.reading, rules.plan, rules.files, version)
