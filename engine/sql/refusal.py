"""What cannot be said in SQL is refused, with its name and place, and never said approximately."""

from __future__ import annotations

from ..plan import Origin


class SqlRefusal(ValueError):
    """A part of a ruleset, or a name for a table, that a dialect of SQL cannot say as it is meant.

    `message` is one sentence without a full stop, `hint` what to do, `origin` where the part stands
    (None where it has no place in the rules).
    """

    def __init__(self, message: str, hint: str, origin: Origin | None = None) -> None:
        super().__init__(f"{message}; {hint}")
        self.message = message
        self.hint = hint
        self.origin = origin
