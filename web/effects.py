"""What a change of rules does to all leads, for a page: bounded in time, and ready to be shown."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app

from ..engine.evaluator import Evaluator
from ..engine.impact.effect import Effect
from ..engine.plan import Plan
from ..engine.store.database import Store
from ..engine.store.handoffs.forecast import Forecast, forecast
from ..engine.store.records.leads import find_lead
from ..engine.store.scoring.what_if import Cancelled, WhatIf
from ..engine.values import instant_of
from .problems import Problem
from .queries import instant_asked, lead_title
from .ruleset_cache import kept
from .ruleset_ref import RulesetRef
from .settings import Settings

MOST_MOVES = 25


@dataclass(frozen=True, slots=True)
class Crossing:
    """A track of stages before and after: `rows` has, for each stage before, the leads in each stage after.

    `names` are the stages from the lowest to the highest, None for none; `up` and `down` count the leads
    that rise and fall.
    """

    track: str
    names: tuple[str | None, ...]
    rows: tuple[tuple[int, ...], ...]

    @property
    def up(self) -> int:
        """How many leads rise."""
        return sum(count for old, row in enumerate(self.rows) for count in row[old + 1 :])

    @property
    def down(self) -> int:
        """How many leads fall."""
        return sum(count for old, row in enumerate(self.rows) for count in row[:old])

    @property
    def before(self) -> tuple[int, ...]:
        """How many leads are in each stage before."""
        return tuple(map(sum, self.rows))

    @property
    def after(self) -> tuple[int, ...]:
        """How many leads are in each stage after."""
        return tuple(map(sum, zip(*self.rows, strict=True)))


@dataclass(frozen=True, slots=True)
class ShownEffect:
    """An effect as a page shows it, as of when; `names` says who the leads are that are named as moving."""

    effect: Effect
    now: dt.datetime
    crossings: tuple[Crossing, ...]
    names: Mapping[str, str]

    @property
    def up(self) -> int:
        """How many leads rise in some track."""
        return sum(crossing.up for crossing in self.crossings)

    @property
    def down(self) -> int:
        """How many leads fall in some track."""
        return sum(crossing.down for crossing in self.crossings)


def effect_between(
    store: Store, settings: Settings, before: RulesetRef, after: RulesetRef
) -> ShownEffect | None:
    """What becomes of all leads from one side to the other, as of the last scoring; None where one of them
    has mistakes, and where it takes too long."""
    if before.evaluator is None or after.evaluator is None:
        return None
    now = instant_asked(None, store, after.ruleset)
    return effect_of(store, settings, before.evaluator, after.evaluator, now)


def effect_of(
    store: Store, settings: Settings, before: Evaluator, after: Evaluator, now: dt.datetime
) -> ShownEffect | None:
    """What becomes of all leads at an instant; None where that takes longer than a page may."""
    until = time.monotonic() + settings.most_seconds

    def stop() -> bool:
        return time.monotonic() > until

    # The work has a limit of its own, asked between portions.
    store.connection.set_progress_handler(None, 0)
    try:
        with kept().turn():
            instant = instant_of(now)
            found = what_if().effect(store, before, after, instant, most_moves=MOST_MOVES, stop=stop)
    except Cancelled:
        return None
    except Problem:
        # Others keep it busy: a page is worth more without this than not at all.
        return None
    leads = [lead for move in found.moves if (lead := find_lead(store, move.lead)) is not None]
    names = {lead.key: lead_title(lead)[0] for lead in leads}
    return ShownEffect(found, now, tuple(crossings(found, before.plan, after.plan)), names)


MOST_ENTRIES = 2_000
"""So many leads that a change brings into stages are looked at one by one."""


def entries_between(
    store: Store, settings: Settings, before: RulesetRef, after: RulesetRef
) -> Forecast | None:
    """Who would get the leads that a change brings into stages with handoffs; None where there are none,
    where a side has mistakes, and where it takes too long."""
    if before.evaluator is None or after.evaluator is None or not after.evaluator.plan.handoffs:
        return None
    until = time.monotonic() + settings.most_seconds
    now = instant_of(instant_asked(None, store, after.ruleset))
    store.connection.set_progress_handler(None, 0)
    try:
        with kept().turn():
            found = what_if().effect(
                store,
                before.evaluator,
                after.evaluator,
                now,
                most_moves=MOST_ENTRIES,
                stop=lambda: time.monotonic() > until,
            )
    except (Cancelled, Problem):
        return None
    return forecast(store, after.ruleset, after.evaluator.plan, found, now)


def what_if() -> WhatIf:
    """What this application keeps of earlier questions."""
    found: WhatIf = current_app.extensions.setdefault("leadwright.what_if", WhatIf())
    return found


def crossings(effect: Effect, before: Plan, after: Plan) -> list[Crossing]:
    """The effect on the stages of each track."""
    tracks = dict.fromkeys(track for track, _, _ in effect.matrix)
    found = []
    for track in tracks:
        names = ranked(before, after, track)
        rows = tuple(tuple(effect.matrix[track, old, new] for new in names) for old in names)
        found.append(Crossing(track, names, rows))
    return found


def ranked(before: Plan, after: Plan, track: str) -> tuple[str | None, ...]:
    """The stages of a track from none to the highest, as the later rules rank them; one that they have no
    more stands before the next that both have."""
    names: list[str | None] = [None, *(stage.name for stage in after.stages if stage.track == track)]
    place = len(names)
    for stage in reversed([stage for stage in before.stages if stage.track == track]):
        if stage.name in names:
            place = names.index(stage.name)
        else:
            names.insert(place, stage.name)
    return tuple(names)


def summary(shown: ShownEffect) -> str:
    """The effect as a version keeps it, as JSON."""
    return json.dumps(
        {
            "now": shown.now.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
            "leads": shown.effect.leads,
            "moved": shown.effect.moved,
            "up": shown.up,
            "down": shown.down,
            "stages": [
                {"track": track, "before": old, "after": new, "leads": count}
                for (track, old, new), count in shown.effect.matrix.items()
            ],
        },
        ensure_ascii=False,
    )


def words(up: int, down: int, leads: int) -> str:
    """The effect in a sentence."""
    if not up and not down:
        return f"Of {leads:,} leads, none changes its stage."
    return f"Of {leads:,} leads, {up:,} move up and {down:,} move down a stage."
