"""Addresses that messages may be sent to: not those of one's own network, unless that was allowed by name."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import quote, urlsplit

from ...grammar.frozen import frozen


class AddressRefused(Exception):
    """Nothing is sent to an address. The message says why, and what to do."""


@frozen
class WebAddress:
    """An address of the web, taken apart, in ASCII as it is sent. `target` is the path with its query."""

    secure: bool
    host: str
    port: int
    target: str

    @property
    def named(self) -> str:
        """Host and port, as the header Host has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def _none(text: str) -> AddressRefused:
    return AddressRefused(f"nothing can be posted to {text}; write it as https://crm.example.com/hook")


_SENT_AS_IT_IS = "/?%:@!$&'()*+,;=~[]"


def web_address(text: str) -> WebAddress:
    """The parts of an address. Raises `AddressRefused` where it is none that messages can be posted to."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:
        raise _none(text) from None
    if parts.scheme not in ("http", "https") or not host:
        raise _none(text)
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(
            "the address holds a user name; leave it out, as receivers know messages by their signature"
        )
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebAddress(secure, host, port or (443 if secure else 80), quote(target, safe=_SENT_AS_IT_IS))


def resolved(address: WebAddress, *, private: bool) -> list[str]:
    """The numeric addresses of a host. Raises `AddressRefused` where one of them is within a private network
    and `private` is false, `OSError` where the name cannot be resolved."""
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    numeric = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not private:
        for one in numeric:
            if not _is_public(ip_address(one.partition("%")[0])):
                at = "" if one == address.host else f" is at {one}, which"
                raise AddressRefused(
                    f"{address.host}{at} is within your own network; if that is meant, "
                    "add the destination with --allow-private"
                )
    return numeric


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    inner = (address.ipv4_mapped or address.sixtofour) if isinstance(address, IPv6Address) else None
    if inner is not None:
        return _is_public(inner)
    return address.is_global and not address.is_multicast
