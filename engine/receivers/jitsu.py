"""Jitsu: a message of Segment's shape a request."""

from __future__ import annotations

from .segment import call
from .wire import Adapter, Answer, Delivery, Request, json_answer


def takes(request: Request) -> bool:
    """Whether a request is Jitsu's."""
    return request.method == "POST" and request.path.startswith("/api/s/")


def read(request: Request) -> Delivery:
    """One message, its type in the address where it does not say it; the key may have an id before it."""
    body = request.object()
    last = request.path.rstrip("/").rpartition("/")[2]
    given = request.headers.get("x-write-key") or request.bearer() or ""
    return Delivery(
        given.rpartition(":")[2] or None,
        [body],
        {"type": last if last in ("track", "identify", "page", "screen", "group", "alias") else None},
    )


def answer(_request: Request, _messages: int) -> Answer:
    """What the client takes for success."""
    return json_answer(200, {"ok": True})


ADAPTER = Adapter("jitsu", takes, read, call, answer)
