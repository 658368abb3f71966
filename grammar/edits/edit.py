"""An edit: one named change of a ruleset's text, and what comes of it.

The page sends edits as JSON; `as_dict` and `from_dict` are the two ways between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ..frozen import frozen
from ..syntax.nodes import Span
from ..syntax.parse import Parsed


@frozen
class Edit:
    """One change at one place.

    `op` names it (see `OPERATIONS` in `apply`), `key` the statement, `path` the place in it. `old` is the
    value that the writer saw there and `new` the one wished for, both as `outline` shows values; None
    stands for nothing. `kind` says what `new` is where a part may hold several kinds of value. `at` is an
    index in a series, None for its end; in a restored piece, the offset at which it stood.
    `join` is "all" or "any". `side` ("before", "after", "into", "up", "down") with `beside`, the key of
    another statement, says where a statement goes.
    """

    op: str
    key: str = ""
    path: str = ""
    old: str | None = None
    new: str | None = None
    kind: str | None = None
    at: int | None = None
    join: str | None = None
    side: str | None = None
    beside: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """What JSON carries: all that says something."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None and value != ""} | {
            name: "" for name in ("old", "new") if values[name] == ""
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Edit:
        """The edit that JSON carried. Raises ValueError, with a sentence, where it is none."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(data) - known)
        if unknown:
            raise ValueError(f"an edit has no part called {unknown[0]}")
        if not isinstance(data.get("op"), str):
            raise ValueError("an edit needs the name of an operation")
        for name, value in data.items():
            wanted = int if name == "at" else str
            if value is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
                raise ValueError(f"{name} in an edit is {'a number' if wanted is int else 'a text'}")
        return cls(**{**data, "key": data.get("key") or "", "path": data.get("path") or ""})


@frozen
class Applied:
    """A text with an edit in it.

    `inverse` undoes the edit byte for byte. `span` is the place in the new text that the edit changed,
    `key` the key which the statement has now ("" where it is gone), `taken` the comments that went away
    with what was removed, and `parsed` the new text read.
    """

    text: str
    inverse: Edit
    span: Span
    key: str
    taken: tuple[str, ...]
    parsed: Parsed


@frozen
class Conflict:
    """Somebody else changed the same place meanwhile: nothing was done.

    `message` says so for people; `found` is the value there now, None where there is none.
    """

    message: str
    found: str | None = None


@frozen
class Rejection:
    """What was asked for cannot be done here: nothing was done. `message` says why, for people."""

    message: str


EditResult = Applied | Conflict | Rejection


class EditRejected(Exception):
    """Raised within this package where an edit comes to nothing; `apply` hands its outcome back."""

    def __init__(self, outcome: Conflict | Rejection) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def refused(message: str) -> EditRejected:
    """The edit cannot be done."""
    return EditRejected(Rejection(message))


def conflict(message: str, found: str | None = None) -> EditRejected:
    """The place was changed meanwhile."""
    return EditRejected(Conflict(message, found))
