"""Which events of a file are in the database already, found out by reading what their leads have."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ..store.records.identity import ids_known
from .gathering import Events

_KIND_BITS = 20
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
_MOST_READ = 4

_OF_LEADS = (
    f"SELECT (lead << {_KIND_BITS}) + kind, at, key FROM main.event "
    "WHERE lead IN (SELECT value FROM json_each(?)) AND at BETWEEN ? AND ?"
)

_Rows = NDArray[np.int64]
"""Events, each with its lead and kind in one number, its instant and its key."""


class KnownEvents:
    """Looks for events in the database. To read those of a lead takes half as long as to try to insert each,
    and longer where they are new; `likely`: so many of the last ones were there that it is worth it."""

    def __init__(self) -> None:
        self.likely = False
        self._leads: Mapping[str, int] = {}
        self._noted_at = -1

    def note_leads(self, connection: sqlite3.Connection, leads: Mapping[str, int]) -> None:
        """Takes note of the numbers of the leads that are there, by their ids."""
        self._leads, self._noted_at = leads, _state_of(connection)

    def expect(self, added: int, count: int) -> None:
        """Takes note of how many of `count` events turned out to be new."""
        self.likely = added * 2 < count

    def others(self, connection: sqlite3.Connection, ids: Sequence[str], batch: Events) -> Events:
        """Those of a batch, ordered by lead, that are not there, or of which that cannot be told."""
        firsts = firsts_of_leads(batch)
        leads = self._leads_of(connection, [ids[number] for number in batch["lead"][firsts].tolist()])
        if leads is None or int(batch["kind"].max()) >> _KIND_BITS:
            self.likely = False
            return batch
        stored = _stored(connection, leads, int(batch["at"].min()), int(batch["at"].max()))
        wanted = np.empty((len(batch), 3), np.int64)
        counts = np.diff(firsts, append=len(batch))
        wanted[:, 0] = (np.repeat(np.array(leads, np.int64), counts) << _KIND_BITS) + batch["kind"]
        wanted[:, 1], wanted[:, 2] = batch["at"], batch["key"]
        there = _among(wanted, stored)
        # What has a key of its source may be a correction.
        there &= batch["key"] >= 0
        found = int(np.count_nonzero(there))
        self.likely = found * 2 >= len(batch) and len(stored) <= _MOST_READ * len(batch)
        return batch[~there] if found else batch

    def _leads_of(self, connection: sqlite3.Connection, keys: Sequence[str]) -> list[int] | None:
        """The numbers of the leads with these ids; None where some are not there."""
        leads = self._leads
        if _state_of(connection) != self._noted_at:
            leads = {key: whose.lead for key, whose in ids_known(connection, keys).items()}
        found = [leads[key] for key in keys if key in leads]
        return found if len(found) == len(keys) else None


def _state_of(connection: sqlite3.Connection) -> int:
    """A number that another one follows once another connection has changed the database."""
    number: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return number


def firsts_of_leads(batch: Events) -> NDArray[np.int64]:
    """Where the events of each lead begin."""
    numbers = batch["lead"]
    return np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1]))


def _stored(connection: sqlite3.Connection, leads: Sequence[int], first: int, last: int) -> _Rows:
    rows = connection.execute(_OF_LEADS, (json.dumps(sorted(set(leads))), first, last))
    return np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 3)


def _among(wanted: _Rows, stored: _Rows) -> NDArray[np.bool_]:
    """Which of the rows wanted are among those stored."""
    if wanted.shape == stored.shape and bool((wanted == stored).all()):
        return np.ones(len(wanted), bool)
    if not len(stored):
        return np.zeros(len(wanted), bool)
    mixed = _mixed(stored)
    order = np.argsort(mixed)
    places = np.searchsorted(mixed, _mixed(wanted), sorter=order).clip(max=len(order) - 1)
    # Of two rows with the same mixed number one is not found, and is tried to be inserted.
    return (stored[order[places]] == wanted).all(axis=1)  # type: ignore[no-any-return]


def _mixed(rows: _Rows) -> NDArray[np.uint64]:
    """A number for each row, which that of another one equals by the rarest chance."""
    mixed: NDArray[np.uint64] = (rows.view(np.uint64) * _FACTORS).sum(axis=1, dtype=np.uint64)
    return mixed
