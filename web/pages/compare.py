"""Two texts of rules beside each other: what changed in words, in the text, and what it does to leads."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template

from ...engine.impact.text_diff import compare
from ...engine.outcomes.before_after import BeforeAfter
from ...engine.report.outcomes import before_after_rows
from ...engine.store.database import Store
from ...engine.store.records.rulesets import ruleset_names, versions
from ..access import settings
from ..database import reading
from ..drafts import draft_names
from ..effects import effect_between
from ..results.asking import compared
from ..ruleset_ref import RulesetRef, asked_side, choices, side_of
from .context import text_asked

pages = Blueprint("compare", __name__)

_AROUND = 3
_MOST_EXACT = 4_000


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A line of the text diff: `sign` is " ", "+", "-" or "…" for what was left out; numbers count from 1."""

    sign: str
    before: int | None
    after: int | None
    text: str


@pages.get("/compare")
def show() -> str:
    """What differs between any two of draft, live and the versions."""
    store = reading(settings())
    groups = all_choices(store)
    old, new = text_asked("a"), text_asked("b")
    if old is None or new is None:
        first, second = _likely(groups)
        return render_template("compare.html", groups=groups, a=old or first, b=new or second, old=None)
    before, after = (side_of(store, settings(), *asked_side(asked)) for asked in (old, new))
    return render_template(
        "compare.html",
        groups=groups,
        a=_code(before),
        b=_code(after),
        old=before,
        new=after,
        changes=compare(before.reading.tree, after.reading.tree),
        rows=list(diff(before.text, after.text)),
        shown=effect_between(store, settings(), before, after),
        outcomes=outcomes_between(store, before, after),
        outcome_rows=before_after_rows,
        explains=before.tells and after.tells,
    )


def outcomes_between(store: Store, before: RulesetRef, after: RulesetRef) -> BeforeAfter | str | None:
    """Both compared with outcomes, as `compared` has it; None too where one of them has mistakes."""
    if before.evaluator is None or after.evaluator is None:
        return None
    return compared(store, before.evaluator.plan, after.evaluator.plan)


def all_choices(store: Store) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be compared, by ruleset."""
    names = dict.fromkeys([*ruleset_names(store), *draft_names(store)])
    published = set(ruleset_names(store))
    found = []
    for name in names:
        numbers = [version.number for version in versions(store, name)] if name in published else []
        found.append((name, choices(store, name, numbers)))
    return found


def _likely(groups: list[tuple[str, list[tuple[str, str]]]]) -> tuple[str, str]:
    """What one most likely wants to compare: the two newest of the first ruleset that has two."""
    for _, codes in groups:
        if len(codes) > 1:
            return codes[1][0], codes[0][0]
    return "", ""


def _code(side: RulesetRef) -> str:
    return side.code if side.number is None else f"{side.ruleset}@{side.number}"


def diff(old: str, new: str) -> Iterator[DiffRow]:
    """The changed lines, each with some lines around it."""
    before, after = old.splitlines(), new.splitlines()
    # The exact way takes the square of the lines where many are alike.
    hasty = len(before) + len(after) > _MOST_EXACT
    groups = difflib.SequenceMatcher(None, before, after, autojunk=hasty).get_grouped_opcodes(_AROUND)
    for number, group in enumerate(groups):
        if number or group[0][1]:
            yield DiffRow("…", None, None, "")
        for tag, from_old, to_old, from_new, to_new in group:
            if tag == "equal":
                for step in range(to_old - from_old):
                    yield DiffRow(" ", from_old + step + 1, from_new + step + 1, before[from_old + step])
                continue
            for at in range(from_old, to_old):
                yield DiffRow("-", at + 1, None, before[at])
            for at in range(from_new, to_new):
                yield DiffRow("+", None, at + 1, after[at])
