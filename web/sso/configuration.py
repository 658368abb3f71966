"""How single sign-on is set up: with which provider, as which client, and who gets which role."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..accounts.users import Role


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for whoever has a value in a claim; dots in `claim` lead into objects."""

    claim: str
    value: str
    role: Role


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """A provider of OpenID Connect, and what is made of those it vouches for.

    With `grants`, a person gets the highest role granted at each log-in, else `default_role`, and whoever
    gets neither is refused. Without `grants` a new person gets `default_role`, or viewer, and keeps what an
    admin makes of it. `domains`, where there are any, are those of the email addresses that are let in.
    """

    issuer: str
    client: str
    secret: str | None = None
    grants: tuple[Grant, ...] = ()
    default_role: Role | None = None
    domains: tuple[str, ...] = ()
    label: str = "single sign-on"


class Misconfigured(Exception):
    """What was said about single sign-on cannot be; the text says what is wrong."""


def checked(issuer: str) -> str:
    """The address of a provider as given, where it is one that secrets may be sent to."""
    if not safe_address(issuer) or urlsplit(issuer).query or urlsplit(issuer).fragment:
        raise Misconfigured(f"{issuer} is no address of a provider: it begins with https:// and ends there")
    return issuer


def safe_address(address: str) -> bool:
    """Whether what is sent there can be read by nobody else: HTTPS, or this very computer."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host or "")))


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def grant(text: str) -> Grant:
    """A grant as it is written: `groups:revops=publisher`. Raises Misconfigured."""
    about, equals, role = text.rpartition("=")
    claim, colon, value = about.partition(":")
    if not equals or not colon or not claim or not value:
        raise Misconfigured(f"{text} grants nothing: write CLAIM:VALUE=ROLE, as in groups:revops=publisher")
    if role not in (one.value for one in Role):
        roles = ", ".join(one.value for one in Role)
        raise Misconfigured(f"there is no role {role}; there are: {roles}")
    return Grant(claim, value, Role(role))


def role_of(claims: Mapping[str, Any], setup: SingleSignOn) -> Role | None:
    """The role that claims give, None where they give none."""
    granted = [one.role for one in setup.grants if one.value in _values(claims, one.claim)]
    if granted:
        return max(granted, key=lambda role: role.rank)
    if setup.grants:
        return setup.default_role
    return setup.default_role or Role.VIEWER


def _values(claims: Mapping[str, Any], path: str) -> Sequence[str]:
    """What stands in a claim, as texts; a claim whose name has dots is found by its whole name first."""
    value: Any = claims.get(path)
    if value is None:
        value = claims
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    found = value if isinstance(value, list | tuple) else [value]
    return [_text(item) for item in found if item is not None]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def domain_allowed(mail: str | None, setup: SingleSignOn) -> bool:
    """Whether an email address, which the provider has verified, is of a domain that is let in."""
    if not setup.domains:
        return True
    domain = (mail or "").rpartition("@")[2].casefold()
    return bool(domain) and domain in {one.casefold().lstrip("@") for one in setup.domains}
