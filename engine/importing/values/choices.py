"""Several choices in one cell, with a sign between them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

SIGNS = (";", "|", ",")
_LONGEST = 60
_SAMPLE = 2_000


def entries_of(text: str, sign: str | None = None) -> list[str]:
    """The choices of a cell: a list in JSON, or texts with the sign (else a semicolon) between them."""
    found = json_list(text)
    if found is not None:
        return found
    return [entry.strip() for entry in text.split(sign or ";") if entry.strip()]


def json_list(text: str) -> list[str] | None:
    """The texts of a list in JSON, without its nulls and blanks; None where it is no list of plain values."""
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or any(isinstance(item, list | dict) for item in found):
        return None
    return [shown for item in found if item is not None and (shown := _shown(item))]


def _divides_choices(values: list[str], several: list[str], often: bool) -> bool:
    """Whether a comma divides choices, and is not one of a sentence or an address: then most parts come
    `often`, or a part of one value is the whole of another."""
    alone = {value.strip() for value in values} - {value.strip() for value in several}
    whole = {part.strip() for value in several for part in value.split(",")} & alone
    return bool(whole) or (len(several) >= 3 and often and all(", " in value for value in several))


def _shown(item: object) -> str:
    if isinstance(item, str):
        return item.strip()
    return json.dumps(item)


def sign_between(texts: Iterable[object]) -> str | None:
    """The sign at which a column's different texts seem to be several choices, since their parts repeat."""
    values = [text for text, _ in zip(texts, range(_SAMPLE), strict=False) if isinstance(text, str)]
    for sign in SIGNS:
        several = [value for value in values if sign in value]
        if not several:
            continue
        parts = Counter(
            part for value in values for part in {piece.strip() for piece in value.split(sign)} if part
        )
        if any(len(part) > _LONGEST for part in parts):
            continue
        of_several = {piece.strip() for value in several for piece in value.split(sign) if piece.strip()}
        repeated = sum(parts[part] > 1 for part in of_several)
        if repeated and (sign != "," or _divides_choices(values, several, repeated * 2 >= len(of_several))):
            return sign
    return None
