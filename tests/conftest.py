"""Options of the whole suite."""

from __future__ import annotations

from types import CodeType

import pytest
from flask import Flask
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache

collect_ignore_glob = ["language/*/*.rules"]
"""The conformance cases are data that tests read, not rulesets to be run by the plug-in."""


class CompiledOnce(BytecodeCache):
    """Templates compiled once for all applications of a run: compiling costs more than most tests do."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._compiled[bucket.key, bucket.checksum] = bucket.code


# How long an example takes depends on the machine, and on what else it does.
settings.register_profile("untimed", parent=settings.default, deadline=None)
settings.load_profile("untimed")

Flask.jinja_options = {"bytecode_cache": CompiledOnce()}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--refresh",
        action="store_true",
        help="write what cases now give as what they are expected to give, to be read before it is committed",
    )


@pytest.fixture
def refresh(request: pytest.FixtureRequest) -> bool:
    """Whether expected outputs are to be written rather than compared."""
    return bool(request.config.getoption("--refresh"))
