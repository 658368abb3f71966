"""Where all leads stand after a scoring, for reading and as data."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...grammar.frozen import frozen
from ..due.stale_events import StaleEvents
from ..explain.words import window_words
from ..zone import UTC
from .text_style import TextStyle, bar, counted, percent, shown, table, when

if TYPE_CHECKING:
    from ..handoffs.turns import HandedOff

_FEW = 5
_MOST_BANDS = 8


@frozen
class Scored:
    """What a scoring came to. `leads` is how many there are, `looked_at` how many could have changed.

    `stages` counts the leads in each stage of each track, from the lowest stage to the highest, None for
    none; `totals` those of each score; `moves` those that went from one stage of `main` to another;
    `highest` names some of the leads with the highest scores; `stale` says where all events are old,
    and `handed_off` is None without handoffs.
    """

    ruleset: str
    version: int
    title: str | None
    digest: str
    now: dt.datetime
    leads: int
    looked_at: int
    added: int
    changed: int
    disqualified: int
    stages: Mapping[str, Mapping[str | None, int]]
    totals: Mapping[int, int]
    moves: Mapping[tuple[str | None, str | None], int]
    highest: Sequence[tuple[str, int]]
    stale: StaleEvents | None = None
    handed_off: HandedOff | None = None


def scored_text(scored: Scored, style: TextStyle) -> list[str]:
    """Leads by stage and by score, who moved, and who is highest."""
    name = shown(f"{scored.title or scored.ruleset}, version {scored.version}")
    lines = style.wrapped(_head(scored, name))
    for track, counts in scored.stages.items():
        lines += ["", style.bold("Stages" if track == "main" else f"Stages in {shown(track)}")]
        lines += _counts(
            [(stage or "none", counts.get(stage, 0)) for stage in _ranked(counts)], scored, style
        )
    if scored.disqualified:
        are = "is" if scored.disqualified == 1 else "are"
        lines.append(f"  ({scored.disqualified:,} of those in none {are} disqualified)")
    if scored.totals:
        lines += ["", style.bold("Scores"), *_counts(bands(scored.totals), scored, style)]
    lines += _moved(scored, style)
    if scored.handed_off is not None:
        lines += handed_off_text(scored.handed_off, style)
    if scored.highest:
        names = ", ".join(f"{shown(lead)} ({total:,})" for lead, total in scored.highest)
        lines += ["", *style.wrapped(f"Highest: {names}", 0, 2)]
    if scored.stale is not None:
        lines += ["", *stale_text(scored.stale, scored.ruleset, style)]
    return lines


def stale_text(stale: StaleEvents, rules: str, style: TextStyle) -> list[str]:
    """That all events are old, what that does, and the instant to score by `rules` as of instead."""
    if stale.window is not None:
        effect = f'so nothing counts as "{window_words(stale.window, UTC).strip()}"'
    else:
        effect = "and the rules count days since then"
    text = (
        f"The newest event is of {stale.newest:%Y-%m-%d}, {counted(stale.days, 'day')} earlier, {effect}. "
        "To score as of when the data was new:"
    )
    return [*style.wrapped(text, 0), f"  leadwright score {rules} --at {stale.day_after}"]


def stale_data(stale: StaleEvents | None) -> dict[str, Any] | None:
    """The same as data; `at` is the instant to try."""
    if stale is None:
        return None
    return {
        "newest": stale.newest.isoformat().replace("+00:00", "Z"),
        "days": stale.days,
        "window": None if stale.window is None else window_words(stale.window, UTC).strip(),
        "at": stale.day_after.isoformat(),
    }


def _head(scored: Scored, name: str) -> str:
    leads, by = counted(scored.leads, "lead"), f"by {name}, as of {when(scored.now)}"
    if scored.looked_at == scored.leads:
        return f"Scored {leads} {by}."
    if not scored.looked_at:
        return f"Nothing was due: the scores of {leads} {by} are as they were."
    return f"Scored {scored.looked_at:,} of {leads} {by}; the others were not due."


def _ranked(counts: Mapping[str | None, int]) -> list[str | None]:
    """The highest stage first, none last."""
    return [*reversed([stage for stage in counts if stage is not None]), None]


def _counts(counts: Sequence[tuple[str, int]], scored: Scored, style: TextStyle) -> list[str]:
    most = max(count for _, count in counts)
    rows = [
        (shown(name), f"{count:,}", percent(count, scored.leads), bar(count, most)) for name, count in counts
    ]
    return table(rows, style, right=(1, 2))


def bands(totals: Mapping[int, int]) -> list[tuple[str, int]]:
    """The scores themselves where they are few, else bands of round numbers that hold them; highest first."""
    if len(totals) <= _FEW:
        return [(f"{total:,}", totals[total]) for total in sorted(totals, reverse=True)]
    low, high = min(totals), max(totals)
    step = next(step for step in _steps() if high // step - low // step < _MOST_BANDS)
    counts: Counter[int] = Counter()
    for total, count in totals.items():
        counts[total // step] += count
    numbers = range(high // step, low // step - 1, -1)
    return [
        (_band(max(number * step, low), min(number * step + step - 1, high)), counts[number])
        for number in numbers
    ]


def _band(start: int, end: int) -> str:
    return f"{start:,} to {end:,}" if start != end else f"{start:,}"


def _steps() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 and so on."""
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _moved(scored: Scored, style: TextStyle) -> list[str]:
    if not scored.changed and not scored.moves:
        return []
    lines = ["", f"{counted(scored.changed, 'lead')} with a different result from last time."]
    rows = [
        (f"{old or 'none'} -> {new or 'none'}", f"{count:,}")
        for (old, new), count in sorted(scored.moves.items(), key=lambda item: -item[1])
    ]
    return lines + table(rows, style, right=(1,))


