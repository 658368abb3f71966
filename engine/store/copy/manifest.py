"""What a copy consists of: written last, so that it names only files that are there whole."""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "manifest.json"
_FORMAT = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of the copy: how many leads and events it has, and as which state of the copy it was written.

    `number` says of a block which leads it is about, all with numbers from `number * span` of the copy on; it
    is None of a supplement, which has some leads of any numbers.
    """

    file: str
    number: int | None
    leads: int
    events: int
    state: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """One state of the copy, the `state`-th: the token that the record knows it by, up to which batch of
    data it goes, how many numbers of leads a block is about, and its pieces. A lead is as the piece of the
    latest state has it."""

    token: str
    data: int
    state: int
    span: int
    pieces: tuple[Piece, ...]

    @property
    def leads_at_most(self) -> int:
        """How many leads its pieces have, those counted twice that stand in two."""
        return sum(piece.leads for piece in self.pieces)


def load(folder: Path) -> Manifest | None:
    """The manifest of a folder, None where there is none that can be trusted."""
    try:
        text = (folder / NAME).read_bytes()
    except OSError:
        return None
    body, _, checksum = text.rpartition(b"\n")
    if not checksum.isdigit() or zlib.crc32(body) != int(checksum):
        return None
    told = json.loads(body)
    if told.pop("format") != _FORMAT:
        return None
    manifest = Manifest(**{**told, "pieces": tuple(Piece(**piece) for piece in told["pieces"])})
    there = all((folder / piece.file).is_file() for piece in manifest.pieces)
    return manifest if there else None


def save(folder: Path, manifest: Manifest) -> None:
    """Puts a manifest in the place of the one before, in one step."""
    body = json.dumps({"format": _FORMAT, **asdict(manifest)}).encode()
    begun = folder / f"{NAME}.part"
    begun.write_bytes(body + b"\n%d" % zlib.crc32(body))
    os.replace(begun, folder / NAME)
