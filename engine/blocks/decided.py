"""What is decided about the leads of a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..evaluate.columns import Ints

Stages = tuple[str | None, ...]
Reached = tuple[int | bool | None, ...]
"""When each outcome was reached: None for not, True for at no known instant."""

Key = tuple[int, tuple[int, ...], Stages, tuple[int, ...], tuple[int, ...], Stages, Reached]
"""Total, scores, stages, the rules with tags that fired, the disqualifications that hold, the stages as they
would be without them, when outcomes were reached."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What is decided about the leads of a block: the different decisions, which of them each lead has,
    its lines as written down, the first instant at which something could differ."""

    different: Sequence[Key]
    which: Ints
    lines: Sequence[str]
    due: Ints
