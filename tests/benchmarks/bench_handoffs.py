"""What handing off costs: 1,000 new events into scored leads, 10,000 entries at once over seven people."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from leadwright.engine.evaluator import Evaluator
from leadwright.engine.handoffs.people import Person
from leadwright.engine.handoffs.turns import HandedOff
from leadwright.engine.live.mapping import SourceMapping
from leadwright.engine.live.messages import Became, State
from leadwright.engine.live.recording import Batch, Change
from leadwright.engine.outbox.destinations import Kind, add_destination
from leadwright.engine.outbox.sender import present
from leadwright.engine.reading import read
from leadwright.engine.receivers.calls import Call
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.handoffs.people import new_person, save_people
from leadwright.engine.store.records.rulesets import RulesetVersion
from leadwright.engine.store.scoring.score_run import score_store
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.stored_people import build
from leadwright.tests.saved_version import save_version

PEOPLE = tuple("abcdefg")
AWAY, LIMITED, LIMIT = ("b", "d"), "f", 37
STAGE = """\
event asked
rule "Asked" when asked in last 30 days then +50
rule "Pricing" when visited pricing >= 3 in last 30 days then +20
stage SQL when asked in last 30 days
"""
HANDOFF = f"""
list team: {", ".join(f'"{one}"' for one in PEOPLE)}
handoff "All" of SQL to team in turn, answered by contacted within 4 hours, tell crm
"""


class _World:
    """Leads in a database that are scored by rules with and without handoffs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rules = {name: self._ready(name, text) for name, text in _TEXTS.items()}
        for name in self.rules:
            self.score(name)
        self._asked = 0

    def _ready(self, name: str, text: str) -> tuple[Evaluator, RulesetVersion]:
        reading = read(Source(text))
        assert reading.plan is not None, reading.errors
        return Evaluator(reading.plan), save_version(self.store, name, text, reading.plan.digest)

    def score(self, name: str) -> tuple[float, HandedOff]:
        """Scores what is due; the milliseconds that it took, and what was handed off."""
        evaluator, version = self.rules[name]
        began = time.perf_counter()
        report = score_store(self.store, evaluator, version, present())
        return (time.perf_counter() - began) * 1e3, report.handed_off or HandedOff({})

    def ask(self, count: int) -> None:
        """So many leads that did not ask before ask for something."""
        now = present()
        changes = []
        for number in range(self._asked + 1, self._asked + count + 1):
            call = Call(named=f"lead{number}", type="asked", properties={})
            changes.append(Change(call, SourceMapping(), now, f"asked {number}", now, Became(State.STORED)))
        self._asked += count
        with self.store.transaction():
            Batch(self.store, now).record(changes)


_TEXTS = {"without": STAGE, "with": STAGE + HANDOFF}


@contextmanager
def _world(leads: int) -> Iterator[_World]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.db"
        build(path, leads, events=4)
        with open_store(path) as store:
            add_destination(store, "crm", Kind.FILE, str(Path(folder) / "crm.jsonl"), present())
            with store.transaction() as connection:
                save_people(connection, _people())
            yield _World(store)


def _people() -> list[Person]:
    facts = {name: {"away_from": "2020-01-01"} for name in AWAY} | {LIMITED: {"limit": str(LIMIT)}}
    return [new_person(name, facts.get(name, {})) for name in PEOPLE]


def run(*, quick: bool) -> Report:
    """Everything on 50,000 leads or a million."""
    leads, rounds = (50_000, 5) if quick else (1_000_000, 9)
    took: dict[str, list[float]] = {"without": [], "with": []}
    with _world(leads) as world:
        # The bulk comes first, while nobody has reached a limit.
        world.ask(10_000)
        seconds = world.score("with")[0] / 1e3
        owners: dict[str, int] = dict(world.store.connection.execute(_OWNERS).fetchall())
        world.score("without")
        for _ in range(rounds):
            world.ask(1_000)
            for name, all_of in took.items():
                all_of.append(world.score(name)[0])
    fair = (10_000 - LIMIT) / (len(PEOPLE) - len(AWAY) - 1)
    unfair = max(abs(owners.get(name, 0) - fair) for name in PEOPLE if name not in (*AWAY, LIMITED))
    without, with_ = median(took["without"]), median(took["with"])
    table = Table(
        f"{leads:,} leads",
        ("what", "figure"),
        (
            ("1,000 new events, scored", f"{without:.0f} ms"),
            ("the same, handed off and queued", f"{with_:.0f} ms"),
            ("10,000 entries at once, scored, handed off and queued", f"{seconds:.2f} s"),
            ("who got them", ", ".join(f"{name} {owners.get(name, 0):,}" for name in PEOPLE)),
        ),
    )
    claims = (
        Claim("1,000 new events scored, handed off and queued", with_, 100, False, "ms"),
        Claim("the same, against only scoring them", with_ / without, 100 / 61, False),
        Claim("leads of 10,000 that somebody is from a fair share", unfair, 1, False, ""),
        Claim("leads of those who are away", sum(owners.get(name, 0) for name in AWAY), 0, False, ""),
        Claim("leads of whoever has a limit", owners.get(LIMITED, 0), LIMIT, False, ""),
    )
    return Report("handoffs", (table,), claims)


_OWNERS = "SELECT address, count(*) FROM handoff GROUP BY address"
