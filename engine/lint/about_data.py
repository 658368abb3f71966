"""What clauses ask of fields, beside what the data holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...grammar.syntax.nodes import Span
from .. import plan as p
from ..catalogue import FieldFacts
from ..check.problems import nearest
from ..plan.walk import clauses, subject
from ..values import text_key
from .study import Root, Study

FEWEST_KNOWN = 50
"""Of fewer leads than this nothing is concluded from what none of them has."""
MOST_NEAR = 500
"""Among more values than this a near one is looked for in the most frequent only."""
MOST_LOOKED_FOR = 20
"""Near values are looked for no more often than this: comparing spellings is slow."""
_QUOTED = re.compile(r'["“”]((?:[^"“”]|"")*)["“”]')


def facts_of(study: Study, field: int) -> FieldFacts | None:
    """What the data tells of a field, of the kind that the rules take it for."""
    if study.catalogue is None:
        return None
    its = study.plan.fields[field]
    facts = study.catalogue.fields.get(its.column)
    return facts if facts is not None and facts.kind is its.kind else None


def asked_fields(study: Study) -> Iterator[tuple[Root, p.Clause, p.Value, int]]:
    """Each clause whose subject is a field, or the domain of one: the clause, its subject, the field."""
    resolve = study.logic.subjects.resolve
    for root in study.roots:
        for clause in clauses(root.condition):
            value = resolve(subject(clause))
            field = resolve(value.of) if isinstance(value, p.Domain) else value
            if isinstance(field, p.FieldValue):
                yield root, clause, value, field.field


class Keys:
    """The values of fields that the data holds every value of, as keys, each with how it is written."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._known: dict[tuple[int, bool], dict[str, str]] = {}
        self._near: dict[str, str | None] = {}

    def of(self, field: int, value: p.Value) -> dict[str, str] | None:
        """The values of a field, or the domains of them; None where the data may not hold them all."""
        facts = facts_of(self.study, field)
        if facts is None or not facts.complete or not facts.values:
            return None
        place = (field, isinstance(value, p.Domain))
        if place not in self._known:
            default = self.study.plan.fields[field].default
            texts = [*facts.values, default] if isinstance(default, str) else list(facts.values)
            if isinstance(value, p.Domain):
                texts = [text.rpartition("@")[2].strip() for text in texts if "@" in text]
            self._known[place] = {text_key(text): text for text in texts if text}
        return self._known[place]

    def near(self, text: str, keys: dict[str, str]) -> str | None:
        """The value in the data that a text most likely meant."""
        if text not in self._near and len(self._near) < MOST_LOOKED_FOR:
            self._near[text] = nearest(text, list(keys.values())[:MOST_NEAR])
        return self._near.get(text)


def has_match(pattern: p.Pattern, keys: dict[str, str]) -> bool:
    """Whether some value matches a pattern."""
    if pattern.exact is not None:
        return pattern.exact in keys
    return any(pattern.matches(key) for key in keys)


def written(origin: p.Origin, index: int, of: int) -> tuple[p.Origin, str] | None:
    """Where one of the quoted texts of a clause stands, and how it is written."""
    text = origin.source.text[origin.span.start : origin.span.end]
    quoted = list(_QUOTED.finditer(text))
    if len(quoted) != of:
        return None
    start = origin.span.start
    span = Span(start + quoted[index].start(), start + quoted[index].end())
    line = origin.source.position(span.start)[0]
    return p.Origin(origin.source, span, line, quoted[index][0]), quoted[index][1].replace('""', '"')
