"""Servers and sessions for the tests that `make test-engines` runs, and `make test` does not."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator

import pytest
from leadwright.tests.engine.sql.worlds import World, bpi_world, sample_world
from leadwright.tests.engines.postgres_server import programs, server
from leadwright.tests.engines.sides import Postgres, Spark

collect_ignore_glob = [] if os.environ.get("LEADWRIGHT_ENGINES") else ["test_*.py"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the tests' own."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed: PostgreSQL is not tested")
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed (apt install postgresql): it is not tested")
    with server(found) as address, psycopg.connect(address, autocommit=True) as connection:
        yield Postgres(connection)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    """Spark in this process."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: Spark is not tested")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("there is no Java (apt install default-jre-headless): Spark is not tested")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
    }
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield Spark(session, tmp_path_factory.mktemp("spark"))
    session.stop()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The made-up sample, whole."""
    return sample_world(tmp_path_factory.mktemp("sample"), 1_000)


@pytest.fixture(scope="session")
def bpi(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The loan applications of BPI 2012, or a skip that names them."""
    try:
        return bpi_world(tmp_path_factory.mktemp("bpi"))
    except FileNotFoundError as missing:
        pytest.skip(f"{missing} is not there: set LEADWRIGHT_DATA to the folder of the public data")
