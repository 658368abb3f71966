"""Matomo. The write key is given as token_auth; a browser, which has none, gives it as the site's id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from .calls import VISITED, Call, Unreadable, a_dict, id_of, ignored, instant, some_id, text_of, visit
from .wire import Adapter, Answer, Delivery, Request, RequestRefused, at_paths, json_answer, listed, read_json

takes = at_paths("/matomo.php", "/piwik.php", methods=("GET", "POST"))


def read(request: Request) -> Delivery:
    """One request's parameters, or a batch of them."""
    text = request.text() if request.method == "POST" else ""
    key = None
    if text.lstrip().startswith("{"):
        body = read_json(text)
        key = text_of(body.get("token_auth"))
        messages: list[Any] = [_parameters(one) for one in listed(body.get("requests"), "requests")]
    else:
        messages = [_parameters(f"{request.query}&{text}")]
    for message in messages:
        key = key or message.get("token_auth")
        message.pop("token_auth", None)
    for message in messages if key is None else ():
        key = message.pop("idsite", None) or key
    return Delivery(key, messages)


def _parameters(one: object) -> dict[str, str]:
    if isinstance(one, dict):
        return {str(name): str(value) for name, value in one.items()}
    if not isinstance(one, str):
        raise RequestRefused(400, "unreadable", "a request in the batch is not text")
    return dict(parse_qsl(one.lstrip("?"), keep_blank_values=True))


def call(message: Any, _about: Mapping[str, Any]) -> Call:
    """One request."""
    message = a_dict(message)
    if message.get("ping") == "1":
        return ignored("a ping says that a page is still open")
    named = id_of(message.get("uid"), "uid")
    anonymous = id_of(message.get("_id") or message.get("cid"), "_id")
    some_id(named, anonymous, "uid or _id")
    known: dict[str, Any] = {
        "named": named,
        "anonymous": anonymous,
        "at": instant(message.get("cdt"), "cdt", unit=1_000_000),
    }
    if message.get("e_a"):
        given = {"category": message.get("e_c"), "value": _number(message.get("e_v"))}
        properties = {name: value for name, value in given.items() if value is not None}
        return Call(**known, type=message["e_a"], object=text_of(message.get("e_n")), properties=properties)
    if message.get("search"):
        return Call(**known, type="searched", object=message["search"])
    if message.get("download"):
        return Call(**known, type="downloaded", object=visit(message["download"]))
    if message.get("link"):
        return Call(**known, type="followed", object=message["link"])
    if message.get("idgoal"):
        revenue = _number(message.get("revenue"))
        properties = {} if revenue is None else {"revenue": revenue}
        return Call(**known, type="reached goal", object=message["idgoal"], properties=properties)
    seen = visit(message.get("url"), name=message.get("action_name"))
    if seen is None:
        raise Unreadable("a page view without url or action_name")
    return Call(**known, type=VISITED, object=seen)


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def answer(_request: Request, messages: int) -> Answer:
    """What the client takes for success."""
    return json_answer(200, {"status": "success", "tracked": messages, "invalid": 0})


ADAPTER = Adapter("matomo", takes, read, call, answer)
