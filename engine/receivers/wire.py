"""A request as a receiver sees it, what it delivers, and the answer to it."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus

from ...grammar.frozen import frozen
from .calls import Call

MIB = 1024 * 1024
LARGEST_BODY = 16 * MIB
"""More than any client sends at once by itself."""

LARGEST_UNPACKED = 32 * MIB
MOST_MESSAGES = 50_000

_GZIP = b"\x1f\x8b"


class RequestRefused(Exception):
    """A request that is refused as a whole: an HTTP status, a short code, a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Request:
    """What came: names of headers in small letters, the path without and the query without its mark."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def asked(self, name: str) -> str | None:
        """What the query gives for a name, None without it."""
        return dict(parse_qsl(self.query, keep_blank_values=True)).get(name)

    def basic(self) -> tuple[str, str] | None:
        """User and password of basic authentication."""
        scheme, _, rest = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(rest.strip()).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return user, password

    def bearer(self) -> str | None:
        """The token of bearer authentication."""
        scheme, _, rest = self.headers.get("authorization", "").partition(" ")
        return rest.strip() if scheme.lower() == "bearer" else None

    def unpacked(self) -> bytes:
        """The body, unpacked where it is gzip, whatever its headers call it."""
        if not self.body.startswith(_GZIP):
            return self.body
        unpacker = zlib.decompressobj(wbits=31)
        try:
            plain = unpacker.decompress(self.body, LARGEST_UNPACKED)
        except zlib.error:
            raise RequestRefused(400, "unreadable", "the body is packed with gzip and damaged") from None
        if unpacker.unconsumed_tail:
            raise RequestRefused(
                400,
                "too_large",
                f"the body unpacks to more than {LARGEST_UNPACKED // MIB} MiB; send less at once",
            )
        if not unpacker.eof:
            raise RequestRefused(400, "unreadable", "the body is packed with gzip and ends too early")
        return plain

    def text(self) -> str:
        """The body as text."""
        try:
            return self.unpacked().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise RequestRefused(400, "unreadable", "the body is not UTF-8") from None

    def json(self) -> Any:
        """The body as JSON; NaN and infinities are let in, since clients send them."""
        return read_json(self.text())

    def object(self) -> dict[str, Any]:
        """The body as a JSON object."""
        found = self.json()
        if not isinstance(found, dict):
            raise RequestRefused(400, "unreadable", "the body is JSON, but no object")
        return found


def read_json(text: str) -> Any:
    """A text as JSON. Raises `RequestRefused`."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise RequestRefused(400, "unreadable", f"the body is not JSON ({where}): {error.msg}") from None
    except RecursionError:
        raise RequestRefused(400, "unreadable", "the body is nested too deeply") from None
    except ValueError:
        raise RequestRefused(400, "unreadable", "the body holds a number with too many digits") from None


def form_data(text: str) -> str | None:
    """The member `data` of a form: JSON, or base64 whose + may stand for itself."""
    for part in text.split("&"):
        name, _, value = part.partition("=")
        if name != "data":
            continue
        plain = unquote_plus(value).strip()
        if plain[:1] in ("{", "["):
            return plain
        packed = unquote(value).replace(" ", "+").replace("-", "+").replace("_", "/").strip()
        try:
            return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise RequestRefused(400, "unreadable", "data is neither JSON nor base64 of it") from None
    return None


def listed(found: object, what: str) -> list[Any]:
    """A value that must be a list of messages. Raises `RequestRefused`."""
    if not isinstance(found, list):
        raise RequestRefused(400, "unreadable", f"{what} is no list")
    if len(found) > MOST_MESSAGES:
        raise RequestRefused(
            400, "too_large", f"{what} has more than {MOST_MESSAGES:,} entries; send fewer at once"
        )
    return found


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a request holds: the write key (None where it has none), messages as they came, and what stands
    beside them and concerns them all, fit for JSON."""

    key: str | None
    messages: Sequence[Any]
    about: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Answer:
    """What is answered."""

    status: int
    body: str
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(status: int, value: object) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(value))


def refusal_answer(_request: Request, refusal: RequestRefused) -> Answer:
    """What most clients take for final: an object with a code and a message."""
    return json_answer(
        refusal.status, {"code": refusal.code, "message": refusal.message, "error": refusal.message}
    )


def thanked(_request: Request, _messages: int) -> Answer:
    """What most clients take for success."""
    return json_answer(200, {"success": True})


Refused = Sequence[tuple[int, str]]
"""Messages that cannot be read, by their place in the request, each with the reason."""


@frozen
class Adapter:
    """How one client's requests are read and answered.

    `takes` says whether a request is this client's, by its method, path and headers. `read` finds key and
    messages (raises `RequestRefused`), `call` reads one (raises `Unreadable`). `answer` is given the number
    of messages. `judged`: messages are read before the answer, which `answer_after_reading` makes then.
    """

    name: str
    takes: Callable[[Request], bool]
    read: Callable[[Request], Delivery]
    call: Callable[[Any, Mapping[str, Any]], Call]
    answer: Callable[[Request, int], Answer] = thanked
    refuse: Callable[[Request, RequestRefused], Answer] = refusal_answer
    answer_after_reading: Callable[[Request, int, Refused], Answer] | None = None


def at_paths(*paths: str, methods: Sequence[str] = ("POST",)) -> Callable[[Request], bool]:
    """Takes these paths, with or without a slash at the end."""
    wanted = frozenset(paths)

    def takes(request: Request) -> bool:
        return request.method in methods and (request.path.rstrip("/") or "/") in wanted

    return takes
