"""Signatures of messages, as Standard Webhooks 1.0.0 defines them (www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

_PREFIX = "whsec_"
_BYTES = 32
"""24 to 64 are allowed."""


def new_secret() -> str:
    """A secret in the form that the libraries of receivers read."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed(secrets_: Iterable[str], message: str, seconds: int, body: str) -> dict[str, str]:
    """The headers that a message is signed by, with each of the secrets; `seconds` since 1970 UTC."""
    content = f"{message}.{seconds}.{body}".encode()
    signatures = [
        "v1," + base64.b64encode(hmac.digest(_key(secret), content, hashlib.sha256)).decode()
        for secret in secrets_
    ]
    # Receivers split the signatures at one blank, and read whole seconds alone.
    return {
        "webhook-id": message,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(_PREFIX))
