"""The page about the interface is run: every request is sent, and every answer shown is in the real one.

An `http` block is a request, `status=409` behind it the status that it gets if that is not 200. The `json`
block after it shows members of the answer.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(
    r"^```http(?: status=(\d+))?\n(.*?)^```(?:\n\n```json\n(.*?)^```)?", re.MULTILINE | re.DOTALL
)
REQUESTS = [
    pytest.param(int(match[1] or 200), match[2], match[3], id=match[2].split("\n", 1)[0])
    for match in BLOCK.finditer((DOCS / "http-api.md").read_text(encoding="utf-8"))
]


def holds(whole: Any, part: Any) -> bool:
    """Whether all that is shown is there; lists are shown whole."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and holds(whole[name], part[name]) for name in part
        )
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize(("status", "asked", "shown"), REQUESTS)
def test_requests_in_the_docs_get_the_answers_shown(
    client: FlaskClient, status: int, asked: str, shown: str | None
) -> None:
    line, _, body = asked.partition("\n\n")
    method, path = line.split()
    answer = client.open(path, method=method, data=body, content_type="application/json" if body else None)
    assert answer.status_code == status, answer.get_data(as_text=True)
    if shown is not None:
        assert holds(answer.json, json.loads(shown)), answer.get_data(as_text=True)
