"""Ways to a destination: a POST over HTTP, a line of a file, a command's standard input."""

from __future__ import annotations

import datetime as dt
import io
import os
import selectors
import shlex
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import cache
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from ...grammar.frozen import frozen
from .addresses import AddressRefused, WebAddress, resolved, web_address
from .destinations import Destination, Kind
from .signing import signed

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
_KEPT = 500
"""Letters of an answer."""
_SHORTEST_WAIT, _LONGEST_WAIT = 1.0, 86_400.0
"""Seconds that are waited at least and at most, whatever a receiver asks for."""

_SECOND = 1_000_000


class SendResult(Enum):
    """What came of sending: it arrived; it is worth another try; it is not; the destination is gone for good.
    `UNREACHABLE` is worth another try, and so are all that wait for the same destination."""

    SENT = "sent"
    AGAIN = "again"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    GONE = "gone"


@frozen
class Answer:
    """What came back: the status of HTTP or the exit code, the beginning of the text, and how many seconds to
    wait, where the receiver says so."""

    outcome: SendResult
    status: int | None = None
    text: str = ""
    wait: float | None = None


class Request(NamedTuple):
    """What is sent: the id of a message, its body and content type, and when, in microseconds since 1970
    UTC."""

    message: str
    body: str
    content_type: str
    now: int


Following = Callable[[], Request | None]
"""Gives what is to be sent next, None where there is nothing until another answer has come."""


class Transport(Protocol):
    """A way to one destination. One thread's own."""

    def exchange(self, following: Following) -> Iterator[tuple[Request, Answer]]:
        """Sends what `following` gives, and gives each answer as it comes. Several messages may be under way
        at a time. It ends where none is, and `following` gives nothing more."""

    def finish(self) -> None:
        """Makes sure that all that was sent has arrived."""

    def close(self) -> None: ...


def send_one(transport: Transport, request: Request) -> Answer:
    """Sends one message, and waits for its answer."""
    left = [request]
    ((_, answer),) = transport.exchange(lambda: left.pop() if left else None)
    return answer


def transport_to(destination: Destination) -> Transport:
    """The way to a destination."""
    if destination.kind is Kind.FILE:
        return _FileTransport(destination)
    return _CommandTransport(destination) if destination.kind is Kind.COMMAND else HttpTransport(destination)


class _NotReached(OSError):
    """There is no connection."""


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connected(address: WebAddress, private: bool) -> socket.socket:
    """A connection to a number that the name is resolved to, once it is checked where that leads."""
    numeric = resolved(address, private=private)[0]
    try:
        plain = socket.create_connection((numeric, address.port), timeout=CONNECT_SECONDS)
    except OSError as error:
        raise _NotReached from error
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made = _trusted().wrap_socket(plain, server_hostname=address.host) if address.secure else plain
    except BaseException:
        plain.close()
        raise
    made.settimeout(ANSWER_SECONDS)
    return made


class _UnderWay(NamedTuple):
    """A request that waits for its answer, until an instant of the monotonic clock. `kept` says whether the
    connection was used before."""

    request: Request
    connection: socket.socket
    kept: bool
    until: float


class _Coming(io.RawIOBase):
    """What comes over a connection until an instant of the monotonic clock, however slowly it comes. Passes
    for a socket with `HTTPResponse`, which reads one as a file."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection = connection
        self._until = until

    def makefile(self, _: str) -> io.BufferedReader:
        """Itself as a file."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


_ALWAYS = "User-Agent: Leadwright\r\nAccept-Encoding: identity\r\n"
_FAILURES = (AddressRefused, HTTPException, OSError, ValueError)


