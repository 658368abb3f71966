"""The OpenAPI document, written from the operations themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, current_app

from ... import __version__
from ..access import open_to_all
from ..problems import PROBLEM_TYPE
from .operations import PREFIX, Operation
from .schemas import COMPONENTS, refer

_PROBLEM = {
    "description": "What is wrong, in a sentence.",
    "content": {PROBLEM_TYPE: {"schema": refer("Problem")}},
}


def mount(app: Flask, operations: Sequence[Operation]) -> None:
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
