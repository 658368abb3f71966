"""The stylesheet's colours have the contrast that WCAG 2.2 asks for at AA, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "web" / "static" / "leadwright.css").read_text(encoding="utf-8")
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)
}
TEXT = [
    *((name, ground) for name in ("text", "quiet", "link") for ground in ("ground", "card", "sunk")),
    *((name, "card") for name in ("good", "bad", "warn")),
    ("good", "good-ground"),
    ("bad", "bad-ground"),
    ("text", "bad-ground"),
    ("on-link", "link"),
]
EDGES = [("edge", "card"), ("edge", "sunk"), ("link", "card"), ("link", "ground"), ("link", "sunk")]


def luminance(colour: str) -> float:
    """As WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "ground", "least"), [*((*pair, 4.5) for pair in TEXT), *((*pair, 3.0) for pair in EDGES)]
)
def test_contrast(front: str, ground: str, least: float, theme: int) -> None:
    low, high = sorted((luminance(COLOURS[front][theme]), luminance(COLOURS[ground][theme])))
    assert (high + 0.05) / (low + 0.05) >= least
