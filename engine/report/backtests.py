"""Rules tried on the past, as text for people and as data."""

from __future__ import annotations

from typing import Any

from ..outcomes.backtest import Backtest, Period, Side
from ..outcomes.ranking import Figure
from ..values import DAY, instant_text
from .outcomes import figure_data, pairs_text, rate_data, rate_text, rows_text
from .text_style import PLAIN, TextStyle, table


def backtest_text(found: Backtest, style: TextStyle = PLAIN) -> list[str]:
    """All periods, and what they come to."""
    lines = [style.bold(headline(found)), *rows_text(found.rows, found.outcomes.won.name, style), ""]
    other = found.against is not None
    head = ["from", "rules", "leads", "won", "right of 100 pairs", *(["the other rules"] if other else [])]
    head += ["today's data", "gap"]
    rows = [_row(one, other) for one in found.periods]
    rows.append(["all", *_row(found.whole, other)[1:]])
    lines += table(rows, style, head=head, right=[2, 3])
    lines += ["", f"The best {found.capacity:.1f} leads a week:"]
    lines.append(f"  live then  {_taken(found.whole.live)}")
    if found.whole.against is not None:
        lines.append(f"  the others {_taken(found.whole.against)}")
    gap, today = found.whole.gap, found.whole.today
    if gap is not None and today is not None and gap >= 0.01:
        said = (
            f"With today's data the same rules would seem right in {today.value * 100:.0f} of 100 pairs. "
            f"The {gap * 100:.0f} more are not real: they come from what became known only afterwards."
        )
        lines += ["", *style.wrapped(said)]
    return lines


def headline(found: Backtest) -> str:
    """The finding in one sentence."""
    if found.against is None or found.better is None:
        return f"The rules live then ordered {pairs_text(found.whole.live.order)} right."
    count = f"{found.better_in} of {len(found.periods)} periods"
    if found.better >= 0.95:
        return f"The other rules would have sorted leads better, in {count}."
    if found.better <= 0.05:
        return f"The other rules would have sorted leads worse; they were better in {count}."
    return f"Too close to say which rules sort leads better; the others were in {count}."


def _row(one: Period, other: bool) -> list[str]:
    cells = [
        instant_text(one.start)[:10],
        one.version,
        f"{one.leads:,}",
        f"{one.won:,}",
        _order(one.live.order),
    ]
    if other:
        cells.append(_order(one.against.order if one.against is not None else None))
    cells.append(_order(one.today))
    cells.append("-" if one.gap is None else f"{one.gap * 100:+.0f}")
    return cells


def _order(figure: Figure | None) -> str:
    if figure is None:
        return "too few"
    return f"{figure.value * 100:.0f} [{figure.low * 100:.0f}-{figure.high * 100:.0f}]"


def _taken(side: Side) -> str:
    brier = "" if side.brier is None else f"; Brier score {side.brier.value:.4f}"
    return f"{rate_text(side.precision)} win; they are {rate_text(side.recall)} of all winners{brier}"


def backtest_data(found: Backtest) -> dict[str, Any]:
    """The same as data."""
    return {
        "outcome": found.outcomes.won.name,
        "at": instant_text(found.asked.at),
        "within_days": found.asked.within / DAY,
        "age_days": found.rows.age / DAY,
        "leads": len(found.rows),
        "won": int(found.rows.won.sum()),
        "capacity_a_week": found.capacity,
        "better_in_redraws": found.better,
        "better_in_periods": found.better_in,
        "periods": [period_data(one) for one in found.periods],
        "whole": period_data(found.whole),
    }


def period_data(one: Period) -> dict[str, Any]:
    """One period."""
    return {
        "from": instant_text(one.start)[:10],
        "version": one.version or None,
        "leads": one.leads,
        "won": one.won,
        "live": _side_data(one.live),
        "against": None if one.against is None else _side_data(one.against),
        "auc_with_todays_data": figure_data(one.today),
        "gap": one.gap,
    }


def _side_data(side: Side) -> dict[str, Any]:
    return {
        "auc": figure_data(side.order),
        "precision": rate_data(side.precision),
        "recall": rate_data(side.recall),
        "brier": figure_data(side.brier),
    }
