"""Reading what stands in a page's address."""

from __future__ import annotations

from flask import request

from ..problems import invalid

_LONGEST = 200


def text_asked(name: str) -> str | None:
    """A text in the address, None where it is blank or not there."""
    text = request.args.get(name, "").strip()
    if len(text) > _LONGEST:
        raise invalid(f"What is asked for under {name} is too long: at most {_LONGEST} letters.")
    return text or None


def number_asked(name: str) -> int | None:
    """A whole number in the address, None where it is blank or not there."""
    text = text_asked(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise invalid(f'"{text}" is not the number of a {name}.')
    return int(text)


def version_asked(name: str) -> tuple[str, int | None] | None:
    """A version written as `name@2`, or a ruleset's name for its live one."""
    text = text_asked(name)
    if text is None:
        return None
    ruleset, at, number = text.rpartition("@")
    if at and number.isascii() and number.isdecimal() and len(number) <= 9:
        return ruleset, int(number)
    return text, None
