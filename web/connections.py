"""Connections to the page, bounded for each address, so that nobody can take them all by holding them.

Clients' requests are answered by the thread that reads them. Handing each to another thread and back, as the
page's are, costs many times what it takes to read one.
"""

from __future__ import annotations

import ipaddress
import time
from collections import deque
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import WSGITask

from .receiving import TAKEN, Receiving, answered

MOST_PER_ADDRESS = 64
"""Connections that one address may keep; a browser opens six. More close the one that has waited longest."""

SLOWEST_REQUEST = 120.0
"""Seconds in which a request must have arrived, however many bytes come in between."""


LARGEST_AT_ONCE = 256 * 1024
"""Bytes of a request that others may wait for."""


class _Task(WSGITask):
    """Answers a request, whose environment may be known already."""

    def __init__(self, channel: Any, request: Any) -> None:
        super().__init__(channel, request)
        self.environ, channel.environ = channel.environ, None

    def execute(self) -> None:
        """Answers by the application, or with what is known already: head and body in one packet."""
        if self.environ is None or self.environ.get(TAKEN) is None:
            super().execute()
            return
        self.status, self.response_headers, body = answered(self.environ[TAKEN])
        self.channel.write_soon(self.build_response_header() + body)
        self.wrote_header = True


class _Connection(HTTPChannel):
    """A connection that knows since when a request has been arriving on it."""

    task_class = _Task
    arriving_since: float | None = None
    environ: dict[str, Any] | None = None
    """Of the first of its requests, where that was looked at."""

    def received(self, data: bytes) -> bool:
        """Takes in what came."""
        going_on: bool = super().received(data)
        if self.request is None:
            self.arriving_since = None
        elif self.arriving_since is None:
            self.arriving_since = time.time()
        return going_on


class BoundedServer(TcpWSGIServer):
    """Waitress's server, with bounds for each address. `receiving` takes clients' requests in."""

    channel_class = _Connection
    _map: dict[int, Any]  # waitress sets it

    def __init__(self, application: Any, receiving: Receiving | None = None, **settings: Any) -> None:
        self._receiving = receiving
        self._come: deque[Any] = deque()
        self._written: deque[Any] = deque()
        super().__init__(application, **settings)

    def run(self) -> None:
        """Answers until it is interrupted."""
        try:
            while self._map:
                self.asyncore.loop(timeout=self.adj.asyncore_loop_timeout, map=self._map, count=1)
                self._receive()
        except (SystemExit, KeyboardInterrupt):
            self.task_dispatcher.shutdown()

    def add_task(self, task: Any) -> None:
        """Has the first request of a connection answered: by the loop, where it may be a client's."""
        request = task.requests[0]
        if self._receiving is None or request.error or request.body_bytes_received > LARGEST_AT_ONCE:
            super().add_task(task)
        else:
            self._come.append(task)

    def _receive(self) -> None:
        while self._come or self._written:
            while self._come:
                self._take(self._come.popleft())
            while self._written:
                self._written.popleft().service()

    def _take(self, channel: Any) -> None:
        assert self._receiving is not None
        channel.environ = environ = _Task(channel, channel.requests[0]).get_environment()
        try:
            taken = environ[TAKEN] = self._receiving.take(environ)
        except Exception:
            # Whatever it is, the loop goes on: it fails again in a thread, which answers and logs it.
            environ["wsgi.input"].seek(0)
            taken = None
        if taken is None:
            super().add_task(channel)
        elif taken.written is None:
            self._written.append(channel)
        else:
            taken.written.add_done_callback(lambda _: self._answer_soon(channel))

    def _answer_soon(self, channel: Any) -> None:
        """Has a request answered that is on the disk; called by another thread."""
        self._written.append(channel)
        # Of several, the loop has not seen the first yet.
        if len(self._written) <= 1:
            self.pull_trigger()

    def handle_accept(self) -> None:
        """Takes a new connection, and closes one of the same address that is one too many."""
        super().handle_accept()
        channels = self._channels()
        if channels:
            self._make_room(channels[-1], channels)

    def _channels(self) -> list[Any]:
        """All connections, the newest last."""
        found: dict[int, Any] = vars(self)["active_channels"]
        return list(found.values())

    def _make_room(self, newest: Any, channels: list[Any]) -> None:
        whose = _address(newest)
        theirs = [one for one in channels if _address(one) == whose]
        if len(theirs) <= MOST_PER_ADDRESS:
            return
        # What is answered now is left alone; the new one has a moment to say what it wants.
        waiting = [one for one in theirs if not one.requests and not one.total_outbufs_len]
        waiting = [one for one in waiting if one is not newest] or [newest]
        min(waiting, key=_waits_since).handle_close()

    def maintenance(self, now: float) -> None:
        """Closes connections on which nothing happens, or on which a request takes too long to arrive."""
        super().maintenance(now)  # type: ignore[arg-type]  # seconds with a fraction, whatever the stubs say
        for channel in self._channels():
            since = channel.arriving_since
            if not channel.requests and since is not None and now - since > SLOWEST_REQUEST:
                channel.will_close = True


def _waits_since(channel: Any) -> float:
    arriving: float | None = channel.arriving_since
    last: float = channel.last_activity
    return last if arriving is None else arriving


def _address(channel: Any) -> str:
    """Whose connection it is; of IPv6, a whole network of 64 bits is one subscriber's."""
    text = str(channel.addr[0])
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text
    return text if found.version == 4 else str(ipaddress.ip_network((int(found), 64), strict=False))
