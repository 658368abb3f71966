"""What the interface can do: each operation with its address, role, schemas and function, in one place.

The document at /api/openapi.json is written from the same descriptions that requests are held against.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from ..access import needs
from ..accounts.roles import Role
from ..problems import Problem, invalid
from .validate import Schema, mistakes

PREFIX = "/api/v1"

Answer = Any
View = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked.

    `path` is behind the prefix, its parts in braces are given to `view` by name, as are `body` (checked
    against its schema) and what the query names (`queries` maps each to its schema). `answer` is the
    schema of what the view gives back, and `status` comes with it.
    """

    method: str
    path: str
    name: str
    summary: str
    role: Role
    view: View
    answer: Schema
    body: Schema | None = None
    queries: Mapping[str, Schema] | None = None
    parts: Mapping[str, Schema] | None = None
    status: int = 200


def mount(app: Flask, operations: Sequence[Operation]) -> None:
    """Gives every operation its address."""
    for operation in operations:
        app.add_url_rule(
            PREFIX + _rule(operation),
            endpoint=f"api.{operation.name}",
            view_func=needs(operation.role)(_view(operation)),
            methods=[operation.method],
        )


def _rule(operation: Operation) -> str:
    """The address as Flask writes it; numbers are read here, so that a wrong one is said to be wrong."""
    return operation.path.replace("{", "<").replace("}", ">")


def _view(operation: Operation) -> Callable[..., Response]:
    def view(**parts: str) -> Response:
        given: dict[str, Any] = {}
        for name, value in parts.items():
            given[name] = _read(name, value, (operation.parts or {}).get(name, {}))
        given.update(_queries(operation))
        if operation.body is not None:
            given["body"] = _body(operation.body)
        response = current_app.response_class(
            json.dumps(operation.view(**given), ensure_ascii=True, allow_nan=False),
            mimetype="application/json",
        )
        response.status_code = operation.status
        return response

    return view


def _queries(operation: Operation) -> dict[str, Any]:
    known = operation.queries or {}
    for name in request.args:
        if name not in known:
            there = f"There are: {', '.join(known)}." if known else "There are none here."
            raise invalid(f'there is no "{name[:100]}" to be given in the address. {there}')
        if len(request.args.getlist(name)) > 1:
            raise invalid(f'"{name}" is given more than once')
    missing = [
        name for name, schema in known.items() if schema.get("x-required") and name not in request.args
    ]
    if missing:
        raise invalid(*(f'"{name}" is missing in the address' for name in missing))
    return {
        name: _read(name, request.args[name], schema) if name in request.args else schema.get("default")
        for name, schema in known.items()
    }


def _read(name: str, text: str, schema: Schema) -> object:
    """A part of the address as its schema wants it."""
    value: object = text
    if schema.get("type") == "integer":
        if not (text.isascii() and text.lstrip("-").isdecimal() and len(text) <= 18):
            raise invalid(f'"{name}" must be a whole number')
        value = int(text)
    elif "\ufffd" in text:
        raise invalid(f'"{name}" is not UTF-8 text')
    wrong = mistakes({"type": "object", "properties": {name: schema}}, {name: value})
    if wrong:
        raise invalid(*wrong)
    return value


def _body(schema: Schema) -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise Problem(415, "Not JSON", "Send JSON, with the header Content-Type: application/json.")
    try:
        value = json.loads(request.get_data(cache=False), parse_constant=_refuse_constant)
    except HTTPException:
        raise
    except (ValueError, RecursionError) as error:
        raise Problem(400, "Not JSON", f"The body cannot be read as JSON{_where(error)}.") from None
    wrong = mistakes(schema, value)
    if wrong:
        raise invalid(*wrong)
    body: dict[str, Any] = value
    return body


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _where(error: Exception) -> str:
    return f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
