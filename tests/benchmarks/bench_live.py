"""Events over HTTP into a database that is not empty: acknowledged, stored and scored.

The clients run on the same cores. `synchronous` is FULL throughout. How long a small write takes to reach the
disk is noted: the longer, the more group commit counts for.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from leadwright.engine.live.bringing import LAGS
from leadwright.engine.live.figures import totals
from leadwright.engine.live.inbox import inbox_path
from leadwright.engine.live.sources import add_source
from leadwright.engine.store.database import only_one, open_store
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.stored_people import build

HERE = Path(__file__).parent
CONNECTIONS = "32"
Rows = list[tuple[str, ...]]

RULES = """\
rule "Pricing" when visited pricing >= 3 in last 30 days then +20
rule "Looks around" for each visited in last 7 days then +1 at most +20
stage MQL when score >= 20
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A server: where it is, and its process."""

    address: str
    process: subprocess.Popen[str]

    def processes(self) -> list[int]:
        """Its process, and those that it started."""
        children = Path(f"/proc/{self.process.pid}").glob("task/*/children")
        return [self.process.pid, *(int(one) for path in children for one in path.read_text().split())]

    def cpu(self) -> float:
        """Seconds of processor time that the process has used that answers."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MiB that it holds, in all of its processes."""
        pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in self.processes()]
        return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _served(*command: str) -> Iterator[Served]:
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        yield Served(found[0], process)
        process.terminate()


def run(*, quick: bool) -> Report:
    """Everything once: on a tenth of the leads and for a third of the time where it is to be quick."""
    leads, seconds = (100_000, 3) if quick else (1_000_000, 10)
    rows: Rows = []
    claims: list[Claim] = []
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "leads.db"
        build(database, leads, events=8)
        key = prepare(database)
        _receiving(database, key, seconds, rows, claims)
        _live(database, key, seconds, rows, claims)
    headings = ("what", "events/s", "p50 ms", "p99 ms", "server CPU ms a request")
    table = Table(f"into {leads:,} leads with {leads * 8:,} events", headings, tuple(rows))
    return Report(
        "live", (table,), tuple(claims), (f"a write of 8 KB is on the disk after {_disk():.2f} ms",)
    )


def prepare(database: Path) -> str:
    """Scores the leads, and makes a source; its write key."""
    with open_store(database) as store:
        key = add_source(store, "load", "segment", who="bench", address="here")
    rules = database.with_name("live.rules")
    rules.write_text(RULES)
    _leadwright("score", str(rules), "--db", str(database))
    return key


def _leadwright(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "leadwright", *arguments], check=True, stdout=subprocess.DEVNULL)


