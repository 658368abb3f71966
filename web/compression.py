"""Answers made smaller on their way, for browsers that take them so."""

from __future__ import annotations

import brotli
from flask import Flask, Response, request
from flask_compress import Compress

from ..engine.lru import LruCache

_LARGE = 100_000
"""Bytes of a file whose smallest form takes a second to find. A little less small it is there at once."""


def _packed(plain: bytes) -> bytes:
    """A file as small as can be, where that is soon done."""
    packed: bytes = brotli.compress(plain, quality=9 if len(plain) > _LARGE else 11)
    return packed


def register(app: Flask) -> None:
    """Has texts compressed, also those that are sent while they are made.

    No answer holds a secret beside what its reader wrote, so their size tells nothing to anybody who
    listens: who somebody is stands in a cookie alone.
    """
    app.config["COMPRESS_MIMETYPES"] = [
        "text/html",
        "text/css",
        "text/csv",
        "text/javascript",
        "text/plain",
        "application/json",
        "application/problem+json",
        "image/svg+xml",
    ]
    app.config["COMPRESS_ALGORITHM"] = app.config["COMPRESS_ALGORITHM_STREAMING"] = ["br", "gzip"]
    # A fifth smaller than by the usual level, in a millisecond or two more.
    app.config["COMPRESS_BR_LEVEL"] = 6
    # Less fits into one packet anyway.
    app.config["COMPRESS_MIN_SIZE"] = 1_000
    Compress(app)

    packed: LruCache[tuple[str, str], bytes] = LruCache(64)

    # Once for all: files are the same for everybody.
    @app.after_request
    def pack_files(response: Response) -> Response:
        etag = response.get_etag()[0]
        if (
            request.endpoint != "static"
            or request.method != "GET"
            or response.status_code != 200
            or response.mimetype not in app.config["COMPRESS_MIMETYPES"]
            or request.accept_encodings.quality("br") <= 0
            or etag is None
        ):
            return response
        response.direct_passthrough = False
        plain = response.get_data()
        if len(plain) >= app.config["COMPRESS_MIN_SIZE"]:
            response.set_data(packed.made((request.path, etag), lambda: _packed(plain)))
            response.content_encoding = "br"
            response.vary.add("Accept-Encoding")
        return response

    # Runs before what compresses, which puts an iterator of its own in a file's place and closes that alone.
    @app.after_request
    def close_what_was_sent(response: Response) -> Response:
        close = getattr(response.response, "close", None)
        if close is not None:
            response.call_on_close(close)
        return response
