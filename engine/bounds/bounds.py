"""What a lead's scores and stages could be, once its blank fields are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


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

    def __reduce__(self) -> tuple[Callable[..., Bounds], tuple[object, ...]]:
        # Mappings that cannot be changed cannot be pickled either.
        return _bounds, tuple(dict(part) if isinstance(part, MappingProxyType) else part for part in self)

    @property
    def is_sure(self) -> bool:
        """Whether no blank field makes a difference."""
        return not self.unknown


def _bounds(*parts: Any) -> Bounds:
    """Bounds as they come out of a pickle."""
    return Bounds._make(MappingProxyType(part) if isinstance(part, dict) else part for part in parts)
