"""What is made ready before an assistant asks, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.cli import assistant as questions
from leadwright.engine.cli import inputs
from leadwright.engine.cli.assistant import Assistant
from leadwright.engine.cli.warm_up import WarmUp

Run = Callable[..., Any]


@pytest.fixture
def scored(leadwright: Run, data: Path) -> Path:
    assert leadwright("score", "inbound.rules", "--at", "2026-01-15T12:00Z").code == 0
    return data / "leads.db"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rulesets that were read, in a process that has read none."""
    found: list[str] = []
    original = inputs.of_version

    def slowly(version: Any) -> Any:
        found.append(version.ruleset)
        time.sleep(0.05)
        return original(version)

    monkeypatch.setattr(inputs, "of_version", slowly)
    monkeypatch.setattr(questions, "_VERSIONS", type(questions._VERSIONS)(questions.VERSIONS_KEPT))
    return found


def ended() -> None:
    for thread in threading.enumerate():
        if thread.name == "warm-up":
            thread.join(30)
            assert not thread.is_alive()


def test_what_is_asked_first_was_read_before(scored: Path, read: list[str]) -> None:
    assistant = Assistant(scored)
    warm_up = WarmUp(assistant)
    warm_up.start()
    warm_up.start()
    ended()
    assert read == ["inbound"]
    assert "Pricing interest" in assistant.explain_lead("L1")
    assert "version 1" in assistant.explain_lead("L1", "inbound")
    assert read == ["inbound"]
    warm_up.stop()


def test_it_ends_at_once_where_it_is_stopped_and_begins_no_more(scored: Path, read: list[str]) -> None:
    warm_up = WarmUp(Assistant(scored))
    warm_up.start()
    warm_up.stop()
    warm_up.start()
    ended()
    assert read == []


def test_two_who_ask_at_once_wait_for_one_reading(scored: Path, read: list[str]) -> None:
    assistant = Assistant(scored)
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(assistant.explain_lead, ["L1"] * 4))
    assert len(answers) == 1
    assert read == ["inbound"]


def test_a_database_that_cannot_be_read_stops_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "leads.db").write_bytes(b"no database" * 1_000)
    warm_up = WarmUp(Assistant(tmp_path / "leads.db"))
    warm_up.start()
    ended()
    warm_up.stop()
    assert capfd.readouterr() == ("", "")


def test_a_server_that_is_left_while_it_warms_up_ends_in_order(scored: Path) -> None:
    start = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": start},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/list"},
    ]
    command = [sys.executable, "-m", "leadwright", "mcp", "--db", str(scored)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for message in messages:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            process.stdin.flush()
            if "id" in message:
                assert "result" in json.loads(process.stdout.readline())
        time.sleep(0.1)
        left, told = process.communicate(timeout=30)
    assert (process.returncode, left) == (0, "")
    assert "Traceback" not in told
