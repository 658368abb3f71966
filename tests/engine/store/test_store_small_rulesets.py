"""Small random rulesets scored from the record, from the mirror, and a day earlier and then when due.

They have one or two rules: a large ruleset nearly always reads a property or an object for some other
rule, and so hides that one rule alone does not get what it needs.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.run import import_file
from leadwright.engine.reading import read
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.score_one.facts import Event
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.records.events import events_of
from leadwright.engine.store.records.leads import iterate_leads
from leadwright.engine.store.records.rulesets import RulesetVersion
from leadwright.engine.store.scoring.full_run import Resources
from leadwright.engine.store.scoring.score_run import score_store
from leadwright.engine.values import DAY, instant_of, moment_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.saved_version import save_version

NOW = instant_of(dt.datetime(2026, 1, 28, 20, tzinfo=dt.UTC))
DECLARED = """
field staff: number
field title: text
field trial_ends: date
field seen: datetime
event visited
event page from "Page Viewed" by path
event visited from "Screen Viewed" by path
event bought from "Order Paid" by plan
score fit from 0 to 40
"""
EVENTS = ("visited", "visited pricing", "page", "page pricing", 'page "docs*"', "bought", "bought pro")
WINDOWS = ("", "", " in last 3 days", " in last 1 month", " since 2026-01-10", " before 2026-01-20")
FILTERS = ("", "", " where amount > 50", ' where device = "phone"', ' where device != "phone"')
FORMS = (
    "distinct({name}{object}) >= 2{window}",
    "distinct({name}{object}) = 1{window}",
    "days({name}{object}) >= 2{window}",
    "sum({name}.amount) > 60{filter}{window}",
    "max({name}.amount) <= 100{filter}{window}",
    "{name}{object} >= 2{filter}{window}",
    "{name}{object}{filter}{window}",
    "not {name}{object}{filter}{window}",
    "days since last {name} > 3",
    "{name}{object} followed by bought within 2 days",
    "staff > 100",
    'title contains "vp"',
    "trial_ends in next 5 days",
    "seen in last 36 hours",
    "days since seen between 2 and 5",
)


def written(chance: random.Random) -> str:
    """A ruleset of one or two rules."""
    rules = []
    for number in range(chance.randint(1, 2)):
        name, _, object_ = chance.choice(EVENTS).partition(" ")
        parts = {
            "name": name,
            "object": f" {object_}" if object_ else "",
            "window": chance.choice(WINDOWS),
            "filter": chance.choice(FILTERS),
        }
        points = chance.choice(("+10", "-3", "+10 fit", "+50 fit"))
        if chance.random() < 0.3:
            which = chance.choice(("each", "latest", "first"))
            fades = chance.choice(("", " fading 25% every 1 day", " halving every 2 days"))
            whom = f"for {which} {{name}}{{object}}{{filter}}{{window}}".format(**parts)
            rules.append(f'rule "{number}" {whom} then {points}{fades}')
        else:
            asked = chance.choice(FORMS).format(**parts)
            rules.append(f'rule "{number}" when {asked} then {points}')
    zone = chance.choice(("", "", ' in "America/Los_Angeles"', ' in "Asia/Tokyo"'))
    return "\n".join([f'ruleset "Small"{zone}', DECLARED, *rules, "stage MQL when score >= 10"])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Sixty leads, some of whose events have their objects in properties."""
    folder, chance = tmp_path_factory.mktemp("small"), random.Random(1)
    with open_store(folder / "leads.db", create=True) as store:
        leads = []
        for number in range(60):
            at = moment_of(NOW + chance.randint(-9, 9) * DAY - chance.randint(0, DAY))
            title = chance.choice(("", "VP Sales", "CTO"))
            leads.append((number, chance.choice(("", 50, 500)), title, at.date().isoformat(), at.isoformat()))
        load(store, folder, ("id", "staff", "title", "trial_ends", "seen"), leads, ColumnMapping("id"))
        events = [event(chance) for _ in range(300)]
        columns = EventColumns(
            "at", type="type", object="object", properties=("path", "plan", "amount", "device", "due")
        )
        names = ("id", "type", "object", "at", "path", "plan", "amount", "device", "due")
        load(store, folder, names, events, ColumnMapping("id", events=(columns,)))
        yield store


def event(chance: random.Random) -> tuple[Any, ...]:
    """An event with its object where its type has it, and some properties."""
    type_ = chance.choice(("visited", "Screen Viewed", "Page Viewed", "Page Viewed", "Order Paid", "other"))
    at = moment_of(NOW - chance.choice((-2, 0, 0, 1, 2, 3, 8, 30, 31)) * DAY - chance.randint(0, DAY))
    thing = chance.choice(("", "pricing", "Pricing", "docs/api", "docs"))
    return (
        chance.randrange(60),
        type_,
        thing if type_ == "visited" else "",
        at.isoformat(),
        thing if type_.endswith("Viewed") else "",
        chance.choice(("", "pro", "Basic")) if type_ == "Order Paid" else "",
        chance.choice(("", 10, 40, 70.5)),
        chance.choice(("", "phone")),
        chance.choice(("", "2026-01-20", "2026-01-01")),
    )


def load(
    store: Store, folder: Path, names: tuple[str, ...], rows: list[tuple[Any, ...]], mapping: ColumnMapping
) -> None:
    path = folder / "in.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    import_file(store, path, mapping)


def decided(store: Store, evaluator: Evaluator) -> dict[str, tuple[Any, ...]]:
    """Every lead evaluated by itself from all its events."""
    found = {}
    for lead in iterate_leads(store):
        events = [Event(e.type, e.at, e.object, e.properties) for e in events_of(store, lead.id)]
        facts = evaluator.facts(lead.fields, events)
        total, _, stages, gone = evaluator.run(Detail.SCORE, facts, NOW)
        found[lead.key] = (total, stages[0], gone)
    return found


def stored(store: Store, version: RulesetVersion) -> dict[str, tuple[Any, ...]]:
    rows = store.connection.execute(
        "SELECT _key, total, stage, disqualified FROM score JOIN lead ON lead._id = score.lead "
        "WHERE ruleset = ?",
        (version.ruleset_id,),
    )
    return {key: (total, stage, gone == 1) for key, total, stage, gone in rows}


def assert_alike(store: Store, text: str, name: str) -> None:
    """Scores from the record, from the mirror, and of what became due are those of leads one by one."""
    plan = read(Source(text)).plan
    assert plan is not None, text
    evaluator = Evaluator(plan)
    wanted = decided(store, evaluator)
    for way, mirror in (("record", False), ("mirror", True)):
        version = save_version(store, f"{name} {way}", text, plan.digest)
        score_store(store, evaluator, version, NOW, resources=Resources(processes=1, mirror=mirror))
        assert stored(store, version) == wanted, (way, text)
    version = save_version(store, f"{name} due", text, plan.digest)
    score_store(store, evaluator, version, NOW - DAY, resources=Resources(processes=1, mirror=False))
    score_store(store, evaluator, version, NOW, resources=Resources(processes=1, mirror=False))
    assert stored(store, version) == wanted, ("due", text)


@pytest.mark.parametrize("seed", range(40))
def test_a_small_ruleset_scores_alike_however_it_is_scored(store: Store, seed: int) -> None:
    assert_alike(store, written(random.Random(seed)), f"random {seed}")


def test_an_object_that_is_a_property_is_read_where_only_distinct_needs_it(store: Store) -> None:
    assert_alike(
        store, f"{DECLARED}when distinct(page) >= 2 then +10\nstage MQL when score >= 10", "distinct"
    )
