"""What people reported of other products, and what is right here. The cases are in reported.toml."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
CASES = tomllib.loads(Path(__file__).with_name("reported.toml").read_text(encoding="utf-8"))["case"]


def flat(text: str) -> str:
    """A text with one blank wherever it has some, so that tables and breaks of lines do not matter."""
    return " ".join(text.split())


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_was_reported_elsewhere(leadwright: Run, folder: Path, case: dict[str, Any]) -> None:
    for name, text in case["files"].items():
        (folder / name).write_text(text.replace("\\n", "\n"), encoding="utf-8", newline="")
    for step in case["steps"]:
        ended = leadwright(*shlex.split(step["run"]))
        told = flat(ended.out + " " + ended.err)
        assert ended.code == step.get("exit", 0), f"{step['run']}\n{ended.out}{ended.err}"
        for words in step.get("says", ()):
            assert flat(words) in told, f"{step['run']}: {words}\n{ended.out}{ended.err}"
        for words in step.get("silent", ()):
            assert words not in told, f"{step['run']}: {words}\n{ended.out}{ended.err}"
