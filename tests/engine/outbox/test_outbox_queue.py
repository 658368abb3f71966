"""Messages are recorded with what they tell, or not at all."""

import json
from pathlib import Path

import pytest
from leadwright.engine.outbox.queue import enqueue
from leadwright.engine.store.database import open_store


def test_a_message_is_kept_with_what_it_tells(tmp_path: Path) -> None:
    with open_store(tmp_path / "leads.db", create=True) as store:
        with store.transaction() as db:
            first = enqueue(db, "handoff", "ana@acme.example", {"tell": ["crm"], "stage": "SQL"}, 5)
            second = enqueue(db, "handoff", "ana@acme.example", {"tell": [], "stage": "Größe"}, 4)
        ask = "SELECT id, kind, subject, data, created FROM message ORDER BY number"
        rows = store.connection.execute(ask)
        kept = [(row[0], row[1], row[2], json.loads(row[3]), row[4]) for row in rows]
    assert kept == [
        (first, "handoff", "ana@acme.example", {"tell": ["crm"], "stage": "SQL"}, 5),
        (second, "handoff", "ana@acme.example", {"tell": [], "stage": "Größe"}, 4),
    ]
    assert first != second


def test_a_message_is_gone_with_its_transaction(tmp_path: Path) -> None:
    with open_store(tmp_path / "leads.db", create=True) as store:

        def fails() -> None:
            with store.transaction() as db:
                enqueue(db, "handoff", "ana@acme.example", {}, 5)
                raise LookupError

        with pytest.raises(LookupError):
            fails()
        assert store.connection.execute("SELECT count(*) FROM message").fetchone()[0] == 0


def test_a_message_outside_a_transaction_is_refused(tmp_path: Path) -> None:
    with (
        open_store(tmp_path / "leads.db", create=True) as store,
        pytest.raises(ValueError, match="transaction"),
    ):
        enqueue(store.connection, "handoff", "ana@acme.example", {}, 5)
