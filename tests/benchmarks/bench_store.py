"""All leads of a store scored, explained and written back, beside one hand-written SQLite statement.

The statement writes a total and a stage for each lead, Leadwright besides that all scores, grades, tags and
the lines that add up. Both read the same tables of the same file and write to it; first they must agree.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

from leadwright.engine.evaluator import Evaluator
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.records.catalogue import catalogue
from leadwright.engine.store.records.leads import count_leads
from leadwright.engine.store.records.rulesets import RulesetVersion
from leadwright.engine.store.scoring.full_run import Resources
from leadwright.engine.store.scoring.score_run import score_store
from leadwright.tests.benchmarks.as_sql import Kinds, statement
from leadwright.tests.benchmarks.neutral import Ruleset
from leadwright.tests.benchmarks.ours import evaluator
from leadwright.tests.benchmarks.people import NOW_MICROSECONDS
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.stored_people import build
from leadwright.tests.benchmarks.timing import Measured, Work, interleaved
from leadwright.tests.benchmarks.workloads import many, twenty
from leadwright.tests.saved_version import save_version

MEMORY = """
import resource, sys
from leadwright.engine.store.database import open_store
from benchmarks.bench_store import Contest
from benchmarks.workloads import twenty
with open_store(sys.argv[1]) as store:
    Contest(store, "memory", twenty(), {}).score(1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


SCORED, STATEMENT, AGAIN = "scored", "one statement", "scored again, nothing new"


class Contest:
    """One ruleset, run by Leadwright and by the statement."""

    def __init__(self, store: Store, name: str, ruleset: Ruleset, kinds: Kinds) -> None:
        self.store = store
        self.name = name
        self.evaluator: Evaluator = evaluator(ruleset, [])
        self.version: RulesetVersion = save_version(store, name, "", self.evaluator.plan.digest)
        self.sql = statement(ruleset, kinds, "yardstick") if kinds else ""

    def score(self, processes: int | None = None) -> None:
        """Scores every lead, whether or not its score can have changed."""
        resources = Resources(processes=processes)
        report = score_store(
            self.store, self.evaluator, self.version, NOW_MICROSECONDS, whole=True, resources=resources
        )
        if report.tally.leads != count_leads(self.store):
            raise RuntimeError(f"{self.name}: only {report.tally.leads} leads were scored")

    def clear(self) -> None:
        """Takes away what either wrote, and brings the file to rest."""
        ask = self.store.connection.execute
        for table in ("scored", "score_before", "due_zone"):
            ask(f"DELETE FROM {table} WHERE ruleset = ?", (self.version.ruleset_id,))
        ask("DROP TABLE IF EXISTS yardstick")
        ask("CREATE TABLE yardstick (lead INTEGER PRIMARY KEY, total INTEGER NOT NULL, stage TEXT)")
        ask("PRAGMA wal_checkpoint(TRUNCATE)")

    def by_statement(self) -> None:
        """Runs the statement."""
        self.store.connection.execute(self.sql)

    def check(self) -> int:
        """How many leads there are, all of which both must judge alike."""
        self.clear()
        self.score()
        self.by_statement()
        alike, differ = self.store.connection.execute(
            "SELECT count(*), ifnull(sum(score.total IS NOT y.total OR score.stage IS NOT y.stage), 0) "
            "FROM yardstick AS y JOIN score ON score.lead = y.lead WHERE score.ruleset = ?",
            (self.version.ruleset_id,),
        ).fetchone()
        if differ or not alike:
            raise RuntimeError(f"{self.name}: the two disagree about {differ} of {alike} leads")
        return int(alike)


def run(*, quick: bool) -> Report:
    """Builds a store, lets both judge it in turn, and looks at memory."""
    number, rounds = (20_000, 3) if quick else (100_000, 5)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.db"
        kinds = build(path, number)
        small = Path(folder) / "small.db"
        build(small, number // 4)
        with open_store(path) as store:
            twenty_times = _contest(store, "20 rules", twenty(), kinds, rounds)
            many_times = _contest(store, "200 rules", many(200), kinds, rounds)
            besides = _besides(store)
        growth = _memory(path) / _memory(small)
    about = f"{number:,} leads, {20 * number:,} events"
    return Report(
        "store",
        (
            _table(f"20 rules, {about}", twenty_times),
            _table(f"200 rules, {about}", many_times),
            _table("besides", besides),
        ),
        (
            Claim(
                "20 rules: of the statement's time",
                twenty_times[SCORED].over(twenty_times[STATEMENT]),
                1.2,
                False,
            ),
            Claim(
                "200 rules: times as fast as the statement",
                many_times[STATEMENT].over(many_times[SCORED]),
                4,
                True,
            ),
            Claim(f"memory for {number:,} leads over that for {number // 4:,}", growth, 1.25, False),
        ),
        (
            "what Leadwright writes holds the explanations too",
            "it takes a second processor where there is one",
        ),
    )


def _contest(store: Store, name: str, ruleset: Ruleset, kinds: Kinds, rounds: int) -> dict[str, Measured]:
    """Both in turn, with the ways in which Leadwright can go about it."""
    contest = Contest(store, name, ruleset, kinds)
    contest.check()
    ways: dict[str, Callable[[], None]] = {
        SCORED: contest.score,
        "scored by one process": lambda: contest.score(1),
        STATEMENT: contest.by_statement,
    }
    names = tuple(ways)
    seconds: dict[str, list[float]] = {way: [] for way in names}
    for number in range(rounds):
        for way in (*names[number % 3 :], *names[: number % 3]):
            contest.clear()
            seconds[way].append(_timed(ways[way]))
    contest.clear()
    contest.score()
    times = {way: Measured(way, tuple(found)) for way, found in seconds.items()}
    again = tuple(_timed(contest.score) for _ in range(rounds))
    return times | {AGAIN: Measured(AGAIN, again)}


def _timed(way: Callable[[], object]) -> float:
    gc.collect()
    start = perf_counter()
    way()
    return perf_counter() - start


def _besides(store: Store) -> dict[str, Measured]:
    """The catalogue of it all, computed and kept."""

    def anew() -> None:
        store.connection.execute("UPDATE state SET catalogue_at = NULL")
        catalogue(store)

    works = [
        Work("catalogue, computed", anew, [()]),
        Work("catalogue, kept", partial(catalogue, store), [()]),
    ]
    return interleaved(works, 3)


def _memory(path: Path) -> int:
    """The most memory, in MiB, that a process takes for scoring a store."""
    command = [sys.executable, "-c", MEMORY, str(path)]
    folder = Path(__file__).parents[1]
    return int(subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout)


def _table(title: str, times: dict[str, Measured]) -> Table:
    rows = tuple((name, f"{found.median:.3f}", f"{found.best:.3f}") for name, found in times.items())
    return Table(title, ("seconds", "median", "best"), rows)
