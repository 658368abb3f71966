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
    *((name, ground) for name in ("text", "text2", "text3") for ground in ("canvas", "surface", "sunk")),
    *((name, ground) for name in ("text", "text2") for ground in ("hover", "raised")),
    *(("accent-text", ground) for ground in ("canvas", "surface", "sunk", "accent-soft")),
    *((name, "surface") for name in ("good", "bad", "warn")),
    *((name, f"{name}-soft") for name in ("good", "bad", "warn")),
    ("text", "bad-soft"),
    ("text3", "accent-soft"),
    ("accent-on", "accent"),
    *((f"stage-{place}-text", f"stage-{place}-soft") for place in range(4)),
    *((f"stage-{place}-text", "surface") for place in range(4)),
]
EDGES = [
    ("edge", "surface"),
    ("edge", "sunk"),
    *(("accent", ground) for ground in ("surface", "canvas", "sunk")),
    *((f"stage-{place}", "surface") for place in range(4)),
]


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
