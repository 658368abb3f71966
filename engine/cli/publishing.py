"""A file of rules and the live version of its ruleset: which of them is newer, and what is to be run."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from .failures import Failure
from .inputs import STANDARD_INPUT

if TYPE_CHECKING:
    from ..store.database import Store
    from ..store.records.rulesets import RulesetVersion
    from .inputs import LoadedRules


def published(store: Store, rules: LoadedRules, *, always: bool = False) -> LoadedRules:
    """The rules to run, with their version in the database.

    A file that has changed since it was last read becomes the next version, if the live version is still what
    the file was then. Of an unchanged file, what is live now is run. Raises Failure where both have changed;
    with `always`, the file is published in any case.
    """
    from ..store.records.rulesets import file_version, newest_version

    if rules.path is None:
        return rules
    last = file_version(store, rules.name, rules.path)
    if rules.version is not None:
        if last is None or last.id != rules.version.id:
            _note(store, rules, rules.version)
        return rules
    live = newest_version(store, rules.name)
    if live is not None and not always:
        earlier = last if last is not None else _earlier(store, rules)
        if earlier is not None and _is(rules, earlier):
            return _live_instead(rules, earlier, live)
        if earlier is None or earlier.id != live.id:
            raise _both_changed(rules, earlier, live)
    return _publish(store, rules, always=always)


def user_at_this_computer() -> str:
    """Who runs this program, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def _is(rules: LoadedRules, version: RulesetVersion) -> bool:
    """Whether a file is as a version was."""
    same_text = (version.text, version.files) == (rules.reading.source.text, rules.files)
    return same_text or version.digest == rules.plan.digest


def _earlier(store: Store, rules: LoadedRules) -> RulesetVersion | None:
    """The newest version that is as the file is, for a file that was never read before."""
    from ..store.records.rulesets import versions

    return next((one for one in reversed(versions(store, rules.name)) if _is(rules, one)), None)


def _publish(store: Store, rules: LoadedRules, *, always: bool) -> LoadedRules:
    from ..store.records.audit import Action, record
    from ..store.records.rulesets import (
        Edition,
        add_version,
        load_version,
        needs_second_approver,
        note_file,
    )
    from .inputs import LoadedRules

    if not always and needs_second_approver(store):
        raise Failure(
            f"{_shown(rules)} is new, and here a second person approves what is published",
            f"bring it into the draft on the page and ask for approval there; to publish it all the same, on "
            f"record: leadwright score {_shown(rules)} --publish",
        )
    edition = Edition(
        rules.reading.source.text, rules.plan.digest, rules.files, rules.plan.names, rules.plan.title
    )
    who, note = user_at_this_computer(), f"from the file {_shown(rules)}"
    with store.transaction() as connection:
        number = add_version(connection, rules.name, edition, note=note, author=f"{who} (command line)")
        subject = f"{rules.name}@{number}"
        record(connection, Action.PUBLISH, who=who, address="command line", subject=subject, detail=note)
        version = load_version(store, rules.name, number)
        note_file(connection, version, rules.path or STANDARD_INPUT)
    return LoadedRules(rules.name, rules.reading, rules.plan, rules.files, version, rules.path)


def _note(store: Store, rules: LoadedRules, version: RulesetVersion) -> None:
    from ..store.records.rulesets import note_file

    with store.transaction() as connection:
        note_file(connection, version, rules.path or STANDARD_INPUT)


# --- messages ---------------------------------------------------------------------------------


def _live_instead(rules: LoadedRules, last: RulesetVersion, live: RulesetVersion) -> LoadedRules:
    from .command import note
    from .inputs import of_version

    file = _shown(rules)
    note(
        f"{file} is as version {last.number} was; {_is_live(live)}, and leads are scored by it. To bring it "
        f"into the file: leadwright pull {file}. To go back to the file: leadwright score {file} --publish."
    )
    return of_version(live)


def _both_changed(rules: LoadedRules, last: RulesetVersion | None, live: RulesetVersion) -> Failure:
    file = _shown(rules)
    since = f"since it was version {last.number}" if last else f"and is no version of {rules.name} yet"
    return Failure(
        f"{file} has changed {since}, but {_is_live(live)}; nothing was published or scored",
        f"bring version {live.number} into the file with: leadwright pull {file}; or put the file in its "
        f"place with: leadwright score {file} --publish",
    )


def _is_live(live: RulesetVersion) -> str:
    by = f" by {live.author}" if live.author else ""
    return f"version {live.number} is live, published on {live.published_at:%Y-%m-%d}{by}"


def _shown(rules: LoadedRules) -> str:
    if rules.path in (None, STANDARD_INPUT):
        return STANDARD_INPUT
    path = Path(str(rules.path))
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
