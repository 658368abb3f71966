"""Leadwright's own: a POST of JSON, of a list, or of JSON lines to /api/v1/events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .calls import Call, Unreadable, a_dict, id_of, instant, key_of, members, name_of, some_id, text_of
from .wire import Adapter, Answer, Delivery, Refused, Request, at_paths, json_answer, listed, read_json

_MEMBERS = ("lead", "anonymous", "type", "object", "at", "id", "properties", "fields", "same_as", "sent")
_LINES = ("application/x-ndjson", "application/jsonl", "application/json-lines", "application/x-jsonlines")

takes = at_paths("/api/v1/events")


def read(request: Request) -> Delivery:
    """One event, a list of events, or one a line."""
    text = request.text()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _LINES or (
        "\n{" in text.strip() and text.lstrip().startswith("{") and kind != "application/json"
    ):
        messages: list[Any] = [_line(line) for line in text.splitlines() if line.strip()]
    else:
        body = read_json(text)
        messages = body if isinstance(body, list) else [body]
    return Delivery(request.bearer() or request.headers.get("x-write-key"), listed(messages, "the body"))


class _Broken(str):
    """A line that is no JSON."""

    __slots__ = ()


def _line(line: str) -> Any:
    """A line as JSON; one that is none spoils no other."""
    from .wire import RequestRefused

    try:
        return read_json(line)
    except RequestRefused:
        return _Broken(line)


def call(message: Any, _about: Mapping[str, Any]) -> Call:
    """One event."""
    if isinstance(message, str):
        raise Unreadable("the line is not JSON")
    message = a_dict(message)
    for name in message:
        if name not in _MEMBERS:
            raise Unreadable(f'there is no "{name[:60]}"; there are {", ".join(_MEMBERS)}')
    named, anonymous = id_of(message.get("lead"), "lead"), id_of(message.get("anonymous"), "anonymous")
    some_id(named, anonymous, "lead or anonymous")
    same = id_of(message.get("same_as"), "same_as")
    type_ = None
    if message.get("type") is not None:
        type_ = name_of(message["type"], "type")
    for name in ("properties", "fields"):
        if message.get(name) is not None:
            a_dict(message[name], name)
    traits = members(message.get("fields"))
    if type_ is None and not traits and same is None and (named is None or anonymous is None):
        raise Unreadable("nothing happened: give type, fields or same_as")
    return Call(
        named,
        anonymous,
        key_of(message.get("id")),
        instant(message.get("at"), "at"),
        instant(message.get("sent"), "sent"),
        type_,
        text_of(message.get("object")),
        members(message.get("properties")),
        traits,
        same,
    )


def answer_after_reading(_request: Request, messages: int, refused: Refused) -> Answer:
    """What was accepted, and what was not and why; 400 where nothing was."""
    said = [{"index": place, "message": reason} for place, reason in refused]
    if messages and len(refused) == messages:
        first = said[0]["message"]
        return json_answer(400, {"code": "unreadable", "message": first, "error": first, "refused": said})
    return json_answer(200, {"accepted": messages - len(refused), "refused": said})


ADAPTER = Adapter("events", takes, read, call, answer_after_reading=answer_after_reading)
