"""What every request must be, and what every response says to the browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from .problems import Problem
from .settings import Settings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing but what comes from this server, and nothing inline."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_PARTS = ("text/css", "text/javascript")
_OF_PARTS = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy", "Cross-Origin-Embedder-Policy")
"""What browsers heed of a script or a style sheet. The other headers are about documents."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via")


def register(app: Flask, settings: Settings) -> None:
    """Puts the checks before every request and the headers on every response."""

    @app.before_request
    def guard() -> None:
        _check_host(settings)
        if request.method not in _READING:
            _check_origin()

    @app.after_request
    def headers(response: Response) -> Response:
        whole = request.endpoint != "static" or response.mimetype not in _PARTS
        for name, value in HEADERS.items():
            if whole or name in _OF_PARTS:
                response.headers.setdefault(name, value)
        if settings.https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            # What is shown depends on who asks, and must not come out of a cache after the log-out.
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _check_host(settings: Settings) -> None:
    """A page elsewhere can make its own name point at this server; such a name is none of ours."""
    if not settings.answers_to(hostname(request.headers.get("Host", ""))):
        raise Problem(
            400,
            "Not this address",
            "This page does not answer to the name it was called by. Whoever runs it can allow the name with "
            "leadwright serve --name.",
        )
    if settings.local and any(name in request.headers for name in _FORWARDED):
        raise Problem(
            403,
            "Users are needed",
            "This page came through a proxy, and others may come the same way. Whoever runs it must add "
            "users and start it with leadwright serve --name.",
        )


def _check_origin() -> None:
    """Refuses what another site's page sends with this person's rights."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin")
        allowed = origin is None or (origin != "null" and _netloc(origin) == request.headers.get("Host"))
    if not allowed:
        raise Problem(
            403, "From another site", "This was sent by another site's page, so it was not done. Do it here."
        )


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def hostname(host: str) -> str:
    """The name in a Host header, without the port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.rpartition(":")[0] if host.count(":") == 1 else host
