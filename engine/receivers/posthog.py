"""PostHog."""

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
    text_of,
    visit,
)
from .wire import Adapter, Answer, Delivery, Request, at_paths, form_data, json_answer, listed, read_json

takes = at_paths("/batch", "/capture", "/i/v0/e", "/e")


def read(request: Request) -> Delivery:
    """A batch, a list, or one event; a browser may wrap it into a form."""
    text = request.text()
    wrapped = form_data(text) if text.startswith(("data=", "compression=")) else None
    body = read_json(text if wrapped is None else wrapped)
    if isinstance(body, list):
        messages, about = listed(body, "the body"), {}
    else:
        about = a_body(body)
        messages = listed(body["batch"], "batch") if "batch" in body else [body]
    key = text_of(about.get("api_key") or about.get("token"))
    for message in messages:
        if isinstance(message, dict):
            given = message.pop("api_key", None) or members(message.get("properties")).pop("token", None)
            key = key or text_of(given) or text_of(message.get("token"))
            message.pop("token", None)
    return Delivery(key, messages, {"sent": text_of(about.get("sent_at"))})


def a_body(body: object) -> dict[str, Any]:
    """The body as an object."""
    from .wire import RequestRefused

    if not isinstance(body, dict):
        raise RequestRefused(400, "unreadable", "the body is JSON, but no object")
    return body


def call(message: Any, about: Mapping[str, Any]) -> Call:
    """One event."""
    message = a_dict(message)
    properties = members(message.get("properties"))
    event = name_of(message.get("event"), "event")
    given = message.get("distinct_id") or properties.get("distinct_id")
    who = id_of(given, "distinct_id")
    if event == "$groupidentify":
        return ignored("what PostHog knows of a group is of no single lead")
    if who is None:
        raise Unreadable("no id: give distinct_id")
    anonymous = _is_anonymous(who, properties)
    known: dict[str, Any] = {
        "named": None if anonymous else who,
        "anonymous": who if anonymous else None,
        "id": key_of(message.get("uuid") or message.get("message_id") or properties.get("$insert_id")),
        "at": instant(first_given(message.get("timestamp"), properties.get("timestamp")), "timestamp"),
        "sent": instant(about.get("sent") or message.get("sent_at"), "sent_at"),
    }
    set_once = {**members(message.get("$set_once")), **members(properties.get("$set_once"))}
    traits = {**set_once, **members(message.get("$set")), **members(properties.get("$set"))}
    traits = {name: value for name, value in traits.items() if not name.startswith("$")}
    left = {name: value for name, value in properties.items() if not name.startswith("$")}
    left.pop("distinct_id", None)
    match event:
        case "$identify":
            known["anonymous"] = id_of(properties.get("$anon_distinct_id"), "$anon_distinct_id")
            return Call(**(known | {"named": who}), traits=traits)
        case "$set":
            return Call(**known, traits=traits)
        case "$create_alias" | "$merge_dangerously":
            other = id_of(properties.get("alias"), "alias")
            if other is None:
                raise Unreadable("no alias")
            return Call(**(known | {"named": who, "anonymous": None}), same=other)
        case "$pageview":
            seen = visit(
                properties.get("$pathname"), properties.get("$current_url"), name=properties.get("title")
            )
            if seen is None:
                raise Unreadable("a page view without $pathname or $current_url")
            return Call(**known, type=VISITED, object=seen, properties=left, traits=traits)
        case "$screen":
            seen = name_of(properties.get("$screen_name"), "$screen_name")
            return Call(**known, type=VISITED, object=seen, properties=left, traits=traits)
    if event.startswith("$"):
        return (
            Call(**known, traits=traits)
            if traits
            else ignored(f"{event} is PostHog's own, and nothing people do")
        )
    return Call(**known, type=event, properties=left, traits=traits)


def _is_anonymous(who: str, properties: Mapping[str, Any]) -> bool:
    return (
        properties.get("$is_identified") is False
        or properties.get("$process_person_profile") is False
        or who == properties.get("$device_id")
    )


def answer(_request: Request, _messages: int) -> Answer:
    """What the client takes for success."""
    return json_answer(200, {"status": 1})


ADAPTER = Adapter("posthog", takes, read, call, answer)
