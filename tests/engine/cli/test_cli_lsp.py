"""What `leadwright lsp` says before it serves; the rest is held by `make test-editor`."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.tests.engine.cli.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--db", "nowhere.db"), "there is no database nowhere.db"),
        (("--db", "a.db", "--fields", "fields.json"), "cannot be used together"),
        (("--fields", "missing.json"), "missing.json"),
    ],
)
def test_what_cannot_be_served_is_said_at_once(
    leadwright: Run, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = leadwright("lsp", *arguments)
    assert ended.code == 2
    assert said in ended.err
