"""Customer.io's track API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from .calls import (
    VISITED,
    Call,
    Unreadable,
    a_dict,
    first_given,
    id_of,
    ignored,
    key_of,
    members,
    name_of,
    seconds_or_millis,
    some_id,
    visit,
)
from .wire import Adapter, Answer, Delivery, Request, RequestRefused, json_answer, listed

_PERSON = re.compile(r"/api/v1/customers/([^/]+)")
_PERSON_EVENTS = re.compile(r"/api/v1/customers/([^/]+)/events")
_OF_PERSON = re.compile(r"/api/v1/customers/([^/]+)/.+")
_EVENTS, _MERGE = "/api/v1/events", "/api/v1/merge_customers"
_ENTITY, _BATCH = "/api/v2/entity", "/api/v2/batch"


def takes(request: Request) -> bool:
    """Whether a request is Customer.io's; at an address that others use, too, its way to log in tells."""
    path = request.path.rstrip("/")
    if path == _EVENTS:
        return request.method == "POST" and request.basic() is not None
    return request.method in ("PUT", "POST", "DELETE") and (
        path in (_MERGE, _ENTITY, _BATCH) or path.startswith("/api/v1/customers/")
    )


def read(request: Request) -> Delivery:
    """One message, or a batch of them; the key is the API key, whatever the site."""
    path = request.path.rstrip("/")
    basic = request.basic()
    key = (basic[1] or basic[0]) if basic else request.bearer()
    about: dict[str, Any] = {}
    body: dict[str, Any] = {} if request.method == "DELETE" and not request.body else request.object()
    if path == _BATCH:
        return Delivery(key, listed(body.get("batch"), "batch"), {"what": "entity"})
    if path == _ENTITY:
        return Delivery(key, [body], {"what": "entity"})
    if path == _MERGE:
        return Delivery(key, [body], {"what": "merge"})
    if path == _EVENTS:
        return Delivery(key, [body], {"what": "event"})
    if found := _PERSON_EVENTS.fullmatch(path):
        about = {"what": "event", "who": unquote(found[1])}
    elif (found := _PERSON.fullmatch(path)) and request.method == "PUT":
        about = {"what": "person", "who": unquote(found[1])}
    elif found := _OF_PERSON.fullmatch(path):
        about = {"what": "other"}
    elif request.method == "DELETE":
        about = {"what": "delete"}
    else:
        raise RequestRefused(400, "wrong_address", f"nothing is sent to {request.path[:200]}")
    return Delivery(key, [body], about)


def call(message: Any, about: Mapping[str, Any]) -> Call:
    """One message."""
    message = a_dict(message)
    who = id_of(about.get("who"), "the id in the address")
    match about.get("what"):
        case "person":
            return _person(who, message)
        case "event":
            return _event(who, message)
        case "merge":
            return _merged(message)
        case "entity":
            return _entity(message)
        case "delete":
            return ignored("leads are not deleted by a client; leadwright forget does that")
    return ignored("devices and suppressed people change nothing")


def _person(who: str | None, attributes: Mapping[str, Any]) -> Call:
    anonymous = id_of(attributes.get("anonymous_id"), "anonymous_id")
    some_id(who, anonymous, "an id in the address")
    traits = {name: value for name, value in attributes.items() if name != "anonymous_id" and name[:1] != "_"}
    return Call(who, anonymous, traits=traits)


def _event(who: str | None, message: Mapping[str, Any]) -> Call:
    anonymous = id_of(message.get("anonymous_id"), "anonymous_id")
    some_id(who, anonymous, "an id in the address, or anonymous_id")
    name = name_of(message.get("name"), "name")
    data = members(message.get("data"))
    # Older clients put these beside the data, newer ones among them.
    id_ = key_of(message.get("id") or data.pop("id", None))
    moment = first_given(message.get("timestamp"))
    at = seconds_or_millis(data.pop("timestamp", None) if moment is None else moment, "timestamp")
    if message.get("type") in ("page", "screen"):
        return Call(who, anonymous, id_, at, type=VISITED, object=visit(name, name=name), properties=data)
    return Call(who, anonymous, id_, at, type=name, properties=data)


def _identifier(found: object) -> str | None:
    ids = members(found)
    return next((id_ for name in ("id", "email", "cio_id") if (id_ := id_of(ids.get(name), name))), None)


def _merged(message: Mapping[str, Any]) -> Call:
    primary, secondary = _identifier(message.get("primary")), _identifier(message.get("secondary"))
    if primary is None or secondary is None:
        raise Unreadable("a merge without a primary and a secondary id")
    return Call(primary, same=secondary)


def _entity(message: Mapping[str, Any]) -> Call:
    if message.get("type", "person") != "person":
        return ignored("of Customer.io's objects, only people are read")
    match message.get("action"):
        case "merge":
            return _merged(message)
        case "event" | "page" | "screen":
            ids = members(message.get("identifiers"))
            flat = {**message, "type": message.get("action"), "data": members(message.get("attributes"))}
            return _event(_identifier(ids), {"anonymous_id": ids.get("anonymous_id"), **flat})
        case "identify":
            ids = members(message.get("identifiers"))
            email = {"email": ids["email"]} if "email" in ids else {}
            return _person(_identifier(ids), {**email, **members(message.get("attributes"))})
    return ignored(f'the action "{message.get("action")}" changes nothing')


def answer(_request: Request, _messages: int) -> Answer:
    """What the client takes for success."""
    return json_answer(200, {})


ADAPTER = Adapter("customerio", takes, read, call, answer)
