"""What people may do: four roles, each of which may all that the one before may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """A viewer reads; an editor also tries rules out; a publisher also publishes; an admin may all."""

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Higher for those who may more."""
        return list(Role).index(self)

    def may(self, needed: Role) -> bool:
        """Whether this role is enough where `needed` is."""
        return self.rank >= needed.rank


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asking: a name for the record, and a role. `user` is None where nobody needs to log in."""

    name: str
    role: Role
    user: int | None = None
