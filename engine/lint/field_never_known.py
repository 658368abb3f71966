"""A field that no lead has a value for, so that whatever is asked of it is unknown."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .. import plan as p
from .about_data import asked_fields, facts_of
from .study import Study, said

CODE = "field-never-known"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at the first clause about each field without a default."""
    seen: set[int] = set()
    for _, clause, _, field in asked_fields(study):
        facts = facts_of(study, field)
        if facts is None or facts.known or field in seen or isinstance(clause, p.IsKnown):
            continue
        seen.add(field)
        its = study.plan.fields[field]
        if its.default is None:
            yield said(
                CODE,
                clause.origin,
                f"no lead has a value for {its.name}, so this is unknown for everybody",
                "import it, or see what there is: leadwright fields",
            )
