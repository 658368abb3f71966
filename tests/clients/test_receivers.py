"""What a destination gets is verified and read by the libraries that receivers in JavaScript use."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from leadwright.engine.outbox.destinations import Kind, add_destination, rotate_secret
from leadwright.engine.outbox.queue import enqueue
from leadwright.engine.outbox.sender import present, send_due
from leadwright.engine.store.database import open_store
from leadwright.tests.engine.outbox.receiver import receiver
from leadwright.tests.outbox_data import DATA

NODE = Path(__file__).parent / "node"


def read_by_node(body: bytes, headers: dict[str, str], secret: str) -> dict[str, object]:
    given = {"body": body.decode(), "headers": headers, "secret": secret}
    done = subprocess.run(
        ["node", "verify.mjs"], input=json.dumps(given), cwd=NODE, capture_output=True, text=True, check=True,
        timeout=60,
    )  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("rotated", [False, True])
def test_receivers_in_javascript_verify_and_read_messages(tmp_path: Path, rotated: bool) -> None:
    with receiver() as crm, open_store(tmp_path / "leads.db", create=True) as store:
        secret = add_destination(store, "crm", Kind.HTTP, crm.url, 0, private=True).secret
        if rotated:
            rotate_secret(store, "crm", present())
        with store.transaction() as db:
            message = enqueue(db, "handoff", "Zoë@x.example", DATA, 1_767_225_600_000_000)
        send_due(store)
    assert secret is not None
    (got,) = crm.got
    found = read_by_node(got.body, dict(got.headers), secret)
    assert found == {
        "standard": "verified",
        "svix": "verified",
        "event": {
            "id": message,
            "type": "leadwright.handoff",
            "subject": "Zoë@x.example",
            "time": "2026-01-01T00:00:00.000Z",
            "data": DATA | {"lead": {"id": "Zoë@x.example", "fields": {}}},
        },
    }
    changed = read_by_node(got.body + b" ", dict(got.headers), secret)
    assert (changed["standard"], changed["svix"]) == ("No matching signature found",) * 2
