"""`leadwright pull`: what was published since a file of rules was last read, brought into the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..command import Command, db_option, json_option, write, write_json
from ..failures import FOUND, Failure
from ..inputs import STANDARD_INPUT, replace_text

if TYPE_CHECKING:
    from ....grammar.edits import Merged
    from ...store.records.rulesets import RulesetVersion


@click.command(
    cls=Command,
    examples=[
        "leadwright pull inbound.rules",
        "leadwright pull inbound.rules && leadwright score inbound.rules",
    ],
)
@click.argument("rules", metavar="RULES", type=click.Path())
@db_option()
@json_option
def command(rules: str, db: str, as_json: bool) -> int:
    """Save what was published on the page to a rules file.

    RULES is a file. What changed in the live version of the ruleset of its name, since the file was last
    scored, is brought into the file, statement by statement. Where both changed the same statement, the file
    keeps its own, the other one is printed, and the exit code is 1. The next `leadwright score` then
    publishes the file.
    """
    from pathlib import Path

    from ....grammar.edits import merge
    from ...store.database import open_store
    from ...store.records.rulesets import file_version, load_version, note_file
    from ..inputs import read_source

    if rules == STANDARD_INPUT:
        raise Failure("standard input is no file to bring it into", "name a file of rules")
    source = read_source(rules)
    path = Path(rules)
    with open_store(db) as store:
        live = load_version(store, path.stem)
        last = file_version(store, path.stem, str(path.absolute()))
        merged = merge(last.text if last else "", live.text, source.text)
        if merged.text != source.text:
            replace_text(path, merged.text)
        with store.transaction() as connection:
            note_file(connection, live, str(path.absolute()))
    if as_json:
        write_json(
            {
                "file": rules,
                "version": live.number,
                "changed": merged.text != source.text,
                "conflicts": [
                    {"statement": one.key, "message": one.message, "published": one.mine, "file": one.theirs}
                    for one in merged.conflicts
                ],
            }
        )
    else:
        write(_lines(rules, live, merged, changed=merged.text != source.text))
    return FOUND if merged.conflicts else 0


def _lines(rules: str, live: RulesetVersion, merged: Merged, *, changed: bool) -> list[str]:
    ruleset = f"version {live.number} of {live.ruleset}"
    if not changed and not merged.conflicts:
        return [f"{rules} has all of {ruleset} already."]
    lines = [f"Brought {ruleset} into {rules}." if changed else f"{rules} keeps its own words."]
    for conflict in merged.conflicts:
        lines += ["", conflict.message, f"  Version {live.number} has:", *_indented(conflict.mine)]
        lines += [f"  {rules} keeps:", *_indented(conflict.theirs)]
    return lines


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.strip().splitlines()] or ["    (nothing)"]
