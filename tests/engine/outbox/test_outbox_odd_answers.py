"""Receivers that answer oddly: whatever comes, a message waits for another try, is parked, or has arrived."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from leadwright.engine.outbox import transports
from leadwright.engine.outbox.destinations import Kind, add_destination
from leadwright.engine.outbox.queue import enqueue
from leadwright.engine.outbox.sender import DestinationSender
from leadwright.engine.store.database import open_store

NOW = 1_767_225_600_000_000
SECOND, DAY = 1_000_000, 86_400_000_000
WAITING, SENT, PARKED = 0, 1, 2
BUSY = b"HTTP/1.1 429 Busy\r\nContent-Length: 0\r\nRetry-After: "


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads a request and answers with bytes, whatever they are; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        connection.recv(65_536)
                        answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def told(path: Path, address: str) -> tuple[int, str, float]:
    """What becomes of a message: its state, the answer that is kept, and the seconds until the next try."""
    with open_store(path, create=True) as store:
        to = add_destination(store, "crm", Kind.HTTP, address, 0, private=True)
        with store.transaction() as db:
            enqueue(db, "handoff", "L1", {}, NOW)
        sender = DestinationSender(store, to, lambda: NOW)
        sender.round(lambda: False)
        sender.close()
        ((state, answer, due),) = store.connection.execute("SELECT state, answer, due FROM delivery")
    return state, answer, (due - NOW) / SECOND


@pytest.mark.parametrize(
    ("answer", "state", "least", "most"),
    [
        (b"\x00\xff this is no HTTP\r\n\r\n", WAITING, 1, 10),
        (b"", WAITING, 1, 10),
        (b"HTTP/1.1 200", SENT, 0, 0),
        (b"HTTP/1.1 99999 what\r\n\r\n", WAITING, 1, 10),
        (b"HTTP/1.1 100 Continue\r\n\r\n", WAITING, 1, 10),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", WAITING, 1, 10),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", WAITING, 1, 10),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", WAITING, 1, 10),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nthanks", SENT, 0, 0),
        (b"HTTP/1.1 204 No Content\r\n\r\nmore than that", SENT, 0, 0),
        (b"HTTP/1.1 302 Found\r\nLocation: \xff\x00\r\nContent-Length: 0\r\n\r\n", PARKED, 0, 0),
        (b"HTTP/1.1 400 Bad\r\nContent-Length: 4\r\n\r\n\xff\xfe\x00\x01", PARKED, 0, 0),
        (BUSY + b"30\r\n\r\n", WAITING, 30, 30),
        # It is never asked again at once, and never left alone for ever.
        (BUSY + b"0\r\n\r\n", WAITING, 1, 1),
        (BUSY + b"Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n", WAITING, 1, 1),
        (BUSY + b"9" * 400 + b"\r\n\r\n", WAITING, 86_400, 86_400),
        (BUSY + b"Fri, 31 Dec 9999 23:59:59 GMT\r\n\r\n", WAITING, 86_400, 86_400),
        # What says nothing is no answer to how long.
        (BUSY + b"\xb2\r\n\r\n", WAITING, 1, 10),
        (BUSY + b"-5\r\n\r\n", WAITING, 1, 10),
        (BUSY + b"soon\r\n\r\n", WAITING, 1, 10),
        (BUSY + b"Thu, 99 Foo 2026 99:99:99 GMT\r\n\r\n", WAITING, 1, 10),
    ],
)
def test_whatever_a_receiver_answers_is_an_answer(
    tmp_path: Path, answer: bytes, state: int, least: float, most: float
) -> None:
    with answering(lambda connection: connection.sendall(answer)) as address:
        found, _, wait = told(tmp_path / "leads.db", address)
    assert found == state
    assert least <= wait <= most


def test_an_answer_that_never_ends_is_given_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "ANSWER_SECONDS", 0.3)
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not over.wait(0.01):
            connection.sendall(b"X")

    with answering(drip) as address:
        state, answer, wait = told(tmp_path / "leads.db", address)
        over.set()
    assert (state, answer) == (WAITING, "127.0.0.1 did not answer in time")
    assert 1 <= wait <= 10
