"""The recipes for Ray, Daft and Dask, each run as a program of its own and held against one machine."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import leadwright.arrow as lw
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "score-on-ray-daft-or-dask.md"
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = {name or language: code for language, name, code in BLOCK.findall(PAGE.read_text(encoding="utf-8"))}
PARTS, LEADS = 4, 50


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    for folder in ("leads", "events"):
        (tmp_path / "lake" / folder).mkdir(parents=True)
    for part in range(PARTS):
        ids = [f"lead-{part}-{number}" for number in range(LEADS)]
        leads = {
            "lead_id": ids,
            "employees": [None if number % 7 == 0 else number * 20 for number in range(LEADS)],
            "opted_in": [number % 3 > 0 for number in range(LEADS)],
        }
        # Two thirds of the leads visited, some of them too long ago.
        visits = [(ids[number], 1 + number % 14) for number in range(LEADS) if number % 3] * 2
        events = {
            "lead_id": [lead for lead, _ in visits],
            "type": ["visited"] * len(visits),
            "object": ["pricing"] * len(visits),
            "at": [
                dt.datetime(2026, 1, day, 9, tzinfo=dt.UTC) - dt.timedelta(days=20 * (day % 2))
                for _, day in visits
            ],
        }
        pq.write_table(pa.table(leads), tmp_path / "lake" / "leads" / f"{part}.parquet")
        pq.write_table(pa.table(events), tmp_path / "lake" / "events" / f"{part}.parquet")
    (tmp_path / "inbound.rules").write_text(BLOCKS["rules"], encoding="utf-8")
    (tmp_path / "parts.py").write_text(BLOCKS["parts.py"], encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("engine", ["ray", "daft", "dask"])
def test_a_recipe_gives_what_one_machine_gives(engine: str, lake: Path) -> None:
    (lake / "recipe.py").write_text(BLOCKS[engine], encoding="utf-8")
    python = Path(os.environ["LEADWRIGHT_CLUSTER"]).absolute() / "bin" / "python"
    quiet = {"DAFT_ANALYTICS_ENABLED": "0", "RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": str(lake)}
    ended = subprocess.run(
        [python, "recipe.py"],
        cwd=lake,
        env=os.environ | quiet,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    lw.score_parquet(
        lake / "inbound.rules",
        lake / "lake",
        lake / "here",
        now="2026-01-15T12:00Z",
        paired=True,
        processes=1,
    )
    found, here = rows(lake / "scores"), rows(lake / "here")
    assert len(here) == PARTS * LEADS
    assert found == here
    assert {row["stage_main"] for row in here.values()} == {None, "MQL"}


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    """The rows of all files in a folder, by lead."""
    tables = [pq.read_table(file) for file in sorted(folder.rglob("*.parquet"))]
    return {row["lead_id"]: row for table in tables for row in table.to_pylist()}
