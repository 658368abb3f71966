"""Connections that are held and requests that trickle in shut nobody out."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
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


def test_neighbours_of_ipv6_are_one() -> None:
    class Channel:
        def __init__(self, address: str) -> None:
            self.addr = (address, 1)

    assert connections._address(Channel("2001:db8::1")) == connections._address(Channel("2001:db8::ffff:2"))
    assert connections._address(Channel("2001:db8:0:1::1")) != connections._address(Channel("2001:db8::1"))
    assert connections._address(Channel("10.0.0.1")) != connections._address(Channel("10.0.0.2"))
