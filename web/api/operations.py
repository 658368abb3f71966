"""What the interface can do, operation by operation, and the OpenAPI document that describes it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from ... import __version__
from ..access import needs, open_to_all
from ..accounts.users import Role
from ..problems import PROBLEM_TYPE, Problem, invalid
from .schemas import COMPONENTS, refer
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
        if not re.fullmatch("-?[0-9]{1,18}", text):
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


_PROBLEM = {
    "description": "What is wrong, in a sentence.",
    "content": {PROBLEM_TYPE: {"schema": refer("Problem")}},
}


def mount_document(app: Flask, operations: Sequence[Operation]) -> None:
    """Serves the document."""
    text = json.dumps(document(operations))

    @app.get("/api/openapi.json", endpoint="api.openapi")
    @open_to_all
    def openapi() -> Response:
        return current_app.response_class(text, mimetype="application/json")


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The description of the whole interface, as OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadwright",
            "version": __version__,
            "description": "Lead qualification as sentences. Instants are ISO 8601 in UTC. "
            "What cannot be done is answered with a problem (RFC 9457) that says why in a sentence.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}, {}],
        "paths": paths,
        "components": {
            "schemas": {name: _plain(schema) for name, schema in COMPONENTS.items()},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "From leadwright user token."},
                "session": {"type": "apiKey", "in": "cookie", "name": "leadwright"},
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Needs the role {operation.role.value} or above.",
        "responses": {
            str(operation.status): {
                "description": "As asked.",
                "content": {"application/json": {"schema": _plain(operation.answer)}},
            },
            "4XX": _PROBLEM,
            "5XX": _PROBLEM,
        },
    }
    parameters = [_parameter(name, "path", schema) for name, schema in (operation.parts or {}).items()]
    parameters += [_parameter(name, "query", schema) for name, schema in (operation.queries or {}).items()]
    if parameters:
        made["parameters"] = parameters
    if operation.body is not None:
        body = {"application/json": {"schema": _plain(operation.body)}}
        made["requestBody"] = {"required": True, "content": body}
    return made


def _parameter(name: str, where: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    required = where == "path" or bool(schema.get("x-required"))
    return {"name": name, "in": where, "required": required, "schema": _plain(schema)}


def _plain(schema: Any) -> Any:
    """A schema without what only this program reads."""
    if isinstance(schema, Mapping):
        return {name: _plain(value) for name, value in schema.items() if not str(name).startswith("x-")}
    return [_plain(item) for item in schema] if isinstance(schema, list | tuple) else schema
