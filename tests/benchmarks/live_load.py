"""Clients in a process of their own: ADDRESS PATH KEY EVENTS_A_REQUEST REQUESTS_A_SECOND SECONDS CONNECTIONS.

With a rate, a request is due at a fixed instant, and its latency counts from then, whoever was late; with
the rate 0, each connection sends as soon as it was answered. One thread drives all connections: many that
wait for each other would be slower than the server. Prints JSON.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit


def requests(address: str, path: str, key: str, events: int, count: int) -> Iterator[bytes]:
    """Requests of Segment's shape about a hundred thousand leads, each message with an id of its own."""
    for number in range(count):
        batch = [
            {
                "type": "track",
                "userId": f"lead{(number * 7919 + place * 104729) % 100_000 + 1}",
                "event": "visited",
                "messageId": f"{time.time_ns()}-{number}-{place}",
                "properties": {"path": "/pricing", "device": "phone", "seconds": place},
            }
            for place in range(events)
        ]
        body = json.dumps({"batch": batch, "writeKey": key}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nContent-Type: application/json\r\n"
        )
        yield f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Load:
    """Sends requests over some connections, and notes how long each took, in seconds."""

    def __init__(self, address: str, connections: int, work: list[bytes]) -> None:
        parts = urlsplit(address)
        self.work = iter(work)
        self.took: list[float] = []
        self.selector = selectors.DefaultSelector()
        self.idle = [socket.create_connection((parts.hostname, parts.port or 80)) for _ in range(connections)]
        self.answers: dict[socket.socket, tuple[float, bytes]] = {}
        for one in self.idle:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(one, selectors.EVENT_READ)

    def run(self, rate: float, seconds: float) -> float:
        """Sends until the time is over, or until all is answered; gives the seconds that it took."""
        begun = time.perf_counter()
        until = begun + seconds * (3 if rate else 1)
        due = begun
        more = True
        while (more or self.answers) and (now := time.perf_counter()) < until + 30:
            more = more and now < until
            while more and self.idle and due <= now:
                request = next(self.work, None)
                if request is None:
                    more = False
                    break
                self._send(self.idle.pop(), due if rate else now, request)
                due = due + 1 / rate if rate else now
            wait = max(0.0, due - time.perf_counter()) if more and self.idle else 1.0
            for key, _ in self.selector.select(wait):
                self._receive(key.fileobj)  # type: ignore[arg-type]  # a socket was registered
        return time.perf_counter() - begun

    def _send(self, connection: socket.socket, due: float, request: bytes) -> None:
        self.answers[connection] = (due, b"")
        connection.sendall(request)

    def _receive(self, connection: socket.socket) -> None:
        due, had = self.answers[connection]
        had += connection.recv(65_536)
        head, found, body = had.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if not found or len(body) < int(length):
            self.answers[connection] = (due, had)
            return
        assert head.startswith(b"HTTP/1.1 200"), had
        self.took.append(time.perf_counter() - due)
        del self.answers[connection]
        self.idle.append(connection)


def main() -> None:
    """Runs the clients."""
    address, path, key, *numbers = sys.argv[1:]
    events, rate, seconds, connections = (float(number) for number in numbers)
    count = int(rate * seconds) if rate else int(120_000 * seconds / (events + 9)) + 1
    load = Load(address, int(connections), list(requests(address, path, key, int(events), count)))
    spent = load.run(rate, seconds)
    took = sorted(load.took)
    found = {
        "requests": len(took),
        "a_second": len(took) * events / spent,
        "p50": took[len(took) // 2] * 1000,
        "p99": took[int(len(took) * 0.99)] * 1000,
        "unsent": sum(1 for _ in load.work),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
