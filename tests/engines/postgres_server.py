"""A PostgreSQL server of the tests' own: started in a folder, reached through a socket, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMBER = "postgres"
"""Who runs the server where the tests run as root, whom it refuses."""


def programs() -> Path | None:
    """The folder of the newest server installed, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


@contextmanager
def server(bin_: Path) -> Iterator[str]:
    """Starts a server and gives how to connect to it."""
    with tempfile.TemporaryDirectory(prefix="leadwright-pg-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        if os.geteuid() == 0:
            member = pwd.getpwnam(MEMBER)
            os.chown(folder, member.pw_uid, member.pw_gid)
        _run(
            bin_ / "initdb", "-D", data, "-U", "leadwright", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
        )
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c jit=off"
        _run(bin_ / "pg_ctl", "-D", data, "-l", Path(folder) / "log", "-o", options, "-w", "start")
        try:
            yield f"host={folder} user=leadwright dbname=postgres"
        finally:
            _run(bin_ / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", MEMBER, "--", *words]
    done = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stdout
