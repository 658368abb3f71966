"""Fields that live rules read and a file no longer has, though files like it had them."""

from __future__ import annotations

import json
from collections.abc import Collection

from ..plan import Meaning
from ..store.database import Store
from ..store.records.rulesets import load_version, ruleset_names


def missing_fields(store: Store, names: Collection[str]) -> list[tuple[str, list[str]]]:
    """The fields that earlier files like this one had, that live rules read and that it lacks, each with the
    rulesets that read it; notes the fields of this one.

    A file is like another where they have half of their fields in common.
    """
    now = set(names)
    if not now:
        return []
    with store.transaction() as connection:
        rows = connection.execute("SELECT names FROM import_fields ORDER BY id").fetchall()
        earlier = [set(json.loads(text)) for (text,) in rows]
        connection.execute(
            "INSERT OR IGNORE INTO import_fields (names) VALUES (?)",
            (json.dumps(sorted(now), ensure_ascii=False),),
        )
    if now in earlier:
        earlier = earlier[: earlier.index(now)]
    like = [fields for fields in earlier if len(fields & now) * 2 >= min(len(fields), len(now))]
    gone = set().union(*like) - now if like else set()
    readers = _readers(store) if gone else {}
    return [(name, readers[name]) for name in sorted(gone) if name in readers]


def _readers(store: Store) -> dict[str, list[str]]:
    """The fields that the live version of each ruleset reads."""
    found: dict[str, list[str]] = {}
    for ruleset in ruleset_names(store):
        for name, resolution in load_version(store, ruleset).names.items():
            if resolution.meaning is Meaning.FIELD:
                found.setdefault(name, []).append(ruleset)
    return found
