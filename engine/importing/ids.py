"""Ids of leads: columns that are none, and two ids that are probably one record written two ways."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..store.database import Store
from ..store.records.lead_keys import COUNT_LEADS
from .problems import ImportRefused
from .survey import Survey

_FEW_ROWS = 20
_MOST_COMPARED = 200_000
_MOST_SHOWN = 3
_SALESFORCE_18 = re.compile(r"[a-zA-Z0-9]{18}", re.ASCII)
_SALESFORCE_15 = re.compile(r"(?=.*[0-9])[a-zA-Z0-9]{15}", re.ASCII)
_PLAIN = re.compile(r"[1-9]\d*|[a-z0-9._%+-]+@[a-z0-9.-]*[a-z0-9-]", re.ASCII)
_ODD_FORMS = (
    *("*[A-Z]*", "0[0-9]*", "zcrm_*", "[{]*", "''*", "*.0"),
    *("[0-9]*[,.][0-9]*", "* *", "*[^ -~]*", "mailto:*", "*<*", "*@*."),
)
_ODD = " OR ".join(f"_key GLOB '{form}'" for form in _ODD_FORMS)
"""A test whether an id is written in a way that others may be written without."""
_AT_ONCE = 10_000
_ODD_PARTS = ("\n0", "\nzcrm_", ".0\n", "mailto:", ".\n")
_PLAIN_SIGNS = bytes(set(range(ord("!"), 127)) - set(b"{'<ABCDEFGHIJKLMNOPQRSTUVWXYZ")) + b"\n"
_PART = re.compile(r"^\d.*[,.]\d", re.MULTILINE)

_ADDRESS = re.compile(r"(?:.*<)?(?:mailto:)?([^<>]*)>?")
"""An address of mail with what clients and pages write around it."""

_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def refuse_merging(label: str, column: str, survey: Survey) -> None:
    """Refuses a column of which most values come again: masses of rows would be merged into few leads."""
    rows, ids = survey.rows_with_ids, len(survey.ids - {"", None})
    if rows >= _FEW_ROWS and ids and ids * 2 <= rows:
        leads = "1 lead" if ids == 1 else f"{ids:,} leads"
        raise ImportRefused(
            f"{rows:,} rows of {label} would be merged into {leads}: {column} has no more different values",
            "name the column that differs in every row with --lead-id, or use --row-number where there is "
            "none; if the rows are of the same leads, import with --merge-rows",
        )


def usual_id(key: str) -> str:
    """What is the same for two ids that are probably one record: without case, leading zeros and what systems
    put around an id; of Salesforce's 18 characters the first 15, whose case matters."""
    if _SALESFORCE_18.fullmatch(key) and key[15:].upper() == _checksum(key[:15]):
        return key[:15]
    if _SALESFORCE_15.fullmatch(key) and not key.isdigit() and key.lower() != key and key.upper() != key:
        return key
    usual = key.removeprefix("zcrm_").removeprefix("ZCRM_").strip("{}'\u200b\ufeff ").casefold()
    if "@" in usual:
        address = _ADDRESS.fullmatch(usual)
        usual = address[1].rstrip(".") if address is not None else usual
    usual = "".join(usual.split())
    usual = re.sub(r"^(-?\d+)\.0+$", r"\1", usual)
    usual = re.sub(r"^(\d{1,3})(?:[,.](\d{3}))+$", lambda found: re.sub("[,.]", "", found[0]), usual)
    return usual.lstrip("0") or usual if usual.isdigit() else usual


def _checksum(key: str) -> str:
    """The last three letters of an id of Salesforce, which say which of the first 15 are capitals."""
    return "".join(
        _CHECKSUM[sum(key[start + bit].isupper() << bit for bit in range(5))] for start in (0, 5, 10)
    )


def similar_ids(store: Store, added: int) -> str | None:
    """What to say where leads just added have ids that are probably other leads' written another way."""
    if not added:
        return None
    with store.guard():
        if store.connection.execute(f"SELECT {COUNT_LEADS}").fetchone()[0] > _MOST_COMPARED:
            return None
        if not (_may_be_odd(store) and _are_odd(store)):
            return None
        keys = store.connection.execute("SELECT _key FROM lead WHERE _state = 0 ORDER BY _id")
        pairs = _pairs(key for (key,) in keys)
    if not pairs:
        return None
    start = "zcrm_"
    prefixed = any(key.startswith(start) for pair in pairs for key in pair)
    advice = "; leadwright merge makes two leads one"
    if prefixed:
        advice = f"; --id-prefix {start} leaves the prefix out"
    shown = "; ".join(f"{one} and {other}" for one, other in pairs[: -_MOST_SHOWN - 1 : -1])
    if len(pairs) == 1:
        return f"{shown} are probably one record under two ids{advice}"
    return f"{len(pairs):,} leads are probably one record each under two ids, as {shown}{advice}"


def _may_be_odd(store: Store) -> bool:
    """Whether ids have any sign or part that those in `_ODD_FORMS` have: known in a tenth of the time."""
    last = store.connection.execute("SELECT ifnull(max(_id), 0) FROM lead").fetchone()[0]
    for first in range(0, last + 1, _AT_ONCE):
        some = store.connection.execute(
            "SELECT group_concat(_key, char(10)) FROM lead WHERE _id BETWEEN ? AND ?",
            (first, first + _AT_ONCE - 1),
        ).fetchone()[0]
        lines = f"\n{some or ''}\n"
        if lines.encode().translate(None, _PLAIN_SIGNS) or any(part in lines for part in _ODD_PARTS):
            return True
        if _PART.search(lines) is not None:
            return True
    return False


def _are_odd(store: Store) -> bool:
    found = store.connection.execute(f"SELECT EXISTS (SELECT 1 FROM lead WHERE _state = 0 AND ({_ODD}))")
    return bool(found.fetchone()[0])


def _pairs(keys: Iterable[str]) -> list[tuple[str, str]]:
    seen: dict[str, str] = {}
    pairs = []
    for key in keys:
        usual = key if _PLAIN.fullmatch(key) else usual_id(key)
        first = seen.setdefault(usual, key)
        if first != key:
            pairs.append((first, key))
    return pairs
