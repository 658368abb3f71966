"""Amplitude."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .calls import (
    VISITED,
    Call,
    a_dict,
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
from .wire import Adapter, Answer, Delivery, Request, RequestRefused, at_paths, json_answer, listed

takes = at_paths("/2/httpapi")

_PAGE = ("[Amplitude] Page Viewed", "$pageview")
_SETS = ("$setOnce", "$set")


def read(request: Request) -> Delivery:
    """A batch."""
    body = request.object()
    return Delivery(
        text_of(body.get("api_key")),
        listed(body.get("events"), "events"),
        {"sent": body.get("client_upload_time")},
    )


def call(message: Any, about: Mapping[str, Any]) -> Call:
    """One event."""
    message = a_dict(message)
    event = name_of(message.get("event_type"), "event_type")
    if event == "$groupidentify":
        return ignored("what Amplitude knows of a group is of no single lead")
    named = id_of(message.get("user_id"), "user_id")
    anonymous = id_of(message.get("device_id"), "device_id")
    some_id(named, anonymous, "user_id or device_id")
    known: dict[str, Any] = {
        "named": named,
        "anonymous": anonymous,
        "id": key_of(message.get("insert_id")),
        "at": instant(message.get("time"), "time"),
        "sent": instant(about.get("sent"), "client_upload_time"),
    }
    traits = _traits(members(message.get("user_properties")))
    properties = members(message.get("event_properties"))
    if event == "$identify":
        return Call(**known, traits=traits)
    if event in _PAGE:
        seen = visit(
            properties.get("[Amplitude] Page Path"),
            properties.get("[Amplitude] Page URL"),
            name=properties.get("[Amplitude] Page Title"),
        )
        left = {name: value for name, value in properties.items() if not name.startswith("[Amplitude]")}
        return Call(**known, type=VISITED, object=seen, properties=left, traits=traits)
    return Call(**known, type=event, properties=properties, traits=traits)


def _traits(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is set of a user, plainly or by the operations that set."""
    traits = {name: value for name, value in given.items() if not name.startswith("$")}
    for operation in _SETS:
        traits.update(members(given.get(operation)))
    return traits


def answer(request: Request, messages: int) -> Answer:
    """What the client takes for success: the status as a number in the body."""
    return json_answer(
        200, {"code": 200, "events_ingested": messages, "payload_size_bytes": len(request.body)}
    )


def refuse(_request: Request, refusal: RequestRefused) -> Answer:
    """What the client takes for final: it repeats any refusal that names neither the key nor a field."""
    if refusal.status in (429, 503):
        return json_answer(refusal.status, {"code": refusal.status, "error": refusal.message})
    if refusal.code in ("no_key", "wrong_key", "wrong_kind"):
        return json_answer(400, {"code": 400, "error": f"Invalid API key: {refusal.message}"})
    return json_answer(400, {"code": 400, "error": refusal.message, "missing_field": "events"})


ADAPTER = Adapter("amplitude", takes, read, call, answer, refuse)
