"""The history of a ruleset: every publish, restore and import, with who, when, why and what it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template

from ...engine.store.database import Store
from ...engine.store.records.audit import Action, entries_about
from ...engine.store.records.rulesets import RulesetVersion, ruleset_names, versions
from ..access import settings
from ..database import reading
from ..drafts import current
from ..problems import not_found
from ..review.approvals import Approval, approvals
from .context import number_asked

pages = Blueprint("history", __name__)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a ruleset: `what` in a word, by whom, and the version that came of it.

    `again` is the version that was restored; `approved_by` a second person; `effect` what it did to leads,
    as it was found when it was published.
    """

    what: str
    at: datetime
    who: str | None
    note: str | None
    version: RulesetVersion | None = None
    again: int | None = None
    approved_by: str | None = None
    effect: Mapping[str, Any] | None = None


@pages.get("/rulesets/<name>/history")
def show(name: str) -> str:
    """Everything that happened to a ruleset, the newest first."""
    store = reading(settings())
    published = name in ruleset_names(store)
    if not published and current(store, name) is None:
        raise not_found(f"There is no ruleset {name}.")
    made = versions(store, name) if published else []
    return render_template(
        "history.html",
        name=name,
        live=made[-1] if made else None,
        happened=happenings(store, name, made),
        just_live=number_asked("live"),
        second=settings().second_approver,
    )


def happenings(store: Store, name: str, made: list[RulesetVersion]) -> list[Happened]:
    """What happened, the newest first."""
    wishes = {wish.version: wish for wish in approvals(store, name) if wish.version is not None}
    effects = _effects(store, name)
    notes = entries_about(store, name)
    restored = {entry.subject: entry.detail for entry in notes if entry.action is Action.ROLL_BACK}
    found = [_version(version, wishes.get(version.number), effects, restored) for version in made]
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
    wish: Approval | None,
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
        wish.decided_by if wish is not None else None,
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
