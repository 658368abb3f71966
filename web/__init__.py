"""The page for people who never open a terminal, and the HTTP interface beside it.

from leadwright.web import Settings, create_app

app = create_app(Settings(database=Path("leads.db")))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import create_app
    from .settings import Settings

__all__ = ["Settings", "create_app"]


def __getattr__(name: str) -> object:
    # Managing users needs the accounts alone, and must not wait for Flask.
    if name == "create_app":
        from .app import create_app

        return create_app
    if name == "Settings":
        from .settings import Settings

        return Settings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
