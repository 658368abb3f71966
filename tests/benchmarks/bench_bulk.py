"""A million leads with twenty million events scored, explained and written back, beside others.

DuckDB and the SQLite statement write a total and a stage for each lead; Leadwright all scores, stages, grades
and tags, the lines that add up, and when the lead is due. All must first agree about every lead.

Stores are made for the occasion, which takes minutes; with LEADWRIGHT_STORES=FOLDER they are kept there.
"""

from __future__ import annotations

import gc
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time

from leadwright.engine.evaluator import Evaluator
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.mirror.sync import mirror_folder, synced_mirror
from leadwright.engine.store.records.freshness import mark_changed
from leadwright.engine.store.records.rulesets import RulesetVersion
from leadwright.engine.store.scoring.full_run import Resources
from leadwright.engine.store.scoring.score_run import score_store
from leadwright.tests.benchmarks import as_duckdb
from leadwright.tests.benchmarks.as_sql import Kinds, statement
from leadwright.tests.benchmarks.facts_from_sql import rule_engine_seconds, zen_seconds
from leadwright.tests.benchmarks.kept import kept_folder, kept_store
from leadwright.tests.benchmarks.neutral import Ruleset
from leadwright.tests.benchmarks.ours import evaluator
from leadwright.tests.benchmarks.people import DAY, NOW_MICROSECONDS
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.timing import Measured
from leadwright.tests.benchmarks.workloads import many, twenty
from leadwright.tests.saved_version import save_version

OURS, DUCKDB, STATEMENT = "Leadwright, explained", "DuckDB, total and stage", "one SQLite statement"
AGAIN, MIRROR, ROWS, NEW = (
    "again, nothing new",
    "first build of the mirror",
    "reading the rows in Python",
    1_000,
)


class Contest:
    """One ruleset over one store, by Leadwright, by DuckDB and by the statement."""

    def __init__(self, store: Store, ruleset: Ruleset, kinds: Kinds, beside: Path) -> None:
        self.store = store
        self.evaluator: Evaluator = evaluator(ruleset, [])
        name = f"bench{len(ruleset.rules)}"
        self.version: RulesetVersion = save_version(store, name, "", self.evaluator.plan.digest)
        self.statement = statement(ruleset, kinds, "yardstick")
        self.query = as_duckdb.query(ruleset, kinds)
        self.beside = beside

    def score(self, **resources: int) -> None:
        """Scores, explains and writes every lead."""
        score_store(
            self.store,
            self.evaluator,
            self.version,
            NOW_MICROSECONDS,
            whole=True,
            resources=Resources(**resources),
        )

    def by_statement(self) -> None:
        """Runs the statement, which writes into the store."""
        self.store.connection.execute(self.statement)

    def by_duckdb(self) -> None:
        """Runs the query and writes what it gives into a table of SQLite."""
        import duckdb

        with duckdb.connect(str(self.beside), config={"threads": 2}) as connection:
            as_duckdb.write_back(connection, self.query, self.store.connection, "yardstick")

    def clear(self) -> None:
        """Takes away what any of them wrote, and brings the file to rest."""
        ask = self.store.connection.execute
        for table in ("scored", "score_before", "due_zone"):
            ask(f"DELETE FROM {table} WHERE ruleset = ?", (self.version.ruleset_id,))
        ask("DROP TABLE IF EXISTS yardstick")
        ask("CREATE TABLE yardstick (lead INTEGER PRIMARY KEY, total INTEGER NOT NULL, stage TEXT)")
        ask("PRAGMA wal_checkpoint(TRUNCATE)")

    def check(self) -> None:
        """Raises where any two disagree about any lead."""
        for other in (self.by_statement, self.by_duckdb):
            self.clear()
            self.score()
            other()
            alike, differ = self.store.connection.execute(
                "SELECT count(*), ifnull(sum(score.total IS NOT y.total OR score.stage IS NOT y.stage), 0) "
                "FROM yardstick AS y JOIN score ON score.lead = y.lead WHERE score.ruleset = ?",
                (self.version.ruleset_id,),
            ).fetchone()
            leads = self.store.connection.execute("SELECT count(*) FROM lead").fetchone()[0]
            if differ or alike != leads:
                raise RuntimeError(f"{other.__name__} disagrees about {differ} of {alike} of {leads} leads")


