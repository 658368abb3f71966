"""Files of rules as commands name them: a path, a folder, or `-` for standard input."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from ...grammar.messages.diagnostics import Source
from .failures import Failure, of_the_disk

STANDARD_INPUT = "-"


def named(names: Sequence[str]) -> list[str]:
    """The files that names stand for, each once; a folder stands for all `.rules` files in and below it.

    Without names it is the folder one is in. Raises Failure where a name stands for nothing.
    """
    found: dict[str, None] = {}
    for name in names or (".",):
        if name != STANDARD_INPUT and Path(name).is_dir():
            inside = sorted(str(path) for path in _below(Path(name)))
            if not inside:
                raise Failure(
                    f"there are no files of rules in {'this folder' if name == '.' else name}",
                    "name a file, or start one with: leadwright new",
                )
            found.update(dict.fromkeys(inside))
        else:
            found[name] = None
    return list(found)


def _below(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*.rules"):
        inner = path.relative_to(folder).parts[:-1]
        if path.is_file() and not any(part.startswith(".") for part in inner):
            yield path


def read_source(name: str) -> Source:
    """The text of a file of rules or of standard input. Raises Failure where it cannot be read."""
    from ..reading import read_file

    if name == STANDARD_INPUT:
        return Source(_standard_input())
    try:
        return read_file(Path(name))
    except OSError as error:
        raise of_the_disk(error, name) from None
    except ValueError as error:
        raise Failure(str(error)) from None


def _standard_input() -> str:
    content = sys.stdin.buffer.read()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Failure(f"standard input is not UTF-8 text (line {line})", "send it as UTF-8") from None


def replace_text(path: Path, text: str) -> None:
    """Writes a file anew, wholly or not at all; its permissions stay. Raises Failure where it cannot."""
    target = Path(os.path.realpath(path))
    try:
        with tempfile.NamedTemporaryFile(
            "wb", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            try:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
                os.chmod(file.name, target.stat().st_mode & 0o7777)
                os.replace(file.name, target)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise of_the_disk(error, path) from None
