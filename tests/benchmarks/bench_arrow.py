"""A million leads with twenty million events in Parquet files, scored into Parquet files without a database.

All scores, stages, lines and due instants are written. The leads are made once and copied under other ids; a
sample must first agree with each lead evaluated alone.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from leadwright import arrow as lw
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.kept import kept_folder
from leadwright.tests.benchmarks.neutral import FIELDS
from leadwright.tests.benchmarks.ours import evaluator, given
from leadwright.tests.benchmarks.people import NOW, Lead, leads
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.workloads import many, twenty

PAIR = 25_000
"""How many leads each pair of files has."""

PAIRS, ARRIVAL = "pairs, two processes", "order of arrival, two processes"
BY_HAND = "DuckDB by hand, two threads"
MADE = 8
"""How many pairs are made; others are these under other ids."""

_TYPES = {"text": pa.string(), "number": pa.float64(), "yes/no": pa.bool_(), "date": pa.date32()}
_INSTANT = pa.timestamp("us", tz="UTC")

_CHILD = """
import json, os, resource, sys, time
from pathlib import Path
import leadwright.arrow as lw
if __name__ == "__main__":
    from leadwright.tests.benchmarks.processes import family, own_memory, watching
    told, most, looking = json.loads(sys.argv[1]), [0.0], [0.0]
    def look():
        begun = time.thread_time()
        most[0] = max(most[0], sum(map(own_memory, (os.getpid(), *family()))))
        looking[0] += time.thread_time() - begun
    with watching(look, 0.1):
        start = time.perf_counter()
        by_hand = told.pop("by_hand", False)
        if by_hand:
            from leadwright.tests.benchmarks.duckdb_over_parquet import score
            from leadwright.tests.benchmarks.workloads import twenty
            score(twenty(), Path(told["source"]), Path(told["target"]))
        else:
            lw.score_parquet(**told)
        wall = time.perf_counter() - start
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(one.ru_utime + one.ru_stime for one in (own, others)) - looking[0]
    print(json.dumps({"wall": wall, "cpu": cpu, "memory": most[0]}))
