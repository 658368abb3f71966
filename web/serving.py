"""Serving the page with waitress, after looking whether it may be served so."""

from __future__ import annotations

import gc
import logging
import os
import socket
from collections.abc import Callable

from waitress.adjustments import Adjustments

from ..engine.live.bringing import Scoring
from ..engine.live.service import Live
from ..engine.store.database import Store, StoreError, open_store
from ..engine.store.records.rulesets import require_second_approver
from .accounts.users import any_users
from .app import create_app
from .connections import BoundedServer
from .database import writable
from .receiving import Receiving
from .settings import MIB, Settings

_THREADS = 8
_LARGEST = 64 * MIB
"""What is larger is cut off before anyone looks at it; page and receivers have bounds of their own."""

_PATIENCE = 60
"""Seconds after which a connection on which nothing happens is closed."""


class CannotServe(Exception):
    """The page cannot be served in this way. `message` says why, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Server:
    """A page that listens, but does not answer before `run`. Raises CannotServe where it may not listen.

    `scoring` makes what scores the leads while the page is served.
    """

    def __init__(self, settings: Settings, scoring: Callable[[Store], Scoring] | None = None) -> None:
        # Noted in the database, so that files of rules are not published past the second person either.
        try:
            with open_store(settings.database) as store:
                users = any_users(store)
                require_second_approver(store, settings.second_approver)
        except StoreError as error:
            # A database that can only be read is served to read.
            with open_store(settings.database, read_only=True) as store:
                users = any_users(store)
            if not settings.local and not users:
                raise error from None
        if settings.sso is not None:
            _check_extra()
        elif not settings.local and not users:
            raise CannotServe(
                "others could reach this page, and there are no users yet",
                f"add one first: leadwright user add NAME --role admin --db {settings.database}",
            )
        if settings.second_approver and not users and settings.sso is None:
            raise CannotServe(
                "a second person is to approve what is published, and there are no users yet",
                f"add them first: leadwright user add NAME --role publisher --db {settings.database}",
            )
        # It warns of every request that has to wait for a moment.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._socket = _listening(settings.host, settings.port)
        adjustments = Adjustments(
            sockets=[self._socket],
            threads=_THREADS,
            max_request_body_size=_LARGEST,
            max_request_header_size=32 * 1024,
            channel_timeout=_PATIENCE,
            connection_limit=500,
            ident="Leadwright",
            clear_untrusted_proxy_headers=False,
        )
        about = (self._socket.family, self._socket.type, self._socket.proto, self._socket.getsockname())
        self._live = _live(settings, scoring)
        app = create_app(settings, self._live)
        first: object = app.wsgi_app
        self._server = BoundedServer(
            app,
            first if isinstance(first, Receiving) else None,
            _sock=self._socket,
            adj=adjustments,
            bind_socket=False,
            sockinfo=about,
        )
        self.port = int(self._socket.getsockname()[1])
        host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "localhost") else settings.host
        self.address = f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def run(self) -> None:
        """Answers until it is interrupted."""
        collect_seldom()
        if self._live is not None:
            self._live.start()
        self._server.run()

    def close(self) -> None:
        """Stops listening, and finishes what is under way."""
        self._server.close()
        self._socket.close()
        if self._live is not None:
            self._live.stop()


def _live(settings: Settings, scoring: Callable[[Store], Scoring] | None) -> Live | None:
    """What takes clients' messages in; None where the database can only be read."""
    return Live(settings.database, scoring) if writable(settings) else None


def collect_seldom() -> None:
    """Lets Python look for reference cycles less often than it would.

    An edit makes and drops tens of thousands of small objects, and looking for cycles among them and all that
    is kept took a quarter of its time. All that is kept is still looked through about every four hundred
    edits: at a quarter of that, cycles nobody needed any more grew to 270 MiB.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 5)


def _check_extra() -> None:
    try:
        from .sso import provider  # noqa: F401
    except ImportError:
        raise CannotServe(
            "single sign-on needs a package that is not installed",
            "pip install 'leadwright[oidc]'",
        ) from None


def _listening(host: str, port: int) -> socket.socket:
    """A socket that is bound, so that what is wrong with host or port comes up here."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise CannotServe(
            f"there is no address {host} to listen on", "give one of this computer's, or 0.0.0.0 for all"
        ) from None
    made = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            # Elsewhere this would let two programs share the port.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError as error:
        made.close()
        if isinstance(error, PermissionError):
            raise CannotServe(
                f"you may not listen on port {port}", "give one above 1023 with --port"
            ) from None
        raise CannotServe(
            f"port {port} on {host} cannot be used: {error.strerror or error}",
            "stop what uses it, or give another with --port",
        ) from None
    return made