def _load(  # noqa: PLR0917  # each is a column of the table
    server: Served, key: str, what: str, rows: Rows, events: int, rate: float, seconds: int
) -> tuple[dict[str, float], float]:
    """Lets clients send; what they found, and CPU milliseconds of the server a request."""
    before = server.cpu()
    command = [str(HERE / "live_load.py"), server.address, "/v1/batch", key, str(events), str(rate / events)]
    done = subprocess.run(
        [sys.executable, *command, str(seconds), CONNECTIONS], check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    cpu = (server.cpu() - before) * 1000 / max(1, found["requests"])
    rows.append(
        (what, f"{found['a_second']:,.0f}", f"{found['p50']:.1f}", f"{found['p99']:.1f}", f"{cpu:.2f}")
    )
    return found, cpu


def _receiving(database: Path, key: str, seconds: int, rows: Rows, claims: list[Claim]) -> None:
    """Acknowledging alone, beside the endpoint written by hand."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    hand_command = (str(HERE / "hand_endpoint.py"), port, str(database.with_name("hand.db")))
    serve = ("-m", "leadwright", "serve", "--db", str(database), "--port", "0", "--no-open")
    # Held here, the lock keeps the server from bringing in what it acknowledges.
    with only_one(database, "live", "measuring"), _served(*serve) as ours, _served(*hand_command) as hand:
        found, mine = _load(ours, key, "batches of 100, flat out", rows, 100, 0, seconds)
        claims.append(Claim("acknowledged flat out", found["a_second"], 35_000, True, "events/s"))
        _, theirs = _load(hand, key, "the same by hand", rows, 100, 0, seconds)
        claims.append(Claim("batches of the hand-written endpoint, by CPU", theirs / mine, 0.7, True))
        found, _ = _load(ours, key, "single events, flat out", rows, 1, 0, seconds)
        claims.append(Claim("single events", found["a_second"], 2_000, True, "events/s"))
        claims.append(Claim("single events, p99", found["p99"], 50, False, "ms"))
        _load(hand, key, "the same by hand", rows, 1, 0, seconds)
        _load(ours, key, "single events, 2,000 a second", rows, 1, 2_000, seconds)
    for path in inbox_path(database).parent.glob(f"{database.name}-inbox*"):
        path.unlink()


def _live(database: Path, key: str, seconds: int, rows: Rows, claims: list[Claim]) -> None:
    """Acknowledged, stored, scored and read at once."""
    serve = ("-m", "leadwright", "serve", "--live", "--db", str(database), "--port", "0", "--no-open")
    with _served(*serve) as server:
        # The first scoring after a start loads what the others use.
        _load(server, key, "500 events/s, since the start", rows, 1, 500, 2)
        before = _scored(database, 0)
        sent, _ = _load(server, key, "500 events/s, scored", rows, 1, 500, seconds)
        after = _scored(database, sum(before.values()) + int(sent["requests"]))
        within = {lag: count - before.get(lag, 0) for lag, count in after.items()}
        claims.append(Claim("acknowledged to scored, p95", _within(within), 1, False, "s"))
        what = "20,000 events/s in batches of 100, scored and read"
        with _read(server.address) as waits:
            found, _ = _load(server, key, what, rows, 100, 20_000, seconds)
        claims.append(Claim("20,000 events/s while they are scored, p99", found["p99"], 100, False, "ms"))
        slowest = f"{max(waits) * 1000:,.0f}"
        rows.append((f"leads read meanwhile, {len(waits)}; p99: the slowest", "", "", slowest, ""))
        _emptied(database)
        memory = server.memory()
        _load(server, key, "the same, five times as long", rows, 100, 20_000, seconds * 5)
        begun = time.perf_counter()
        _emptied(database)
        left = f"{(time.perf_counter() - begun) * 1000:,.0f}"
        rows.append(("until all of them are in the record", "", "", left, ""))
        grown = (server.memory() / memory - 1) * 100
        claims.append(Claim("memory grown since, by", grown, 5, False, "%"))
        rows.append(("memory, MiB", f"{server.memory():.0f}", "", f"grown by {grown:.1f}%", ""))


@contextmanager
def _read(address: str) -> Iterator[list[float]]:
    """Reads a lead with its score again and again meanwhile; how many seconds each took."""
    waits: list[float] = []
    over = threading.Event()

    def read() -> None:
        while not over.wait(0.2):
            begun = time.perf_counter()
            with urlopen(f"{address}/lead?id=lead{len(waits) + 1}", timeout=60) as answer:
                answer.read()
            waits.append(time.perf_counter() - begun)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield waits
    finally:
        over.set()
        reader.join()


def _scored(database: Path, least: int) -> dict[float, int]:
    """How many messages were scored within how many seconds; waits until they are so many."""
    _emptied(database)
    until = time.monotonic() + 60
    with open_store(database, read_only=True) as store:
        while True:
            [(_, counts, within)] = totals(store)
            done = sum(within["scored"].values())
            if done >= max(least, counts["stored"]) or time.monotonic() > until:
                return dict(within["scored"])
            time.sleep(0.05)


def _within(lags: dict[float, int]) -> float:
    """Within how many seconds 95% were."""
    total, seen = sum(lags.values()), 0
    for lag in LAGS:
        seen += lags.get(lag, 0)
        if seen >= total * 0.95:
            return lag
    return float("inf")


def _emptied(database: Path) -> None:
    """Waits until nothing is left in the inbox."""
    import sqlite3

    connection = sqlite3.connect(inbox_path(database))
    until = time.monotonic() + 600
    while connection.execute("SELECT EXISTS (SELECT 1 FROM request)").fetchone()[0]:
        assert time.monotonic() < until, "the inbox is never empty"
        time.sleep(0.05)
    connection.close()


def _disk() -> float:
    """Milliseconds until a small write is on the disk."""
    with tempfile.TemporaryFile() as file:
        begun = time.perf_counter()
        for _ in range(50):
            file.write(b"x" * 8192)
            file.flush()
            os.fdatasync(file.fileno())
        return (time.perf_counter() - begun) * 20
