"""What the tests of the command line share: a folder to run in, and a small body of data."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

LEADS = """\
id,name,title,employees,opted_in,joined
L1,Zoë Müller,VP Marketing,1200,yes,2026-01-02
L2,Ben Okafor,Head of Growth,40,no,2026-01-03
L3,Ida Berg,Student,,yes,
L4,Ann Lee,VP Marketing,300,,2025-11-20
"""

EVENTS = """\
lead,what,page,at
L1,visited,pricing,2026-01-10T09:00:00Z
L1,visited,pricing,2026-01-13T09:00:00Z
L1,requested,demo,2026-01-14T09:00:00Z
L2,visited,pricing,2025-12-20T09:00:00Z
L2,visited,docs,2026-01-12T09:00:00Z
"""

RULES = """\
ruleset "Inbound"

list ICP: "VP *", "Head of *"

define demo_requested: requested demo

score fit from 0 to 40
score from 0 to 100

rule "Pricing interest"
when visited pricing >= 2 in last 30 days and title in ICP
then +40

rule "Large"
when employees >= 100
then +30 fit

rule "Asked for a demo"
when demo_requested
then +40

stage MQL when score >= 30
stage SQL when score >= 80 and demo_requested

test "a VP who compares prices and asks for a demo"
given title = "VP Sales", employees = 200, visited pricing 2 times 3 days ago, requested demo 1 day ago
expect score = 100 and stage = SQL

test "a student"
given title = "Student", employees is unknown
expect stage = none
"""


class Ended(NamedTuple):
    """How a run of the program ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "LEADWRIGHT_DB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.fixture
def leadwright(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Runs the program in this process, as the console script does."""
    import io

    from leadwright.engine.cli.program import run

    def call(*arguments: str, stdin: str | bytes = "") -> Ended:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        capfdbinary.readouterr()
        code = run(arguments)
        out, err = capfdbinary.readouterr()
        return Ended(code, out.decode(), err.decode())

    return call


@pytest.fixture
def program(folder: Path) -> Run:
    """Runs the program as a process of its own."""

    def call(*arguments: str, stdin: bytes = b"", **environment: str) -> Ended:
        import os

        done = subprocess.run(
            [sys.executable, "-m", "leadwright", *arguments],
            input=stdin,
            capture_output=True,
            env=os.environ | environment,
            timeout=60,
            check=False,
        )
        return Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode())

    return call


@pytest.fixture
def data(folder: Path, leadwright: Run) -> Path:
    """A folder with leads and events in leads.db, and rules in inbound.rules."""
    (folder / "leads.csv").write_text(LEADS, encoding="utf-8")
    (folder / "events.csv").write_text(EVENTS, encoding="utf-8")
    (folder / "inbound.rules").write_text(RULES, encoding="utf-8")
    assert leadwright("import", "leads.csv", "--lead-id", "id").code == 0
    columns = ("--lead-id", "lead", "--at", "at", "--type", "what", "--object", "page")
    assert leadwright("import", "events.csv", *columns).code == 0
    return folder
