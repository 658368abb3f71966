"""How a text file is encoded, checked to its end before anything of it is used."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ...grammar.frozen import frozen
from .problems import ImportRefused, shortened

_BLOCK = 1 << 20

LONGEST_LINE = 2 * _BLOCK
"""In letters. A longer line is rejected: it would take many times as much memory."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@frozen
class Encoded:
    """A file's encoding, its size in bytes, whether the text has a NUL anywhere, how many line feeds it has,
    and whether some line is too long to be kept."""

    encoding: str
    size: int
    has_nul: bool
    line_feeds: int = 0
    long_lines: bool = False


def find_encoding(path: Path, stated: str | None) -> Encoded:
    """The stated encoding, or UTF-16 by its mark, else UTF-8, with or without a mark.

    Raises `ImportRefused`, naming the first line at fault, where the file does not read so.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    encoding = _known(stated) if stated else _by_mark(path, start)
    decoder = codecs.getincrementaldecoder(encoding)()
    size, has_nul, lines = 0, False, 1
    run, long_lines = 0, False
    tail = ""
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(encoding, "replace")
                raise _not_so(path, encoding, lines + before.count("\n"), error, tail + before) from None
            except UnicodeError as error:
                raise ImportRefused(
                    f"the file {path} is not {encoding}: {error}", "state another with --encoding"
                ) from None
            if not block:
                return Encoded(encoding, size, has_nul, lines - 1, long_lines)
            size += len(block)
            has_nul = has_nul or "\x00" in text
            lines += text.count("\n")
            # As many letters since the last end of a line; a line within one block is short enough.
            first = text.find("\n")
            long_lines = long_lines or run + (len(text) if first < 0 else first) > LONGEST_LINE
            run = run + len(text) if first < 0 else len(text) - text.rfind("\n")
            tail = text[-40:]


def short_lines(file: TextIO) -> Iterator[str]:
    """The lines of a file, of those that are too long the beginning alone, and no end of a line."""
    while line := file.readline(LONGEST_LINE + 1):
        yield line
        if len(line) > LONGEST_LINE and not line.endswith(("\n", "\r")):
            while rest := file.readline(_BLOCK):
                if rest.endswith(("\n", "\r")):
                    break


def _known(stated: str) -> str:
    try:
        name = codecs.lookup(stated).name
        codecs.getincrementaldecoder(name)
        "".encode(name)
    except LookupError:
        raise ImportRefused(
            f"there is no encoding {stated}", "the usual ones are utf-8, utf-16, cp1252 and latin-1"
        ) from None
    return "utf-8-sig" if name == "utf-8" else name


def _by_mark(path: Path, start: bytes) -> str:
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    if start.count(0) > len(start) / 4:
        little = start[1:2] == b"\x00"
        raise ImportRefused(
            f"the file {path} looks like UTF-16 without the mark that says so",
            f"import it with --encoding utf-16-{'le' if little else 'be'}, or save it as UTF-8",
        )
    return "utf-8-sig"


def _not_so(path: Path, encoding: str, line: int, error: UnicodeDecodeError, before: str) -> ImportRefused:
    name = "UTF-8" if encoding == "utf-8-sig" else encoding
    context = shortened(before.rpartition("\n")[2][-25:])
    byte = error.object[error.start]
    return ImportRefused(
        f'the file {path} is not {name}: line {line} has the byte {byte:#04x} after "{context}"',
        "if it comes from an older program, import it with --encoding cp1252 (Windows) or "
        "--encoding latin-1; else save it as UTF-8",
    )
