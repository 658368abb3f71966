"""How many messages a second go out to a receiver on loopback, and what one that is down costs others.

The receiver is a process of its own, on the same machine, and its time counts.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from leadwright.engine.outbox.destinations import Kind, add_destination
from leadwright.engine.outbox.queue import enqueue
from leadwright.engine.outbox.sender import send_due, sending
from leadwright.engine.store.database import Store, open_store
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.engine.outbox.receiver import receiver

RECEIVER = """
import asyncio

async def answer(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            at = head.lower().index(b"content-length:")
            await reader.readexactly(int(head[at + 15 :].split(b"\\r\\n", 1)[0]))
            writer.write(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""
WHY = [{"points": 10, "text": f"Rule {number}: visited pricing 3 times"} for number in range(5)]


@contextmanager
def _quick_receiver() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/hook"
        finally:
            process.terminate()


@contextmanager
def _database() -> Iterator[Store]:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "leads.db", create=True) as store,
    ):
        yield store


def _record(store: Store, count: int) -> None:
    with store.transaction() as db:
        for number in range(count):
            enqueue(db, "handoff", f"lead {number % 3_000}", {"score": 80, "stage": "SQL", "why": WHY}, 0)


def _throughput(count: int, rounds: int) -> tuple[float, float]:
    """Messages a second, and microseconds of a processor for each."""
    rates, costs = [], []
    with _database() as store, _quick_receiver() as url:
        add_destination(store, "crm", Kind.HTTP, url, 0, private=True)
        for _ in range(rounds):
            _record(store, count)
            began, used = perf_counter(), process_time()
            sent = send_due(store)["crm"].sent
            rates.append(sent / (perf_counter() - began))
            costs.append((process_time() - used) / sent * 1e6)
    return median(rates), median(costs)


def _delay(count: int, *, beside_a_dead_one: bool) -> float:
    """Milliseconds from the recording of messages until the last of them has come."""
    with _database() as store, _quick_receiver() as url, receiver() as dead:
        add_destination(store, "crm", Kind.HTTP, url, 0, private=True)
        if beside_a_dead_one:
            dead.together = threading.Barrier(10_000)
            add_destination(store, "dead", Kind.HTTP, dead.url, 0, private=True)
        with sending(store.path, print):
            _record(store, 1)
            _all_sent(store)
            began = perf_counter()
            _record(store, count)
            _all_sent(store)
            took = (perf_counter() - began) * 1e3
            if dead.together is not None:
                dead.together.abort()
        return took


def _all_sent(store: Store) -> None:
    ask = (
        "SELECT (SELECT count(*) FROM message) - (SELECT count(*) FROM delivery AS v JOIN destination AS d"
        " ON d.id = v.destination WHERE d.name = 'crm' AND v.state = 1)"
    )
    wait = threading.Event()
    while store.connection.execute(ask).fetchone()[0]:
        wait.wait(0.002)


def run(*, quick: bool) -> Report:
    """Sends messages, alone and beside a destination that does not answer."""
    count, rounds = (2_000, 3) if quick else (10_000, 5)
    rate, cost = _throughput(count, rounds)
    alone = median(_delay(200, beside_a_dead_one=False) for _ in range(rounds))
    beside = median(_delay(200, beside_a_dead_one=True) for _ in range(rounds))
    table = Table(
        "Messages over HTTP",
        ("what", "figure"),
        (
            ("messages a second", f"{rate:,.0f}"),
            ("processor time of the sender a message", f"{cost:.0f} us"),
            ("200 messages, until the last has come", f"{alone:.0f} ms"),
            ("the same beside a destination that does not answer", f"{beside:.0f} ms"),
        ),
    )
    claims = (
        Claim("messages a second to a receiver on loopback", rate, 2_000, at_least=True, unit="/s"),
        Claim("what a dead destination costs another", max(beside - alone, 0.0), 100, False, "ms"),
    )
    return Report("outbox", (table,), claims)
