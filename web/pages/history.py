"""The history of a ruleset: every publish, restore and import, with who, when, why and what it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template

from ...engine.store.database import Store
from ...engine.store.records.audit import Action, entries_about
from ...engine.store.records.rulesets import RulesetVersion, ruleset_names, versions
from ...engine.values import moment_of
from ..access import settings
from ..database import reading
from ..drafts import current
from ..problems import not_found
from ..review.approvals import Approval, approvals
from ..ruleset_cache import ready
from ..scoring import ends_long_ago, state_of
from .context import number_asked

pages = Blueprint("history", __name__)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a ruleset: `what` in a word, by whom, and the version that came of it.

    `again` is the version that was restored; `approved_by` a second person; `effect` what it did to leads,
    as it was found when it was published; `scored` what its first scoring of all leads found.
    """

    what: str
    at: datetime
    who: str | None
    note: str | None
    version: RulesetVersion | None = None
    again: int | None = None
    approved_by: str | None = None
    effect: Mapping[str, Any] | None = None
    scored: FirstScoring | None = None


@dataclass(frozen=True, slots=True)
class FirstScoring:
    """The first time that a version scored leads: as of when, how many, of how many something else was found
    than before, and how many moved up and down."""

    now: datetime
    leads: int
    changed: int
    up: int
    down: int


@pages.get("/rulesets/<name>/history")
def show(name: str) -> str:
    """Everything that happened to a ruleset, the newest first."""
    store = reading(settings())
    published = name in ruleset_names(store)
    if not published and current(store, name) is None:
        raise not_found(f"There is no ruleset {name}.")
    made = versions(store, name) if published else []
    # First, so that what is said to be done is also found below.
    scoring = state_of(store, name, made[-1].number) if made else None
    return render_template(
        "history.html",
        name=name,
        live=made[-1] if made else None,
        happened=happenings(store, name, made),
        just_live=number_asked("live"),
        scoring=scoring,
        ends=ends_long_ago(store),
        second=settings().second_approver,
    )


def happenings(store: Store, name: str, made: list[RulesetVersion]) -> list[Happened]:
    """What happened, the newest first."""
    by_version = {
        approval.version: approval for approval in approvals(store, name) if approval.version is not None
    }
    effects = _effects(store, name)
    scored = _scored(store, name)
    notes = entries_about(store, name)
    restored = {entry.subject: entry.detail for entry in notes if entry.action is Action.ROLL_BACK}
    found = [
        replace(_version(one, by_version.get(one.number), effects, restored), scored=scored.get(one.number))
        for one in made
    ]
    said = {
        Action.IMPORT: "imported",
        Action.APPROVAL_ASKED: "asked for approval",
        Action.APPROVAL_DECLINED: "declined",
        Action.APPROVAL_WITHDRAWN: "withdrawn",
    }
    found += [
        Happened(said[entry.action], entry.at, entry.who, entry.detail or None)
        for entry in notes
        if entry.action in said
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _version(
    version: RulesetVersion,
    approval: Approval | None,
    effects: Mapping[int, Mapping[str, Any]],
    restored: Mapping[str, str],
) -> Happened:
    detail = restored.get(f"{version.ruleset}@{version.number}")
    again = _restored(detail) if detail is not None else None
    what = "restored" if again is not None else "published"
    if version.author is None:
        what = "published from the command line"
    return Happened(
        what,
        version.published_at,
        version.author,
        version.note,
        version,
        again,
        approval.decided_by if approval is not None else None,
        effects.get(version.number),
    )


def _restored(detail: str) -> int | None:
    """The version that an entry about rolling back names: "version 3 again: why"."""
    before, found, _ = detail.rpartition(" again: ") if " again: " in detail else ("", "", "")
    words = before.split("version ", 1)[-1].split(" ", 1)[0] if found else ""
    return int(words) if words.isdecimal() else None


def _effects(store: Store, name: str) -> dict[int, Mapping[str, Any]]:
    with store.guard():
        rows = store.connection.execute(
            "SELECT number, effect FROM version_effect JOIN ruleset_version AS version "
            "ON version.id = version_effect.version JOIN ruleset ON ruleset.id = version.ruleset "
            "WHERE ruleset.name = ?",
            (name,),
        )
        return {number: json.loads(effect) for number, effect in rows}


def _scored(store: Store, name: str) -> dict[int, FirstScoring]:
    """By the number of a version, its first scoring that was finished."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT number, now, leads, changed, moves, min(run.id) FROM run "
            "JOIN ruleset_version AS version ON version.id = run.version "
            "JOIN ruleset ON ruleset.id = version.ruleset "
            "WHERE ruleset.name = ? AND finished IS NOT NULL GROUP BY number",
            (name,),
        ).fetchall()
    found = {}
    for number, now, leads, changed, moves, _ in rows:
        ranks = {stage.name: place for place, stage in enumerate(ready(store, name, number).plan.stages, 1)}
        # A stage that the version has no more ranks as none.
        steps = [(ranks.get(to, 0) - ranks.get(from_, 0), count) for from_, to, count in json.loads(moves)]
        up = sum(count for step, count in steps if step > 0)
        down = sum(count for step, count in steps if step < 0)
        found[number] = FirstScoring(moment_of(now), leads, changed, up, down)
    return found
