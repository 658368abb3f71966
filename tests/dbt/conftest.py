"""A project of dbt for the tests that `make test-dbt` runs, and `make test` does not."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from leadwright.engine.sql.layout import BulkLayout
from leadwright.tests.engine.sql.sides import DuckDb, Row
from leadwright.tests.engines.postgres_server import programs, server
from leadwright.tests.engines.sides import Postgres

WANTED = os.environ.get("LEADWRIGHT_DBT")
"""Set, the tests run; it is the folder of the environment that has dbt."""

collect_ignore_glob = [] if WANTED else ["test_*.py"]


@dataclass
class Warehouse:
    """An engine with the tables of leads and events, and dbt beside it. `target` is how dbt connects."""

    dialect: str
    target: dict[str, Any]
    folder: Path

    def ask(self, statement: str) -> list[Row]:
        if self.dialect == "duckdb":
            with duckdb.connect(self.target["path"]) as connection:
                answer = connection.execute(statement)
                return answer.fetchall() if answer is not None and answer.description else []
        with psycopg.connect(
            host=self.target["host"], user=self.target["user"], dbname="postgres", autocommit=True
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def fill(self, layout: BulkLayout, leads: Sequence[Row], events: Sequence[Row]) -> None:
        if self.dialect == "duckdb":
            engine = DuckDb()
            engine.connection.close()
            engine.connection = duckdb.connect(self.target["path"])
            engine.fill(layout, leads, events)
            engine.connection.close()
            return
        address = f"host={self.target['host']} user={self.target['user']} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            Postgres(connection).fill(layout, leads, events)

    def dbt(self, package: Path, *arguments: str) -> dict[str, str]:
        """Runs dbt, and gives how each model and test of it ended, by their names."""
        profiles = {"default": {"target": "it", "outputs": {"it": self.target}}}
        (self.folder / "profiles.yml").write_text(json.dumps(profiles), encoding="utf-8")
        assert WANTED is not None
        done = subprocess.run(
            [
                *(Path(WANTED).absolute() / "bin" / "dbt", "--no-use-colors", "--no-version-check"),
                *("--no-send-anonymous-usage-stats", *arguments),
                *("--project-dir", package, "--profiles-dir", self.folder),
            ],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        results = package / "target" / "run_results.json"
        assert done.returncode in (0, 1), done.stdout + done.stderr
        assert results.exists(), done.stdout + done.stderr
        found = json.loads(results.read_text(encoding="utf-8"))["results"]
        results.unlink()
        return {one["unique_id"].split(".")[2]: one["status"] for one in found}


@pytest.fixture(scope="session")
def postgres_host() -> Iterator[str]:
    """A PostgreSQL server of the tests' own: the folder of its socket."""
    found = programs()
    assert found is not None, "PostgreSQL is not installed (apt install postgresql)"
    with server(found) as address:
        yield address.split()[0].removeprefix("host=")


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    """Each engine that dbt is run on."""
    target: dict[str, Any]
    if request.param == "duckdb":
        target = {"type": "duckdb", "path": str(tmp_path / "warehouse.duckdb"), "schema": "main"}
    else:
        host = request.getfixturevalue("postgres_host")
        target = {"type": "postgres", "host": host, "user": "leadwright", "password": ""}
        target |= {"port": 5432, "dbname": "postgres", "schema": "public"}
    return Warehouse(request.param, {**target, "threads": 2}, tmp_path)