class HttpTransport:
    """Several messages are under way at a time, each on a connection of its own, and connections are kept.

    One thread writes them all and reads the answers as they come: threads would cost as much as all the rest
    of sending. Only connections are made side by side, as each waits for the other side a few times.

    A name is resolved again for each connection, and only then connected to, so that an address cannot change
    between being checked and being used.
    """

    lanes = 8
    """How many messages are under way at a time."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._address = web_address(destination.address)
        self._head = f"POST {self._address.target} HTTP/1.1\r\nHost: {self._address.named}\r\n{_ALWAYS}"
        self._free: list[socket.socket] = []
        self._once_more: list[Request] = []

    def exchange(self, following: Following) -> Iterator[tuple[Request, Answer]]:
        with selectors.DefaultSelector() as waiting:
            under_way = waiting.get_map()
            try:
                while (requests := self._next(following, len(under_way))) or under_way:
                    yield from self._begin(requests, waiting)
                    if under_way:
                        yield from self._answers(waiting)
            finally:
                self._once_more.clear()
                for key in under_way.values():
                    key.data.connection.close()

    def _next(self, following: Following, under_way: int) -> list[Request]:
        """As many requests as can be under way besides those that are. New connections are made only where
        nothing is, as that would have to wait for them."""
        most = self.lanes if not under_way else min(self.lanes - under_way, len(self._free))
        found: list[Request] = []
        while len(found) < most:
            request = self._once_more.pop() if self._once_more else following()
            if request is None:
                break
            found.append(request)
        return found

    def _begin(
        self, requests: Sequence[Request], waiting: selectors.BaseSelector
    ) -> Iterator[tuple[Request, Answer]]:
        """Writes requests, each on a connection of its own; gives those that come to nothing."""
        kept = [self._free.pop() for _ in requests[: len(self._free)]]
        new = self._connect(len(requests) - len(kept))
        for number, (request, connection) in enumerate(zip(requests, [*kept, *new], strict=True)):
            if isinstance(connection, Exception):
                yield request, self._failed(connection)
                continue
            one = _UnderWay(request, connection, number < len(kept), time.monotonic() + ANSWER_SECONDS)
            try:
                connection.sendall(self._written(request))
            except _FAILURES as error:
                yield from self._broken(one, error)
            else:
                waiting.register(connection, selectors.EVENT_READ, one)

    def _connect(self, count: int) -> list[socket.socket | Exception]:
        """New connections, made side by side, or why there is none."""
        if count < 2:
            return [self._connection() for _ in range(count)]
        with ThreadPoolExecutor(count) as pool:
            return [made.result() for made in [pool.submit(self._connection) for _ in range(count)]]

    def _connection(self) -> socket.socket | Exception:
        try:
            return _connected(self._address, self._destination.private)
        except _FAILURES as error:
            return error

    def _written(self, request: Request) -> bytes:
        message, body, content_type, now = request
        content = body.encode()
        signature = signed(self._destination.secrets(now), message, now // _SECOND, body)
        headers = {"Content-Type": content_type, "Content-Length": len(content), **signature}
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        return f"{self._head}{lines}\r\n".encode("ascii") + content

    def _answers(self, waiting: selectors.BaseSelector) -> Iterator[tuple[Request, Answer]]:
        """The answers that have come; where none comes in time, those that should have."""
        all_of: list[_UnderWay] = [key.data for key in waiting.get_map().values()]
        pause = min(one.until for one in all_of) - time.monotonic()
        come: list[_UnderWay] = [key.data for key, _ in waiting.select(max(pause, 0))]
        for one in come:
            waiting.unregister(one.connection)
            yield from self._read(one)
        now = time.monotonic()
        for one in [] if come else all_of:
            if one.until <= now:
                waiting.unregister(one.connection)
                yield from self._broken(one, TimeoutError())

    def _read(self, one: _UnderWay) -> Iterator[tuple[Request, Answer]]:
        coming = _Coming(one.connection, one.until)
        answer = HTTPResponse(cast("socket.socket", coming), method="POST")
        try:
            answer.begin()
            text = _beginning(answer)
        except _FAILURES as error:
            yield from self._broken(one, error)
            return
        finally:
            whole = answer.isclosed()
            answer.close()
        if whole and not answer.will_close:
            one.connection.settimeout(ANSWER_SECONDS)
            self._free.append(one.connection)
        else:
            one.connection.close()
        yield one.request, _answer_of(answer, text, one.request.now)

    def _broken(self, one: _UnderWay, error: Exception) -> Iterator[tuple[Request, Answer]]:
        """What broke: once more on a new connection, where the receiver may have closed one that was idle."""
        one.connection.close()
        if one.kept and isinstance(error, ConnectionError | ssl.SSLError):
            self.close()
            self._once_more.append(one.request)
        else:
            yield one.request, self._failed(error)

    def _failed(self, error: Exception) -> Answer:
        if isinstance(error, AddressRefused):
            return Answer(SendResult.REFUSED, None, str(error))
        return Answer(SendResult.UNREACHABLE, None, _reason(error, self._address.host))

    def finish(self) -> None:
        """An answer has come for each already."""

    def close(self) -> None:
        """Closes the connections that are kept."""
        while self._free:
            self._free.pop().close()


def _beginning(answer: HTTPResponse) -> str:
    """The beginning of an answer; the connection is kept where that is all of it."""
    start = answer.read(4 * _KEPT)
    if not answer.isclosed() and len(start) < 4 * _KEPT:
        answer.read(1)
    return " ".join(start.decode("utf-8", "replace").split())[:_KEPT]


def _reason(error: Exception, host: str) -> str:
    if isinstance(error, _NotReached) and not isinstance(error.__cause__, TimeoutError):
        return f"{host} cannot be reached"
    if isinstance(error, TimeoutError | _NotReached):
        return f"{host} did not answer in time"
    if isinstance(error, socket.gaierror):
        return f"{host} cannot be found"
    if isinstance(error, ssl.SSLError):
        return f"the certificate of {host} cannot be trusted: {error}"[:_KEPT]
    return f"the connection to {host} broke: {error or type(error).__name__}"[:_KEPT]


def _answer_of(answer: HTTPResponse, text: str, now: int) -> Answer:
    status = answer.status
    if 200 <= status < 300:
        return Answer(SendResult.SENT, status, text)
    if status == 410:
        return Answer(SendResult.GONE, status, text)
    if status in (408, 425, 429) or status >= 500:
        return Answer(SendResult.AGAIN, status, text, _wait(answer.headers.get("Retry-After"), now))
    if 300 <= status < 400:
        to = answer.headers.get("Location", "another address")
        return Answer(SendResult.REFUSED, status, f"it redirects to {to}; give that address instead"[:_KEPT])
    return Answer(SendResult.REFUSED, status, text)


def _wait(header: str | None, now: int) -> float | None:
    """The seconds that a header Retry-After asks for, as a number or a date, within reason."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdecimal():
        asked = float(text)
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        if until.tzinfo is None:
            until = until.replace(tzinfo=dt.UTC)
        asked = until.timestamp() - now / _SECOND
    return min(max(asked, _SHORTEST_WAIT), _LONGEST_WAIT)


