"""Which comparisons suit a name: what a name stands for decides what can be asked about it."""

from __future__ import annotations

from ...assist.names import KnownNames
from ...grammar.spec.operators import Choice
from ...grammar.syntax.nodes import Kind
from .comparisons import BY_KIND, NUMBER, TIMES

VALUE_KINDS = {
    Kind.TEXT: "text", Kind.TEXTS: "text", Kind.NUMBER: "number", Kind.YES_NO: "yes/no",
    Kind.DATE: "moment", Kind.DATETIME: "moment",
}  # fmt: skip
"""The kind of the values that a name of each kind is compared with."""

WINDOWS = ("in last", "in next", "since", "before")
"""The comparisons of a date that are windows of time."""


def kind_of(name: str, names: KnownNames, event: str | None) -> Kind | None:
    """The kind of what a name stands for, a property where it is about an event; None for events."""
    if event is not None:
        return names.properties(event).get(name, Kind.TEXT)
    known = names.known(name)
    return known.kind if known is not None else None


def sort_of(name: str, names: KnownNames, event: str | None) -> str:
    """What a name stands for: "score", "event", "define", "date", or the kind of a field.

    A name that nothing is known of is taken for an event; the rules say that they do not know it.
    """
    if event is None and (name == "score" or name in names.scores):
        return "score"
    kind = kind_of(name, names, event)
    if kind is None:
        known = names.known(name)
        return known.sort if known is not None else "event"
    return "date" if kind in (Kind.DATE, Kind.DATETIME) else kind.value


def offered(sort: str, names: KnownNames) -> tuple[Choice, ...]:
    """The comparisons that suit a sort of name; those with a list only where there is a list."""
    if sort in ("score", "measure"):
        found = NUMBER
    elif sort == "event":
        found = TIMES
    elif sort == "define":
        found = ()
    else:
        found = BY_KIND[Kind.DATE if sort == "date" else Kind(sort)]
    return tuple(one for one in found if names.lists or not one[0].endswith("in list"))


def value_kind(sort: str) -> str:
    """The kind of the values that a sort of name is compared with."""
    if sort in ("score", "measure", "event", "define"):
        return "number"
    return VALUE_KINDS[Kind.DATE if sort == "date" else Kind(sort)]
