"""Leads to score: the made-up sample, public data where it is there, and hostile ones out of a seed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadwright.engine.cli.inputs import events_of_lead
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.mapping_file import mapping_beside, read_mapping
from leadwright.engine.importing.run import import_file
from leadwright.engine.plan import Plan
from leadwright.engine.reading import read, read_file
from leadwright.engine.score_one.facts import Event
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.records.catalogue import catalogue
from leadwright.engine.store.records.leads import iterate_leads
from leadwright.engine.values import instant_of, moment_of
from leadwright.rulesets.sample import SAMPLE_NOW, write_sample
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead
from leadwright.tests.engine.sql.sides import Lead

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "rulesets").glob("*.rules"))
BPI = Path(os.environ.get("LEADWRIGHT_DATA", ROOT.parent / "shared" / "data")) / "bpi2012"


@dataclass(frozen=True)
class World:
    """Leads, the plans that score them, and the instant they are scored at; the database they lie in."""

    leads: Sequence[Lead]
    plans: Sequence[Plan]
    now: int
    db: Path | None = None


def sample_world(folder: Path, leads: int) -> World:
    """The made-up sample under every ruleset that is shipped."""
    with open_store(folder / "sample.db", create=True) as store:
        for path in write_sample(folder, leads):
            beside = mapping_beside(path)
            assert beside is not None
            import_file(store, path, read_mapping(beside).mapping, rejects=folder / "rejects.csv")
        known = catalogue(store)
        readings = [read(read_file(path), catalogue=known) for path in SHIPPED]
        plans = [reading.plan for reading in readings if reading.plan is not None]
        assert len(plans) == len(SHIPPED)
        return World(list(_stored(store)), plans, instant_of(SAMPLE_NOW), store.path)


def bpi_world(folder: Path) -> World:
    """One thousand applications for a loan; FileNotFoundError where they are not there."""
    cases, log = BPI / "sample_first1000_cases.csv", BPI / "sample_first1000_events.csv"
    if not log.is_file():
        raise FileNotFoundError(log)
    events = EventColumns("timestamp", type="activity", object="lifecycle", properties=("seq", "resource"))
    with open_store(folder / "bpi.db", create=True) as store:
        import_file(store, cases, ColumnMapping("case_id", ("amount_req",)), rejects=folder / "rejects.csv")
        import_file(store, log, ColumnMapping("case_id", (), (events,)), rejects=folder / "rejects.csv")
        rules = read_file(ROOT / "tests" / "real_data" / "bpi2012.rules")
        plan = read(rules, catalogue=catalogue(store)).plan
        assert plan is not None
        return World(list(_stored(store)), [plan], 1_320_105_600_000_000, store.path)


def _stored(store: Store) -> Iterator[Lead]:
    for lead in iterate_leads(store):
        yield Lead(lead.key, lead.fields, events_of_lead(store, lead.id))


def hostile_world(seed: int, leads: int) -> World:
    """A random ruleset, and leads that come near its every edge."""
    plan = RandomPlan(seed).plan()
    drawn = [random_lead(plan, seed * leads + number) for number in range(leads)]
    return World([_lead(number, *one) for number, one in enumerate(drawn)], [plan], NOW)


def holding_worlds(seeds: Sequence[int]) -> Iterator[tuple[int, World]]:
    """Random rulesets with stages that hold, by their seeds, and a few leads with events to look back on."""
    for seed in seeds:
        plan = RandomPlan(seed, 2, holding=True).plan()
        if any(stage.until is not None for stage in plan.stages):
            drawn = [random_lead(plan, seed * 20 + number, 8) for number in range(8)]
            yield seed, World([_lead(number, *one) for number, one in enumerate(drawn)], [plan], NOW)


def _lead(number: int, fields: Mapping[str, Any], events: Sequence[Any]) -> Lead:
    given = [Event(e.type, moment_of(e.at), e.object, e.properties) for e in events]
    return Lead(str(number), fields, given)
