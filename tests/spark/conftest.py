"""Spark in this process for the tests that `make test-spark` runs, and `make test` does not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from leadwright.tests.engines.sides import spark_session

WANTED = os.environ.get("LEADWRIGHT_ENGINES")
"""Set, the tests run, and what is missing is skipped by name; set to `must`, that is a failure."""

collect_ignore_glob = [] if WANTED else ["test_*.py"]


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A session whose zone is not UTC."""
    missing = pytest.fail if WANTED == "must" else pytest.skip
    if find_spec("pyspark") is None:
        missing("pyspark is not installed: Spark is not tested")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        missing("there is no Java (apt install default-jre-headless): Spark is not tested")
    with spark_session() as session:
        session.conf.set("spark.sql.session.timeZone", "Europe/Berlin")
        yield session
