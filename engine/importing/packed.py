"""Files packed with gzip or into a zip archive, unpacked beside what is temporary."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from .problems import ImportRefused
from .rows import Source

_GZIP = b"\x1f\x8b"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)
"""What comes of archives that are broken, or of a version or method that Python does not know."""


def is_workbook(path: Path) -> bool:
    """Whether a file is an archive that is a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (*_BROKEN, OSError):
        # An archive that cannot be opened is for the reader of workbooks to complain about.
        with path.open("rb") as file:
            return file.read(2) != _GZIP
    return any(name.startswith("xl/workbook.") or name == "content.xml" for name in names)


def unpacked(path: Path, opened: Callable[[Path], Source]) -> Source:
    """What `opened` makes of the one packed file, unpacked in a temporary folder while it is used."""
    folder = Path(tempfile.mkdtemp(prefix="leadwright-"))
    try:
        source = opened(_unpack(path, folder))
    except (*_BROKEN, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ImportRefused(f"the file {path} cannot be unpacked: {error}", "export it again") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    source.label = str(path)
    weakref.finalize(source, shutil.rmtree, folder, ignore_errors=True)
    return source


def _unpack(path: Path, folder: Path) -> Path:
    """Unpacks the one file that is packed, and says where to."""
    with path.open("rb") as file:
        packed_alone = file.read(2) == _GZIP
    if packed_alone:
        target = folder / (path.stem or "data")
        with gzip.open(path, "rb") as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
        return target
    with zipfile.ZipFile(path) as archive:
        names = [
            info.filename
            for info in archive.infolist()
            if info.filename and not info.is_dir() and not info.filename.startswith("__MACOSX/")
        ]
        if len(names) != 1:
            listed = ", ".join(names[:10]) or "nothing"
            raise ImportRefused(
                f"the archive {path} holds {len(names)} files: {listed}",
                "unpack it, and import them one by one",
            )
        target = folder / (Path(names[0]).name or "data")
        with archive.open(names[0]) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
        return target
