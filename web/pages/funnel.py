"""Leads in each stage over the last weeks, by what is live; counted once, for a page that is there."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template

from ...engine.evaluator import Evaluator
from ...engine.lru import LruCache
from ...engine.store.database import Store
from ...engine.store.records.rulesets import versions
from ...engine.store.scoring.what_if import Cancelled, WhatIf
from ...engine.values import instant_of
from ..access import settings
from ..database import reading
from ..problems import not_found
from ..queries import instant_asked
from ..ruleset_cache import kept, live_of

pages = Blueprint("funnel", __name__)

WEEKS = 11
WIDTH, HEIGHT = 300, 70


@dataclass(frozen=True, slots=True)
class Layer:
    """A stage with the leads in it at the end of each week; its place on the ladder, and its area as SVG
    writes paths, which stands on those of higher stages."""

    stage: str
    place: int
    leads: tuple[int, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """The ends of weeks, and the stages from the highest down; `marks` says where a version was published."""

    weeks: tuple[dt.datetime, ...]
    layers: tuple[Layer, ...]
    most: int
    marks: tuple[tuple[float, int], ...]
    width: int = WIDTH
    height: int = HEIGHT


@pages.get("/rulesets/<name>/weeks")
def weeks(name: str) -> str:
    """The drawing, as a part of a page."""
    store = reading(settings())
    live = live_of(store, name)
    if live is None:
        raise not_found(f"There is no ruleset {name} that is live.")
    now = instant_asked(None, store, name)
    data = store.connection.execute("SELECT data FROM state").fetchone()[0]
    extensions = current_app.extensions
    cache: LruCache[Hashable, Funnel | str] = extensions.setdefault("leadwright.funnels", LruCache(32))
    rules = kept().ready(live).evaluator
    # What took too long once is not begun again before the data is another.
    found = cache.made(
        (str(store.path), data, live.id, now.date()),
        lambda: _funnel(store, name, rules, now, time.monotonic() + settings().most_seconds),
    )
    return render_template(
        "weeks.html", name=name, funnel=found if isinstance(found, Funnel) else None, said=found
    )


def _funnel(store: Store, name: str, rules: Evaluator, now: dt.datetime, until: float) -> Funnel | str:
    """The drawing; or why there is none, in words."""
    stages = rules.plan.stages
    if not stages:
        return "These rules have no stages."
    track = stages[0].track
    names = [stage.name for stage in stages if stage.track == track]
    ends = tuple(now - dt.timedelta(weeks=WEEKS - week) for week in range(WEEKS + 1))
    counted: list[list[int]] = []
    # Of its own, so that what is kept for edits stays.
    looking = WhatIf()
    # The work has a limit of its own, asked between portions.
    store.connection.set_progress_handler(None, 0)
    try:
        for end in ends:
            effect = looking.effect(
                store, rules, rules, instant_of(end), most_moves=0, stop=lambda: time.monotonic() > until
            )
            counted.append([effect.matrix[track, stage, stage] for stage in names])
    except Cancelled:
        return f"Counting {WEEKS} weeks takes too long here."
    most = max(map(sum, counted))
    if not most:
        return f"No lead was in a stage in the last {WEEKS} weeks."
    return Funnel(ends, tuple(_layers(names, counted, most)), most, _marks(store, name, ends))


def _layers(names: Sequence[str], counted: Sequence[Sequence[int]], most: int) -> list[Layer]:
    """The highest stage at the bottom, each next one on it."""
    below = [0] * len(counted)
    found = []
    step = WIDTH / (len(counted) - 1)
    for place in range(len(names) - 1, -1, -1):
        leads = tuple(week[place] for week in counted)
        above = [one + more for one, more in zip(below, leads, strict=True)]
        tops = [f"{at * step:g} {HEIGHT * (1 - one / most):g}" for at, one in enumerate(above)]
        floors = [f"{at * step:g} {HEIGHT * (1 - one / most):g}" for at, one in enumerate(below)]
        path = f"M{'L'.join(tops)}L{'L'.join(reversed(floors))}Z"
        found.append(Layer(names[place], min(place + 1, 3), leads, path))
        below = above
    return found


def _marks(store: Store, name: str, ends: Sequence[dt.datetime]) -> tuple[tuple[float, int], ...]:
    first, last = ends[0], ends[-1]
    return tuple(
        (round(WIDTH * ((one.published_at - first) / (last - first)), 1), one.number)
        for one in versions(store, name)
        if first <= one.published_at <= last
    )
