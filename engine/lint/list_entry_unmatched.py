"""An entry of a list that matches nothing in the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ...grammar.phrases import listed
from .. import plan as p
from .about_data import asked_fields, facts_of, keys_of, near
from .study import Study, said
from .walk import clauses

CODE = "list-entry-unmatched"
MOST_SAID = 5
"""More entries of one list than this are said together."""
MOST_TRIED = 500_000
"""No more entries with a star times values are tried than this."""


def check(study: Study) -> Iterator[Diagnostic]:
    """Holds each list against all fields that are looked for in it, where the data holds all their values."""
    keys = _keys(study)
    for entries in study.plan.lists:
        found = keys.get(entries.name)
        if not found:
            continue
        stars = sum(pattern.exact is None for pattern in entries.patterns)
        if stars * len(found) <= MOST_TRIED:
            unmatched = [index for index, it in enumerate(entries.patterns) if not _matches(it, found)]
            yield from _said(entries, unmatched, found)


def _keys(study: Study) -> dict[str, dict[str, str]]:
    """For each list the values looked for in it; none where the data does not hold them all."""
    keys: dict[str, dict[str, str]] = defaultdict(dict)
    unsure: set[str] = set(_asked_of_others(study))
    for _, clause, value, field in asked_fields(study):
        if isinstance(clause, p.OneOf) and clause.list is not None:
            facts = facts_of(study, field.field)
            if facts is None or not facts.complete or not facts.values:
                unsure.add(clause.list)
            else:
                keys[clause.list].update(keys_of(facts, value))
    return {name: found for name, found in keys.items() if name not in unsure}


def _asked_of_others(study: Study) -> Iterator[str]:
    """The lists in which something else than a field is looked for."""
    for root in study.roots:
        for clause in clauses(root.condition):
            if isinstance(clause, p.OneOf) and clause.list is not None and root.owner is None:
                yield clause.list


def _matches(pattern: p.Pattern, keys: dict[str, str]) -> bool:
    if pattern.exact is not None:
        return pattern.exact in keys
    return any(pattern.matches(key) for key in keys)


def _said(entries: p.ListEntries, unmatched: list[int], keys: dict[str, str]) -> Iterator[Diagnostic]:
    origins = [entries.origins[index] for index in unmatched]
    if len(unmatched) > MOST_SAID or None in origins:
        some = [f'"{entries.entries[index]}"' for index in unmatched[:MOST_SAID]]
        more = len(unmatched) - len(some)
        yield said(
            CODE,
            entries.origin,
            f"{len(unmatched):,} of {len(entries.entries):,} entries of {entries.name} match no lead: "
            + (f"{', '.join(some)} and {more:,} more" if more else listed(some)),
            "check how they are spelt, or keep them for later",
        )
        return
    for index, origin in zip(unmatched, origins, strict=True):
        if origin is not None:
            found = near(entries.entries[index], keys)
            yield said(
                CODE,
                origin,
                f'"{entries.entries[index]}" matches no lead',
                f'did you mean "{found}"?'
                if found
                else "check how it is spelt, or keep it for leads to come",
            )
