"""The kinds of value: what each is called, an example, and how a value of it is typed in a form."""

from __future__ import annotations

from ..frozen import frozen
from ..syntax.nodes import Kind


@frozen
class KindSpec:
    """A kind of value.

    `noun` is its name in a sentence ("a number") and `short` beside a name ("number"); `example` is a value
    as a ruleset writes it; `control` is the kind of form control that takes one (see `edits.values`).
    """

    noun: str
    short: str
    example: str
    control: str


KINDS: dict[Kind, KindSpec] = {
    Kind.TEXT: KindSpec("text", "text", '"CTO"', "text"),
    Kind.NUMBER: KindSpec("a number", "number", "40", "number"),
    Kind.YES_NO: KindSpec("yes or no", "yes or no", "yes or no", "yes/no"),
    Kind.DATE: KindSpec("a date", "date", "2026-01-31", "moment"),
    Kind.DATETIME: KindSpec("a date with a time", "date with a time", "2026-01-31T12:00Z", "moment"),
    Kind.TEXTS: KindSpec("a list of texts", "several texts", '("a", "b")', "text"),
}

DATES = (Kind.DATE, Kind.DATETIME)
"""Kinds that compare with one another: a date stands for its whole day."""
