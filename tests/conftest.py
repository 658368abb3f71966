"""Options of the whole suite."""

from __future__ import annotations

import pytest

collect_ignore_glob = ["language/*/*.rules"]
"""The conformance cases are data that tests read, not rulesets to be run by the plug-in."""


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
