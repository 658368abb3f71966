"""The page as people meet it, served by a process of its own, on a database."""

from __future__ import annotations

import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from leadwright.web.settings import Settings

_PATIENCE = 10
"""Seconds that a server has to end by itself."""

_PROCESSES = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
if os.name == "posix":
    # One process reads all modules, and becomes a server wherever one is wanted.
    _PROCESSES.set_forkserver_preload(["__main__", "leadwright.web.serving", "leadwright.tests.browser.site"])


@dataclass(frozen=True, slots=True)
class Site:
    """A page that is being served."""

    address: str
    database: Path
    log: Path

    def said(self) -> str:
        """What the server wrote about its troubles."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def served(database: Path, settings: Settings | None = None) -> Iterator[Site]:
    """Serves a database on a free port until the end of the block."""
    wanted = replace(settings or Settings(database), database=database, port=0)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "server.log"
        log.touch()
        ours, theirs = _PROCESSES.Pipe()
        # No daemon: what brings messages in is a process of the server's own.
        server = _PROCESSES.Process(target=_serve, args=(wanted, log, theirs))
        server.start()
        theirs.close()
        try:
            try:
                address = ours.recv()
            except EOFError:
                raise RuntimeError(f"the page did not come up: {log.read_text(encoding='utf-8')}") from None
            yield Site(address, database, log)
        finally:
            ours.close()
            _end(server)


@contextmanager
def served_live(database: Path) -> Iterator[Site]:
    """Serves a database until the end of the block, by the command that scores events as they come."""
    command: list[str | Path] = [sys.executable, "-m", "leadwright", "serve", "--live", "--no-open"]
    command += ["--port", "0", "--db"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "server.log"
        with (
            log.open("wb") as file,
            subprocess.Popen(
                [*command, str(database)], stdout=subprocess.PIPE, stderr=file, text=True
            ) as server,
        ):
            assert server.stdout is not None
            try:
                found = re.search(r"http://\S+", server.stdout.readline())
                assert found is not None, log.read_text(encoding="utf-8")
                yield Site(found[0], database, log)
            finally:
                server.terminate()


def _serve(settings: Settings, log: Path, address: Connection) -> None:
    """What the server's process does: says where it is, and answers."""
    from leadwright.web.serving import Server

    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    server = Server(settings)
    address.send(server.address)
    address.close()
    server.run()


def _end(server: multiprocessing.process.BaseProcess) -> None:
    server.terminate()
    server.join(_PATIENCE)
    if server.is_alive():
        server.kill()
        server.join()


def make_sample(database: Path) -> None:
    """The sample leads, scored, as `make run` makes them."""
    command = [sys.executable, "-m", "leadwright", "serve", "--sample", "--db", str(database), "--no-open"]
    with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert "http" in server.stdout.readline()
        server.terminate()
