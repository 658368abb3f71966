"""Two versions beside each other: what changed in words, and in the text."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template

from ...engine.compare import compare
from ..access import settings
from ..database import reading
from ..lookups import version_choices
from ..rulebook import ready
from .asked import version_asked

pages = Blueprint("compare", __name__)

_AROUND = 3
_MOST_EXACT = 4_000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the text diff: `sign` is " ", "+", "-" or "…" for what was left out; numbers count from 1."""

    sign: str
    before: int | None
    after: int | None
    text: str


@pages.get("/compare")
def show() -> str:
    """What differs between two versions."""
    store = reading(settings())
    old, new = version_asked("a"), version_asked("b")
    choices = version_choices(store)
    if old is None or new is None:
        return render_template("compare.html", choices=choices, old=None, new=None)
    before, after = ready(store, *old), ready(store, *new)
    return render_template(
        "compare.html",
        choices=choices,
        old=before,
        new=after,
        changes=compare(before.reading.tree, after.reading.tree),
        rows=list(_diff(before.version.text.splitlines(), after.version.text.splitlines())),
    )


def _diff(before: list[str], after: list[str]) -> Iterator[Row]:
    """The changed lines, each with some lines around it."""
    # The exact way takes the square of the lines where many are alike.
    hasty = len(before) + len(after) > _MOST_EXACT
    groups = difflib.SequenceMatcher(None, before, after, autojunk=hasty).get_grouped_opcodes(_AROUND)
    for number, group in enumerate(groups):
        if number or group[0][1]:
            yield Row("…", None, None, "")
        for tag, from_old, to_old, from_new, to_new in group:
            if tag == "equal":
                for step in range(to_old - from_old):
                    yield Row(" ", from_old + step + 1, from_new + step + 1, before[from_old + step])
                continue
            for at in range(from_old, to_old):
                yield Row("-", at + 1, None, before[at])
            for at in range(from_new, to_new):
                yield Row("+", None, at + 1, after[at])
