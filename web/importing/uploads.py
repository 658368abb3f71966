"""Files on their way in: kept beside the database until they are loaded, and for a day at most."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.utils import secure_filename

from ..problems import Problem, invalid, not_found

LARGEST_PIECE = 2 << 20
"""Bytes of a file that a browser sends at a time, well below what any request may be."""

_DAY = 24 * 3600
_MOST_OF_ONE = 4
"""Files that one person may have on their way."""

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sent: in a folder of its own, under its own name as far as that is safe; of so
    many bytes when it is whole."""

    id: str
    folder: Path
    name: str
    size: int
    who: str

    @property
    def path(self) -> Path:
        """Where the file is."""
        # In a folder of its own, so that no name clashes with what is noted beside it.
        return self.folder / "file" / (secure_filename(self.name) or "data")

    @property
    def rejects(self) -> Path:
        """Where rows go that cannot be read."""
        return self.folder / "rejects.csv"

    @property
    def arrived(self) -> int:
        """How many bytes have arrived."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def kept(self, what: str) -> Any:
        """What was noted about it under a name; None where nothing was."""
        try:
            return json.loads((self.folder / f"{what}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def keep(self, what: str, data: Any) -> None:
        """Notes something about it."""
        target = self.folder / f"{what}.json"
        half = target.with_suffix(".half")
        half.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        half.replace(target)


class Uploads:
    """The files on their way into one database, in a folder beside it that only the server may read."""

    def __init__(self, database: Path, largest: int) -> None:
        self.folder = database.with_name(f"{database.name}-imports")
        self.largest = largest

    def begin(self, name: str, size: int, who: str) -> Upload:
        """Makes room for a file. Problem 413 where it is too large."""
        name = " ".join(Path(name.replace("\\", "/")).name.split())[:200] or "data"
        if size > self.largest:
            raise Problem(
                413,
                "Too large",
                f"{name} is larger than {self.largest >> 20:,} MiB. Split it, or import it on the server: "
                "leadwright import FILE",
            )
        if size <= 0:
            raise invalid(f"{name} is empty. Export it again.")
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._tidy(who)
            id_ = secrets.token_urlsafe(16)
            folder = self.folder / id_
            folder.mkdir(mode=0o700)
            upload = Upload(id_, folder, name, size, who)
            upload.keep("about", {"name": name, "size": size, "who": who})
            upload.path.parent.mkdir(mode=0o700)
            upload.path.touch(mode=0o600)
        except OSError as error:
            raise _no_room(error) from None
        return upload

    def of(self, id_: str, who: str) -> Upload:
        """The file that this person sent. Problem 404 where there is none, or not any more."""
        if _ID.fullmatch(id_):
            folder = self.folder / id_
            try:
                about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
            except OSError:
                about = None
            if about is not None and about["who"] == who:
                return Upload(id_, folder, about["name"], about["size"], who)
        raise not_found("This file is not here any more: files are kept for a day. Send it again.")

    def append(self, upload: Upload, at: int, piece: bytes) -> int:
        """Adds a piece that begins at a byte; how many have arrived then. Problem 409 for one out of turn."""
        if at != upload.arrived or at + len(piece) > upload.size:
            raise Problem(409, "Out of turn", "The file did not arrive in order. Send it again.")
        try:
            with upload.path.open("ab") as file:
                file.write(piece)
        except OSError as error:
            raise _no_room(error) from None
        return at + len(piece)

    def forget(self, upload: Upload) -> None:
        """Takes a file away, with all that was noted about it."""
        shutil.rmtree(upload.folder, ignore_errors=True)

    def _tidy(self, who: str) -> None:
        """Takes away files of more than a day ago, and those that one person has too many of."""
        theirs = []
        for folder in self.folder.iterdir():
            try:
                began = (folder / "about.json").stat().st_mtime
                about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if time.time() - began > _DAY:
                shutil.rmtree(folder, ignore_errors=True)
            elif about["who"] == who:
                theirs.append((began, folder))
        for _, folder in sorted(theirs)[: max(0, len(theirs) - _MOST_OF_ONE + 1)]:
            shutil.rmtree(folder, ignore_errors=True)


def _no_room(error: OSError) -> Problem:
    return Problem(
        503,
        "No room for the file",
        f"The file cannot be kept beside the database: {error.strerror}. Ask whoever runs this page.",
    )
