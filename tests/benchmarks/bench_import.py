"""Files into a database, beside DuckDB's `read_csv` with an insert and an earlier build of this package.

LEADWRIGHT_BEFORE names a checkout of that; without it there is no such comparison. Each import is a process
of its own, one after the other, round by round. Ratios are medians of the rounds, by the processor: what else
the machine does weighs less so. DuckDB has two threads.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import read
from leadwright.engine.store.database import open_store
from leadwright.engine.store.scoring.score_run import score_store
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.saved_version import save_version

HERE = Path(__file__).parent
OURS = str(HERE.parents[1])
BEFORE = os.environ.get("LEADWRIGHT_BEFORE")
DEMANDED = {"events": 8, "events, one column all different": 4, "leads": 6}
TYPES = {
    "visited": ("pricing", "docs", "home", "blog", "signup", "about"),
    "opened": ("newsletter", "welcome", "offer"),
    "clicked": ("cta", "banner"),
    "watched": ("demo", "tour"),
}
LEAD_COLUMNS = (
    *("name", "email", "company", "employees", "country", "industry"),
    *("title", "revenue", "newsletter", "signed_up", "last_seen", "source"),
)
RULES = """\
event visited
rule "Pricing" when visited pricing >= 3 in last 30 days then +20
stage MQL when score >= 20
"""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the wall and of the processor, MiB at most, a hash of all rows, how many were added."""

    seconds: float
    cpu: float
    peak: float = 0.0
    rows: str = ""
    added: int = 0


def run(*, quick: bool) -> Report:
    """Every file by everybody, then again, and into a database with scores."""
    counts = (100_000, 50_000, 30_000) if quick else (2_000_000, 500_000, 200_000)
    rounds = 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contest = Contest(folder)
        for (what, ratio), count in zip(DEMANDED.items(), counts, strict=True):
            file = folder / f"{what}.csv"
            (_leads if what == "leads" else _events)(file, count, odd="different" in what)
            contest.of(file, what, ratio, rounds)
        events = folder / "events.csv"
        contest.again(events)
        if not quick:
            _events(events, 20_000_000, odd=False)
            took = _ours(OURS, events, "events", folder / "large.db")
            contest.note("20,000,000 events", took)
            contest.claims.append(Claim("20 M events, memory", took.peak, 700, False, "MiB"))
    headings = ("what", "seconds", "of the processor", "MiB")
    note = f"the build before is {BEFORE}" if BEFORE else "LEADWRIGHT_BEFORE names no earlier build"
    return Report(
        "import", (Table("into a database", headings, tuple(contest.rows)),), tuple(contest.claims), (note,)
    )


