"""What rules read: fields, events by what they are, texts by pattern; and where each part was written."""

from __future__ import annotations

from dataclasses import field

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.nodes import Kind, Span, Unit
from ..values import Prepared

Given = object
"""A value as a lead or an event is given it, before `values.prepare`."""


@frozen
class Origin:
    """Where a part was written (source, place, line from 1) and its canonical text."""

    source: Source = field(compare=False, repr=False)
    span: Span = field(compare=False)
    line: int = field(compare=False)
    text: str


@frozen
class Pattern:
    """A text asked for, as the literal keys between its stars.

    One part is an exact text; `("vp ", "")` is `vp *`. The whole of a text must match.
    """

    parts: tuple[str, ...]

    @property
    def exact(self) -> str | None:
        """The one text that matches, or None where there is a star."""
        return self.parts[0] if len(self.parts) == 1 else None

    def matches(self, key: str) -> bool:
        """Whether the whole key matches."""
        parts = self.parts
        if len(parts) == 1:
            return key == parts[0]
        first, last = parts[0], parts[-1]
        if len(key) < len(first) + len(last) or not (key.startswith(first) and key.endswith(last)):
            return False
        position, stop = len(first), len(key) - len(last)
        for part in parts[1:-1]:
            found = key.find(part, position, stop)
            if found < 0:
                return False
            position = found + len(part)
        return True


@frozen
class Field:
    """A field the ruleset reads: its name in rules, its name in the data, its kind, its default.

    `written` is the default as the writer has it.
    """

    name: str
    column: str
    kind: Kind
    default: Prepared = None
    written: str | None = field(default=None, compare=False)


@frozen
class Feed:
    """Events of one type in the data; their object is the property `by`, or the event's own."""

    type: str
    by: str | None = None


@frozen
class Selector:
    """Which events count by what they are: the feeds of a name and a pattern for the object.

    `object` None takes any event, also one without an object; a pattern needs an object. `written` is that
    object as the writer has it.
    """

    name: str
    feeds: tuple[Feed, ...]
    object: Pattern | None
    written: str | None = field(default=None, compare=False)


@frozen
class Last:
    """now - D < at <= now."""

    amount: int
    unit: Unit


@frozen
class Next:
    """now < x <= now + D; for fields only."""

    amount: int
    unit: Unit


@frozen
class Range:
    """start <= at < end, in microseconds; None is unbounded."""

    start: int | None
    end: int | None


Window = Last | Next | Range
