"""`leadwright watch`, and `leadwright score` of what is due."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadwright.tests.engine.cli.conftest import Run

WATCH = [sys.executable, "-m", "leadwright", "watch", "--every", "0.1", "--json"]
LATE = "lead,what,page,at\nL2,requested,demo,2026-01-14T10:00:00Z\n"


@contextmanager
def watching(*more: str) -> Iterator[subprocess.Popen[str]]:
    """A watch that has begun."""
    with subprocess.Popen(
        [*WATCH, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline().startswith("Watching ")
            yield process
        finally:
            process.kill()


def load_late(leadwright: Run, folder: Path) -> None:
    (folder / "late.csv").write_text(LATE)
    done = leadwright(
        "import", "late.csv", "--lead-id", "lead", "--type", "what", "--object", "page", "--at", "at"
    )
    assert done.code == 0, done.err


def totals(folder: Path) -> dict[str, int]:
    connection = sqlite3.connect(folder / "leads.db")
    found = dict(connection.execute("SELECT lead, score FROM scores").fetchall())
    connection.close()
    return found


def test_only_what_is_due_is_scored(leadwright: Run, data: Path) -> None:
    assert "Scored 4 leads" in leadwright("score", "inbound.rules").out
    assert leadwright("score").out.startswith("Nothing was due: the scores of 4 leads by Inbound, version 1")
    load_late(leadwright, data)
    assert leadwright("score", "inbound").out.startswith("Scored 1 of 4 leads by Inbound, version 1")
    found = json.loads(leadwright("score", "--all", "--json").out)
    assert [(one["leads"], one["looked_at"], one["changed"]) for one in found] == [(4, 4, 0)]


def test_nothing_to_go_on_with(leadwright: Run, data: Path) -> None:
    for command in ("score", "watch"):
        ended = leadwright(command)
        assert ended.code == 2
        assert "nothing was scored in leads.db yet" in ended.err
    leadwright("score", "inbound.rules")
    assert "were never scored by a ruleset outbound" in leadwright("watch", "outbound").err


def test_watch_scores_what_comes_and_stops_when_told_to(leadwright: Run, data: Path) -> None:
    leadwright("score", "inbound.rules")
    before = totals(data)["L2"]
    with watching() as process:
        assert process.stdout is not None
        refused = leadwright("watch")
        assert (refused.code, "another program is watching" in refused.err) == (2, True)
        load_late(leadwright, data)
        told = json.loads(process.stdout.readline())
        assert (told["ruleset"], told["leads"], told["changed"], told["all"]) == ("inbound", 1, 1, False)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert totals(data)["L2"] == before + 40


def test_watch_goes_on_after_a_kill(leadwright: Run, data: Path) -> None:
    leadwright("score", "inbound.rules")
    with watching() as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    load_late(leadwright, data)
    with watching("inbound") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["leads"] == 1
