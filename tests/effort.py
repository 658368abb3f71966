"""How many random examples a property is tried on: a quarter of them in `make test`, else all."""

from __future__ import annotations

import os

EFFORT = float(os.environ.get("LEADWRIGHT_EFFORT", "0.25"))


def examples(count: int) -> int:
    """So many of the examples that a property gets in full."""
    return max(1, round(count * EFFORT))
