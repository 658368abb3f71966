"""The files of the mirror: blocks of leads as arrays, and the manifest that names them.

A block begins with a head that says what is where; each array has its checksum.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....grammar.frozen import frozen
from ...score_many.block import Block, EventKinds, Events, StoredColumn

NAME = "manifest.json"
_FORMAT = 2


@frozen
class StoredBlock:
    """A file of the mirror: how many leads and events it has, and as which of its states it was written.

    `number` says of a block which leads it is about, all with numbers from `number * span` on; it
    is None of a supplement, which has some leads of any numbers.
    """

    file: str
    number: int | None
    leads: int
    events: int
    state: int


@frozen
class Manifest:
    """One state of the mirror, the `state`-th: the token that the record knows it by, up to which batch of
    data it goes, how many numbers of leads a block is about, and its pieces. A lead is as the piece of the
    latest state has it."""

    token: str
    data: int
    state: int
    span: int
    pieces: tuple[StoredBlock, ...]

    @property
    def leads_at_most(self) -> int:
        """How many leads its pieces have, those counted twice that stand in two."""
        return sum(stored.leads for stored in self.pieces)


def load(folder: Path) -> Manifest | None:
    """The manifest of a folder, None where there is none that can be trusted."""
    try:
        text = (folder / NAME).read_bytes()
    except OSError:
        return None
    body, _, checksum = text.rpartition(b"\n")
    if not checksum.isdigit() or zlib.crc32(body) != int(checksum):
        return None
    property_set = json.loads(body)
    if property_set.pop("format") != _FORMAT:
        return None
    manifest = Manifest(
        **{**property_set, "pieces": tuple(StoredBlock(**stored) for stored in property_set["pieces"])}
    )
    there = all((folder / stored.file).is_file() for stored in manifest.pieces)
    return manifest if there else None


def save(folder: Path, manifest: Manifest) -> None:
    """Puts a manifest in the place of the one before, in one step."""
    body = json.dumps({"format": _FORMAT, **asdict(manifest)}).encode()
    begun = folder / f"{NAME}.part"
    begun.write_bytes(body + b"\n%d" % zlib.crc32(body))
    os.replace(begun, folder / NAME)


MAGIC = b"leadwright block 2\n"
_HEAD = 12
"""After the magic: the length of the head and its checksum, in 8 and 4 bytes."""


class Damaged(Exception):
    """A file of the mirror that is not what was written."""


@frozen
class _Section:
    """Where an array or a text stands in the file."""

    kind: str
    start: int
    size: int
    checksum: int


def write_block(path: Path, block: Block) -> None:
    """Writes a block to a file of its own, which is there whole or not at all under its name."""
    parts = list(_parts(block))
    place, sections = 0, {}
    for name, kind, content in parts:
        sections[name] = (kind, place, len(content), zlib.crc32(content))
        place += len(content)
    events = block.events
    head = json.dumps(
        {"kinds": events.kinds, "fields": list(block.fields), "leads": len(block), "sections": sections}
    ).encode()
    begun = path.with_suffix(".part")
    with begun.open("wb") as file:
        file.write(MAGIC + len(head).to_bytes(8, "big") + zlib.crc32(head).to_bytes(4, "big") + head)
        for _, _, content in parts:
            file.write(content)
    os.replace(begun, path)


def _parts(block: Block) -> Iterator[tuple[str, str, bytes]]:
    events = block.events
    arrays: dict[str, NDArray[Any]] = {
        "leads": block.leads,
        "starts": events.starts,
        "at": events.at,
        "lead": events.lead,
    }
    if events.property_set is not None:
        arrays["property_set"] = events.property_set
        yield ("properties", *_values(events.properties))
    for name, column in block.fields.items():
        arrays[f"codes {name}"] = column.codes
        yield (f"values {name}", *_values(column.values))
    for name, array in arrays.items():
        yield name, array.dtype.str, array.tobytes()


_JSON = "json"


def _values(values: Sequence[Any]) -> tuple[str, bytes]:
    """Values as what and how they are written: fractions as an array, in which NaN is None, as SQLite has
    none; all others as JSON. Nothing but data can ever be read from either."""
    if all(value is None or type(value) is float for value in values):
        numbers = np.array([np.nan if value is None else value for value in values], np.float64)
        return numbers.dtype.str, numbers.tobytes()
    return _JSON, json.dumps(list(values), separators=(",", ":")).encode()


class BlockFile:
    """A file that a block was written to. What of it is read is checked, and `Damaged` raised."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # Kept open, so that it can still be read when a later state of the mirror has done away with it.
            self._file = path.open("rb")
        except OSError as error:
            raise Damaged(path) from error
        try:
            self._read_head()
        except BaseException:
            self.close()
            raise

    def _read_head(self) -> None:
        try:
            start = self._file.read(len(MAGIC) + _HEAD)
            size = int.from_bytes(start[len(MAGIC) : -4], "big")
            self._begins = len(start) + size
            if not start.startswith(MAGIC) or self._begins > self.path.stat().st_size:
                raise Damaged(self.path)
            head = self._file.read(size)
        except OSError as error:
            raise Damaged(self.path) from error
        if zlib.crc32(head) != int.from_bytes(start[-4:], "big"):
            raise Damaged(self.path)
        property_set = json.loads(head)
        self.kinds: tuple[int, ...] = tuple(property_set["kinds"])
        self.size: int = property_set["leads"]
        self.fields: list[str] = property_set["fields"]
        self._sections = {name: _Section(*section) for name, section in property_set["sections"].items()}

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    @cached_property
    def leads(self) -> NDArray[np.int64]:
        """The numbers of its leads, in order."""
        return self._array("leads")

    def block(self, named: EventKinds) -> Block:
        """The block, its kinds of events so named; its fields are read when they are asked for."""
        has_properties = "property_set" in self._sections
        return Block(
            self.leads,
            _Fields(self),
            Events(
                self.kinds,
                named,
                self._array("starts"),
                self._array("at"),
                self._array("lead"),
                self._array("property_set") if has_properties else None,
                self._values("properties") if has_properties else (),
            ),
        )

    def check(self) -> None:
        """Reads all of it."""
        for name in self._sections:
            self._content(name)

    def column(self, name: str) -> StoredColumn | None:
        """What is kept of an attribute, None where there is nothing."""
        if f"codes {name}" not in self._sections:
            return None
        return StoredColumn(self._array(f"codes {name}"), self._values(f"values {name}"))

    def _array(self, name: str) -> NDArray[Any]:
        return np.frombuffer(self._content(name), np.dtype(self._section(name).kind))

    def _values(self, name: str) -> list[Any]:
        content, kind = self._content(name), self._section(name).kind
        if kind != _JSON:
            numbers: list[float] = np.frombuffer(content, np.dtype(kind)).tolist()
            return [None if number != number else number for number in numbers]  # noqa: PLR0124  # NaN
        values: list[Any] = json.loads(content)
        return values

    def _section(self, name: str) -> _Section:
        try:
            return self._sections[name]
        except KeyError:
            raise Damaged(self.path) from None

    def _content(self, name: str) -> bytes:
        section = self._section(name)
        try:
            self._file.seek(self._begins + section.start)
            content = self._file.read(section.size)
        except OSError as error:
            raise Damaged(self.path) from error
        if len(content) != section.size or zlib.crc32(content) != section.checksum:
            raise Damaged(self.path)
        return content


class _Fields(Mapping[str, StoredColumn]):
    """The attributes of a file's block."""

    def __init__(self, file: BlockFile) -> None:
        self._file = file

    def __getitem__(self, name: str) -> StoredColumn:
        column = self._file.column(name)
        if column is None:
            raise KeyError(name)
        return column

    def __iter__(self) -> Iterator[str]:
        return iter(self._file.fields)

    def __len__(self) -> int:
        return len(self._file.fields)
