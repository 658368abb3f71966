"""What scoring files came to, for reading and as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .text_style import TextStyle, bar, counted, percent, shown, table, when

if TYPE_CHECKING:
    from ..arrow.blocks import Tally
    from ..plan import Plan

_LEFT_OUT = {
    "without_id": ("row of leads without an id", "rows of leads without an id"),
    "without_lead": ("event whose lead is not among the leads", "events whose lead is not among the leads"),
    "doubles": ("event delivered twice", "events delivered twice"),
}


def files_scored_text(tally: Tally, rules: str, now: dt.datetime, target: str, style: TextStyle) -> list[str]:
    """How many leads were scored, by stage, and what was left out."""
    leads, events = counted(tally.leads, "lead"), counted(tally.events, "event")
    lines = style.wrapped(
        f"{style.bold(shown(rules))} as of {when(now)}: {leads} with {events} scored into {shown(target)}"
    )
    for track, stages in tally.stages.items():
        lines += ["", style.bold("Stages" if track == "main" else f"Stages in {shown(track)}")]
        rows = [
            [shown(stage or "none"), f"{count:,}", percent(count, tally.leads), bar(count, tally.leads)]
            for stage, count in sorted(stages.items(), key=lambda one: (one[0] is not None, -one[1]))
        ]
        lines += table(rows, style, right=(1, 2))
    counts = {name: getattr(tally, name) for name in _LEFT_OUT}
    left = [f"  {counted(counts[name], *words)}" for name, words in _LEFT_OUT.items() if counts[name]]
    return [*lines, "", "Left out:", *left] if left else lines


def files_scored_data(tally: Tally, plan: Plan, now: dt.datetime, target: str) -> Mapping[str, Any]:
    """The same for programs."""
    return {
        "ruleset": plan.digest,
        "now": now.isoformat().replace("+00:00", "Z"),
        "to": target,
        "leads": tally.leads,
        "events": tally.events,
        "stages": {
            track: [{"stage": stage, "leads": count} for stage, count in counts.items()]
            for track, counts in tally.stages.items()
        },
        "left_out": {name: getattr(tally, name) for name in _LEFT_OUT},
    }
