"""Rules without stages that hold and without handoffs are scored, explained and printed as ever.

What they are compared with was compared with the version before there were handoffs; it differs from what
that one wrote by two sentences that later came to explanations. `language/format` holds how text is laid out.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from leadwright.engine.cli.program import run
from leadwright.engine.store.database import open_store
from leadwright.tests.web.small import small_database

EXPECTED = Path(__file__).parents[2] / "language/before/inbound.out"
ASKED = (
    "test inbound.rules",
    "explain L1",
    "explain L2",
    "explain L3",
    "explain L4",
    "sql inbound.rules --dialect sqlite --at 2026-01-15T12:00Z",
)
NEW = ("entry", "handoff", "version_entries", "message", "delivery")
"""Tables in which such rules leave nothing."""


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What each command says, in a folder that has the rules and the database."""
    lines = []
    for asked in ASKED:
        words = asked.split()
        run([*words, "--db", "leads.db"] if words[0] in ("explain", "sql") else words)
        lines.append(f"$ {asked}\n{capsys.readouterr().out}")
    return re.sub(r"(?m) +$", "", "\n".join(lines))


def test_rules_of_before_are_scored_explained_and_printed_as_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = small_database(tmp_path)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert said(capsys) == EXPECTED.read_text(encoding="utf-8")
    with open_store(database, read_only=True) as store:
        kept = [store.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in NEW]
    assert kept == [0] * len(NEW)
