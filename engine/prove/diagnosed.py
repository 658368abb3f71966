"""Guarantees that are broken, or not decided, as what a check says of a text."""

from __future__ import annotations

from collections.abc import Iterable

from ...grammar.messages.diagnostics import Diagnostic, Severity, Source
from ...grammar.syntax.nodes import Span
from ..plan import Plan
from .answers import Answer, Verdict


def guarantee_diagnostics(plan: Plan, answers: Iterable[Answer]) -> list[Diagnostic]:
    """What is to be said of the guarantees of a plan, by their answers."""
    found = []
    by_name = {one.name: one for one in plan.guarantees}
    for answer in answers:
        origin = by_name[answer.name].origin
        if answer.verdict is Verdict.NOT_SO:
            found.append(_broken(answer, origin.source, origin.span))
        elif answer.verdict is Verdict.NOT_DECIDED:
            message = f'whether "{answer.name}" holds is not decided, because {answer.why}'
            hint = "leadwright prove takes more time for it; without an answer it promises nothing"
            found.append(
                Diagnostic("guarantee-undecided", Severity.WARNING, message, origin.source, origin.span, hint)
            )
    return found


def _broken(answer: Answer, source: Source, span: Span) -> Diagnostic:
    from ..report.proofs import case_facts

    assert answer.case is not None
    lead = "; ".join(case_facts(answer.case))
    message = f'"{answer.name}" does not hold, as this made-up lead shows: {lead}'
    hint = "fix the rules, or say what is meant; leadwright prove writes the lead as a test"
    return Diagnostic("guarantee-broken", Severity.ERROR, message, source, span, hint)
