"""The editor's scripts and styles, made into one file each by web/frontend, as long as that is up to date."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from flask import Flask, url_for

ROOT = Path(__file__).parents[1]
STATIC = Path(__file__).parent / "static"
FILES = {"script": ("editor.js", "editor/main.js"), "styles": ("editor.css", "editor/styles.css")}
"""What a page asks for: the file that was made, and the first of those that it was made of."""

_BANNER = re.compile(r"/\* Made by \S+ (.*) ([0-9a-f]{64}) \*/\n")


def is_current(name: str) -> bool:
    """Whether a made file holds what those that it was made of say now. Only somebody who changes them, and
    has not yet run `make frontend`, has one that does not."""
    try:
        with (STATIC / "built" / name).open(encoding="utf-8", newline="") as file:
            banner = _BANNER.match(file.readline())
        if banner is None:
            return False
        found = sha256()
        for path in banner[1].split(" "):
            found.update(path.encode() + (ROOT / path).read_bytes())
    except OSError:
        return False
    return found.hexdigest() == banner[2]


def register(app: Flask) -> None:
    """Gives templates the addresses of both, looked up once."""
    names = {what: f"built/{made}" if is_current(made) else source for what, (made, source) in FILES.items()}

    @app.context_processor
    def addresses() -> dict[str, object]:
        return {"built": lambda what: url_for("static", filename=names[what])}
