"""The mirror kept in step with the record: made again or brought up to date, whichever it takes.

The record knows the mirror's states by their tokens. A state whose token it does not know, because the mirror
belongs to another database or the database was put back to an earlier day, is not used. The token of a new
state is noted before anything is read, so that from then on every change is noted too; then its files are
written, the manifest is put in place and the former token forgotten. Whatever happens between these, the
manifest that is there is one the record knows, or it is made again.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ...progress import Progress, no_progress
from ...score_many.block import EVENTS, MOST, Block, EventKinds
from ...score_many.columns import Bools, Ints
from ..database import Store, StoreError, only_one, open_store
from ..records.freshness import ALL_CHANGED
from ..records.lead_keys import MERGED
from .block_reader import BlockReader
from .files import BlockFile, Damaged, Manifest, StoredBlock, load, save, write_block

_FEW = 8
"""A block is read again once more than one in so many of its leads stand in supplements."""

_MOST_SUPPLEMENTS = 16
_TRIES = 3
_PROBES = 64
PATIENCE = 60.0
"""Seconds to wait for another program that is at the mirror."""


def mirror_folder(database: Path) -> Path:
    """Where the mirror of a database is kept: beside it, and it may be deleted at any time."""
    return database.with_name(f"{database.name}-mirror")


@dataclass(frozen=True)
class Unit:
    """A piece of the mirror. Later pieces have the leads of the numbers `gone`, which are in order."""

    file: BlockFile
    gone: Ints

    def block(self, named: EventKinds) -> Block:
        """Its leads, also those that a later piece has, its kinds of events so named. Raises `Damaged`."""
        return self.file.block(named)

    @cached_property
    def live(self) -> Bools | None:
        """Which of its leads no later piece has, None for all."""
        leads = self.file.leads
        if not len(self.gone) or not len(leads):
            return None
        places = np.minimum(np.searchsorted(leads, self.gone), len(leads) - 1)
        live = np.ones(len(leads), np.bool_)
        live[places[leads[places] == self.gone]] = False
        return live

    @property
    def leads(self) -> Ints:
        """The numbers of the live leads."""
        leads = self.file.leads
        return leads if self.live is None else leads[self.live]


@dataclass(frozen=True)
class Mirror:
    """One state of the mirror: the data up to a batch. A `with` statement closes its files."""

    folder: Path
    manifest: Manifest

    def __enter__(self) -> Mirror:
        return self

    def __exit__(self, *_: object) -> None:
        for unit in self.__dict__.get("units", ()):
            unit.file.close()

    def __getstate__(self) -> dict[str, object]:
        """What is sent to another process, which opens the files for itself."""
        return {"folder": self.folder, "manifest": self.manifest}

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Its pieces, open. Raises `Damaged` where one is not as it was written."""
        span = self.manifest.span
        blocks = {stored.number: stored for stored in self.manifest.pieces if stored.number is not None}
        later = np.empty(0, np.int64)
        found: dict[str, Unit] = {}
        for stored in sorted(self.manifest.pieces, key=lambda stored: stored.state, reverse=True):
            file = self._opened(stored, found)
            if stored.number is None:
                gone = np.union1d(later, file.leads[_in_newer(file.leads // span, stored, blocks)])
                later = np.union1d(later, file.leads)
            else:
                first, last = np.searchsorted(later, [stored.number * span, (stored.number + 1) * span])
                gone = later[first:last]
            found[stored.file] = Unit(file, gone)
        return tuple(found[stored.file] for stored in self.manifest.pieces)

    def _opened(self, stored: StoredBlock, found: Mapping[str, Unit]) -> BlockFile:
        """A piece's file; where it is not what it should be, those opened before are closed."""
        try:
            file = BlockFile(self.folder / stored.file)
            try:
                if len(file.leads) == file.size == stored.leads:
                    return file
                raise Damaged(file.path)
            except Damaged:
                file.close()
                raise
        except Damaged:
            for unit in found.values():
                unit.file.close()
            raise


def synced_mirror(store: Store, tell: Progress | None = None) -> Mirror:
    """The mirror of a store, with all that has been committed until now, its files open.

    Raises `StoreError` where it cannot be written, and what `tell` raises.
    """
    folder = mirror_folder(store.path)
    with only_one(store.path, "mirror", "updating the mirror of", PATIENCE), _explained(folder):
        sync = _Sync(store, folder, tell or no_progress)
        for _ in range(_TRIES):
            try:
                mirror = sync.run()
                if mirror is not None:
                    _ = mirror.units
                    return mirror
            except Damaged:
                shutil.rmtree(folder, ignore_errors=True)
    raise StoreError(
        f"the mirror for bulk work in {folder} is damaged as soon as it is written", "look after the disk"
    )


def discard(store: Store) -> None:
    """Deletes the mirror; the next who needs it makes it again."""
    with only_one(store.path, "mirror", "updating the mirror of", PATIENCE):
        shutil.rmtree(mirror_folder(store.path), ignore_errors=True)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """What goes wrong with the folder of the mirror, as an error that says where."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the mirror for bulk work in {folder} cannot be written: {error.strerror or error}",
            "make room for it, or allow writing to the folder of the database",
        ) from error


class _Sync:
    """One time of bringing the mirror into step."""

    def __init__(self, store: Store, folder: Path, tell: Progress) -> None:
        self.store = store
        self.folder = folder
        self.tell = tell
        self.span = MOST

    def run(self) -> Mirror | None:
        """The mirror in step with the record, None where all of the record changed in the meantime."""
        with _at_one_moment(self.store) as (reader, data):
            former = self._known(reader.connection)
            if former is not None and former.data == data:
                return Mirror(self.folder, former)
        self.folder.mkdir(exist_ok=True)
        token = secrets.token_hex(8)
        with self.store.transaction() as connection:
            connection.execute("INSERT INTO mirror SELECT ?, data FROM state", (token,))
        with _at_one_moment(self.store) as (reader, data):
            former = self._known(reader.connection)
            state = 1 if former is None else former.state + 1
            self.span = _span(reader.connection) if former is None else former.span
            pieces = self._pieces(reader, former, state, token)
        manifest = Manifest(token, data, state, self.span, tuple(pieces))
        return Mirror(self.folder, manifest) if self._put(manifest) else None

    def _known(self, connection: sqlite3.Connection) -> Manifest | None:
        """The state of the mirror that is there, if the record knows it, and knows it as it is."""
        manifest = load(self.folder)
        if manifest is None or manifest.data < _all_changed(connection):
            return None
        row = connection.execute("SELECT data FROM mirror WHERE token = ?", (manifest.token,)).fetchone()
        return manifest if row is not None and row[0] == manifest.data else None

    def _put(self, manifest: Manifest) -> bool:
        """Makes a state the one there is; not if all leads have come to read differently since."""
        with self.store.transaction() as connection:
            connection.execute("UPDATE mirror SET data = ? WHERE token = ?", (manifest.data, manifest.token))
            if manifest.data < _all_changed(connection):
                return False
        save(self.folder, manifest)
        with self.store.transaction() as connection:
            connection.execute("DELETE FROM mirror WHERE token NOT IN (?, ?)", (manifest.token, ALL_CHANGED))
        needed = {stored.file for stored in manifest.pieces}
        for path in self.folder.iterdir():
            if path.suffix in (".block", ".part") and path.name not in needed:
                # Elsewhere than on POSIX a file that is still read stays; the next time finds it.
                with suppress(OSError):
                    path.unlink()
        return True

    # --- what there is to do --------------------------------------------------------------------

    def _pieces(self, reader: Store, former: Manifest | None, state: int, token: str) -> list[StoredBlock]:
        """The pieces of the new state, those that are new being written."""
        reading = BlockReader(reader)
        if former is None:
            return list(self._blocks(reading, _all_blocks(reader.connection, self.span), state, token))
        blocks = {stored.number: stored for stored in former.pieces if stored.number is not None}
        touched = _touched(reader.connection, former.data)
        apart = {stored: self._apart(stored, blocks) for stored in former.pieces if stored.number is None}
        anew = _worn(np.concatenate([touched, *apart.values()]), blocks, self.span)
        # A supplement cannot say that a lead is there no more.
        gone = _gone(reader.connection, former.data) // self.span
        anew = np.union1d(np.array(anew, np.int64), gone).tolist()
        apart = {
            stored: leads for stored, leads in apart.items() if not np.isin(leads // self.span, anew).all()
        }
        if len(apart) >= _MOST_SUPPLEMENTS:
            touched = np.unique(np.concatenate([touched, *apart.values()]))
            apart = {}
        written = list(self._blocks(reading, anew, state, token))
        rest = touched[~np.isin(touched // self.span, anew)]
        for first in range(0, len(rest), self.span):
            some = rest[first : first + self.span].tolist()
            written.append(self._write(reading.block_of(some), None, state, f"{state}-{first}-{token}"))
        kept = [stored for number, stored in blocks.items() if number not in anew]
        return sorted(
            [*kept, *apart, *written], key=lambda stored: (stored.number is None, stored.number or 0)
        )

    def _apart(self, stored: StoredBlock, blocks: Mapping[int, StoredBlock]) -> Ints:
        """The leads of a supplement that have not been read again with their block since."""
        with closing(BlockFile(self.folder / stored.file)) as file:
            leads = file.leads
        return leads[~_in_newer(leads // self.span, stored, blocks)]

    def _blocks(
        self, reading: BlockReader, numbers: Iterable[int], state: int, token: str
    ) -> Iterator[StoredBlock]:
        numbers = list(numbers)
        for done, number in enumerate(numbers):
            self.tell("updating the mirror", done / len(numbers))
            block = reading.block(number * self.span, (number + 1) * self.span - 1)
            yield self._write(block, number, state, f"{number:06}-{state}-{token}")

    def _write(self, block: Block, number: int | None, state: int, name: str) -> StoredBlock:
        file = f"{name}.block"
        write_block(self.folder / file, block)
        return StoredBlock(file, number, len(block), len(block.events.at), state)


@contextmanager
def _at_one_moment(store: Store) -> Iterator[tuple[Store, int]]:
    """The record as it is now, read by a connection of its own, and up to which batch it goes."""
    with open_store(store.path, read_only=True) as reader, reader.guard():
        reader.connection.execute("BEGIN")
        yield reader, reader.connection.execute("SELECT data FROM state").fetchone()[0]


def _all_changed(connection: sqlite3.Connection) -> int:
    """The last batch by which all leads came to read differently."""
    row = connection.execute("SELECT data FROM mirror WHERE token = ?", (ALL_CHANGED,)).fetchone()
    return 0 if row is None else int(row[0])


def _in_newer(numbers: Ints, stored: StoredBlock, blocks: Mapping[int, StoredBlock]) -> Bools:
    """Which leads of a supplement stand in a block that is newer than it, by the numbers of their blocks."""
    newer = [number for number, block in blocks.items() if block.state > stored.state]
    return np.isin(numbers, newer, kind="sort")


def _worn(apart: Ints, blocks: Mapping[int, StoredBlock], span: int) -> list[int]:
    """The blocks of which so many leads are in supplements, or about to be, that they are read again."""
    return sorted(
        number
        for number, leads in Counter((np.unique(apart) // span).tolist()).items()
        if leads * _FEW > (blocks[number].leads if number in blocks else span)
    )


def _all_blocks(connection: sqlite3.Connection, span: int) -> list[int]:
    first, last = _ends(connection)
    return list(range(first // span, last // span + 1)) if first <= last else []


def _span(connection: sqlite3.Connection) -> int:
    """How many numbers of leads a block is to be about: fewer where leads have many events."""
    first, last = _ends(connection)
    some = range(first, last + 1, max(1, (last - first) // _PROBES))
    ask = "SELECT count(*) FROM event WHERE lead = ?"
    events: list[int] = [connection.execute(ask, (lead,)).fetchone()[0] for lead in some]
    usual = sum(events) // max(1, len(events))
    return max(1, min(MOST, EVENTS // max(1, usual)))


def _ends(connection: sqlite3.Connection) -> tuple[int, int]:
    """The least and the greatest number of a lead."""
    least, greatest = (
        connection.execute(f"SELECT {end}(_id) FROM lead").fetchone()[0] for end in ("min", "max")
    )
    return (1, 0) if least is None else (least, greatest)


def _gone(connection: sqlite3.Connection, since: int) -> Ints:
    """The leads that have been merged into others, or forgotten."""
    rows = connection.execute(
        "SELECT lead FROM touched WHERE data > ? AND NOT EXISTS "
        f"(SELECT 1 FROM lead WHERE _id = touched.lead AND _state <> {MERGED}) ORDER BY lead",
        (since,),
    )
    return np.fromiter((lead for (lead,) in rows), np.int64)


def _touched(connection: sqlite3.Connection, since: int) -> Ints:
    rows = connection.execute("SELECT lead FROM touched WHERE data > ? ORDER BY lead", (since,))
    return np.fromiter((lead for (lead,) in rows), np.int64)
