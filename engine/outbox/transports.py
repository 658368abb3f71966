"""Ways to a destination: a POST over HTTP, a line of a file, a command's standard input."""

from __future__ import annotations

import datetime as dt
import os
import selectors
import shlex
import socket
import ssl
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Protocol

from .addresses import AddressRefused, WebAddress, resolved, web_address
from .destinations import Destination, Kind
from .signing import signed

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
_KEPT = 500
"""Letters of an answer."""

_SECOND = 1_000_000


class Outcome(Enum):
    """What came of sending: it arrived; it is worth another try; it is not; the destination is gone for good.
    `UNREACHABLE` is worth another try, and so are all that wait for the same destination."""

    SENT = "sent"
    AGAIN = "again"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status of HTTP or the exit code, the beginning of the text, and how many seconds to
    wait, where the receiver says so."""

    outcome: Outcome
    status: int | None = None
    text: str = ""
    wait: float | None = None


class Transport(Protocol):
    """A way to one destination. `now` is in microseconds since 1970 UTC; `lanes` is in how many threads at a
    time it may be used."""

    lanes: int

    def send(self, message: str, body: str, content_type: str, now: int) -> Answer: ...

    def finish(self) -> None:
        """Makes sure that all that was sent has arrived."""

    def close(self) -> None: ...


def transport_to(destination: Destination) -> Transport:
    """The way to a destination."""
    if destination.kind is Kind.FILE:
        return _FileTransport(destination)
    return _CommandTransport(destination) if destination.kind is Kind.COMMAND else HttpTransport(destination)


class _Connection(HTTPConnection):
    """A connection to a number that the name was resolved to and that was checked, made anew whenever the
    receiver has closed it."""

    def __init__(self, address: WebAddress, private: bool) -> None:
        super().__init__(address.host, address.port, timeout=ANSWER_SECONDS)
        self._address = address
        self._private = private

    def connect(self) -> None:
        """Resolves the name, checks where it leads, and connects to that."""
        numeric = resolved(self._address, private=self._private)[0]
        try:
            plain = socket.create_connection((numeric, self._address.port), timeout=CONNECT_SECONDS)
        except OSError as error:
            raise _NotReached from error
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            secure = self._address.secure
            self.sock = _trusted().wrap_socket(plain, server_hostname=self._address.host) if secure else plain
        except BaseException:
            plain.close()
            raise
        self.sock.settimeout(ANSWER_SECONDS)

    @property
    def usable(self) -> bool:
        """Whether it is open still: what closed in the meantime has something to read, its end."""
        if self.sock is None:
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return not selector.select(0)


class _NotReached(OSError):
    """There is no connection."""


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


class HttpTransport:
    """Connections are kept. A name is resolved anew for each connection, and only then connected to, so that
    an address cannot change between being checked and being used."""

    lanes = 8

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._address = web_address(destination.address)
        self._free: list[_Connection] = []

    def send(self, message: str, body: str, content_type: str, now: int) -> Answer:
        headers = {
            "Host": self._address.named,
            "Content-Type": content_type,
            "User-Agent": "Leadwright",
            **signed(self._destination.secrets(now), message, now // _SECOND, body),
        }
        connection = self._connection()
        try:
            connection.request("POST", self._address.target, body=body.encode(), headers=headers)
            answer = connection.getresponse()
            text = _beginning(answer)
        except AddressRefused as error:
            connection.close()
            return Answer(Outcome.REFUSED, None, str(error))
        except (HTTPException, OSError, ValueError) as error:
            connection.close()
            return Answer(Outcome.UNREACHABLE, None, _reason(error, self._address.host))
        if answer.isclosed():
            self._free.append(connection)
        else:
            connection.close()
        return _judged(answer, text, now)

    def _connection(self) -> _Connection:
        """One that is kept, or a new one."""
        with suppress(IndexError):
            while True:
                kept = self._free.pop()
                if kept.usable:
                    return kept
                kept.close()
        return _Connection(self._address, self._destination.private)

    def finish(self) -> None:
        """An answer has come for each already."""

    def close(self) -> None:
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


def _judged(answer: HTTPResponse, text: str, now: int) -> Answer:
    status = answer.status
    if 200 <= status < 300:
        return Answer(Outcome.SENT, status, text)
    if status == 410:
        return Answer(Outcome.GONE, status, text)
    if status in (408, 425, 429) or status >= 500:
        return Answer(Outcome.AGAIN, status, text, _wait(answer.headers.get("Retry-After"), now))
    if 300 <= status < 400:
        to = answer.headers.get("Location", "another address")
        return Answer(Outcome.REFUSED, status, f"it redirects to {to}; give that address instead"[:_KEPT])
    return Answer(Outcome.REFUSED, status, text)


def _wait(header: str | None, now: int) -> float | None:
    """The seconds that a header Retry-After asks for: a number, or a date."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max(0.0, until.timestamp() - now / _SECOND)


class _FileTransport:
    """Each message is a line at the end of the file, on the disk before it counts as sent."""

    lanes = 1

    def __init__(self, destination: Destination) -> None:
        self._path = destination.address

    def send(self, message: str, body: str, content_type: str, now: int) -> Answer:
        try:
            with open(self._path, "ab") as file:
                file.write(f"{' '.join(body.splitlines())}\n".encode())
        except OSError as error:
            return Answer(Outcome.UNREACHABLE, error.errno, f"{self._path}: {error.strerror}")
        return Answer(Outcome.SENT)

    def finish(self) -> None:
        with open(self._path, "ab") as file:
            os.fsync(file.fileno())

    def close(self) -> None:
        """The file is open only while a line is written."""


class _CommandTransport:
    """Each message starts the command anew, and is its standard input; exit code 0 says that it arrived."""

    lanes = 1

    def __init__(self, destination: Destination) -> None:
        self._words: Sequence[str] = shlex.split(destination.address)

    def send(self, message: str, body: str, content_type: str, now: int) -> Answer:
        try:
            ended = subprocess.run(
                self._words, input=body.encode(), capture_output=True, timeout=ANSWER_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return Answer(Outcome.AGAIN, None, f"the command ran for {ANSWER_SECONDS:.0f} seconds")
        except OSError as error:
            return Answer(Outcome.UNREACHABLE, error.errno, f"{self._words[0]}: {error.strerror}")
        said = (ended.stderr or ended.stdout).decode("utf-8", "replace")
        text = " ".join(said.split())[:_KEPT]
        return Answer(Outcome.AGAIN if ended.returncode else Outcome.SENT, ended.returncode, text)

    def finish(self) -> None:
        """The command has ended."""

    def close(self) -> None:
        """Nothing runs any more."""
