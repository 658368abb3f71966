"""The provider: what it says of itself, the code exchanged for tokens, the ID token held against its keys."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from threading import Lock
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from .configuration import SingleSignOn, safe_address

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are believed: with public keys only, so never `none` and never a shared secret."""

_LARGEST = 1024 * 1024
_PATIENCE = 10.0
_FRESH = 3600.0
_LEEWAY = 60
_LONGEST_TOKEN = 64 * 1024


class Refused(Exception):
    """The log-in comes to nothing; the text says why, for whoever runs the page."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A log-in under way: what the browser keeps to show that it is the one that began it.

    A `quiet` one asks whether the person is still logged in at the provider, who is not to ask them anything.
    """

    state: str
    nonce: str
    verifier: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """What a provider says of itself, and when it was asked."""

    authorization: str
    token: str
    keys: str
    basic: bool
    asked: float


class Provider:
    """A provider of OpenID Connect. Remembers for an hour what it says of itself; safe in threads."""

    def __init__(self, setup: SingleSignOn) -> None:
        self.setup = setup
        self._lock = Lock()
        self._described: Described | None = None
        self._keys: KeySet | None = None

    def address(self, begun: Begun, back: str) -> str:
        """Where the browser goes to log in; it comes back to `back`. A quiet log-in shows nothing there."""
        quiet = {"prompt": "none"} if begun.quiet else {}
        query = urlencode(
            quiet
            | {
                "response_type": "code",
                "client_id": self.setup.client,
                "redirect_uri": back,
                "scope": "openid email profile",
                "state": begun.state,
                "nonce": begun.nonce,
                "code_challenge": create_s256_code_challenge(begun.verifier),
                "code_challenge_method": "S256",
            }
        )
        there = self._about().authorization
        return f"{there}{'&' if urlsplit(there).query else '?'}{query}"

    def claims(self, code: str, begun: Begun, back: str) -> Mapping[str, Any]:
        """What the provider vouches for, in exchange for a code. Raises Refused."""
        about = self._about()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": begun.verifier,
            "client_id": self.setup.client,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self.setup.secret is not None and about.basic:
            pair = f"{quote(self.setup.client, safe='')}:{quote(self.setup.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif self.setup.secret is not None:
            form["client_secret"] = self.setup.secret
        answer = _fetched(Request(about.token, urlencode(form).encode(), headers))
        token = answer.get("id_token")
        if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
            raise Refused("the provider sent no ID token")
        access = answer.get("access_token")
        return self._verified(token, begun.nonce, access if isinstance(access, str) else None)

    def _verified(self, token: str, nonce: str, access: str | None) -> Mapping[str, Any]:
        try:
            decoded = self._decoded(token)
            options = {
                "iss": {"essential": True, "value": self.setup.issuer},
                "aud": {"essential": True, "value": self.setup.client},
                "sub": {"essential": True},
                "exp": {"essential": True},
                "iat": {"essential": True},
            }
            params = {"nonce": nonce, "client_id": self.setup.client, "access_token": access}
            found = CodeIDToken(decoded.claims, decoded.header, options, params)
            found.validate(now=int(time.time()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Refused(f"the ID token does not hold: {error or type(error).__name__}") from None
        claims: dict[str, Any] = dict(decoded.claims)
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise Refused("the ID token names nobody")
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # Keys are changed now and then; a token by a new one is worth asking once more.
            return jwt.decode(token, self._key_set(anew=True), algorithms=ALGORITHMS)

    # --- what it says of itself ----------------------------------------------------------------

    def _about(self) -> Described:
        with self._lock:
            if self._described is None or time.monotonic() - self._described.asked > _FRESH:
                self._described, self._keys = self._asked(), None
            return self._described

    def _asked(self) -> Described:
        address = self.setup.issuer.rstrip("/") + "/.well-known/openid-configuration"
        metadata = _fetched(Request(address))
        if metadata.get("issuer") != self.setup.issuer:
            raise Refused(
                f"{address} speaks for {str(metadata.get('issuer'))[:200]}, not for the issuer asked"
            )
        addresses = []
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            found = metadata.get(name)
            if not isinstance(found, str) or not safe_address(found):
                raise Refused(f"{address} gives no safe {name}")
            addresses.append(found)
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = isinstance(methods, list) and "client_secret_basic" in methods
        return Described(addresses[0], addresses[1], addresses[2], basic, time.monotonic())

    def _key_set(self, anew: bool = False) -> KeySet:
        address = self._about().keys
        with self._lock:
            if self._keys is None or anew:
                try:
                    self._keys = KeySet.import_key_set(_fetched(Request(address)))  # type: ignore[arg-type]
                except (JoseError, ValueError, TypeError, KeyError):
                    raise Refused(f"{address} gives no keys that can be read") from None
            return self._keys


class _NoRedirect(HTTPRedirectHandler):
    """Secrets go to the address that was looked at, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


def _fetched(request: Request) -> Mapping[str, Any]:
    """What a provider answers, as JSON. Raises Refused."""
    request.add_header("Accept", "application/json")
    host = urlsplit(request.full_url).scheme
    # This computer itself is not behind the proxy that the rest of the world is behind.
    handlers = [_NoRedirect(), ProxyHandler({})] if host == "http" else [_NoRedirect()]
    try:
        with build_opener(*handlers).open(request, timeout=_PATIENCE) as answer:
            content = answer.read(_LARGEST + 1)
    except HTTPError as error:
        with error:
            said = error.read(2_000).decode("utf-8", "replace")
        raise Refused(f"{request.full_url} answered {error.code}: {said[:200]}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise Refused(f"{request.full_url} cannot be reached: {error}") from None
    if len(content) > _LARGEST:
        raise Refused(f"{request.full_url} answered too much")
    try:
        found = json.loads(content)
    except ValueError:
        raise Refused(f"{request.full_url} did not answer with JSON") from None
    if not isinstance(found, dict):
        raise Refused(f"{request.full_url} did not answer with a JSON object")
    return found
