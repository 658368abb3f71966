"""Connections to the page, bounded for each address, so that nobody can take them all by holding them."""

from __future__ import annotations

import ipaddress
import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

MOST_PER_ADDRESS = 64
"""Connections that one address may keep; a browser opens six. More close the one that has waited longest."""

SLOWEST_REQUEST = 120.0
"""Seconds in which a request must have arrived, however many bytes come in between."""


class _Connection(HTTPChannel):
    """A connection that knows since when a request has been arriving on it."""

    arriving_since: float | None = None

    def received(self, data: bytes) -> bool:
        """Takes in what came."""
        going_on: bool = super().received(data)
        if self.request is None:
            self.arriving_since = None
        elif self.arriving_since is None:
            self.arriving_since = time.time()
        return going_on


class BoundedServer(TcpWSGIServer):
    """Waitress's server, with bounds for each address."""

    channel_class = _Connection

    def handle_accept(self) -> None:
        """Takes a new connection, and closes one of the same address that is one too many."""
        super().handle_accept()
        channels = self._channels()
        if channels:
            self._make_room(channels[-1], channels)

    def _channels(self) -> list[Any]:
        """All connections, the newest last."""
        found: dict[int, Any] = vars(self)["active_channels"]
        return list(found.values())

    def _make_room(self, newest: Any, channels: list[Any]) -> None:
        whose = _address(newest)
        theirs = [one for one in channels if _address(one) == whose]
        if len(theirs) <= MOST_PER_ADDRESS:
            return
        # What is answered now is left alone; the new one has a moment to say what it wants.
        waiting = [one for one in theirs if not one.requests and not one.total_outbufs_len]
        waiting = [one for one in waiting if one is not newest] or [newest]
        min(waiting, key=_waits_since).handle_close()

    def maintenance(self, now: float) -> None:
        """Closes connections on which nothing happens, or on which a request takes too long to arrive."""
        super().maintenance(now)  # type: ignore[arg-type]  # seconds with a fraction, whatever the stubs say
        for channel in self._channels():
            since = channel.arriving_since
            if not channel.requests and since is not None and now - since > SLOWEST_REQUEST:
                channel.will_close = True


def _waits_since(channel: Any) -> float:
    arriving: float | None = channel.arriving_since
    last: float = channel.last_activity
    return last if arriving is None else arriving


def _address(channel: Any) -> str:
    """Whose connection it is; of IPv6, a whole network of 64 bits is one subscriber's."""
    text = str(channel.addr[0])
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text
    return text if found.version == 4 else str(ipaddress.ip_network((int(found), 64), strict=False))
