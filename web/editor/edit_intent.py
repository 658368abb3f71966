"""A choice that somebody made on a card or in a form, before it is an edit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EditIntent:
    """A choice. `op` is one of `INTENTS` in intents.py; the others as in edits.

    `form` says how a chosen name is asked about ("days since", "distinct", ...; "" as it is). Of a statement,
    `sort` and what its form asked for; its condition comes as `new`, in rules' own words, and what a
    guarantee promises as `promise`.
    """

    op: str
    key: str = ""
    path: str = ""
    old: str | None = None
    new: str = ""
    form: str = ""
    sort: str = ""
    name: str = ""
    points: str = ""
    score: str = ""
    low: str = ""
    high: str = ""
    kind: str = ""
    because: str = ""
    track: str = ""
    promise: str = ""
    side: str | None = None
    beside: str | None = None
