"""Connections that are held and requests that trickle in shut nobody out."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from leadwright.engine.live.inbox import Inbox
from leadwright.engine.live.sources import add_source
from leadwright.engine.store.database import Store
from leadwright.web import Settings, connections
from leadwright.web.serving import Server


@pytest.fixture
def server(database: Path) -> Iterator[Server]:
    made = Server(Settings(database, port=0))
    thread = Thread(target=made.run)
    thread.start()
    yield made
    made._server.asyncore.close_all(made._server._map, ignore_all=True)
    made.close()
    thread.join(10)
    assert not thread.is_alive()


def test_one_address_cannot_hold_all_connections(server: Server) -> None:
    with ExitStack() as held:
        for number in range(520):
            one = held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            if number % 2:
                one.sendall(b"POST /log-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx")
        with urlopen(f"{server.address}/log-in", timeout=10) as answer:
            assert answer.status == 200
        time.sleep(0.2)
        assert len(server._server._channels()) <= connections.MOST_PER_ADDRESS + 1


def test_a_request_that_trickles_in_is_cut_off(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as slow:
        slow.sendall(b"GET /leads HTTP/1.1\r\nHost: local")
        time.sleep(0.3)
        slow.sendall(b"h")
        time.sleep(0.3)
        now = time.time()
        (channel,) = server._server._channels()
        assert now - channel.arriving_since > 0.5 > now - channel.last_activity
        server._server.maintenance(now + connections.SLOWEST_REQUEST)
        server._server.pull_trigger()
        assert slow.recv(100) == b""


def test_what_clients_send_is_answered_in_order_however_it_comes(server: Server, store: Store) -> None:
    key = add_source(store, "shop", "events", who="test", address="here")

    def sent(*events: object, close: bool = False) -> bytes:
        body = json.dumps(events).encode()
        head = f"POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        ending = "Connection: close\r\n" if close else ""
        return (
            f"{head}{ending}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )

    event = {"lead": "L1", "type": "paid"}
    # A page's request among them goes to a thread, and so does what is too large for others to wait for.
    large = [{**event, "properties": {"text": "x" * 90_000}}] * 4
    assert len(json.dumps(large)) > connections.LARGEST_AT_ONCE
    page = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(sent(event) + page + sent({"type": "paid"}) + sent(*large) + sent(event, close=True))
        answers = b"".join(iter(lambda: client.recv(65_536), b""))
    found = re.findall(rb"HTTP/1.1 (\d+)", answers)
    assert found == [b"200", b"200", b"400", b"200", b"200"]
    assert answers.count(b"Server: Leadwright") == 5


def test_a_fault_in_taking_a_request_in_ends_neither_the_loop_nor_the_client(
    server: Server, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = add_source(store, "shop", "events", who="test", address="here")
    monkeypatch.setattr(Inbox, "begin", lambda *_: 1 / 0)
    body = json.dumps({"lead": "L1", "type": "paid"}).encode()
    asked = Request(f"{server.address}/api/v1/events", body, {"Authorization": f"Bearer {key}"})
    with pytest.raises(HTTPError, match="500"):
        urlopen(asked, timeout=10)
    monkeypatch.undo()
    with urlopen(asked, timeout=10) as answer:
        assert answer.status == 200


def test_neighbours_of_ipv6_are_one() -> None:
    class Channel:
        def __init__(self, address: str) -> None:
            self.addr = (address, 1)

    assert connections._address(Channel("2001:db8::1")) == connections._address(Channel("2001:db8::ffff:2"))
    assert connections._address(Channel("2001:db8:0:1::1")) != connections._address(Channel("2001:db8::1"))
    assert connections._address(Channel("10.0.0.1")) != connections._address(Channel("10.0.0.2"))
