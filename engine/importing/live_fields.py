"""What live rules say of fields: which of them they read though a file no longer has them, and the kinds that
they declare."""

from __future__ import annotations

import json
from collections.abc import Collection

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.nodes import FieldDeclaration, Kind
from ...grammar.syntax.parse import parse
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


@frozen
class DeclaredKind:
    """The kind that the live rules of some rulesets declare for a field of the data."""

    kind: Kind
    rulesets: tuple[str, ...]

    @property
    def said_by(self) -> str:
        """Who says so, in words."""
        return f"the live rules of {', '.join(self.rulesets)}"


def declared_kinds(store: Store) -> dict[str, DeclaredKind]:
    """The kinds that live rules declare, by the name that the field has in the data; none where two rulesets
    disagree."""
    found: dict[str, dict[Kind, list[str]]] = {}
    for ruleset in ruleset_names(store):
        version = load_version(store, ruleset)
        for text in (
            version.text,
            *(text for path, text in version.files.items() if path.endswith(".rules")),
        ):
            for node in parse(Source(text)).tree.statements:
                if isinstance(node, FieldDeclaration):
                    name = node.source.value if node.source is not None else node.name.text
                    found.setdefault(name, {}).setdefault(node.kind, []).append(ruleset)
    return {
        name: DeclaredKind(kind, tuple(dict.fromkeys(rulesets)))
        for name, kinds in found.items()
        if len(kinds) == 1
        for kind, rulesets in kinds.items()
    }