def run(*, quick: bool) -> Report:
    """Builds two stores, lets all score them in turn, and lets events come in."""
    number, rounds = (60_000, 2) if quick else (1_000_000, 3)
    with kept_folder() as folder:
        path, kinds = kept_store(folder, number)
        small, few = kept_store(folder, number // 10)
        reading = _building(path)
        with open_store(path) as store:
            beside = folder / "beside.duckdb"
            beside.unlink(missing_ok=True)
            as_duckdb.tables(store, beside).close()
            ours = Contest(store, twenty(), kinds, beside)
            times = _contest(ours, rounds)
            zen, engine = (ask(twenty(), store, kinds, number) for ask in (zen_seconds, rule_engine_seconds))
            fresh = _fresh(ours)
        with open_store(small) as store:
            beside_small = folder / "small.duckdb"
            beside_small.unlink(missing_ok=True)
            as_duckdb.tables(store, beside_small).close()
            hundreds = _contest(Contest(store, many(200), few, beside_small), rounds)
            alone = Contest(store, twenty(), few, beside_small)
            alone.score()
            fresh_small = _fresh(alone)
        memory = {limit: _memory(path, limit) for limit in (None, 256)}
    claims = [
        *_of_twenty(times),
        Claim("20 rules: Zen's time over ours", zen / times[OURS].median, 7, True),
        Claim("20 rules: rule-engine's time over ours", engine / times[OURS].median, 50, True),
        Claim(
            "200 rules: the statement's time over ours", hundreds[STATEMENT].over(hundreds[OURS]), 12, True
        ),
        Claim("first build of the mirror over reading rows", reading[MIRROR].over(reading[ROWS]), 2, False),
        Claim(f"{NEW:,} new events into the mirror", fresh["mirror"].median * 1000, 100, False, "ms"),
        Claim(f"{NEW:,} new events stored and scored", fresh["scored"].median * 1000, 50, False, "ms"),
        Claim(
            "the same over that of a tenth of the leads",
            fresh["scored"].median / fresh_small["scored"].median,
            1.5,
            False,
        ),
        Claim("memory", memory[None], 700, False, "MiB"),
        Claim("memory with --memory 256", memory[256], 256, False, "MiB"),
    ]
    about = f"{number:,} leads, {20 * number:,} events, 20 rules"
    tenth = f"{number // 10:,} leads"
    scaled = {"Zen over counted facts": zen, "rule-engine over counted facts": engine}
    tables = (
        _table(about, times),
        Table("scaled from a sample", ("seconds", ""), tuple((k, f"{v:.1f}") for k, v in scaled.items())),
        _table(f"{tenth}, 200 rules", hundreds),
        _table("the mirror", reading),
        _table(f"{NEW:,} new events, {number:,} leads", fresh),
        _table(f"{NEW:,} new events, {tenth}", fresh_small),
    )
    notes = (
        "Leadwright writes scores, stages, grades, tags, lines and when each lead is due; the others a total "
        "and a stage",
        "DuckDB has two threads, Leadwright two processes, all others one",
        "Zen and rule-engine score a sample, and their times are scaled; their facts are counted by SQLite",
        "times of new events are of the processor",
    )
    return Report("bulk", tables, tuple(claims), notes)


def _of_twenty(times: Mapping[str, Measured]) -> list[Claim]:
    return [
        Claim("20 rules: our time over DuckDB's", times[OURS].over(times[DUCKDB]), 1.25, False),
        Claim("20 rules: the statement's time over ours", times[STATEMENT].over(times[OURS]), 3.5, True),
    ]


# --- measuring --------------------------------------------------------------------------------


def _contest(contest: Contest, rounds: int) -> dict[str, Measured]:
    contest.check()
    ways: dict[str, Callable[[], None]] = {
        OURS: contest.score,
        "Leadwright, one process": lambda: contest.score(processes=1),
        DUCKDB: contest.by_duckdb,
        STATEMENT: contest.by_statement,
    }
    names = tuple(ways)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        for name in (*names[number % len(names) :], *names[: number % len(names)]):
            contest.clear()
            seconds[name].append(_timed(ways[name]))
    contest.clear()
    contest.score()
    seconds[AGAIN] = [_timed(contest.score) for _ in range(rounds)]
    return {name: Measured(name, tuple(found)) for name, found in seconds.items()}


def _timed(way: Callable[[], object]) -> float:
    gc.collect()
    start = perf_counter()
    way()
    return perf_counter() - start


def _building(path: Path) -> dict[str, Measured]:
    """The mirror made from nothing, beside reading all rows that it is made of."""

    def rows() -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            for table, key in (("lead", "_id"), ("event", "lead, at, kind, key")):
                cursor = connection.execute(f"SELECT * FROM {table} ORDER BY {key}")
                while cursor.fetchmany(10_000):
                    pass
        connection.close()

    def mirror() -> None:
        shutil.rmtree(mirror_folder(path), ignore_errors=True)
        with open_store(path) as store, synced_mirror(store):
            pass

    found: dict[str, list[float]] = {MIRROR: [], ROWS: []}
    for _ in range(2):
        found[ROWS].append(_timed(rows))
        found[MIRROR].append(_timed(mirror))
    return {name: Measured(name, tuple(seconds)) for name, seconds in found.items()}


def _fresh(contest: Contest) -> dict[str, Measured]:
    """New events stored; stored and scored; then brought into the mirror."""
    store, chance = contest.store, random.Random(len(contest.query))
    leads = store.connection.execute("SELECT max(_id) FROM lead").fetchone()[0]
    kinds = [kind for (kind,) in store.connection.execute("SELECT id FROM event_kind")]
    synced_mirror(store).__exit__()
    seconds: dict[str, list[float]] = {"stored": [], "scored": [], "mirror": []}
    for number in range(8):
        rows = sorted(
            (
                chance.randint(1, leads),
                NOW_MICROSECONDS - chance.randint(0, 90 * DAY),
                chance.choice(kinds),
                number,
                None,
            )
            for _ in range(NEW)
        )
        gc.collect()
        start = process_time()
        with store.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, NULL)", rows)
            mark_changed(connection, {row[0] for row in rows})
        stored = process_time()
        score_store(store, contest.evaluator, contest.version, NOW_MICROSECONDS)
        scored = process_time()
        synced_mirror(store).__exit__()
        seconds["stored"].append(stored - start)
        seconds["scored"].append(scored - start)
        seconds["mirror"].append(process_time() - scored)
    # The first time loads and makes what later ones have.
    return {name: Measured(name, tuple(found[1:])) for name, found in seconds.items()}


