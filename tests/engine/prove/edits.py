"""Edits of the shipped rulesets, and what is asked of them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from leadwright.engine import plan as p
from leadwright.engine import prove
from leadwright.engine.prove.answers import Answer, QuestionKind, Wanted
from leadwright.engine.prove.asking import answers
from leadwright.engine.reading import read
from leadwright.grammar.messages.diagnostics import Source

SHIPPED = sorted((Path(prove.__file__).parents[2] / "rulesets").glob("*.rules"))
SECONDS = 30.0


def plan_of(text: str, path: Path) -> p.Plan | None:
    """The plan of a text, without what it promises and expects."""
    plan = read(Source(text, path), lints=False).plan
    return None if plan is None else replace(plan, guarantees=(), tests=())


def same(new: p.Plan, old: p.Plan) -> Answer:
    return answers(new, seconds=SECONDS, wanted=[Wanted(QuestionKind.SAME)], old=old)[0]


CHANGES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"(?<=[<>]= )\d+", lambda found: str(int(found[0]) + 1)),
    (r"(?<=[+-])\d+(?= |\n)", lambda found: str(int(found[0]) + 1)),
    (r"(?<=then )\+(?=\d)", lambda _: "-"),
    (r" at most \+?\d+(?= |\n)", lambda _: ""),
    (r"(?<=in last )\d+", lambda found: str(int(found[0]) * 2)),
    (r"\band\b(?! not)", lambda _: "or"),
    (r"(?<=: )\"[^\"]*\", (?=\")", lambda _: ""),
)
"""A threshold, points, a sign, a cap, a window, a conjunction, an entry of a list."""


def edited(text: str, chance: random.Random) -> str | None:
    """A text with one place changed; None where there is none of the sort."""
    end = text.index("\ntest ")
    pattern, change = chance.choice(CHANGES)
    places = list(re.finditer(pattern, text[:end]))
    if not places:
        return None
    place = chance.choice(places)
    return text[: place.start()] + change(place) + text[place.end() :]
