"""Segment, and those that speak its protocol: RudderStack and Customer.io's CDP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .calls import (
    VISITED,
    Call,
    Unreadable,
    a_dict,
    first_given,
    id_of,
    ignored,
    instant,
    key_of,
    members,
    name_of,
    some_id,
    text_of,
    visit,
)
from .wire import Adapter, Delivery, Request, listed

TYPES = {
    "batch": None,
    "b": None,
    "track": "track",
    "t": "track",
    "identify": "identify",
    "i": "identify",
    "page": "page",
    "p": "page",
    "screen": "screen",
    "s": "screen",
    "group": "group",
    "g": "group",
    "alias": "alias",
    "a": "alias",
}
"""The last part of the address, and the type of message that comes there."""


def takes(request: Request) -> bool:
    """Whether a request is one of these clients'."""
    start, _, last = request.path.rstrip("/").rpartition("/")
    return request.method == "POST" and start == "/v1" and last in TYPES


def read(request: Request) -> Delivery:
    """A batch, or one message whose type is in the address."""
    body = request.object()
    basic = request.basic()
    key = basic[0] if basic else request.bearer() or text_of(body.get("writeKey"))
    type_ = TYPES[request.path.rstrip("/").rpartition("/")[2]]
    messages = listed(body.get("batch"), "batch") if type_ is None else [body]
    about = {"type": type_, "sent": text_of(body.get("sentAt")), "context": members(body.get("context"))}
    for message in messages:
        if isinstance(message, dict):
            message.pop("writeKey", None)
    return Delivery(key, messages, about)


def call(message: Any, about: Mapping[str, Any]) -> Call:
    """One message."""
    message = a_dict(message)
    type_ = text_of(message.get("type")) or about.get("type")
    context = members(message.get("context"))
    if about.get("context"):
        context = {**members(about.get("context")), **context}
    named = id_of(message.get("userId"), "userId")
    anonymous = id_of(message.get("anonymousId"), "anonymousId")
    at, sent = _times(message, about)
    known: dict[str, Any] = {
        "named": named,
        "anonymous": anonymous,
        "id": key_of(message.get("messageId")),
        "at": at,
        "sent": sent,
    }
    if type_ not in ("alias", None):
        some_id(named, anonymous, "userId or anonymousId")
    properties = members(message.get("properties"))
    traits = members(context.get("traits"))
    match type_:
        case "track":
            name = name_of(message.get("event"), "event")
            return Call(**known, type=name, properties=properties, traits=traits)
        case "page" | "screen":
            return _view(type_, message, context, known, traits)
        case "identify":
            return Call(**known, traits={**traits, **members(message.get("traits"))})
        case "group":
            group = {"id": message.get("groupId"), **members(message.get("traits"))}
            return Call(**known, traits={"company": group})
        case "alias":
            previous = id_of(message.get("previousId"), "previousId") or anonymous
            some_id(named, None, "userId")
            some_id(previous, None, "previousId")
            return Call(named, None, known["id"], at, sent, same=previous)
        case None:
            raise Unreadable("no type: give track, identify, page, screen, group or alias")
    return ignored(f'messages of the type "{type_}" change nothing')


def _times(message: Mapping[str, Any], about: Mapping[str, Any]) -> tuple[int | None, int | None]:
    at = first_given(message.get("timestamp"), message.get("originalTimestamp"))
    sent = message.get("sentAt") or about.get("sent")
    try:
        return instant(at, "timestamp"), instant(sent, "sentAt")
    except Unreadable:
        # A clock that cannot be read corrects nothing; the event's own time must be readable.
        return instant(at, "timestamp"), None


def _view(
    type_: str, message: Mapping[str, Any], context: Mapping[str, Any], known: Mapping[str, Any], traits: Any
) -> Call:
    """A page or screen that was looked at."""
    properties = members(message.get("properties"))
    page = members(context.get("page"))
    name = message.get("name") or properties.get("name") or message.get("category")
    addresses = (properties.get("path"), properties.get("url"), page.get("path"), page.get("url"))
    seen = text_of(name) if type_ == "screen" else visit(*addresses, name=name)
    if seen is None:
        raise Unreadable("a page without path, url or name" if type_ == "page" else "a screen without a name")
    left = {
        name: value for name, value in properties.items() if name not in ("path", "url", "name", "search")
    }
    return Call(**known, type=VISITED, object=seen, properties=left, traits=traits)


ADAPTER = Adapter("segment", takes, read, call)
