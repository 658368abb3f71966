"""What a lead's scores and stages could be, once its blank fields are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Reach(NamedTuple):
    """The least and the most that a score could be."""

    low: int
    high: int


class Bounds(NamedTuple):
    """What could come out, whatever the blank fields turn out to be, or if they stay blank.

    `total` and the named `scores` are ranges; `stages` gives for each track the stages that the lead could
    be in, from the highest down, None for no stage. `disqualified` is True for surely, False for surely not,
    None for neither. `unknown` names the blank fields that make a difference. Where `exact` is False, the
    ranges may be wider, and the stages more, than can happen.
    """

    total: Reach
    scores: Mapping[str, Reach]
    stages: Mapping[str, tuple[str | None, ...]]
    disqualified: bool | None
    unknown: tuple[str, ...]
    exact: bool

    @property
    def is_sure(self) -> bool:
        """Whether no blank field makes a difference."""
        return not self.unknown
