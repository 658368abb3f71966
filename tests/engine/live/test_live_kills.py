"""Killed at any instant under load: every acknowledged event is there, and none twice.

LEADWRIGHT_KILLS says how many kills there are; `make test-faults` asks for hundreds.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from leadwright.engine.live.applying import Applier
from leadwright.engine.live.sources import add_source
from leadwright.engine.store.database import open_store

KILLS = min(100, int(os.environ.get("LEADWRIGHT_KILLS", "2")))
SENDERS = 4


class Sender(threading.Thread):
    """Sends batches as a client does: one that was not acknowledged is sent again, the next time as well."""

    def __init__(self, name: str, port: int, headers: dict[str, str], waiting: list[str]) -> None:
        super().__init__()
        self.name, self.port, self.headers = name, port, headers
        self.waiting = waiting
        self.acknowledged: list[str] = []

    def run(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            for number in range(100_000):
                self.waiting = self.waiting or [f"{self.name} {number} {one}" for one in range(5)]
                try:
                    connection.request("POST", "/v1/batch", body(self.waiting), self.headers)
                    answer = connection.getresponse()
                    answer.read()
                except (OSError, http.client.HTTPException):
                    return
                assert answer.status == 200
                self.acknowledged += self.waiting
                self.waiting = []


def body(ids: list[str]) -> bytes:
    """A batch of events with these ids."""
    messages = [
        {
            "type": "track",
            "userId": f"u{number}",
            "event": "Paid",
            "messageId": id_,
            "properties": {"id": id_},
        }
        for number, id_ in enumerate(ids)
    ]
    return json.dumps({"batch": messages}).encode()


def test_every_acknowledged_event_is_there_and_none_twice(tmp_path: Path) -> None:
    chance = random.Random(11)
    database = tmp_path / "leads.db"
    with open_store(database, create=True) as store:
        key = add_source(store, "website", "segment", who="test", address="here")
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    acknowledged: list[str] = []
    waiting: list[list[str]] = [[] for _ in range(SENDERS)]
    for kill in range(KILLS):
        command = [
            sys.executable,
            "-m",
            "leadwright",
            "serve",
            "--db",
            str(database),
            "--port",
            "0",
            "--no-open",
        ]
        with subprocess.Popen([*command, "--live"], stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            found = re.search(r":(\d+)", server.stdout.readline())
            assert found is not None
            senders = [
                Sender(f"{kill} {place}", int(found[1]), headers, left) for place, left in enumerate(waiting)
            ]
            for sender in senders:
                sender.start()
            while not any(sender.acknowledged for sender in senders):
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.3))
            server.kill()
        for sender in senders:
            sender.join()
            acknowledged += sender.acknowledged
        waiting = [sender.waiting for sender in senders]
    counts = there(database)
    assert [id_ for id_ in acknowledged if counts[id_] == 0] == []
    assert [id_ for id_, count in counts.items() if count > 1] == []


def there(database: Path) -> Counter[str]:
    """How often each event is in the record, once all of the inbox is in it."""
    with open_store(database) as store:
        applier = Applier(store)
        while applier.step() is not None:
            pass
        applier.close()
        rows = store.connection.execute("SELECT properties ->> 'id' FROM event").fetchall()
        assert store.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert store.connection.execute("SELECT count(*) FROM live_refusal").fetchone() == (0,)
    return Counter(id_ for (id_,) in rows)
