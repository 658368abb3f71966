"""What differs between two rulesets, and what that does to leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..impact.text_diff import Change, ChangeKind
from .text_style import TextStyle, bar, counted, cut, shown, signed, table, when

if TYPE_CHECKING:
    from ..impact.effect import Effect, Move

_MOST_LINES = 12
_SIGNS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.CHANGED: "~"}


def changes_text(changes: Sequence[Change], style: TextStyle) -> list[str]:
    """A paragraph a change: what became of which statement, and how."""
    if not changes:
        return ["Both say the same."]
    lines: list[str] = []
    for change in changes:
        name = shown(f"{change.what} {change.name}".strip())
        head = f"{_SIGNS[change.kind]} {name}"
        match change.kind:
            case ChangeKind.ADDED:
                head, details = style.good(head), [change.after or ""]
            case ChangeKind.REMOVED:
                head, details = style.bad(head), list(change.details)
            case ChangeKind.CHANGED:
                # A test is read where it stands; its whole text, twice, would hide the rest.
                head, details = style.warn(head), [] if change.what == "test" else list(change.details)
        lines.append(cut(head, style.width) if not style.colored else head)
        for detail in details:
            if shown(detail) != name:
                lines += style.wrapped(shown(detail), 4, 6)
    return lines


def effect_text(effect: Effect, now: dt.datetime, style: TextStyle, top: int = 10) -> list[str]:
    """How many leads each stage and each band of scores has before and after, which lines moved them, and
    who moves most."""
    lines = style.wrapped(
        f"Of {counted(effect.leads, 'lead')}, as of {when(now)}, {counted(effect.changed_stage, 'lead')} "
        f"would change stage, {counted(effect.moved - effect.changed_stage, 'more lead')} only the score."
    )
    for track in dict.fromkeys(track for track, _, _ in effect.matrix):
        title = "Stages before and after" if track == "main" else f"Stages in {track} before and after"
        lines += ["", style.bold(title), *_matrix(effect, track, style)]
    if effect.moved:
        lines += ["", style.bold("Scores before and after"), *_bands(effect, style)]
        lines += ["", style.bold("What moves them"), *_lines(effect, style)]
    if effect.moves and top:
        lines += ["", style.bold("Who moves most"), *_movers(effect.moves[:top], style)]
        rest = effect.moved - top
        if rest > 0:
            lines.append(style.dim(f"  … and {counted(rest, 'more lead')} (--top shows more)"))
    return lines


def _matrix(effect: Effect, track: str, style: TextStyle) -> list[str]:
    cells = {(old, new): count for (name, old, new), count in effect.matrix.items() if name == track}
    names = list(dict.fromkeys([*(old for old, _ in cells), *(new for _, new in cells)]))
    names.sort(key=lambda name: name is not None)
    rows = []
    for old in names:
        counts = [cells.get((old, new), 0) for new in names]
        rows.append(
            [old or "none", *(f"{count:,}" if count else "." for count in counts), f"{sum(counts):,}"]
        )
    sums = [sum(cells.get((old, new), 0) for old in names) for new in names]
    rows.append(["after", *(f"{count:,}" for count in sums), f"{sum(sums):,}"])
    head = ["before \\ after", *(name or "none" for name in names), "before"]
    return table(rows, style, head=head, right=range(1, len(head)))


def _bands(effect: Effect, style: TextStyle) -> list[str]:
    bands = effect.bands()
    most = max(after for _, _, _, after in bands)
    rows = [
        (f"{low:,}" if low == high else f"{low:,} to {high:,}", f"{before:,}", f"{after:,}", bar(after, most))
        for low, high, before, after in bands
    ]
    return table(rows, style, head=("score", "before", "after", ""), right=(0, 1, 2))


def _lines(effect: Effect, style: TextStyle) -> list[str]:
    """The rules, caps and ranges that differ for those who move, those of most leads first."""
    found = sorted(effect.by_line.items(), key=lambda item: (-item[1][0], item[0]))
    rows = [(f"{leads:,}", signed(points), shown(name)) for name, (leads, points) in found[:_MOST_LINES]]
    if not rows:
        return ["  the stages alone"]
    lines = table(rows, style, head=("leads", "points", "by"), right=(0, 1))
    if rest := len(found) - len(rows):
        lines.append(style.dim(f"  … and {counted(rest, 'more line')}"))
    return lines


def _movers(moves: Sequence[Move], style: TextStyle) -> list[str]:
    rows = [
        (
            shown(move.lead),
            f"{move.total_before:,} -> {move.total_after:,}",
            _stages(move),
            ", ".join(f"{signed(points)} {shown(name)}" for name, points in move.causes)
            or "the stages alone",
        )
        for move in moves
    ]
    return table(rows, style, head=("lead", "score", "stage", "by"))


def _stages(move: Move) -> str:
    parts = []
    for track in dict.fromkeys([*move.stages_before, *move.stages_after]):
        old, new = _named(move.stages_before, track), _named(move.stages_after, track)
        if old != new:
            parts.append(f"{old} -> {new}" + ("" if track == "main" else f" ({track})"))
    return ", ".join(parts)


def _named(stages: Mapping[str, str | None], track: str) -> str:
    return stages.get(track) or "none"


def changes_data(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes as data."""
    return [
        {
            "what": change.what,
            "name": change.name,
            "kind": change.kind.value,
            "details": list(change.details),
            "before": change.before,
            "after": change.after,
        }
        for change in changes
    ]


def effect_data(effect: Effect, now: dt.datetime) -> dict[str, Any]:
    """The effect on all leads as data."""
    return {
        "now": now.isoformat().replace("+00:00", "Z"),
        "leads": effect.leads,
        "stages": [
            {"track": track, "before": old, "after": new, "leads": count}
            for (track, old, new), count in effect.matrix.items()
        ],
        "moved": effect.moved,
        "changed_stage": effect.changed_stage,
        "scores": [
            {"score": score, "before": effect.totals_before[score], "after": effect.totals_after[score]}
            for score in sorted({*effect.totals_before, *effect.totals_after})
        ],
        "causes": [
            {"name": name, "leads": leads, "points": points}
            for name, (leads, points) in effect.by_line.items()
        ],
        "moves": [
            {
                "lead": move.lead,
                "score_before": move.total_before,
                "score_after": move.total_after,
                "stages_before": dict(move.stages_before),
                "stages_after": dict(move.stages_after),
                "causes": [{"name": name, "points": points} for name, points in move.causes],
            }
            for move in effect.moves
        ],
    }
