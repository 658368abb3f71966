"""What is wrong with tables that are to be scored, in words for whoever made them."""

from __future__ import annotations

from collections.abc import Iterable


class DataError(ValueError):
    """Tables that cannot be scored as they are. Its text says where and what is wrong, and what to do."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[DataError], tuple[tuple[str, ...]]]:
        return type(self), (self.problems,)


class ColumnsError(DataError):
    """Tables whose columns are missing, or cannot be read as what the rules read."""


def named(names: Iterable[object], most: int = 5) -> str:
    """Some names in a sentence, the first few of many."""
    listed = list(names)
    shown = ", ".join(f'"{name}"' for name in listed[:most])
    return shown if len(listed) <= most else f"{shown} and {len(listed) - most:,} more"
