"""What is made ready before an assistant asks, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.cli import assistant as questions
from leadwright.engine.cli import inputs, warm_up
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


@contextmanager
def warming(database: Path) -> Iterator[Assistant]:
    """An assistant whose warm-up runs, and has ended afterwards."""
    assistant = Assistant(database)
    running = WarmUp(assistant)
    running.start()
    running.start()
    try:
        yield assistant
    finally:
        running.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "warm-up"]


def comes(true: Callable[[], bool]) -> None:
    """Waits until something is true."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_asked_first_was_read_before(scored: Path, read: list[str]) -> None:
    with warming(scored) as assistant:
        comes(lambda: read == ["inbound"])
        assert "Pricing interest" in assistant.explain_lead("L1")
        assert "version 1" in assistant.explain_lead("L1", "inbound")
    assert read == ["inbound"]


def test_what_is_published_later_is_read_before_it_is_asked_for(
    scored: Path, read: list[str], leadwright: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_up, "LOOKING", 0.05)
    monkeypatch.setattr(warm_up, "_PAUSE", 0.0)
    with warming(scored) as assistant:
        comes(lambda: read == ["inbound"])
        rules = scored.with_name("inbound.rules")
        rules.write_text(f"{rules.read_text()}\nwhen employees >= 3 then +1\n")
        assert leadwright("score", "inbound.rules", "--at", "2026-01-15T12:00Z").code == 0
        # The command reads versions in this process too: what counts is which ones the assistant keeps.
        keys = questions._VERSIONS
        comes(lambda: len(keys) == 2)
        so_far = list(read)
        assert "version 2" in assistant.explain_lead("L1", "inbound")
        assert read == so_far


def test_it_ends_at_once_where_it_is_stopped_and_begins_no_more(scored: Path, read: list[str]) -> None:
    stopped = WarmUp(Assistant(scored))
    stopped.stop()
    stopped.start()
    assert not [thread for thread in threading.enumerate() if thread.name == "warm-up"]
    assert read == []


def test_two_who_ask_at_once_wait_for_one_reading(scored: Path, read: list[str]) -> None:
    assistant = Assistant(scored)
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(assistant.explain_lead, ["L1"] * 4))
    assert len(answers) == 1
    assert read == ["inbound"]


def test_a_database_that_cannot_be_read_stops_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    original = WarmUp._stamp
    monkeypatch.setattr(warm_up, "LOOKING", 0.01)
    monkeypatch.setattr(warm_up, "_PAUSE", 0.0)
    monkeypatch.setattr(WarmUp, "_stamp", lambda self: (looked.append(1), original(self))[1])
    (tmp_path / "leads.db").write_bytes(b"no database" * 1_000)
    with warming(tmp_path / "leads.db"):
        comes(lambda: len(looked) > 2)
        (tmp_path / "leads.db").unlink()
        so_far = len(looked)
        comes(lambda: len(looked) > so_far + 2)
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
