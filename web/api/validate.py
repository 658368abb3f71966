"""Holding JSON against a schema, with what is wrong said in sentences.

It knows the part of JSON Schema that the schemas of requests here use, and nothing else: type,
properties, required, additionalProperties, items, enum, anyOf, pattern, and the bounds of lengths and
numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_MOST = 10
_WORDS = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def mistakes(schema: Schema, value: object) -> list[str]:
    """What is wrong, a sentence each, at most ten; empty where the value is as the schema says."""
    found = []
    for sentence in _mistakes(schema, value, ""):
        found.append(sentence)
        if len(found) == _MOST:
            break
    return found


def _mistakes(schema: Schema, value: object, at: str) -> Iterator[str]:
    choices = schema.get("anyOf")
    if choices is not None:
        if all(any(_mistakes(choice, value, at)) for choice in choices):
            words = " or ".join(dict.fromkeys(_kind_words(choice) for choice in choices))
            yield f"{_called(at)} must be {words}"
        return
    if not _is_kind(schema, value):
        yield f"{_called(at)} must be {_kind_words(schema)}"
    elif "enum" in schema and value not in schema["enum"]:
        allowed = ", ".join(str(item) for item in schema["enum"])
        yield f"{_called(at)} must be one of {allowed}"
    elif isinstance(value, str):
        yield from _of_text(schema, value, at)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _of_number(schema, value, at)
    elif isinstance(value, list):
        yield from _of_list(schema, value, at)
    elif isinstance(value, dict):
        yield from _of_object(schema, value, at)


def _called(at: str) -> str:
    return f'"{at}"' if at else "the request"


def _kinds(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _kind_words(schema: Schema) -> str:
    return " or ".join(_WORDS[kind] for kind in _kinds(schema)) or "anything"


def _is_kind(schema: Schema, value: object) -> bool:
    kinds = _kinds(schema)
    return not kinds or any(_is(kind, value) for kind in kinds)


def _is(kind: str, value: object) -> bool:
    if kind in ("integer", "number"):
        whole = isinstance(value, int) or (
            isinstance(value, float) and kind == "integer" and value.is_integer()
        )
        return not isinstance(value, bool) and (whole or (kind == "number" and isinstance(value, float)))
    kinds: dict[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool}
    return value is None if kind == "null" else isinstance(value, kinds[kind])


def _of_text(schema: Schema, value: str, at: str) -> Iterator[str]:
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        yield f"{_called(at)} holds half of a letter (a lone surrogate), which is not text"
    elif len(value) < schema.get("minLength", 0):
        yield f"{_called(at)} must not be empty"
    elif len(value) > schema.get("maxLength", math.inf):
        yield f"{_called(at)} has {len(value):,} characters, and at most {schema['maxLength']:,} are allowed"
    elif "pattern" in schema and not re.search(schema["pattern"], value):
        yield schema.get("x-pattern", f"{_called(at)} is not written as it should be")


def _of_number(schema: Schema, value: float, at: str) -> Iterator[str]:
    if isinstance(value, float) and not math.isfinite(value):
        yield f"{_called(at)} must be a finite number"
    elif value < schema.get("minimum", -math.inf):
        yield f"{_called(at)} must be at least {schema['minimum']:,}"
    elif value > schema.get("maximum", math.inf):
        yield f"{_called(at)} must be at most {schema['maximum']:,}"


def _of_list(schema: Schema, value: list[Any], at: str) -> Iterator[str]:
    if len(value) > schema.get("maxItems", math.inf):
        yield f"{_called(at)} has {len(value):,} entries, and at most {schema['maxItems']:,} are allowed"
        return
    for number, item in enumerate(value):
        yield from _mistakes(schema.get("items", {}), item, f"{at}[{number}]")


def _of_object(schema: Schema, value: dict[str, Any], at: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    if len(value) > schema.get("maxProperties", math.inf):
        yield f"{_called(at)} has {len(value):,} members, and at most {schema['maxProperties']:,} are allowed"
        return
    for name in schema.get("required", ()):
        if name not in value:
            yield f'"{_below(at, name)}" is missing'
    for name, item in value.items():
        yield from _of_text({}, name, f"a name in {at}" if at else "a name")
        if name in properties:
            yield from _mistakes(properties[name], item, _below(at, name))
        elif others is False:
            known = ", ".join(properties)
            yield f'there is no "{_below(at, name)}" here; there are: {known}'
        elif isinstance(others, Mapping):
            yield from _mistakes(others, item, _below(at, name))


def _below(at: str, name: str) -> str:
    shown = name.encode("utf-8", "replace").decode()[:100]
    return f"{at}.{shown}" if at else shown
