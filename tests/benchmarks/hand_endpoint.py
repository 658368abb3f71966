"""What one would write by hand: a Flask endpoint that inserts a batch in one transaction. PORT DATABASE."""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
import threading

from flask import Flask, request
from waitress import serve


def main() -> None:
    """Serves it."""
    port, database = sys.argv[1:]
    lock = threading.Lock()
    connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE event (id TEXT PRIMARY KEY, lead TEXT, type TEXT, properties TEXT)")
    app = Flask(__name__)

    @app.post("/v1/batch")
    def batch() -> dict[str, bool]:
        rows = [
            (one["messageId"], one["userId"], one["event"], json.dumps(one["properties"]))
            for one in json.loads(request.get_data())["batch"]
        ]
        with lock:
            connection.execute("BEGIN")
            connection.executemany("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
        return {"success": True}

    # It warns of every request that has to wait for a moment.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    print(f"http://127.0.0.1:{port}", flush=True)
    serve(app, host="127.0.0.1", port=int(port), threads=8)


if __name__ == "__main__":
    main()