"""


def run(*, quick: bool) -> Report:
    """Writes the files, and scores them in several ways, each in a process of its own."""
    pairs = 2 if quick else 40
    rules = {20: rules_text(twenty()), 200: rules_text(many(200))}
    short = {"processes": 2, "lines": "short"}
    with lake(pairs) as (files, mixed), tempfile.TemporaryDirectory() as name:
        _agree(files)
        found = Path(name)
        ways = {
            PAIRS: _scored(files, found / "pairs", rules[20], paired=True, processes=2),
            "pairs, one process": _scored(files, found / "one", rules[20], paired=True, processes=1),
            "pairs, 200 rules, short lines": _scored(
                files, found / "pairs200", rules[200], paired=True, **short
            ),
            ARRIVAL: _scored(mixed, found / "arrival", rules[20], processes=2),
            "order of arrival, 200 rules": _scored(mixed, found / "arrival200", rules[200], **short),
        }
        by_hand = found / "by-hand.parquet"
        ways[BY_HAND] = _scored(files, by_hand, "", by_hand=True)
        otherwise = _otherwise(found / "pairs", by_hand)
        differ = {size: differences(found / f"pairs{size}", found / f"arrival{size}") for size in ("", "200")}
    first, arrived = ways[PAIRS], ways[ARRIVAL]
    size = pairs * PAIR
    claims = (
        Claim("pairs: time for a million", first["wall"] * 1e6 / size, 3.5, False, "s"),
        Claim("pairs: processor time a lead", first["cpu"] * 1e6 / size, 7, False, "us"),
        Claim("pairs: memory together", first["memory"], 600, False, "MiB"),
        Claim("order of arrival: time for a million", arrived["wall"] * 1e6 / size, 10, False, "s"),
        Claim("order of arrival: memory together", arrived["memory"], 1024, False, "MiB"),
        Claim("leads that differ between the two, 20 rules", differ[""], 0, False, ""),
        Claim("leads that differ between the two, 200 rules", differ["200"], 0, False, ""),
        Claim("leads whose total or stage DuckDB by hand has otherwise", otherwise, 0, False, ""),
    )
    rows = tuple(
        (way, f"{found['wall']:.1f}", f"{found['cpu']:.1f}", f"{found['memory']:.0f}")
        for way, found in ways.items()
    )
    table = Table(f"{size:,} leads, {20 * size:,} events", ("", "seconds", "CPU seconds", "MiB"), rows)
    notes = (
        "the start of processes and the reading of the rules are counted",
        "memory is that of all processes together, what they share counted once, looked at 10 times a second",
        "the time for looking is taken off",
        "by hand, DuckDB gives a total and a stage, without lines and without an instant of being due",
    )
    return Report("arrow", (table,), claims, notes)


@contextmanager
def lake(pairs: int) -> Iterator[tuple[Path, Path]]:
    """A folder with so many pairs of files, and one with the same events in the order of time."""
    with kept_folder() as folder:
        files, mixed = folder / f"lake{pairs}", folder / f"lake{pairs}-mixed"
        if not mixed.exists():
            shutil.rmtree(files, ignore_errors=True)
            made = [_tables(number) for number in range(min(pairs, MADE))]
            for number in range(pairs):
                _write(files, number, made[number % len(made)])
            _mix(files, mixed.with_suffix(".unfinished"))
            mixed.with_suffix(".unfinished").rename(mixed)
        yield files, mixed


def _tables(seed: int) -> tuple[pa.Table, pa.Table]:
    people = leads(PAIR, 20, seed=seed + 1)
    columns = {
        name: pa.array([lead.fields.get(name) for lead in people], _TYPES[kind])
        for name, kind in FIELDS.items()
    }
    ids = pa.array([f"{number:06}" for number in range(len(people))])
    owner = [number for number, lead in enumerate(people) for _ in lead.events]
    happened = [event for lead in people for event in lead.events]
    events = {
        "lead_id": ids.take(pa.array(owner)),
        "type": pa.array([event.type for event in happened]),
        "object": pa.array([event.object for event in happened], pa.string()),
        "at": pa.array([event.at for event in happened], pa.int64()).cast(_INSTANT),
        "amount": pa.array([event.amount for event in happened], pa.float64()),
    }
    return pa.table({"lead_id": ids} | columns), pa.table(events)


def _write(folder: Path, number: int, tables: tuple[pa.Table, pa.Table]) -> None:
    for name, table in zip(("leads", "events"), tables, strict=True):
        (folder / name).mkdir(parents=True, exist_ok=True)
        ids = pa.compute.binary_join_element_wise(f"{number:03}", table.column("lead_id"), "-")
        pq.write_table(table.set_column(0, "lead_id", ids), folder / name / f"{number:05}.parquet")


def _mix(files: Path, mixed: Path) -> None:
    """The same leads, and the same events in the order of time."""
    shutil.rmtree(mixed, ignore_errors=True)
    shutil.copytree(files / "leads", mixed / "leads")
    (mixed / "events").mkdir()
    events = sorted((files / "events").glob("*.parquet"))
    for number in range(0, len(events), 8):
        some = pa.concat_tables([pq.read_table(path) for path in events[number : number + 8]])
        order = np.argsort(some.column("at").cast(pa.int64()).to_numpy(), kind="stable")
        pq.write_table(some.take(pa.array(order)), mixed / "events" / f"{number:05}.parquet")


def _agree(files: Path) -> None:
    """Raises where a sample is decided otherwise than lead by lead."""
    sample: list[Lead] = leads(PAIR, 20, seed=1)[:1_000]
    one = evaluator(twenty(), [])
    of_leads, of_events = (pq.read_table(files / name / "00000.parquet") for name in ("leads", "events"))
    found = lw.score(rules_text(twenty()), of_leads.slice(0, len(sample)), of_events, now=NOW)
    wanted = [one.score(one.facts(lead.fields, map(given, lead.events)), NOW) for lead in sample]
    if found.column("total").to_pylist() != [result.total for result in wanted]:
        raise RuntimeError("tables are scored otherwise than leads")


def differences(one: Path, other: Path) -> int:
    """How many leads are decided otherwise in one folder of scores than in another, or are not in both."""
    with duckdb.connect(config={"threads": 2}) as engine:
        for name, folder in (("one", one), ("other", other)):
            engine.execute(f"CREATE VIEW {name} AS SELECT * FROM '{folder}/*.parquet'")
        beside = "SELECT lead_id, hash(all_of) AS told FROM {0} AS all_of"
        row = engine.execute(
            f"SELECT count(*) FROM ({beside.format('one')}) AS a FULL JOIN ({beside.format('other')}) AS b "
            "USING (lead_id) WHERE a.told IS DISTINCT FROM b.told"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _otherwise(ours: Path, by_hand: Path) -> int:
    """How many leads have another total or stage in one than in the other, or are not in both."""
    with duckdb.connect(config={"threads": 2}) as engine:
        row = engine.execute(
            f"SELECT count(*) FROM '{ours}/*.parquet' AS a FULL JOIN '{by_hand}' AS b USING (lead_id) "
            "WHERE a.total IS DISTINCT FROM b.total OR a.stage_main IS DISTINCT FROM b.stage"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _scored(files: Path, target: Path, rules: str, **how: object) -> Mapping[str, float]:
    """Scores the files in a process of its own: seconds, seconds of the processor, MiB at most."""
    told = {"rules": rules, "source": str(files), "target": str(target), "now": NOW.isoformat()} | how
    program = target.parent / "child.py"
    program.write_text(_CHILD)
    done = subprocess.run(
        [sys.executable, str(program), json.dumps(told)], capture_output=True, text=True, check=True
    )
    found: Mapping[str, float] = json.loads(done.stdout)
    return found
