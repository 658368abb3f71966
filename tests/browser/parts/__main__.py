"""`python -m leadwright.tests.browser.parts [PORT]` serves the page of parts until it is interrupted."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import waitress
from leadwright.tests.browser.parts import app, made


def main() -> None:
    """Serves it on this computer alone."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8099
    with tempfile.TemporaryDirectory() as folder:
        page = app(made(Path(folder)))
        try:
            server = waitress.create_server(page, host="127.0.0.1", port=port, threads=4)
        except OSError as error:
            sys.exit(f"error: port {port} cannot be used: {error.strerror}\n  help: name another port")
        print(f"The page of parts is at http://127.0.0.1:{port}/parts (Ctrl-C ends it)", flush=True)
        server.run()


if __name__ == "__main__":
    main()
