"""The files a ruleset reads: what it includes and the lists it names, never above its own folder."""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

MAX_BYTES = 16 * 1024 * 1024


class FileProblem(Exception):
    """A file that cannot be used; the text says why and the hint what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Files(Protocol):
    """Where included rules and list files come from."""

    def read(self, path: str) -> str:
        """The text of a file by its path from the ruleset's folder; raises FileProblem."""
        ...


class Folder:
    """The folder of a ruleset on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> str:
        """The text of a UTF-8 file at or below the folder."""
        root = self.root.resolve()
        target = (root / path).resolve()
        if not target.is_relative_to(root):
            raise FileProblem(
                f'"{path}" is outside the ruleset\'s folder', "move the file beside the ruleset"
            )
        try:
            if target.stat().st_size > MAX_BYTES:
                raise FileProblem(f'"{path}" is larger than 16 MiB', "shorten it")
            return target.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise FileProblem(
                f'there is no file "{path}" beside the ruleset', "check the name and the folder"
            ) from None
        except UnicodeDecodeError:
            raise FileProblem(f'"{path}" is not UTF-8 text', "save it as UTF-8") from None
        except OSError as error:
            raise FileProblem(
                f'"{path}" cannot be read: {error.strerror}', "check the file and its permissions"
            ) from None


class FrozenFiles:
    """Files as they were kept with a published version."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def read(self, path: str) -> str:
        """The kept text."""
        if path not in self.texts:
            raise FileProblem(
                f'"{path}" is not among the ruleset\'s files', "add the file, or take the line out"
            )
        return self.texts[path]


class RecordedFiles:
    """Reads through another source of files and remembers every text, to be frozen into a version."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.texts: dict[str, str] = {}

    def read(self, path: str) -> str:
        """The text, remembered by its path."""
        if path not in self.texts:
            self.texts[path] = self.files.read(path)
        return self.texts[path]


def beside(including: str, path: str) -> str:
    """A path written in the file `including`, as a path from the ruleset's folder."""
    if posixpath.isabs(path) or "\\" in path or ":" in path.split("/", maxsplit=1)[0]:
        raise FileProblem(
            f'"{path}" is not a path below the ruleset\'s folder',
            "write it from the ruleset's folder, with /",
        )
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(including), path))
    if joined.startswith(".."):
        raise FileProblem(f'"{path}" is outside the ruleset\'s folder', "move the file beside the ruleset")
    return joined


def list_entries(path: str, text: str, column: str | None) -> list[str]:
    """The entries of a list file: one a line of a .txt, or one column of a .csv with a header line."""
    if column is None:
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        rows = list_rows(text)
    except csv.Error as error:
        raise FileProblem(f'"{path}" is not a readable CSV file: {error}', "save it as CSV again") from None
    header = rows[0] if rows else []
    if column not in header:
        raise FileProblem(
            f'"{path}" has no column "{column}"',
            f"its columns are: {', '.join(header) or 'none, the file is empty'}",
        )
    at = header.index(column)
    return [row[at].strip() for row in rows[1:] if len(row) > at and row[at].strip()]


def list_rows(text: str) -> list[list[str]]:
    """The rows of a .csv, its header first; commas part them, or semicolons where the header has no comma.
    Raises `csv.Error`."""
    first = text.split("\n", 1)[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    return list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
