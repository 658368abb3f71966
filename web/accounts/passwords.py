"""Passwords: hashed with scrypt (RFC 7914), and never kept as they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from functools import cache

SHORTEST, LONGEST = 10, 1_000
"""Letters that a password has at least and at most."""

_COST, _BLOCK, _LANES = 2**15, 8, 3
"""32 MiB and a tenth of a second or two for each guess, which is what OWASP asks for at least. They are kept
with each hash, so they can be raised later: `outdated` says which hashes are then to be made anew."""


def hashed(password: str) -> str:
    """What to keep of a password: `scrypt$N$r$p$salt$hash`, salt and hash in base64."""
    salt = secrets.token_bytes(16)
    made = _scrypt(password, salt, _COST, _BLOCK, _LANES)
    parts = (base64.b64encode(salt).decode(), base64.b64encode(made).decode())
    return f"scrypt${_COST}${_BLOCK}${_LANES}${parts[0]}${parts[1]}"


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password. Takes as long where nothing is kept, which tells nothing to a guesser."""
    _, cost, block, lanes, salt, wanted = (kept or _nobody()).split("$")
    made = _scrypt(password, base64.b64decode(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(made, base64.b64decode(wanted)) and kept is not None


def outdated(kept: str) -> bool:
    """Whether a hash was made with less work than hashes are made with now."""
    _, cost, block, lanes, *_ = kept.split("$")
    return int(cost) * int(block) * int(lanes) < _COST * _BLOCK * _LANES


def weakness(password: str, name: str) -> str | None:
    """Why a password is not good enough, in words; None where it is."""
    if len(password) < SHORTEST:
        return f"a password needs at least {SHORTEST} letters; several words in a row are easy to remember"
    if len(password) > LONGEST:
        return f"a password has at most {LONGEST:,} letters"
    if password.strip().casefold() == name.casefold():
        return "a password must not be the name"
    if len(set(password)) < 4:
        return "a password needs more than three different letters"
    return None


@cache
def _nobody() -> str:
    return hashed(secrets.token_hex())


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    text = unicodedata.normalize("NFC", password[:LONGEST]).encode("utf-8", "surrogatepass")
    memory = 2 * 128 * cost * block * lanes
    return hashlib.scrypt(text, salt=salt, n=cost, r=block, p=lanes, maxmem=memory, dklen=32)
