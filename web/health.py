"""Whether the page can do its work, for whatever starts and watches it."""

from __future__ import annotations

import sqlite3

from flask import Flask, Response

from ..engine.store.database import StoreError
from .access import open_to_all, settings
from .database import reading


def register(app: Flask) -> None:
    """Serves `/healthz`: 200 where the database can be read, else 503."""

    @app.get("/healthz")
    @open_to_all
    def healthz() -> Response:
        try:
            reading(settings()).connection.execute("SELECT 1 FROM lead LIMIT 1").fetchall()
        except (StoreError, sqlite3.Error):
            return Response("the database cannot be read\n", 503, mimetype="text/plain")
        return Response("ok\n", mimetype="text/plain")
