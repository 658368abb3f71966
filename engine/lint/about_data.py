"""What clauses ask of fields, beside what the data holds."""

from __future__ import annotations

from collections.abc import Iterator

from .. import plan as p
from ..catalogue import FieldFacts
from ..check.problems import nearest
from ..values import text_key
from .study import Root, Study
from .walk import clauses, subject

MOST_NEAR = 500
"""Among more values than this a near one is looked for in the most frequent only."""


def facts_of(study: Study, field: int) -> FieldFacts | None:
    """What the data tells of a field, of the kind that the rules take it for."""
    if study.catalogue is None:
        return None
    its = study.plan.fields[field]
    facts = study.catalogue.fields.get(its.column)
    return facts if facts is not None and facts.kind is its.kind else None


def asked_fields(study: Study) -> Iterator[tuple[Root, p.Clause, p.Value, p.FieldValue]]:
    """Each clause whose subject is a field, or the domain of one: the clause, its subject, the field."""
    for root in study.roots:
        for clause in clauses(root.condition):
            value = subject(clause)
            value = study.logic.subjects.resolve(value)
            field = study.logic.subjects.resolve(value.of) if isinstance(value, p.Domain) else value
            if isinstance(field, p.FieldValue):
                yield root, clause, value, field


def keys_of(facts: FieldFacts, value: p.Value) -> dict[str, str]:
    """The keys of all values in the data, or of their domains, each with how it is written."""
    if not isinstance(value, p.Domain):
        return {text_key(text): text for text in facts.values}
    domains = (text.rpartition("@")[2].strip() for text in facts.values if "@" in text)
    return {text_key(domain): domain for domain in domains if domain}


def near(text: str, keys: dict[str, str]) -> str | None:
    """The value in the data that a text most likely meant."""
    return nearest(text, list(keys.values())[:MOST_NEAR])
