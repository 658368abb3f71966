"""PostgreSQL, Spark and ClickHouse as engines that can be held against the Python back end."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from leadwright.engine.sql.layout import BulkLayout, create_tables
from leadwright.tests.engine.sql.sides import Row


class Postgres:
    """A PostgreSQL server."""

    dialect = "postgres"

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def fill(self, layout: BulkLayout, leads: Sequence[Row], events: Sequence[Row]) -> None:
        with self.connection.cursor() as cursor:
            for statement, rows in zip(create_tables(layout, self.dialect), (leads, events), strict=True):
                name = statement.split()[2]
                cursor.execute(f"DROP TABLE IF EXISTS {name}")
                cursor.execute(statement)
                with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)

    def ask(self, statement: str) -> list[Row]:
        with self.connection.cursor() as cursor:
            return list(cursor.execute(statement).fetchall())


@contextmanager
def spark_session() -> Iterator[Any]:
    """Spark in this process, which talks to nobody."""
    from pyspark import sql

    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
    }
    # Workers are this Python, not whichever comes first on the path.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


class Spark:
    """Spark in this process, which reads the tables from Parquet."""

    dialect = "spark"

    def __init__(self, session: Any, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self._filled = 0

    def fill(self, layout: BulkLayout, leads: Sequence[Row], events: Sequence[Row]) -> None:
        self._filled += 1
        with duckdb.connect() as writer:
            for statement, rows in zip(create_tables(layout, "duckdb"), (leads, events), strict=True):
                name = statement.split()[2]
                writer.execute(statement)
                for start in range(0, len(rows), 200):
                    some = rows[start : start + 200]
                    holes = ", ".join(f"({', '.join('?' * len(row))})" for row in some)
                    writer.execute(
                        f"INSERT INTO {name} VALUES {holes}", [value for row in some for value in row]
                    )
                path = self.folder / f"{self._filled}-{name}.parquet"
                writer.execute(f"COPY {name} TO '{path}' (FORMAT parquet)")
                self.session.read.parquet(str(path)).createOrReplaceTempView(name)

    def read(self, folder: Path) -> None:
        """Takes the tables that `leadwright export --parquet` wrote."""
        for name in ("leads", "events"):
            self.session.read.parquet(str(folder / name)).createOrReplaceTempView(name)

    def ask(self, statement: str) -> list[Row]:
        return [tuple(row) for row in self.session.sql(statement).collect()]


class ClickHouse:
    """ClickHouse in this process, by chdb."""

    dialect = "clickhouse"

    def __init__(self, session: Any) -> None:
        self.session = session
        # It reads no longer statement than 256 KiB otherwise.
        session.query("SET max_query_size = 4194304")

    def fill(self, layout: BulkLayout, leads: Sequence[Row], events: Sequence[Row]) -> None:
        for statement, rows in zip(create_tables(layout, self.dialect), (leads, events), strict=True):
            name = statement.split()[2]
            self.session.query(f"DROP TABLE IF EXISTS {name}")
            self.session.query(statement)
            if rows:
                lines = "\n".join(json.dumps(row) for row in rows)
                self.session.query(f"INSERT INTO {name} FORMAT JSONCompactEachRow\n{lines}")

    def ask(self, statement: str) -> list[Row]:
        answer = str(self.session.query(f"{statement} FORMAT JSONCompactEachRow"))
        return [tuple(json.loads(line)) for line in answer.splitlines()]
