"""The page about Spark is run from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "score-on-spark.md"
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_page_runs_from_top_to_bottom(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"spark": spark}
    ran = 0
    for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if match[1] == "rules":
            Path("inbound.rules").write_text(match[3], encoding="utf-8")
        elif match[1] == "pyspark":
            # Spark takes a relative path from where its own process was started, which is not here.
            code = match[3].replace('"copy"', repr(str(tmp_path / "copy")))
            exec(compile(code, f"{PAGE.name}, block {ran}", "exec"), namespace)
            ran += 1
    assert ran >= 5
