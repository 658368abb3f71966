"""Answers made smaller on their way, for browsers that take them so."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

_WORTH_IT = 1_000
"""Bytes below which an answer fits into one packet anyway."""

_LEVEL = 6
_TYPES = ("text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml")


def register(app: Flask) -> None:
    """Has texts compressed with gzip.

    No answer holds a secret beside what its reader wrote, so their size tells nothing to anybody who
    listens: who somebody is stands in a cookie alone.
    """

    @app.after_request
    def compress(response: Response) -> Response:
        if not (response.mimetype or "").startswith(_TYPES) or response.status_code != 200:
            return response
        response.vary.add("Accept-Encoding")
        if request.method == "HEAD" or response.content_encoding or not request.accept_encodings["gzip"]:
            return response
        response.direct_passthrough = False
        data = response.get_data()
        if len(data) < _WORTH_IT:
            return response
        response.set_data(_kept(data) if request.endpoint == "static" else _compressed(data))
        response.content_encoding = "gzip"
        etag, _ = response.get_etag()
        if etag is not None:
            # The same content in other bytes.
            response.set_etag(etag, weak=True)
        return response


def _compressed(data: bytes) -> bytes:
    return gzip.compress(data, _LEVEL, mtime=0)


@lru_cache(maxsize=64)
def _kept(data: bytes) -> bytes:
    """A file that many ask for."""
    return gzip.compress(data, mtime=0)
