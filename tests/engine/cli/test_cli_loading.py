"""What a command loads and does: no more than its work takes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from leadwright.tests.engine.cli.conftest import Run

MOST_CALLED, MOST_FILES = 95, 145
"""Of so many files the scoring of one lead calls functions, and so many it runs for their definitions too."""

_RUN = """
import inspect, json, sys
ran, called = set(), set()

def of_ours(frame, event, argument):
    name = frame.f_globals.get("__name__", "")
    if name.startswith("leadwright."):
        ran.add(frame.f_code.co_filename)
        # The code of modules and classes is not optimized: it runs where they are defined.
        if frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            called.add(frame.f_code.co_filename)

sys.setprofile(of_ours)
from leadwright.engine.cli.program import run
code = run(sys.argv[1:])
sys.setprofile(None)
files, called = ([name for name in of if name.endswith(".py")] for of in (ran, called))
loaded = [name for name in sys.modules if name.startswith(("leadwright.", "numpy"))]
print(json.dumps({"code": code, "files": files, "called": called, "loaded": loaded}), file=sys.stderr)
"""


def ran(*arguments: str) -> dict[str, list[str]]:
    """The files of ours in which a command ran code, those of which it called functions, and the modules that
    it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments], capture_output=True, text=True, check=True
    )
    told: dict[str, list[str]] = json.loads(done.stderr.splitlines()[-1])
    return told


@pytest.mark.parametrize(
    "arguments",
    [
        ("score", "inbound.rules"),
        ("score",),
        ("explain", "L1"),
        ("sql", "inbound.rules", "--dialect", "sqlite"),
        ("diff", "inbound", "inbound.rules"),
        ("test", "inbound.rules"),
        ("check", "--no-lint", "inbound.rules"),
    ],
    ids=" ".join,
)
def test_lints_are_not_loaded_where_nobody_reads_them(
    leadwright: Run, data: Path, arguments: tuple[str, ...]
) -> None:
    assert leadwright("score", "inbound.rules").code == 0
    done = ran(*arguments)
    assert done["code"] == 0
    assert not [name for name in done["loaded"] if name.endswith(".lint.lints") or ".lint.rules" in name]


def test_one_lead_is_looked_at_without_numpy(leadwright: Run, data: Path) -> None:
    assert leadwright("score", "inbound.rules").code == 0
    leadwright("import", "leads.csv", "--lead-id", "id")
    due = ("score", "inbound.rules")
    for arguments in (due, ("explain", "L1"), ("check", "inbound.rules"), ("fmt", "inbound.rules")):
        done = ran(*arguments)
        assert done["code"] == 0
        assert "numpy" not in done["loaded"]


def test_one_due_lead_is_scored_by_few_files(leadwright: Run, data: Path) -> None:
    assert leadwright("score", "inbound.rules", "--at", "2026-01-15").code == 0
    (data / "more.csv").write_text("lead,at,what\nL2,2026-01-14T10:00:00Z,visited\n", encoding="utf-8")
    more = ("import", "more.csv", "--lead-id", "lead", "--at", "at", "--type", "what")
    assert leadwright(*more).code == 0
    done = ran("score", "inbound", "--at", "2026-01-15")
    assert done["code"] == 0
    assert len(done["called"]) <= MOST_CALLED, sorted(done["called"])
    assert len(done["files"]) <= MOST_FILES, sorted(done["files"])
    rooms = {"bounds", "prove", "lint", "impact", "report/decision", "explain/ways", "evaluator"}
    assert not [name for name in done["files"] if any(f"/engine/{room}" in name for room in rooms)]


def test_an_unchanged_file_is_read_once(leadwright: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from leadwright.engine import reading

    times: list[object] = []
    check = reading.check
    monkeypatch.setattr(reading, "check", lambda *of, **more: times.append(of) or check(*of, **more))
    for _ in range(2):
        times.clear()
        assert leadwright("score", "inbound.rules").code == 0
        assert len(times) == 1


def test_tables_are_loaded_where_tables_are_scored(leadwright: Run, data: Path) -> None:
    code = "import sys, leadwright; from leadwright.engine.cli.program import run; run(sys.argv[1:]); "
    code += "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    for arguments in (("--version",), ("check", "inbound.rules"), ("score", "inbound.rules")):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
        )
        assert not {"pyarrow", "pyspark", "duckdb", "pandas"} & set(done.stderr.splitlines()[-1].split())


def test_a_lake_is_scored_without_pandas(leadwright: Run, data: Path) -> None:
    made = "import pyarrow as pa, pyarrow.parquet as pq; ids = pa.array(['a', 'b']); "
    made += "pq.write_table(pa.table({'lead_id': ids, 'title': ids}), 'lake/leads.parquet')"
    (data / "lake").mkdir()
    subprocess.run([sys.executable, "-c", made], check=True, cwd=data)
    (data / "lake.rules").write_text('field title: text\nwhen title = "a" then +5\n')
    code = "import sys; from leadwright.engine.cli.program import run; assert run(sys.argv[1:]) == 0; "
    code += "print(*{'pyarrow', 'pandas'} & sys.modules.keys(), file=sys.stderr)"
    arguments = ("score", "lake.rules", "--parquet", "lake", "--to", "out", "--at", "2026-01-15T12:00Z")
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=data
    )
    assert done.stderr.splitlines()[-1] == "pyarrow"
