"""A call of any client in one shape: who, when, what happened, what is known now, whose ids are one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ..values import instant_of, read_moment

VISITED = "visited"
"""The type of the event that a page view becomes."""

LONGEST_ID = 1_000

_JUNK = frozenset(
    ("null", "undefined", "none", "nan", "nil", "[object object]", "anonymous", "guest", "true", "false", "0")
)
"""What clients send for an id where there is none; taken as one, it would make one lead of many people."""

_FAR_AWAY = 250_000_000_000_000_000
"""Microseconds: some 8,000 years."""

_DIGITS = re.compile(r"-?\d{1,20}(\.\d+)?", re.ASCII)


class Unreadable(Exception):
    """A message cannot be read. The text says why, for people."""


@dataclass(slots=True)
class Call:
    """What one message says. Not frozen: each message makes one, and that takes three times as long.

    `named` is the id of a known person, `anonymous` that of a browser or device; at least one is there unless
    the call is ignored. `id` identifies the message, None where the client gave no id. `at` and `sent` are
    microseconds since 1970 UTC by the client's clock. `type` is None where nothing happened. `traits` become
    fields. `same` is another id of the same person. `ignored` says why the message changes nothing.
    """

    named: str | None = None
    anonymous: str | None = None
    id: str | None = None
    at: int | None = None
    sent: int | None = None
    type: str | None = None
    object: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    traits: Mapping[str, Any] = field(default_factory=dict)
    same: str | None = None
    ignored: str | None = None


def ignored(why: str) -> Call:
    """A message that changes nothing, and need not."""
    return Call(ignored=why)


def a_dict(value: object, what: str = "the message") -> dict[str, Any]:
    """A value that must be a JSON object."""
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is no object")
    return value


def members(value: object) -> dict[str, Any]:
    """A JSON object, empty where there is none."""
    return value if isinstance(value, dict) else {}


def clean(text: str) -> str:
    """A text that can be stored: halves of letters and zero bytes are replaced."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    elif text.isascii():
        return text
    return text.encode("utf-8", "replace").decode()


def text_of(value: object) -> str | None:
    """A text or number as text without blanks around it; None where it says nothing."""
    if value is None:
        return None
    if value.__class__ is str:
        # Nearly all of them, and several a message.
        text: Any = value
        return (text if text.isascii() and "\x00" not in text else clean(text)).strip() or None
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        value = int(value) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int | str):
        return clean(str(value)).strip() or None
    return None


def id_of(value: object, what: str) -> str | None:
    """The id of a person or browser; None where it is missing. Raises `Unreadable` where it is no id."""
    text = text_of(value)
    if text is None:
        if value is None or value == "" or (isinstance(value, str) and not value.strip()):
            return None
        raise Unreadable(f"{what} is not text")
    if len(text) > LONGEST_ID:
        raise Unreadable(f"{what} has {len(text):,} characters; an id has {LONGEST_ID:,} at most")
    if text.lower() in _JUNK:
        raise Unreadable(f'{what} is "{text}", which is nobody\'s id')
    return text


def some_id(named: str | None, anonymous: str | None, what: str) -> None:
    """Raises `Unreadable` where a call has neither id. `what` names where one belongs."""
    if named is None and anonymous is None:
        raise Unreadable(f"no id: give {what}")


def key_of(value: object) -> str | None:
    """The id of a message."""
    return text_of(value)


def first_given(*values: object) -> object:
    """The first of these values that is one: a clock that was never set gives 0, which is."""
    return next((value for value in values if value is not None and value != ""), None)


def name_of(value: object, what: str) -> str:
    """The name of an event. Raises `Unreadable` where there is none."""
    text = text_of(value)
    if text is None:
        raise Unreadable(f"no {what}")
    if len(text) > LONGEST_ID:
        raise Unreadable(f"{what} has {len(text):,} characters; {LONGEST_ID:,} at most")
    return text


def instant(value: object, what: str = "the time", *, unit: int = 1_000) -> int | None:
    """A time as microseconds since 1970 UTC; None where there is none. Raises `Unreadable`.

    A text is ISO 8601, without an offset UTC, or the digits of a number. A number counts seconds times
    1,000,000 / `unit`: with `unit` 1,000 milliseconds, with 1,000,000 seconds.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        moment = read_moment(value)
        if moment is not None:
            try:
                return instant_of(moment)
            except OverflowError:
                raise Unreadable(f'{what} is "{value}", which is not a date') from None
        if not _DIGITS.fullmatch(value.strip()):
            raise Unreadable(f'{what} is "{value[:60]}", which is not a date')
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124  # NaN
        raise Unreadable(f"{what} is not a date")
    if abs(value) > _FAR_AWAY // unit:
        raise Unreadable(f"{what} is {str(value)[:40]}, which is not a date")
    return int(value * unit)


def seconds_or_millis(value: object, what: str = "the time") -> int | None:
    """A time as `instant`, of a client that sends seconds or, as numbers so large, milliseconds."""
    large = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 100_000_000_000
    return instant(value, what, unit=1_000 if large else 1_000_000)


def path_of(address: object) -> str | None:
    """The path of a page's address: without host, query, and a slash at the end."""
    text = text_of(address)
    if text is None:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    path = parts.path
    if not parts.netloc and not path.startswith("/"):
        return None
    return path.rstrip("/") or "/"


def visit(*addresses: object, name: object = None) -> str | None:
    """What a page view is of: the first address's path, else the page's name."""
    found = next((path for address in addresses if (path := path_of(address))), None)
    return found or text_of(name)
