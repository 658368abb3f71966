"""A receiver on loopback that keeps what comes, and answers as it is told to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Got:
    """A request: its headers by their names in lower case, its path and its body."""

    headers: Mapping[str, str]
    path: str
    body: bytes


@dataclass(slots=True)
class Receiver:
    """`answers` are given in turn: a status with headers, or None to break the connection. Then 204."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[tuple[int, Mapping[str, str], bytes] | None] = field(default_factory=list)
    lock: threading.Condition = field(default_factory=threading.Condition)
    together: threading.Barrier | None = None
    """Requests are answered only when so many of them wait."""
    connections: int = 0
    """How many there were."""

    def wait_for(self, count: int) -> list[Got]:
        """What came, once it is so many requests."""
        with self.lock:
            assert self.lock.wait_for(lambda: len(self.got) >= count, 20), f"{len(self.got)} came"
            return list(self.got)

    def ids(self) -> list[str]:
        """The ids of what came, in order."""
        return [one.headers["webhook-id"] for one in self.got]


@contextmanager
def receiver(secure: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver for as long as it lasts; over HTTPS with a context that has a certificate."""
    here = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            with here.lock:
                here.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with here.lock:
                here.got.append(Got(headers, self.path, body))
                here.lock.notify_all()
                answer = here.answers.pop(0) if here.answers else (204, {}, b"")
            if here.together is not None:
                with suppress(threading.BrokenBarrierError):
                    here.together.wait(20)
            if answer is None:
                self.close_connection = True
                return
            status, sent, text = answer
            self.send_response(status)
            for name, value in sent.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if secure is not None:
        # Each connection greets in its own thread, so that one that is refused holds nobody up.
        server.socket = secure.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    at = "http://127.0.0.1" if secure is None else "https://localhost"
    here.url = f"{at}:{server.server_port}/hook?team=1"
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
