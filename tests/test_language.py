"""The conformance cases: rulesets whose own tests say what the language means."""

from pathlib import Path

import pytest
from leadwright.engine.reading import read, read_file
from leadwright.engine.testing import run_tests

CASES = sorted((Path(__file__).parent / "language/evaluation").glob("*.rules"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_the_language_means(path: Path) -> None:
    reading = read(read_file(path))
    assert reading.plan is not None, reading.errors
    results = run_tests(reading.plan)
    assert {item.test.name: item.failures for item in results if not item.passed} == {}
    assert len(results) > 3