class Contest:
    """Imports in a folder: `rows` of a table, and claims."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[tuple[str, ...]] = []
        self.claims: list[Claim] = []

    def note(self, what: str, took: Took) -> None:
        """Adds a row."""
        peak = f"{took.peak:.0f}" if took.peak else ""
        self.rows.append((what, f"{took.seconds:.2f}", f"{took.cpu:.2f}", peak))

    def of(self, file: Path, what: str, demanded: float, rounds: int) -> None:
        """One file by all, and whether all rows are the same."""
        kind = "leads" if what == "leads" else "events"
        trees = [OURS, *([BEFORE] if BEFORE else [])]
        took: dict[str, list[Took]] = {who: [] for who in (*trees, "DuckDB")}
        for number in range(rounds):
            for tree in trees:
                database = self.folder / f"{number}.db"
                took[tree].append(_ours(tree, file, kind, database))
                for path in self.folder.glob(f"{database.name}*"):
                    path.unlink()
            took["DuckDB"].append(_duckdb(self.folder, file))
        if len({one.rows for tree in trees for one in took[tree]}) > 1:
            raise RuntimeError(f"{what}: not the same rows")
        if BEFORE:
            ratio = median(old.cpu / new.cpu for old, new in zip(took[BEFORE], took[OURS], strict=True))
            self.claims.append(Claim(f"{what}: times as fast as before", ratio, demanded, True))
        if what == "events":
            ratio = median(new.cpu / one.cpu for new, one in zip(took[OURS], took["DuckDB"], strict=True))
            self.claims.append(Claim(f"{what}: of DuckDB's time", ratio, 2.5, False))
        for who, name in ((OURS, ""), (BEFORE, ", the build before"), ("DuckDB", ", DuckDB")):
            if who in took:
                self.note(f"{what}{name}", min(took[who], key=lambda one: one.cpu))

    def again(self, file: Path) -> None:
        """The same file twice into one database, and half of it into one that has scores of the other."""
        database, scored = self.folder / "again.db", self.folder / "scored.db"
        first = _ours(OURS, file, "events", database)
        again = _ours(OURS, file, "events", database)
        if again.added:
            raise RuntimeError("the same file brought something new")
        half = self.folder / "half.csv"
        names, *lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        half.write_text("".join([names, *lines[::2]]), encoding="utf-8")
        _ours(OURS, half, "events", scored)
        _score(scored)
        half.write_text("".join([names, *lines[1::2]]), encoding="utf-8")
        rest = _ours(OURS, half, "events", scored)
        self.note("the same file again", again)
        self.note("the other half, into a database with scores", rest)
        self.claims.append(Claim("again, nothing new: of the first time", again.cpu / first.cpu, 1, False))
        self.claims.append(Claim("half, into scores: of the whole time", rest.cpu / first.cpu, 1, False))


def _score(database: Path) -> None:
    plan = read(Source(RULES)).plan
    assert plan is not None
    with open_store(database) as store:
        version = save_version(store, "live", RULES, plan.digest)
        score_store(store, Evaluator(plan), version, 1_790_000_000_000_000)


def _ours(tree: str, file: Path, kind: str, database: Path) -> Took:
    command = [sys.executable, str(HERE / "one_import.py"), tree, str(file), kind, str(database)]
    return Took(**json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def _duckdb(folder: Path, file: Path) -> Took:
    import duckdb

    database = folder / "one.duckdb"
    connection = duckdb.connect(str(database))
    connection.execute("SET threads = 2")
    begun, used = perf_counter(), process_time()
    connection.execute(f"CREATE TABLE rows AS SELECT * FROM read_csv('{file}') LIMIT 0")
    connection.execute(f"INSERT INTO rows SELECT * FROM read_csv('{file}')")
    connection.close()
    took = Took(perf_counter() - begun, process_time() - used)
    database.unlink()
    return took


def _events(file: Path, count: int, *, odd: bool) -> None:
    """A file of events, ten a lead; `odd`: with a column that is different in each row."""
    chance = random.Random(7)
    start = datetime(2026, 1, 1)
    instants = [f"{start + timedelta(seconds=61 * step):%Y-%m-%dT%H:%M:%SZ}" for step in range(400_000)]
    devices, locales = ("desktop", "mobile", "tablet"), ("en-GB", "en-US", "de-DE", "fr-FR", "es-ES", "nl-NL")
    kinds = [f"{type_},{object_}" for type_, objects in TYPES.items() for object_ in objects]
    pick = chance.choice
    with file.open("w", encoding="utf-8") as out:
        out.write("lead,type,object,at,device,locale,seconds" + (",request\n" if odd else "\n"))
        for _ in range(count):
            request = f",req-{chance.getrandbits(60):015x}" if odd else ""
            lead, seconds = int(chance.random() * count / 10), int(chance.random() * 600)
            out.write(
                f"lead-{lead:07},{pick(kinds)},{pick(instants)},{pick(devices)},{pick(locales)},{seconds}{request}\n"
            )


def _leads(file: Path, count: int, *, odd: bool) -> None:
    """A file of leads with 12 columns; none is `odd`."""
    del odd
    chance = random.Random(8)
    pick, part = chance.choice, chance.random
    given, family = ("Ann", "Ben", "Cora", "Dan", "Eve", "Finn"), ("Archer", "Brown", "Cole", "Dean", "Ellis")

    def day(year: int) -> str:
        return f"{year}-{1 + int(part() * 12):02}-{1 + int(part() * 28):02}"

    with file.open("w", encoding="utf-8") as out:
        out.write(f"id,{','.join(LEAD_COLUMNS)}\n")
        for number in range(count):
            name, other = pick(given), pick(family)
            cells = (
                f"lead-{number:07}",
                f"{name} {other}",
                f"{name.lower()}.{other.lower()}{number}@firm{number % 5000}.example",
                f"Firm {number % 5000}",
                f"{int(part() * 5000)}",
                pick(("DE", "US", "FR", "GB")),
                pick(("software", "retail", "health")),
                pick(("CTO", "CEO", "VP Sales", "")),
                f"{part() * 1e6:.2f}",
                pick(("yes", "no")),
                day(2025),
                f"{day(2026)}T{int(part() * 24):02}:{int(part() * 60):02}:00Z",
                pick(("web", "ads", "event")),
            )
            out.write(",".join(cells) + "\n")
