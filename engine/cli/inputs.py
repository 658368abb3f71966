"""What commands are given: files of rules, rulesets that the database keeps, and the database."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Source
from .command import DATABASE
from .failures import FOUND, Failure, of_the_disk

if TYPE_CHECKING:
    from ..catalogue import Catalogue
    from ..plan import Expectation, Plan
    from ..reading import Reading
    from ..score_one.facts import Event
    from ..store.database import Store
    from ..store.records.rulesets import RulesetVersion


STANDARD_INPUT = "-"


def named(names: Sequence[str]) -> list[str]:
    """The files that names stand for, each once; a folder stands for all `.rules` files in and below it.

    Without names it is the folder one is in. Raises Failure where a name stands for nothing.
    """
    found: dict[str, None] = {}
    for name in names or (".",):
        if name != STANDARD_INPUT and Path(name).is_dir():
            inside = sorted(str(path) for path in _below(Path(name)))
            if not inside:
                raise Failure(
                    f"there are no rules files in {'this folder' if name == '.' else name}",
                    "name a file, or start one with: leadwright new",
                )
            found.update(dict.fromkeys(inside))
        else:
            found[name] = None
    return list(found)


def _below(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*.rules"):
        inner = path.relative_to(folder).parts[:-1]
        if path.is_file() and not any(part.startswith(".") for part in inner):
            yield path


def read_source(name: str) -> Source:
    """The text of a file of rules or of standard input. Raises Failure where it cannot be read."""
    from ..reading import read_file

    if name == STANDARD_INPUT:
        return Source(_standard_input())
    try:
        return read_file(Path(name))
    except OSError as error:
        raise of_the_disk(error, name) from None
    except ValueError as error:
        raise Failure(str(error)) from None


def _standard_input() -> str:
    content = sys.stdin.buffer.read()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Failure(f"standard input is not UTF-8 text (line {line})", "send it as UTF-8") from None


def replace_text(path: Path, text: str) -> None:
    """Writes a file again, wholly or not at all; its permissions stay. Raises Failure where it cannot."""
    target = Path(os.path.realpath(path))
    try:
        with tempfile.NamedTemporaryFile(
            "wb", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            try:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
                os.chmod(file.name, target.stat().st_mode & 0o7777)
                os.replace(file.name, target)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise of_the_disk(error, path) from None


@contextmanager
def open_beside(db: str | None, *, ignored: bool = False) -> Iterator[Store | None]:
    """The database named, else the usual one where it is there, for reading; None where it is not."""
    path = Path(db or DATABASE)
    if ignored or (db is None and not path.exists()):
        yield None
        return
    from ..store.database import open_store

    with open_store(path, read_only=True) as store:
        yield store


def catalogue_beside(db: str | None, *, ignored: bool = False) -> tuple[Catalogue, Path] | None:
    """The catalogue of the database that `open_beside` finds, and where it lies."""
    with open_beside(db, ignored=ignored) as store:
        if store is None:
            return None
        from ..store.records.catalogue import catalogue

        return catalogue(store), store.path


def read_catalogue(name: str) -> Catalogue:
    """The catalogue in a file that `leadwright fields --json` wrote. Raises Failure where it is none."""
    from ..report.catalogue import catalogue_from

    try:
        return catalogue_from(json.loads(Path(name).read_bytes()))
    except OSError as error:
        raise of_the_disk(error, name) from None
    except (ValueError, RecursionError) as error:
        reason = "is no JSON" if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)) else str(error)
        raise Failure(
            f"{name} does not list fields and events: it {reason}",
            f"write it again with: leadwright fields --json > {name}",
        ) from None


def was_typed(option: str) -> bool:
    """Whether an option of the running command was typed, rather than read from the settings."""
    source = click.get_current_context().get_parameter_source(option)
    return source is ParameterSource.COMMANDLINE


def refuse_both(db: str | None, no_db: bool) -> None:
    """Raises Failure where a database is both named and forbidden."""
    if db is not None and no_db and was_typed("db"):
        raise Failure("--db and --no-db cannot be used together", "give one of the two")


def events_of_lead(store: Store, lead: int) -> list[Event]:
    """The events of a lead as evaluation takes them."""
    from ..score_one.facts import Event
    from ..store.records.events import events_of

    return [Event(event.type, event.at, event.object, event.properties) for event in events_of(store, lead)]


@frozen
class LoadedRules:
    """A ruleset that can run: its name in the database, its text with all it includes, and its plan.

    `version` is the published one, None for a file that is not as the live version is. `path` is the file's
    absolute path, None for what came out of the database.
    """

    name: str
    reading: Reading
    plan: Plan
    files: Mapping[str, str]
    version: RulesetVersion | None
    path: str | None = None

    @property
    def label(self) -> str:
        """How messages call it: its title or name, with the number of its version."""
        title = self.plan.title or self.name
        return f"{title}, version {self.version.number}" if self.version else title


def runnable(reading: Reading) -> Plan:
    """The plan of a text. Where it has errors, shows them and raises Failure."""
    if reading.plan is not None:
        return reading.plan
    from ...grammar.messages.diagnostics import render
    from ..report.text_style import counted

    color = click.get_current_context().find_root().color
    colored = sys.stderr.isatty() if color is None else color
    click.echo(render(reading.errors, color=colored), err=True, color=True)
    raise Failure(
        f"{reading.source.label} has {counted(len(reading.errors), 'error')}, so it cannot run",
        "fix what is shown above",
        FOUND,
    )


def rules_named(asked: str, store: Store | None, catalogue: Catalogue | None) -> LoadedRules:
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


def _of_file(asked: str, store: Store | None, catalogue: Catalogue | None) -> LoadedRules:
    from ..check.files import Folder, RecordedFiles
    from ..reading import read
    from ..store.records.rulesets import file_version, newest_version

    source = read_source(asked)
    folder = Path() if source.path is None else source.path.parent
    files = RecordedFiles(Folder(folder))
    name = "stdin" if source.path is None else source.path.stem
    path = STANDARD_INPUT if source.path is None else os.path.abspath(source.path)
    live = None if store is None else newest_version(store, name)
    last = None if store is None else file_version(store, name, path)
    alike = next((one for one in (live, last) if one is not None and one.text == source.text), None)
    # Unchanged rules keep the meaning they were published with, whatever came into the data since.
    pinned = None if alike is None else alike.names
    reading = read(source, catalogue=catalogue, files=files, pinned=pinned, lints=False)
    if alike is not None and alike.files != files.texts:
        reading = read(source, catalogue=catalogue, files=files, lints=False)
    plan = runnable(reading)
    same = live is not None and live.digest == plan.digest
    return LoadedRules(name, reading, plan, files.texts, live if same else None, path)


def outcomes_of(rules: LoadedRules, texts: Sequence[str]) -> tuple[Expectation, ...]:
    """Outcomes as tests expect them and as they can be sure, read as a test of the rules reads them.

    Raises Failure where a text is none.
    """
    from ..bounds.sure import CAN_BE_SURE
    from ..check.files import FrozenFiles
    from ..reading import read

    found: list[Expectation] = []
    name = "what is to be sure"
    for text in texts:
        source = Source(f'{rules.reading.source.text}\ntest "{name}" expect {text}', Path("--surely"))
        reading = read(source, pinned=rules.plan.names, files=FrozenFiles(rules.files), lints=False)
        tests = [] if reading.plan is None else [one for one in reading.plan.tests if one.name == name]
        wanted = tests[0].expect if len(tests) == 1 else ()
        if not wanted or not all(one.of in CAN_BE_SURE for one in wanted):
            said = reading.errors[0].message if reading.errors else f"{text} is nothing that can be sure"
            raise Failure(f"--surely: {said}", "ask for a score, a stage or a grade, such as 'score >= 80'")
        found += wanted
    return tuple(found)


def of_version(version: RulesetVersion) -> LoadedRules:
    """A published version as it was, with the names and files it was published with."""
    from ...grammar.messages.diagnostics import Source
    from ..check.files import FrozenFiles
    from ..reading import read

    source = Source(version.text, Path(f"{version.ruleset}@{version.number}"))
    reading = read(source, pinned=version.names, files=FrozenFiles(version.files), lints=False)
    return LoadedRules(version.ruleset, reading, runnable(reading), version.files, version)
