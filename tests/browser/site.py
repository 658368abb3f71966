"""The page as people meet it: `leadwright serve` in a process of its own, on a database."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PATIENCE = 10
"""Seconds that a server has to end by itself."""


@dataclass(frozen=True, slots=True)
class Site:
    """A page that is being served."""

    address: str
    database: Path
    log: IO[str]

    def said(self) -> str:
        """What the server wrote about its troubles."""
        self.log.seek(0)
        return self.log.read()


@contextmanager
def served(database: Path, *options: str) -> Iterator[Site]:
    """Serves a database on a free port until the end of the block."""
    command = [sys.executable, "-m", "leadwright", "serve", "--db", str(database), "--port", "0", "--no-open"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with tempfile.TemporaryFile("a+", encoding="utf-8") as log:
        server = subprocess.Popen(
            [*command, *options],
            cwd=database.parent,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        assert server.stdout is not None
        with server.stdout:
            try:
                line = server.stdout.readline()
                address = next((word for word in line.split() if word.startswith("http://")), None)
                log.seek(0)
                assert address is not None, f"the page did not come up: {line}{log.read()}"
                yield Site(address, database, log)
            finally:
                _end(server)


def _end(server: subprocess.Popen[str]) -> None:
    server.terminate()
    try:
        server.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
