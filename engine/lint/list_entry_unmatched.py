"""An entry of a list that matches nothing in the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from ...grammar.text.phrases import listed
from .. import plan as p
from ..plan.walk import clauses
from .about_data import FEWEST_KNOWN, Keys, asked_fields, facts_of, has_match
from .study import Study, said

CODE = "list-entry-unmatched"
MOST_SAID = 5
"""More entries of one list than this are said together."""
MOST_TRIED = 500_000
"""No more entries with a star times values are tried than this."""


def check(study: Study) -> Iterator[Diagnostic]:
    """Holds each list against all fields that are looked for in it, where the data holds all their values."""
    keys = Keys(study)
    values = _values(study, keys)
    for entries in study.plan.lists:
        found = values.get(entries.name)
        if not found:
            continue
        stars = sum(pattern.exact is None for pattern in entries.patterns)
        if stars * len(found) <= MOST_TRIED:
            unmatched = [index for index, it in enumerate(entries.patterns) if not has_match(it, found)]
            yield from _said(entries, unmatched, keys, found)


def _values(study: Study, keys: Keys) -> dict[str, dict[str, str]]:
    """For each list the values looked for in it; none where the data does not hold them all."""
    values: dict[str, dict[str, str]] = defaultdict(dict)
    unsure = set(_asked_of_others(study))
    for _, clause, value, field in asked_fields(study):
        if isinstance(clause, p.OneOf) and clause.list is not None:
            facts, known = facts_of(study, field), keys.of(field, value)
            if facts is None or known is None or facts.known < FEWEST_KNOWN:
                unsure.add(clause.list)
            else:
                values[clause.list].update(known)
    return {name: found for name, found in values.items() if name not in unsure}


def _asked_of_others(study: Study) -> Iterator[str]:
    """The lists in which something else than a field is looked for."""
    for root in study.roots:
        for clause in clauses(root.condition):
            if isinstance(clause, p.OneOf) and clause.list is not None and root.owner is None:
                yield clause.list


def _said(
    entries: p.ListEntries, unmatched: list[int], keys: Keys, found: dict[str, str]
) -> Iterator[Diagnostic]:
    origins = [entries.origins[index] for index in unmatched]
    if len(unmatched) > MOST_SAID or None in origins:
        some = [f'"{entries.entries[index]}"' for index in unmatched[:MOST_SAID]]
        more = len(unmatched) - len(some)
        yield said(
            CODE,
            entries.origin,
            f"{len(unmatched):,} of {len(entries.entries):,} entries of {entries.name} match no lead: "
            + (f"{', '.join(some)} and {more:,} more" if more else listed(some)),
            "check how they are spelt, or keep them for leads to come",
        )
        return
    for index, origin in zip(unmatched, origins, strict=True):
        if origin is not None:
            entry = entries.entries[index]
            near = keys.near(entry, found)
            hint = (
                f'did you mean "{near}"?' if near else "check how it is spelt, or keep it for leads to come"
            )
            yield said(CODE, origin, f'"{entry}" matches no lead', hint)
