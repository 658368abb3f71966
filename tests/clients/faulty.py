"""A proxy before Leadwright that does to each client once what networks and busy servers do."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FAULTS = ("none", "busy", "failing", "slow", "broken")
"""Nothing; 429 with Retry-After; 500; an answer after the client has lost patience; a connection that breaks
before the answer. What is slow or broken has reached Leadwright all the same."""

_SLOW = 1.6
_TIMES = 2


class FaultyProxy(ThreadingHTTPServer):
    """Listens for one client. Its first requests meet the fault, all others pass."""

    daemon_threads = True

    def __init__(self, target: str, fault: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.target = urlsplit(target)
        self.fault = fault
        self.seen: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def hurts(self) -> bool:
        """Whether the request that comes now meets the fault."""
        with self.lock:
            self.seen[self.fault] += 1
            return self.fault != "none" and self.seen[self.fault] <= _TIMES

    def end(self) -> None:
        """Stops listening."""
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """A client that went away is what is tried here."""


class _Passing(BaseHTTPRequestHandler):
    server: FaultyProxy
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        hurts, fault = self.server.hurts(), self.server.fault
        if hurts and fault in ("busy", "failing"):
            status = 429 if fault == "busy" else 500
            said = {"code": status, "status": 0, "message": "later", "error": "later"}
            self._answer(status, json.dumps(said).encode())
            return
        status, answer = self._forwarded(body)
        if hurts and fault == "broken":
            self.close_connection = True
            return
        if hurts and fault == "slow":
            time.sleep(_SLOW)
        self._answer(status, answer)

    def _forwarded(self, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.server.target.netloc, timeout=30)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in ("connection", "transfer-encoding"):
                    connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if body[:1] == b"{" else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _pass  # noqa: N815  # as the library calls them

    def log_message(self, *_: object) -> None:
        """Says nothing."""
