"""`leadwright export`: scores for other systems, or leads and events for engines that hold millions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..command import Command, db_option, json_option, note, write, write_json
from ..failures import Failure
from ..progress import ProgressLine

if TYPE_CHECKING:
    from ...plan import Plan
    from ...store.database import Store
    from ...store.export.parquet import Exported
    from ...store.export.score_files import Destination
    from ...store.export.scores import LeadScore
    from ...store.records.score_filter import ScoreFilter


@click.command(
    cls=Command,
    examples=[
        "leadwright export --scores scores.csv",
        "leadwright export --scores scores.csv inbound --stage MQL --stage SQL",
        "leadwright export --scores changed.csv --since last       what changed since the last time",
        "leadwright export --scores postgresql://crm/sales --table lead_scores --since last",
        "leadwright export --parquet warehouse inbound.rules       leads and events, for other engines",
    ],
)
@click.argument("rules", nargs=-1, metavar="[RULES]...", type=click.Path())
@click.option(
    "--scores",
    metavar="TO",
    help="Where to write scores: a file that ends with .csv, .jsonl or .parquet, - for standard output, or a "
    "database: a file that ends with .sqlite or .duckdb, or postgresql://...",
)
@click.option(
    "--table", default="lead_scores", metavar="NAME", help="The table in a database.  [default: lead_scores]"
)
@click.option(
    "--since",
    metavar="WHEN",
    help="Only leads whose scores changed since then: last is the last export to the same place.",
)
@click.option("--stage", "stages", multiple=True, metavar="NAME", help="Only leads in this stage, or these.")
@click.option("--at-least", type=int, metavar="POINTS", help="Only leads with so many points or more.")
@click.option("--tag", metavar="NAME", help="Only leads with this tag.")
@click.option("--search", metavar="TEXT", help="Only leads with this text in their id or any text.")
@click.option(
    "--leads",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Only leads whose ids are in this file, one a line.",
)
@click.option(
    "--bounds",
    is_flag=True,
    help="Say how sure each score is: the least and the most that it could be with the blank fields known, "
    "the stage where it is sure, and the fields that make a difference.",
)
@click.option(
    "--surely",
    multiple=True,
    metavar="OUTCOME",
    help="Only leads of whom this is so whatever their blank fields turn out to be, such as 'score >= 80' or "
    "'stage = SQL'.",
)
@click.option("--no-lines", is_flag=True, help="Leave out the lines that add up to each score.")
@click.option("--raw", is_flag=True, help="Leave cells of CSV as they are, formulas too.")
@click.option(
    "--parquet",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where to write leads and events as Parquet; a folder that is not there yet, or is empty.",
)
@click.option(
    "--per-file",
    default=100_000,
    metavar="N",
    type=click.IntRange(min=1),
    help="How many leads, with their events, to put into one Parquet file.  [default: 100,000]",
)
@db_option()
@json_option
def command(
    *,
    rules: tuple[str, ...],
    scores: str | None,
    table: str,
    since: str | None,
    stages: tuple[str, ...],
    at_least: int | None,
    tag: str | None,
    search: str | None,
    leads: Path | None,
    bounds: bool,
    surely: tuple[str, ...],
    no_lines: bool,
    raw: bool,
    folder: Path | None,
    per_file: int,
    db: str,
    as_json: bool,
) -> int:
    """Write scores for other systems, or leads and events for other engines.

    With --scores, a row for each lead with its score, stage, grade, tags and the lines that add up to it, by
    the ruleset RULES, which can be left out where only one was scored. In CSV, a cell that a spreadsheet
    would run as a formula gets an apostrophe before it.

    With --parquet, the folders leads and events in FOLDER, which are the tables that a statement of
    `leadwright sql` reads. All attributes and properties are written as the kinds they have; where RULES
    (files or names) read some as other kinds, name these too.
    """
    if (scores is None) == (folder is None):
        raise Failure(
            "say what to export: --scores or --parquet", "for example: leadwright export --scores scores.csv"
        )
    if folder is not None:
        return _leads_and_events(rules, folder, per_file, db, as_json)
    from ...store.export.score_files import destination
    from ...store.records.score_filter import ScoreFilter

    assert scores is not None
    ids = None if leads is None else tuple(filter(None, map(str.strip, _lines_of(leads))))
    wanted = ScoreFilter(stages, at_least, tag, search, ids)
    return _scores(
        rules,
        destination(scores, table, raw=raw),
        _Wanted(wanted, since, surely, bounds=bounds, lines=not no_lines),
        db,
        as_json=as_json,
    )


# --- scores -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Wanted:
    """Which leads are to be written, and what of each."""

    filter: ScoreFilter
    since: str | None
    surely: tuple[str, ...]
    bounds: bool
    lines: bool


def _scores(rules: tuple[str, ...], to: Destination, asked: _Wanted, db: str, *, as_json: bool) -> int:
    from ...report.text_style import counted
    from ...store.database import StoreError, open_store
    from ...store.export.score_files import columns_of
    from ...store.export.scores import last_exported, last_finished_run, note_export, stored_lead_scores
    from ...store.records.rulesets import load_version
    from ...values import instant_of
    from ..command import instant_asked
    from ..inputs import of_version

    with open_store(db, read_only=True) as store:
        name, wanted = _ruleset(store, rules), asked.filter
        if asked.since == "last":
            wanted = replace(wanted, after_run=last_exported(store, name, to.name))
        elif asked.since is not None:
            wanted = replace(wanted, since=instant_of(instant_asked(asked.since)))
        plan = of_version(load_version(store, name)).plan
        columns = columns_of(plan, lines=asked.lines, bounds=asked.bounds)
        with store.guard():
            store.connection.execute("BEGIN")
            run = last_finished_run(store)
            rows = stored_lead_scores(store, name, wanted)
            if asked.bounds or asked.surely:
                rows = _with_bounds(store, name, rows, asked.surely)
            done = to.write(rows, columns, changed=asked.since is not None)
    try:
        with open_store(db) as store:
            note_export(store, name, to.name, run)
    except StoreError as error:
        note(f"--since last will not know of this export: {error.message}")
    if as_json:
        write_json({"ruleset": name, "leads": done, "to": to.name})
    elif to.name != "-":
        write([f"Wrote the scores of {counted(done, 'lead')} by {name} to {to.name}."])
    return 0


def _with_bounds(
    store: Store, name: str, rows: Iterator[LeadScore], surely: tuple[str, ...]
) -> Iterator[LeadScore]:
    """Scores with their bounds: those of which all that is to be sure is sure."""
    from ...bounds.sure import is_sure
    from ...store.export.sureness import Sureness
    from ...store.records.rulesets import load_version
    from ..inputs import of_version, outcomes_of

    latest = of_version(load_version(store, name))
    number = latest.version.number if latest.version is not None else 0
    asked, plans = {number: outcomes_of(latest, surely)}, {number: latest.plan}

    def plan_of(number: int) -> Plan:
        if number not in plans:
            version = of_version(load_version(store, name, number))
            plans[number], asked[number] = version.plan, outcomes_of(version, surely)
        return plans[number]

    def chosen() -> Iterator[LeadScore]:
        for one in Sureness(store, plan_of).added(rows):
            bounds = one.bounds
            assert bounds is not None
            if all(is_sure(plan_of(one.version), wanted, bounds) for wanted in asked[one.version]):
                yield one

    return chosen()


def _ruleset(store: Store, rules: tuple[str, ...]) -> str:
    """The ruleset whose scores are meant. Raises Failure where that is not clear."""
    from ...store.records.freshness import scored_rulesets

    known = scored_rulesets(store)
    if len(rules) > 1:
        raise Failure("scores are written by one ruleset at a time", "name one of them")
    if rules and rules[0].removesuffix(".rules") in known:
        return rules[0].removesuffix(".rules")
    if rules:
        raise Failure(
            f"leads in {store.path} were never scored by a ruleset {rules[0]}",
            f"those scored before are {', '.join(known)}" if known else "score by it once, first",
        )
    if not known:
        raise Failure(f"nothing was scored in {store.path} yet", "as in: leadwright score inbound.rules")
    if len(known) > 1:
        raise Failure(f"leads were scored by {len(known)} rulesets", f"name one of {', '.join(known)}")
    return known[0]


def _lines_of(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise Failure(f"{path} is not UTF-8 text", "save it as UTF-8") from None


# --- leads and events -------------------------------------------------------------------------


def _leads_and_events(rules: tuple[str, ...], folder: Path, per_file: int, db: str, as_json: bool) -> int:
    _require_packages()
    from ...store.database import open_store
    from ...store.export.parquet import export_parquet

    with open_store(db, read_only=True) as store, ProgressLine() as progress:
        done = export_parquet(store, folder, _plans(store, rules), per_file=per_file, progress=progress)
    if as_json:
        write_json({"leads": done.leads, "events": done.events, "files": done.files, "folder": str(folder)})
    else:
        write(_export_words(done, folder))
    return 0


def _plans(store: Store, rules: tuple[str, ...]) -> list[Plan]:
    from ...store.records.catalogue import catalogue
    from ..inputs import rules_named

    known = catalogue(store) if rules else None
    return [rules_named(name, store, known).plan for name in rules]


def _export_words(done: Exported, folder: Path) -> list[str]:
    from ...report.text_style import counted

    return [
        f"Wrote {counted(done.leads, 'lead')} and {counted(done.events, 'event')} to {folder}, "
        f"each in {counted(done.files, 'file')}.",
        "leadwright sql prints statements that read them as the tables leads and events.",
    ]


def _require_packages() -> None:
    missing = [name for name in ("pyarrow", "sqlglot") if find_spec(name) is None]
    if missing:
        raise Failure(
            f"Parquet is written with the package {missing[0]}, which is not installed",
            "pip install 'leadwright[parquet]'",
        )
