"""Mixpanel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from .calls import (
    VISITED,
    Call,
    Unreadable,
    a_dict,
    id_of,
    ignored,
    key_of,
    members,
    name_of,
    seconds_or_millis,
    some_id,
    text_of,
    visit,
)
from .wire import Adapter, Answer, Delivery, Request, RequestRefused, form_data, json_answer, read_json

PLACES = ("/track", "/engage", "/groups", "/import")

_DEVICE = "$device:"
_OWN_IDS = ("distinct_id", "$user_id", "$device_id", "$distinct_id", "$distinct_ids")
_ALSO_DROPPED = ("token", "time", "mp_lib", "ip")


def takes(request: Request) -> bool:
    """Whether a request is Mixpanel's; a GET has its data in the address."""
    if request.path.rstrip("/") not in PLACES:
        return False
    return request.method == "POST" or (request.method == "GET" and "data=" in request.query)


def read(request: Request) -> Delivery:
    """One message or a list, as JSON or in a form, there perhaps packed as base64."""
    if request.method == "GET":
        data = form_data(request.query)
    else:
        text = request.text()
        data = text if text.lstrip()[:1] in ("{", "[") else form_data(text)
    if data is None:
        raise RequestRefused(400, "unreadable", "there is no data")
    body = read_json(data)
    messages = body if isinstance(body, list) else [body]
    basic = request.basic()
    key = (basic[0] or basic[1]) if basic else None
    for message in messages:
        if isinstance(message, dict):
            given = members(message.get("properties")).pop("token", None) or message.pop("$token", None)
            key = key or text_of(given)
    place = request.path.rstrip("/")[1:]
    return Delivery(key, messages, {"place": place})


def call(message: Any, about: Mapping[str, Any]) -> Call:
    """One event, or one update of a profile."""
    message = a_dict(message)
    match about.get("place"):
        case "engage":
            return _profile(message)
        case "groups":
            return ignored("what Mixpanel knows of a group is of no single lead")
    properties = members(message.get("properties"))
    event = name_of(message.get("event"), "event")
    known: dict[str, Any] = {
        "id": key_of(properties.get("$insert_id")),
        "at": seconds_or_millis(properties.get("time"), "time"),
    }
    if event in ("$create_alias", "$merge", "$identify"):
        return _same(event, properties, known)
    named, anonymous = _ids(properties)
    some_id(named, anonymous, "distinct_id")
    known |= {"named": named, "anonymous": anonymous}
    left = {
        name: value
        for name, value in properties.items()
        if not name.startswith("$") and name not in (*_OWN_IDS, *_ALSO_DROPPED)
    }
    if event in ("$mp_web_page_view", "$pageview"):
        seen = visit(
            properties.get("current_url_path"),
            properties.get("current_url"),
            properties.get("$current_url"),
            name=properties.get("current_page_title"),
        )
        return Call(**known, type=VISITED, object=seen, properties=left)
    return Call(**known, type=event, properties=left)


def _ids(properties: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The id of a known person and that of a device."""
    named = id_of(properties.get("$user_id"), "$user_id")
    anonymous = id_of(properties.get("$device_id"), "$device_id")
    given = id_of(properties.get("distinct_id"), "distinct_id")
    if given is None or given in (named, anonymous):
        return named, anonymous
    if given.startswith(_DEVICE):
        return named, anonymous or given.removeprefix(_DEVICE)
    return named or given, anonymous


def _same(event: str, properties: Mapping[str, Any], known: Mapping[str, Any]) -> Call:
    """Two ids that are one person's."""
    if event == "$merge":
        both = properties.get("$distinct_ids")
        one, other = both if isinstance(both, list) and len(both) == 2 else (None, None)
    elif event == "$identify":
        one, other = properties.get("$identified_id"), properties.get("$anon_id")
    else:
        one, other = properties.get("alias"), properties.get("distinct_id")
    named, previous = id_of(one, "the one id"), id_of(other, "the other id")
    if named is None or previous is None:
        raise Unreadable(f"{event} without two ids")
    return Call(named, None, known["id"], known["at"], same=previous.removeprefix(_DEVICE))


def _profile(message: Mapping[str, Any]) -> Call:
    who = id_of(message.get("$distinct_id"), "$distinct_id")
    some_id(who, None, "$distinct_id")
    assert who is not None
    traits = {**members(message.get("$set_once")), **members(message.get("$set"))}
    if not traits:
        return ignored("of updates of a profile, $set and $set_once are read")
    device = who.startswith(_DEVICE)
    return Call(
        None if device else who,
        who.removeprefix(_DEVICE) if device else None,
        at=seconds_or_millis(message.get("$time"), "$time"),
        traits={name.removeprefix("$"): value for name, value in traits.items()},
    )


def _verbose(request: Request) -> bool:
    asked = request.query if request.method == "GET" else f"{request.query}&{_form(request)}"
    return parse_qs(asked).get("verbose", [""])[-1] == "1"


def _form(request: Request) -> str:
    try:
        text = request.text()
    except RequestRefused:
        return ""
    return "" if text.lstrip()[:1] in ("{", "[") else text


def answer(request: Request, _messages: int) -> Answer:
    """What the client takes for success: JSON where it asked for it, else a 1."""
    if _verbose(request):
        return json_answer(200, {"status": 1, "error": None})
    return Answer(200, "1", "text/plain")


def refuse(request: Request, refusal: RequestRefused) -> Answer:
    """The same for a failure."""
    if _verbose(request):
        return json_answer(refusal.status, {"status": 0, "error": refusal.message})
    return Answer(refusal.status, "0", "text/plain")


ADAPTER = Adapter("mixpanel", takes, read, call, answer, refuse)
