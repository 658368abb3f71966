"""What an import did, and to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...grammar.syntax.nodes import Kind


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """A column of the file: what it became (`field`, `property`, `id`, `type`, `object`, `at`, `key` or
    `left out`), under which name and kind, how many rows had a value, how many of these were not of
    the kind and are unknown now, and what a person may want to do about it."""

    column: str
    used_as: str
    name: str | None = None
    kind: Kind | None = None
    values: int = 0
    unread: int = 0
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of an import.

    `rows` counts all rows, the rejected ones too; `reasons` how many were rejected for what;
    `events_known` the events that were there already; `repeated` the rows of attributes whose lead had
    an earlier row in the same file. `rejects` is the file that the rejected rows went to, if any.
    """

    source: str
    rows: int
    leads_added: int
    leads_changed: int
    events_added: int
    events_known: int
    repeated: int
    rejected: int
    reasons: Mapping[str, int]
    rejects: Path | None
    columns: tuple[ColumnReport, ...]
    notes: tuple[str, ...]
    seconds: float
