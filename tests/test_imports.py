"""Modules that a command loads on its own, before any other of the engine, load without a circular import."""

import subprocess
import sys

import pytest

ALONE = (
    "leadwright.engine.due.next_change",
    "leadwright.engine.explain.build_decision",
    "leadwright.engine.store.export.score_files",
    "leadwright.engine.store.scoring.scores",
)


@pytest.mark.parametrize("module", ALONE)
def test_a_module_loads_first(module: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", f"import {module}"], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_to_explain_a_lead_needs_no_arrays() -> None:
    """They take a fifth of a second to load, which whoever asks about one lead would wait for."""
    program = "import sys, leadwright.engine.report.decision; print('numpy' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout == "False\n"
