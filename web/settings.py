"""What the page is started with."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path

from .sso.configuration import SingleSignOn

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the database is, where the page listens, and what it allows.

    `names` are host names, besides the usual ones, by which it may be called. `https` says that a proxy
    before it speaks HTTPS. `rules_folder` is where `include` and `list ... from` of texts written in the
    page may read, None for nowhere. `largest_import` bounds a file of leads or events, in bytes.
    `most_leads` and `most_seconds` bound a dry run (and `most_leads` a question about outcomes),
    `request_seconds` every other question to the database. With `second_approver`, nothing is published
    before somebody else than who asks has approved it. With `sso`, people log in through a provider of
    single sign-on.
    """

    database: Path
    host: str = "127.0.0.1"
    port: int = 8000
    names: tuple[str, ...] = ()
    https: bool = False
    rules_folder: Path | None = None
    largest_request: int = 4 * MIB
    largest_import: int = 1024 * MIB
    most_leads: int = 100_000
    most_seconds: float = 20.0
    request_seconds: float = 15.0
    second_approver: bool = False
    sso: SingleSignOn | None = None

    @property
    def local(self) -> bool:
        """Whether only this computer reaches it: then no log-in is needed while there are no users."""
        return is_loopback(self.host) and not self.names and not self.https

    def answers_to(self, name: str) -> bool:
        """Whether a request may call it by this host name (without a port).

        Any address is allowed where it listens to others, since only names can be made to point here by
        a stranger's page (DNS rebinding).
        """
        name = name.lower().rstrip(".").strip("[]")
        if name in ("localhost", "127.0.0.1", "::1", self.host.lower()):
            return True
        if self.local:
            return False
        return name in (socket.gethostname().lower(), *map(str.lower, self.names)) or _is_address(name)


def is_loopback(host: str) -> bool:
    """Whether a host to listen on is this computer alone."""
    if host.lower() == "localhost":
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
