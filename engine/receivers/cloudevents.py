"""CloudEvents 1.0 over HTTP: binary, structured and batched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from .calls import Call, Unreadable, a_dict, id_of, instant, key_of, members, name_of, some_id, text_of
from .events import answer_after_reading
from .wire import Adapter, Delivery, Request, RequestRefused, at_paths, listed, read_json

takes = at_paths("/api/v1/cloudevents")

_PREFIX = "ce-"


def read(request: Request) -> Delivery:
    """One event or a batch."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/cloudevents-batch+json":
        messages = listed(request.json(), "the body")
    elif kind == "application/cloudevents+json":
        messages = [request.object()]
    elif f"{_PREFIX}specversion" in request.headers:
        messages = [_binary(request, kind)]
    else:
        raise RequestRefused(
            400,
            "unreadable",
            "no CloudEvent: send it with the content type application/cloudevents+json or "
            "application/cloudevents-batch+json, or with its attributes in headers such as ce-type",
        )
    return Delivery(request.bearer() or request.headers.get("x-write-key"), messages)


def _binary(request: Request, kind: str) -> dict[str, Any]:
    """The attributes out of the headers, where they are percent-encoded or not."""
    found: dict[str, Any] = {
        name.removeprefix(_PREFIX): unquote(value)
        for name, value in request.headers.items()
        if name.startswith(_PREFIX)
    }
    if request.body and (kind.endswith("json") or not kind):
        found["data"] = read_json(request.text())
    return found


def call(message: Any, _about: Mapping[str, Any]) -> Call:
    """One event: its subject is the lead, its data are properties."""
    message = a_dict(message)
    if text_of(message.get("specversion")) != "1.0":
        raise Unreadable("specversion is not 1.0")
    named = id_of(message.get("subject"), "subject")
    anonymous = id_of(message.get("anonymousid"), "anonymousid")
    some_id(named, anonymous, "subject")
    source, id_ = key_of(message.get("source")), key_of(message.get("id"))
    if id_ is None:
        raise Unreadable("no id")
    data = message.get("data")
    return Call(
        named,
        anonymous,
        f"{source or ''} {id_}",
        instant(message.get("time"), "time"),
        type=name_of(message.get("type"), "type"),
        object=text_of(message.get("object")),
        properties=members(data),
    )


ADAPTER = Adapter("cloudevents", takes, read, call, answer_after_reading=answer_after_reading)
