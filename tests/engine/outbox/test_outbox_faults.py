"""Killed at any instant, a sender tells all that was recorded, each thing under one id, and nothing else.

LEADWRIGHT_KILLS says how many kills there are; `make test-faults` asks for hundreds.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from leadwright.engine.outbox.deliveries import SENT
from leadwright.engine.outbox.destinations import Kind, add_destination
from leadwright.engine.store.database import open_store
from leadwright.tests.engine.outbox.receiver import receiver

KILLS = int(os.environ.get("LEADWRIGHT_KILLS", "4"))
WORK = """
import sys, time
from pathlib import Path
from leadwright.engine.outbox.queue import enqueue
from leadwright.engine.outbox.sender import sending
from leadwright.engine.outbox.sender import send_due
from leadwright.engine.store.database import open_store

path = Path(sys.argv[1])
with open_store(path) as store, sending(path, print):
    print("begun", flush=True)
    while True:
        with store.transaction() as db:
            for lead in range(5):
                enqueue(db, "handoff", f"lead {lead}", {}, time.time_ns() // 1000)
"""


def test_nothing_is_lost_or_told_twice_under_another_id(tmp_path: Path) -> None:
    chance = random.Random(12)
    path = tmp_path / "leads.db"
    with receiver() as crm, open_store(path, create=True) as store:
        add_destination(store, "crm", Kind.HTTP, crm.url, 0, private=True)
        for _ in range(KILLS):
            with subprocess.Popen([sys.executable, "-c", WORK, str(path)], stdout=subprocess.PIPE) as work:
                assert work.stdout is not None
                assert work.stdout.readline() == b"begun\n"
                time.sleep(chance.uniform(0.0, 0.3))
                work.kill()
        from leadwright.engine.outbox.sender import send_due

        send_due(store)
        recorded = dict(
            store.connection.execute("SELECT id, subject FROM message ORDER BY number").fetchall()
        )
        states = {row[0] for row in store.connection.execute("SELECT state FROM delivery")}
        came = crm.ids()
    assert states <= {SENT}
    assert set(came) == set(recorded), "all that was recorded, and nothing else"
    firsts = list(dict.fromkeys(came))
    for lead in range(5):
        in_order = [id_ for id_, subject in recorded.items() if subject == f"lead {lead}"]
        assert [id_ for id_ in firsts if recorded[id_] == f"lead {lead}"] == in_order