def handed_off_text(handed: HandedOff, style: TextStyle) -> list[str]:
    """Who got how many leads, and what became of the others; nothing where there were none."""
    lines: list[str] = []
    total = sum(handed.people.values())
    if total:
        each = ", ".join(f"{shown(person)} +{count:,}" for person, count in sorted(handed.people.items()))
        lines += ["", *style.wrapped(f"Handed off {counted(total, 'lead')}: {each}.", 0, 2)]
    said = (
        (handed.queued, "waiting until someone is available"),
        (handed.unassigned, "unassigned: no handoff matches"),
        (handed.too_soon, "not handed off again so soon"),
        (handed.overdue, "not answered in time"),
    )
    return lines + [f"{counted(count, 'lead')} {words}." for count, words in said if count]


def _handed_off_data(handed: HandedOff) -> dict[str, Any]:
    return {
        "people": [{"person": person, "leads": count} for person, count in sorted(handed.people.items())],
        "queued": handed.queued,
        "unassigned": handed.unassigned,
        "too_soon": handed.too_soon,
        "overdue": handed.overdue,
    }


def scored_data(scored: Scored) -> dict[str, Any]:
    """The same as data; leads in no stage are under `null` in a list of pairs."""
    return {
        "ruleset": scored.ruleset,
        "version": scored.version,
        "title": scored.title,
        "ruleset_digest": scored.digest,
        "now": scored.now.isoformat().replace("+00:00", "Z"),
        "leads": scored.leads,
        "looked_at": scored.looked_at,
        "added": scored.added,
        "changed": scored.changed,
        "disqualified": scored.disqualified,
        "stages": [
            {"track": track, "stage": stage, "leads": count}
            for track, counts in scored.stages.items()
            for stage, count in counts.items()
        ],
        "scores": [{"score": total, "leads": count} for total, count in sorted(scored.totals.items())],
        "moves": [
            {"before": old, "after": new, "leads": count} for (old, new), count in scored.moves.items()
        ],
        "highest": [{"lead": lead, "score": total} for lead, total in scored.highest],
        "stale_events": stale_data(scored.stale),
        **({} if scored.handed_off is None else {"handed_off": _handed_off_data(scored.handed_off)}),
    }
