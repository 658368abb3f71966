"""What the checker says to the writer: every message of the check, collected in order.

Each method is one kind of mistake; its first argument is the node the mistake is at. An expression
that was reported is dropped by its caller without another word, so nothing follows only from another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches

from ...grammar.messages.diagnostics import Diagnostic, Fix, Severity, Source
from ...grammar.spec.kinds import KINDS
from ...grammar.syntax.nodes import Kind, Node, Span
from ...grammar.text.printer import name_text, quoted
from ..plan import Pattern
from .patterns import is_in_vain


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a mistyped one most likely meant, None where none is near."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[matches[0]] if matches else None


def mention(name: str) -> str:
    """A name as a suggestion gives it: in quotes, or in brackets where rules need them: `[Lead Source]`.

    The word `score` is the total's own.
    """
    written = name_text(name)
    return f'"{name}"' if name in (written, "score") else written


def named(name: str | None) -> tuple[str, ...]:
    """What to write to mean a name, for `meant`."""
    return () if name is None else (name if name == "score" else name_text(name),)


def texts(text: str | None) -> tuple[str, ...]:
    """What to write to mean a text, for `meant`."""
    return () if text is None else (quoted(text),)


def rekinding(field: str, kind: Kind) -> str:
    """The command that makes a field of the data another kind."""
    plain = all(letter.isalnum() or letter in "_-." for letter in field)
    return f"leadwright field {field if plain else quoted(field)} --kind {kind.value}"


class Problems:
    """Collects diagnostics; `source` is the text now being checked."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self._seen: set[tuple[str, str, int, int]] = set()

    @contextmanager
    def within(self, source: Source) -> Iterator[None]:
        """Reports into another source for a while."""
        before, self.source = self.source, source
        try:
            yield
        finally:
            self.source = before

    @property
    def has_errors(self) -> bool:
        """Whether an error was reported."""
        return any(item.severity is Severity.ERROR for item in self.found)

    def error(
        self,
        code: str,
        at: Node | Span,
        message: str,
        hint: str | None = None,
        meant: tuple[str, ...] = (),
    ) -> None:
        """Reports something that stops the ruleset; `meant` is what may have been meant to stand there."""
        self._add(code, Severity.ERROR, at, message, hint=hint, meant=meant)

    def warning(
        self,
        code: str,
        at: Node | Span,
        message: str,
        hint: str | None = None,
        meant: tuple[str, ...] = (),
    ) -> None:
        """Reports something that probably is not what was meant."""
        self._add(code, Severity.WARNING, at, message, hint=hint, meant=meant)

    def _add(
        self,
        code: str,
        severity: Severity,
        at: Node | Span,
        message: str,
        *,
        hint: str | None,
        meant: tuple[str, ...],
    ) -> None:
        span = at if isinstance(at, Span) else at.span
        key = (self.source.label, code, span.start, span.end)
        if key not in self._seen:
            self._seen.add(key)
            fixes = tuple(Fix.write(span, text) for text in meant)
            self.found.append(Diagnostic(code, severity, message, self.source, span, hint, fixes))

    # --- names ----------------------------------------------------------------------------------

    def unknown_name(self, at: Node, name: str, suggestion: str | None, meant: tuple[str, ...]) -> None:
        """A bare name that is nothing: neither declared nor in the data."""
        self.error(
            "unknown-name",
            at,
            f'"{name}" is neither a field nor an event, in the data or in this ruleset',
            suggestion or f"declare it, e.g. field {name_text(name)}: text or event {name_text(name)}",
            meant,
        )

    def wrong_case(self, at: Node, name: str, right: str) -> None:
        """A name that differs from a declared one by its capitals alone."""
        message = f'"{name}" is not declared here'
        self.error("unknown-name", at, message, f"did you mean {mention(right)}?", named(right))

    def place(self, of: Source, line: int) -> str:
        """A line in words: with its file, where that is another one than is being checked."""
        return f"line {line}" if of is self.source else f"line {line} of {of.label}"

    def duplicate(
        self, at: Node, what: str, first: tuple[Source, int], hint: str = "give it another name"
    ) -> None:
        """Something said twice, at first in that text and line."""
        self.error("duplicate-name", at, f"{what} is already on {self.place(*first)}", hint)

    # --- kinds ----------------------------------------------------------------------------------

    def different_kinds(self, at: Node, left: str, kind: Kind, other: Kind, hint: str | None = None) -> None:
        """A comparison of two kinds."""
        self.error(
            "kind-mismatch",
            at,
            f"{left} is {KINDS[kind].noun}, and is compared with {KINDS[other].noun}",
            hint or f"compare it with {KINDS[kind].noun}",
        )

    def not_for_kind(self, at: Node, asked: str, subject: str, kind: Kind, hint: str) -> None:
        """An operator that the kind does not have."""
        self.error(
            "operator-for-kind",
            at,
            f'"{asked}" cannot be asked of {subject}, which is {KINDS[kind].noun}',
            hint,
        )

    def not_a_condition(self, at: Node, subject: str, kind: Kind, hint: str) -> None:
        """A value where something true or false is needed."""
        self.error(
            "not-a-condition", at, f"{subject} is {KINDS[kind].noun}, not something true or false", hint
        )

    def blank_at_end(self, at: Node, pattern: Pattern) -> None:
        """A pattern that no text can match, for the blank that it begins or ends with."""
        if is_in_vain(pattern):
            self.warning(
                "blank-at-end",
                at,
                "this begins or ends with a blank, and texts are compared without blanks at their ends, "
                "so nothing matches",
                "remove the blank, or put a * beyond it",
            )

    def not_a_value(self, at: Node, subject: str) -> None:
        """A condition where a value is needed."""
        self.error(
            "not-a-value",
            at,
            f"{subject} is true or false, and a value is needed here",
            "compare a field, a number or a count instead",
        )
