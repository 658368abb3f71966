"""What is told of the stages that a lead is not in, word for word: the conformance cases in `explained`."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import read, read_file
from leadwright.engine.report.decision import stage_text
from leadwright.engine.report.text_style import TextStyle
from leadwright.engine.tryout.case import case_of_test

CASES = sorted((Path(__file__).parents[2] / "language/explained").glob("*.rules"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_is_told_of_stages(path: Path, refresh: bool) -> None:
    reading = read(read_file(path))
    assert reading.plan is not None, reading.errors
    told = []
    evaluator = Evaluator(reading.plan)
    for test in reading.plan.tests:
        case = case_of_test(reading.plan, test)
        decision = evaluator.decide(case.facts(evaluator), test.now, gains=True)
        told += [
            f"== {test.name}",
            *stage_text(decision, decision.stage_findings, TextStyle(width=100)),
        ]
    said = "\n".join(told) + "\n"
    expected = path.with_suffix(".out")
    if refresh:
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")
