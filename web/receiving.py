"""The receivers in front of the page: requests of people's clients, answered when they are on the disk."""

from __future__ import annotations

import io
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

from ..engine.live.inbox import InboxFull, StoredRequest
from ..engine.live.service import Live
from ..engine.live.sources import PREFIX, WRITE_KEY, Source, SourceBook
from ..engine.receivers.adapters import ADAPTERS, adapter_of, read_call, read_delivery
from ..engine.receivers.calls import Unreadable
from ..engine.receivers.wire import LARGEST_BODY, MIB, Adapter, Answer, Delivery, Request, RequestRefused
from ..engine.store.database import StoreError

_RETRY_AFTER = "2"
_REASONS = {200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden"}
_REASONS |= {429: "Too Many Requests", 503: "Service Unavailable"}

StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


TAKEN = "leadwright.taken"
"""Where a WSGI environment holds what `Receiving.take` made of it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that is being taken in. `written` is done once it is on the disk, where it has to be."""

    adapter: Adapter
    request: Request
    answer: Answer
    origin: str | None
    written: Future[None] | None = None

    def settled(self) -> Answer:
        """What is answered; waits until the request is on the disk."""
        if self.written is not None:
            try:
                self.written.result()
            except StoreError as error:
                return _wait(self.adapter, self.request, error)
        return self.answer


class Receiving:
    """A WSGI application that answers clients' requests itself, and leaves all others to `page`.

    A server that can do something else meanwhile calls `take`, waits for `written`, and then asks for the
    answer with `TAKEN` in the environment.
    """

    def __init__(self, page: Wsgi, live: Live) -> None:
        self._page = page
        self._live = live
        self._lock = threading.Lock()
        self._book = SourceBook(live.database)
        self._stranger_noted = 0.0

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request."""
        taken = environ.get(TAKEN) or self.take(environ)
        if taken is None:
            return self._page(environ, start_response)
        status, headers, body = answered(taken)
        start_response(status, headers)
        return [body]

    def take(self, environ: dict[str, Any]) -> Taken | None:
        """Takes a request in; None where it is the page's."""
        request = _request(environ)
        asked = request
        if request.method == "OPTIONS":
            wanted = request.headers.get("access-control-request-method", "")
            asked = Request(wanted, request.path, request.query, {"authorization": "Basic Og=="})
            if "access-control-request-headers" in request.headers:
                asked = Request(wanted, request.path, request.query, {})
        adapter = adapter_of(asked)
        if adapter is None:
            return self._take_astray(request, environ)
        origin = self._welcome(request)
        if request.method == "OPTIONS":
            return Taken(adapter, request, Answer(204, "", "text/plain"), origin)
        return self._receive(adapter, request, environ, origin)

    def _receive(
        self, adapter: Adapter, request: Request, environ: dict[str, Any], origin: str | None
    ) -> Taken:
        """Takes a client's request in. `origin` is the website that may read what is refused."""
        source: Source | None = None
        try:
            request = _with_body(request, environ)
            delivery = read_delivery(adapter, request)
            source = self._source(delivery.key)
            _check_kind(adapter, source)
            origin = _allowed(request, source)
            answer = _answer_after_reading(adapter, request, delivery)
            return Taken(adapter, request, answer, origin, self._put(source, adapter.name, delivery))
        except RequestRefused as refusal:
            if refusal.status < 429:
                self._note(source or self._source_of_any_key(request), request, refusal)
            return Taken(adapter, request, adapter.refuse(request, refusal), origin)
        except (InboxFull, StoreError) as error:
            return Taken(adapter, request, _wait(adapter, request, error), origin)

    def _take_astray(self, request: Request, environ: dict[str, Any]) -> Taken | None:
        """Refuses what a client of a source sends to an address that takes nothing; None of all else."""
        if request.method not in ("POST", "PUT") or "cookie" in request.headers:
            return None
        try:
            request = _with_body(request, environ)
        except RequestRefused:
            return None
        environ["wsgi.input"] = io.BytesIO(request.body)
        source = self._source_of_any_key(request)
        if source is None:
            return None
        refusal = RequestRefused(
            400, "wrong_address", f"a source of the kind {source.kind} sends nothing to {request.path[:200]}"
        )
        self._note(source, request, refusal)
        adapter = ADAPTERS[source.adapter]
        return Taken(adapter, request, adapter.refuse(request, refusal), self._welcome(request))

    def _put(self, source: Source, adapter: str, delivery: Delivery) -> Future[None] | None:
        if not delivery.messages:
            return None
        about, messages = json.dumps(dict(delivery.about)), json.dumps(list(delivery.messages))
        return self._live.inbox.begin(
            StoredRequest(time.time_ns() // 1000, source.id, adapter, about, messages)
        )

    def _note(self, source: Source | None, request: Request, refusal: RequestRefused) -> None:
        """Lists a request that was refused; of those with an unknown key, one a second."""
        if source is None:
            with self._lock:
                if time.monotonic() - self._stranger_noted < 1:
                    return
                self._stranger_noted = time.monotonic()
        about = json.dumps({"reason": refusal.message})
        raw = {"method": request.method, "path": request.path}
        if source is not None:
            raw["body"] = WRITE_KEY.sub(f"{PREFIX}…", request.body[:2_000].decode("utf-8", "replace"))
        try:
            row = StoredRequest(
                time.time_ns() // 1000, source.id if source else None, "", about, json.dumps(raw)
            )
            self._live.inbox.begin(row)
        except InboxFull:
            # The client gets its answer all the same.
            return

    # --- keys and websites --------------------------------------------------------------------

    def _source(self, key: str | None) -> Source:
        """The source that a write key is of. Raises `RequestRefused`."""
        if not key:
            raise RequestRefused(401, "no_key", "there is no write key; leadwright source add makes one")
        found = self._book.find(key)
        if found is None:
            raise RequestRefused(401, "wrong_key", "no source has this write key")
        return found

    def _source_of_any_key(self, request: Request) -> Source | None:
        """The source whose write key stands anywhere in a request, which may be one that cannot be read."""
        basic = request.basic() or ()
        text = "\n".join([*basic, *request.headers.values(), request.query])
        found = WRITE_KEY.search(text) or WRITE_KEY.search(request.body.decode("utf-8", "replace"))
        try:
            return None if found is None else self._book.find(found[0])
        except StoreError:
            return None

    def _welcome(self, request: Request) -> str | None:
        """The website that asks, where browsers may send from it by some key."""
        origin = request.headers.get("origin", "").lower()
        if not origin:
            return None
        try:
            return origin if self._book.welcomes(origin) else None
        except StoreError:
            return None


def _check_kind(adapter: Adapter, source: Source) -> None:
    """Refuses a key that is sent to the address of another kind of client."""
    if source.adapter != adapter.name:
        raise RequestRefused(
            403,
            "wrong_kind",
            f"this write key is for clients of the kind {source.kind}, and another kind sends here",
        )


def _answer_after_reading(adapter: Adapter, request: Request, delivery: Delivery) -> Answer:
    """What is answered to what was delivered, once it is on the disk."""
    if adapter.answer_after_reading is None:
        return adapter.answer(request, len(delivery.messages))
    refused = []
    for place, message in enumerate(delivery.messages):
        try:
            read_call(adapter, message, delivery.about)
        except Unreadable as error:
            refused.append((place, str(error)))
    return adapter.answer_after_reading(request, len(delivery.messages), refused)


def _wait(adapter: Adapter, request: Request, error: InboxFull | StoreError) -> Answer:
    """Asks the client to send the same again later."""
    busy = RequestRefused(429, "busy", "too much is waiting; send it again later")
    if isinstance(error, StoreError):
        logging.getLogger(__name__).error("the inbox cannot be written: %s", error.message)
        busy = RequestRefused(503, "unavailable", "the inbox cannot be written; send it again later")
    answer = adapter.refuse(request, busy)
    return replace(answer, headers=(*answer.headers, ("Retry-After", _RETRY_AFTER)))


def _with_body(request: Request, environ: dict[str, Any]) -> Request:
    """The request with its body read. Raises `RequestRefused` where that is too large."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > LARGEST_BODY:
        raise RequestRefused(
            400, "too_large", f"the body is larger than {LARGEST_BODY // MIB} MiB; send less at once"
        )
    body = environ["wsgi.input"].read(length) if length else b""
    if len(body) < length:
        raise RequestRefused(400, "unreadable", "the body ended too early")
    return Request(request.method, request.path, request.query, request.headers, body)


def _request(environ: dict[str, Any]) -> Request:
    """A request without its body. The path is as it was sent, so that an id may hold any letter."""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    uri = environ.get("REQUEST_URI") or quote(environ.get("PATH_INFO", ""), safe="/%:@", encoding="latin-1")
    try:
        path = urlsplit(uri).path if "://" in uri[:8] else uri.partition("?")[0]
    except ValueError:
        path = environ.get("PATH_INFO", "")
    return Request(environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""), headers)


def _allowed(request: Request, source: Source) -> str | None:
    """The website that may read the answer. Raises `RequestRefused` where browsers may not send from it."""
    origin = request.headers.get("origin", "").lower()
    if not origin:
        return None
    if not source.allows(origin):
        raise RequestRefused(
            403,
            "wrong_origin",
            f"browsers may not send from {origin[:200]} with this key; leadwright source origin allows it",
        )
    return origin


def answered(taken: Taken) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status, headers and body of the answer to a request; waits until it is on the disk."""
    answer, origin = taken.settled(), taken.origin
    body = answer.body.encode()
    headers = [
        ("Content-Type", answer.kind if answer.kind != "text/plain" else "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        *answer.headers,
    ]
    if origin is not None:
        headers += [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
            ("Vary", "Origin"),
        ]
        if taken.request.method == "OPTIONS":
            asked = taken.request.headers.get("access-control-request-headers", "")
            usual = asked if asked.isascii() and 0 < len(asked) < 1_000 else "content-type"
            headers += [
                ("Access-Control-Allow-Methods", "GET, POST, PUT"),
                ("Access-Control-Allow-Headers", usual),
                ("Access-Control-Max-Age", "600"),
            ]
    return f"{answer.status} {_REASONS.get(answer.status, 'Unknown')}", headers, body
