"""Leads that are scored and handed off, for the tests of handing off, and what the record says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leadwright.engine.evaluator import Evaluator
from leadwright.engine.handoffs.turns import HandedOff
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.run import import_file
from leadwright.engine.reading import read
from leadwright.engine.store.database import Store
from leadwright.engine.store.handoffs.entries import choose_entries
from leadwright.engine.store.handoffs.people import new_person, save_people
from leadwright.engine.store.scoring.full_run import Resources
from leadwright.engine.store.scoring.score_run import score_store
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.saved_version import save_version

NOW = 1_768_478_400_000_000  # 2026-01-15T12:00Z, a Thursday
MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
EVENTS = ColumnMapping("lead", events=(EventColumns("at", type="type"),))
TEAM = 'list team: "a", "b", "c", "d", "e", "f", "g"\n'
STAGE = """
when points >= 1 then +50
when points >= 3 then +30
stage MQL when score >= 20
stage SQL when score >= {}
"""
ALL = 'handoff "All" of SQL to team in turn, tell crm'


def leads(store: Store, rows: Iterable[tuple[str, int]], companies: Mapping[str, str] | None = None) -> None:
    file = store.path.with_name("leads.csv")
    lines = [f"{lead},{points},{(companies or {}).get(lead, '')}" for lead, points in rows]
    file.write_text("\n".join(["id,points,company", *lines, ""]))
    import_file(store, file, ColumnMapping("id"))


def events(store: Store, rows: Iterable[tuple[str, str, str]]) -> None:
    file = store.path.with_name("events.csv")
    file.write_text("\n".join(["lead,type,at", *map(",".join, rows), ""]))
    import_file(store, file, EVENTS)


def people(store: Store, **facts: dict[str, str]) -> None:
    with store.transaction() as connection:
        save_people(connection, [new_person(name, one) for name, one in facts.items()])


class Scoring:
    """Scores and hands off by rules with handoffs, all made ready; `threshold` is the score of an SQL."""

    def __init__(self, store: Store, handoffs: str, threshold: int = 50) -> None:
        text = STAGE.format(threshold) + TEAM + handoffs
        reading = read(Source(text))
        assert reading.plan is not None, reading.errors
        self.version = save_version(store, "rules", text, reading.plan.digest)
        self._store = store
        self._evaluator = Evaluator(reading.plan)

    def score(self, now: int, processes: int = 1) -> HandedOff:
        """Scores as of an instant; what was handed off."""
        resources = Resources(processes=processes, mirror=False)
        report = score_store(self._store, self._evaluator, self.version, now, resources=resources)
        return report.handed_off or HandedOff({})


def score(
    store: Store,
    handoffs: str,
    now: int = NOW,
    *,
    threshold: int = 50,
    ask: bool | None = None,
    processes: int = 1,
) -> HandedOff:
    scoring = Scoring(store, handoffs, threshold)
    if ask is not None:
        with store.transaction() as connection:
            choose_entries(connection, scoring.version.id, hand_off=ask)
    return scoring.score(now, processes)


def owners(store: Store) -> dict[str, str]:
    rows = store.connection.execute(
        "SELECT _key, address FROM handoff JOIN lead ON lead._id = handoff.lead WHERE passed_by IS NULL"
    )
    return dict(rows.fetchall())


def entries(store: Store) -> list[tuple[str, str, str, bool]]:
    return store.connection.execute(
        "SELECT _key, stage, entry.state, left_at IS NOT NULL FROM entry "
        "JOIN lead ON lead._id = entry.lead ORDER BY entry.id"
    ).fetchall()


def messages(store: Store) -> list[tuple[str, str]]:
    return store.connection.execute("SELECT kind, subject FROM message ORDER BY number").fetchall()
