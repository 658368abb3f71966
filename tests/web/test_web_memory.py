"""Memory over many edits. LEADWRIGHT_EDITS=400 makes as many."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from flask.testing import FlaskClient
from leadwright.tests.web.test_web_editor import Editing

EDITS = int(os.environ.get("LEADWRIGHT_EDITS", "2"))
TEXTS = 20
"""Different texts, which caches may keep as many of as they like."""
FEW = 200
"""Objects in reference cycles that an edit and a page may leave; libraries leave about 30."""
ALLOWED = 4.0
"""MB that the rest may take once each text was there twice: noise of the allocator."""


def test_memory_is_flat_over_edits(client: FlaskClient) -> None:
    editor = Editing(client)
    before, points = 0.0, 30
    for number in range(EDITS):
        if number <= 2 * TEXTS:
            gc.collect()
            before = resident()
        new = 31 + number % TEXTS
        change = {"op": "set", "key": "rule:Large", "path": "then.0.points"}
        answer = editor.send({**change, "old": f"+{points}", "new": f"+{new}"})
        assert "refused" not in answer
        points = new
        if number % 5 == 0:
            assert client.get(f"{editor.address}?open=all").status_code == 200
    gc.collect()
    assert resident() - before < ALLOWED


def test_edits_leave_few_reference_cycles(client: FlaskClient) -> None:
    """They stay until Python looks for them, which a server lets it do seldom."""
    editor = Editing(client)

    def look_and_edit(points: int) -> None:
        change = {"op": "set", "key": "rule:Large", "path": "then.0.points"}
        assert "refused" not in editor.send({**change, "old": f"+{points}", "new": f"+{points + 1}"})
        assert client.get(f"{editor.address}?open=all").status_code == 200

    look_and_edit(30)
    gc.collect()
    gc.disable()
    try:
        for points in range(31, 36):
            look_and_edit(points)
        assert gc.collect() < 5 * FEW
    finally:
        gc.enable()


def test_other_pages_leave_few_reference_cycles(client: FlaskClient) -> None:
    change = {"op": "set", "key": "rule:Large", "path": "then.0.points", "old": "+30", "new": "+35"}
    assert "refused" not in Editing(client).send(change)
    pages = [
        "/",
        "/rulesets/inbound",
        "/rulesets/inbound/review",
        "/rulesets/inbound/history",
        "/rulesets/inbound/lists",
        "/rulesets/inbound/results",
        "/compare?a=inbound@1&b=inbound@draft",
        "/leads",
        "/lead?id=L4",
        "/lead/history?id=L4",
        "/handoffs",
        "/sources",
        "/outbox",
        "/leads/import",
    ]
    left = {}
    for page in pages:
        assert client.get(page).status_code == 200, page
        client.get(page)
        gc.collect()
        gc.disable()
        try:
            client.get(page)
            left[page] = gc.collect()
        finally:
            gc.enable()
    assert {page: few for page, few in left.items() if few > FEW} == {}


def resident() -> float:
    """What the process has in memory, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