MEMORY = """
import resource, sys
from benchmarks.ours import evaluator
from benchmarks.people import NOW_MICROSECONDS
from benchmarks.workloads import twenty
from leadwright.engine.store.database import open_store
from leadwright.tests.saved_version import save_version
from leadwright.engine.store.scoring.score_run import score_store
from leadwright.engine.store.scoring.full_run import Resources
with open_store(sys.argv[1]) as store:
    ours = evaluator(twenty(), [])
    version = save_version(store, "memory", "", ours.plan.digest)
    resources = Resources(memory=int(sys.argv[2]) or None)
    score_store(store, ours, version, NOW_MICROSECONDS, whole=True, resources=resources)
status = dict(line.split(":") for line in open("/proc/self/status"))
helper = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print((int(status["VmHWM"].split()[0]) + helper) // 1024)
"""


def _memory(path: Path, limit: int | None) -> int:
    """The most memory, in MiB, that scoring a store takes, both processes together."""
    command = [sys.executable, "-c", MEMORY, str(path), str(limit or 0)]
    folder = Path(__file__).parents[1]
    return int(subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout)


def _table(title: str, times: Mapping[str, Measured]) -> Table:
    rows = tuple((name, f"{found.median:.3f}", f"{found.best:.3f}") for name, found in times.items())
    return Table(title, ("seconds", "median", "best"), rows)
