"""What a text that does not parse is told: one message a mistake, in the writer's words."""

from __future__ import annotations

from .diagnostics import Diagnostic, Severity, Source
from .machine import Machine, Stuck
from .nodes import Span
from .scan import Lexeme
from .trouble import Trouble


def from_trouble(source: Source, trouble: Trouble) -> Diagnostic:
    hint = trouble.hint if isinstance(trouble.hint, str) else trouble.hint(source.text)
    return Diagnostic(trouble.code, Severity.ERROR, trouble.message, source, trouble.span, hint)


def from_stuck(
    source: Source, machine: Machine, start: str, lexemes: list[Lexeme], stuck: Stuck
) -> Diagnostic:
    at = stuck.at
    span = at.span if at is not None else Span(lexemes[-1].end, lexemes[-1].end)
    found = f"`{at.text}` cannot stand here" if at is not None else "this ends too soon"
    wanted = ", ".join(sorted(machine.accepted(start, [lexeme.kind for lexeme in stuck.taken])))
    return Diagnostic("syntax", Severity.ERROR, found, source, span, wanted)
