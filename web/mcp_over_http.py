"""The Model Context Protocol over HTTP, for those who have a token. Needs the package mcp, version 2."""

from __future__ import annotations

import json
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings

from ..engine.store.database import open_store
from .accounts.tokens import person_of_token
from .accounts.users import Person, Role
from .assistant_drafts import ASKING

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/mcp"

_NO_TOKEN = "send a token: Authorization: Bearer lw_... (leadwright user token makes one)"
_NO_VIEWER = "this token may not see all leads; it needs the role viewer or a higher one"


def serve(made: MCPServer, database: Path, listening: socket.socket) -> None:
    """Answers until it is stopped. Each request needs a token with the role viewer at least."""
    host = listening.getsockname()[0]
    # Without a token nothing is answered, so a page in a browser that was led here gets nothing either.
    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    inner = made.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        transport_security=security,
        host=host,
    )
    settings = uvicorn.Config(guarded(inner, database), log_level="warning", lifespan="on")
    uvicorn.Server(settings).run(sockets=[listening])


def guarded(app: App, database: Path) -> App:
    """The application behind a check of tokens."""

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        person = _person(database, scope)
        if person is None:
            await _refuse(send, 401, _NO_TOKEN)
        elif not person.role.may(Role.VIEWER):
            await _refuse(send, 403, _NO_VIEWER)
        else:
            asking = ASKING.set(person)
            try:
                await app(scope, receive, send)
            finally:
                ASKING.reset(asking)

    return checked


def _person(database: Path, scope: Scope) -> Person | None:
    """Whose token a request has."""
    given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    scheme, _, secret = given.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    with open_store(database, read_only=True) as store:
        return person_of_token(store, secret.strip())


async def _refuse(send: Send, status: int, why: str) -> None:
    body = json.dumps({"error": why}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