class _InTurn:
    """A way on which one message arrives before the next is sent."""

    def exchange(self, following: Following) -> Iterator[tuple[Request, Answer]]:
        while (request := following()) is not None:
            yield request, self._send(request.body)

    def _send(self, body: str) -> Answer:
        raise NotImplementedError


class _FileTransport(_InTurn):
    """Each message is a line at the end of the file, on the disk before it counts as sent."""

    def __init__(self, destination: Destination) -> None:
        self._path = destination.address

    def _send(self, body: str) -> Answer:
        try:
            with open(self._path, "ab") as file:
                file.write(f"{' '.join(body.splitlines())}\n".encode())
        except OSError as error:
            return Answer(SendResult.UNREACHABLE, error.errno, f"{self._path}: {error.strerror}")
        return Answer(SendResult.SENT)

    def finish(self) -> None:
        with open(self._path, "ab") as file:
            os.fsync(file.fileno())

    def close(self) -> None:
        """The file is open only while a line is written."""


class _CommandTransport(_InTurn):
    """Each message starts the command again, and is its standard input; exit code 0 says that it arrived."""

    def __init__(self, destination: Destination) -> None:
        self._words: Sequence[str] = shlex.split(destination.address)

    def _send(self, body: str) -> Answer:
        try:
            ended = subprocess.run(
                self._words, input=body.encode(), capture_output=True, timeout=ANSWER_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return Answer(SendResult.AGAIN, None, f"the command ran for {ANSWER_SECONDS:.0f} seconds")
        except OSError as error:
            return Answer(SendResult.UNREACHABLE, error.errno, f"{self._words[0]}: {error.strerror}")
        said = (ended.stderr or ended.stdout).decode("utf-8", "replace")
        text = " ".join(said.split())[:_KEPT]
        return Answer(SendResult.AGAIN if ended.returncode else SendResult.SENT, ended.returncode, text)

    def finish(self) -> None:
        """The command has ended."""

    def close(self) -> None:
        """Nothing runs any more."""
