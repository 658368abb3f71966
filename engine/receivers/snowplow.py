"""Snowplow. Its trackers know no key, so the write key is given as the app's id."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

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
from .wire import Adapter, Answer, Delivery, Request, listed

POST = "/com.snowplowanalytics.snowplow/tp2"
GET = "/i"

_STRUCTURED = {"se_ca": "category", "se_pr": "property", "se_va": "value"}
_KNOWN = frozenset(("pp", "pv", "se", "ue", "tr", "ti"))


def takes(request: Request) -> bool:
    """Whether a request is Snowplow's."""
    path = request.path.rstrip("/")
    return (request.method == "POST" and path == POST) or (
        request.method == "GET" and path == GET and "e=" in request.query
    )


def read(request: Request) -> Delivery:
    """A batch, or one event in the address."""
    if request.method == "GET":
        messages: list[Any] = [dict(parse_qsl(request.query))]
    else:
        messages = listed(request.object().get("data"), "data")
    key = None
    for message in messages:
        if isinstance(message, dict):
            key = key or text_of(message.pop("aid", None))
            message.pop("aid", None)
    return Delivery(key, messages)


def call(message: Any, _about: Mapping[str, Any]) -> Call:
    """One event."""
    message = a_dict(message)
    kind = text_of(message.get("e"))
    if kind == "pp":
        return ignored("a page ping says that a page is still open")
    if kind in ("tr", "ti"):
        return ignored("orders of Snowplow's old kind are not read; send them as events of your own")
    named = id_of(message.get("uid"), "uid")
    device = message.get("duid") or message.get("tnuid") or message.get("nuid")
    anonymous = id_of(device, "duid")
    some_id(named, anonymous, "the user's id (uid) or a device's (duid)")
    known: dict[str, Any] = {
        "named": named,
        "anonymous": anonymous,
        "id": key_of(message.get("eid")),
        "at": instant(first_given(message.get("ttm"), message.get("dtm")), "dtm"),
        "sent": instant(message.get("stm"), "stm"),
    }
    match kind:
        case "pv":
            seen = visit(message.get("url"), name=message.get("page"))
            if seen is None:
                raise Unreadable("a page view without url or title")
            return Call(**known, type=VISITED, object=seen)
        case "se":
            given = {name: message.get(code) for code, name in _STRUCTURED.items()}
            action = name_of(message.get("se_ac"), "se_ac")
            return Call(
                **known, type=action, object=text_of(message.get("se_la")), properties=_numbers(given)
            )
        case "ue":
            name, properties = _own(message)
            return Call(**known, type=name, properties=properties)
    raise Unreadable(f'e is "{kind}", and none of {", ".join(sorted(_KNOWN))}')


def _numbers(given: Mapping[str, Any]) -> dict[str, Any]:
    """The value as the number that it is, though it comes as text."""
    found = {name: value for name, value in given.items() if value is not None}
    try:
        found["value"] = float(found["value"])
    except (KeyError, ValueError, TypeError, OverflowError):
        found.pop("value", None)
    return found


def _own(message: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Name and data of an event described by a schema of its own."""
    text = message.get("ue_pr")
    if text is None and isinstance(packed := message.get("ue_px"), str):
        try:
            text = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
        except ValueError:
            raise Unreadable("ue_px is no base64") from None
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        found = None
    inner = members(members(found).get("data"))
    schema = text_of(inner.get("schema")) or ""
    parts = schema.removeprefix("iglu:").split("/")
    if len(parts) < 2 or not parts[1]:
        raise Unreadable("an event without a schema such as iglu:com.acme/signed_up/jsonschema/1-0-0")
    return parts[1], members(inner.get("data"))


def answer(_request: Request, _messages: int) -> Answer:
    """What the client takes for success."""
    return Answer(200, "ok", "text/plain")


ADAPTER = Adapter("snowplow", takes, read, call, answer)
