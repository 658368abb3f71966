"""Servers and sessions for the tests that `make test-engines` runs, and `make test` does not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import NoReturn

import pytest
from leadwright.tests.engine.sql.worlds import World, bpi_world, sample_world
from leadwright.tests.engines.postgres_server import programs, server
from leadwright.tests.engines.sides import ClickHouse, Postgres, Spark, spark_session

WANTED = os.environ.get("LEADWRIGHT_ENGINES")
"""Set, the tests run, and what is missing is skipped by name; set to `must`, that is a failure."""

collect_ignore_glob = [] if WANTED else ["test_*.py"]


def missing(what: str) -> NoReturn:
    """Ends a test for want of something that can be installed."""
    (pytest.fail if WANTED == "must" else pytest.skip)(what)
    raise AssertionError


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the tests' own."""
    if find_spec("psycopg") is None:
        missing("psycopg is not installed: PostgreSQL is not tested")
    import psycopg

    found = programs()
    if found is None:
        missing("PostgreSQL is not installed (apt install postgresql): it is not tested")
    with server(found) as address, psycopg.connect(address, autocommit=True) as connection:
        yield Postgres(connection)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    """Spark in this process."""
    if find_spec("pyspark") is None:
        missing("pyspark is not installed: Spark is not tested")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        missing("there is no Java (apt install default-jre-headless): Spark is not tested")
    with spark_session() as session:
        yield Spark(session, tmp_path_factory.mktemp("spark"))


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    """ClickHouse in this process."""
    if find_spec("chdb") is None:
        missing("chdb is not installed: ClickHouse is not tested")
    from chdb.session import Session

    session = Session(str(tmp_path_factory.mktemp("clickhouse")))
    yield ClickHouse(session)
    session.close()


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
