"""`leadwright demo`: made-up leads, scored and explained."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..command import Command, text_style, write
from ..failures import Failure, of_the_disk

if TYPE_CHECKING:
    from ...report.text_style import TextStyle
    from ...store.database import Store

_RULES = Path(__file__).parents[3] / "rulesets" / "saas-inbound.rules"


@click.command(
    cls=Command,
    examples=["leadwright demo", "leadwright demo --db demo.db       keeps the database, to go on with"],
)
@click.option("--db", metavar="FILE", type=click.Path(), help="Keep leads and scores in this new database.")
def command(db: str | None) -> int:
    """Score made-up leads, and see the results.

    A thousand leads of a company that does not exist, and what they did, are scored by one of the rulesets
    that come with Leadwright. The table shows where they stand; then one of them is explained.
    """
    with tempfile.TemporaryDirectory(prefix="leadwright-") as folder:
        path = Path(db) if db is not None else Path(folder) / "demo.db"
        if db is not None and path.exists():
            raise Failure(f"{db} is there already", "name a database that does not exist yet, or none")
        _show(path, Path(folder))
    go_on = f"leadwright fields --db {db}" if db else "leadwright demo --db demo.db, which keeps all of this"
    write(f"Go on with: {go_on}")
    return 0


def _show(path: Path, folder: Path) -> None:
    from ....rulesets.sample import SAMPLE_NOW, write_sample
    from ...report.scores import scored_text
    from ...report.text_style import counted
    from ...store.database import open_store
    from ...store.records.catalogue import catalogue
    from ...store.records.events import count_events
    from ...store.records.leads import count_leads
    from ..inputs import rules_named
    from ..publishing import published
    from .score import score

    try:
        files = write_sample(folder)
    except OSError as error:
        raise of_the_disk(error) from None
    style = text_style()
    with open_store(path, create=True) as store:
        for file in files:
            _load(store, file)
        leads, events = counted(count_leads(store), "lead"), counted(count_events(store), "event")
        write([f"Loaded {leads} and {events}, all of them made up.", ""])
        rules = published(store, rules_named(str(_RULES), store, catalogue(store)))
        scored = score(store, rules, SAMPLE_NOW)
        write([*scored_text(scored, style), ""])
        write(_one_lead(store, style, "SQL"))
        write(_one_lead(store, style, "MQL", to="SQL"))


def _load(store: Store, file: Path) -> None:
    from ...importing.mapping_file import mapping_beside, read_mapping
    from ...importing.run import import_file
    from ..progress import ProgressLine

    beside = mapping_beside(file)
    assert beside is not None, "the sample comes with its mapping"
    mapping = read_mapping(beside)
    with ProgressLine() as progress:
        import_file(store, file, mapping.mapping, mapping.reading, progress=progress)


def _one_lead(store: Store, style: TextStyle, stage: str, to: str | None = None) -> list[str]:
    """The explanation of the lead that scored highest in a stage; with `to`, what it lacks for another."""
    from ...evaluator import Evaluator
    from ...store.records.leads import find_lead
    from ...store.records.rulesets import version_numbered
    from ..inputs import events_of_lead, of_version
    from ..scored import highest, last_run
    from .explain import explained, lead_lines, lead_summary, stages_named

    run = last_run(store)
    assert run is not None, "scored just before"
    rules = of_version(version_numbered(store, run.version))
    ((key, _),) = highest(store, run.ruleset, 1, stage)
    lead = find_lead(store, key)
    assert lead is not None, "found by its score"
    evaluator = Evaluator(rules.plan)
    decision = evaluator.decide(evaluator.facts(lead.fields, events_of_lead(store, lead.id)), run.now)
    stages = stages_named(decision, to) if to is not None else None
    called = f"$ leadwright explain {key}{f' --to {to}' if to is not None else ''}"
    head = lead_lines(key, lead_summary(store, lead), rules, decision, style)
    lines = [*head, *explained(decision, stages, False, style)]
    return [style.dim(called), "", *lines, ""]
