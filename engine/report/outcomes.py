"""What was measured of scores and outcomes, as text for people and as data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from ..outcomes.before_after import BeforeAfter, Side
from ..outcomes.costs import Cost
from ..outcomes.intervals import Rate, Ratio
from ..outcomes.leaks import percent
from ..outcomes.lift import Lift
from ..outcomes.measure import Measures
from ..outcomes.ranking import Figure
from ..outcomes.rows import Rows
from ..values import DAY, instant_text
from .text_style import PLAIN, TextStyle, counted, shown, signed, table

_MOST_NAMED = 20


def share_text(share: float | None) -> str:
    """A share: whole percents from ten up, one decimal below."""
    return "too few" if share is None else percent(share)


def rate_text(rate: Rate) -> str:
    """A rate with its interval: `25% [21-29]`; counts alone where there are too few."""
    if rate.value is None or rate.low is None or rate.high is None:
        return "too few for a rate"
    return f"{share_text(rate.value)} [{range_text(rate.low, rate.high)}]"


def range_text(low: float, high: float) -> str:
    """The two ends of an interval, in percent."""
    return "-".join(f"{end * 100:.0f}" if end >= 0.0995 else f"{end * 100:.1f}" for end in (low, high))


def pairs_text(figure: Figure | None) -> str:
    """How many of 100 pairs are in the right order, with the interval."""
    if figure is None:
        return "too few to tell"
    return f"{figure.value * 100:.0f} of 100 pairs [{figure.low * 100:.0f}-{figure.high * 100:.0f}]"


def ratio_text(ratio: Ratio | None) -> str:
    """`2.1x [1.5-2.9]`."""
    return "-" if ratio is None else f"{ratio.value:.1f}x [{ratio.low:.1f}-{ratio.high:.1f}]"


def measures_text(found: Measures, style: TextStyle = PLAIN) -> list[str]:
    """Everything that was measured."""
    lines = [style.bold(headline(found)), *rows_text(found.rows, found.outcomes.won.name, style)]
    lines += [
        "",
        f"Order right: {pairs_text(found.order)} of a winner and another lead.",
    ]
    if found.today is not None:
        lines.append(
            f"With today's data it would seem to be {pairs_text(found.today)}: that is known only afterwards."
        )
    if found.brier is not None:
        lines.append(
            f"Brier score {found.brier.value:.4f} [{found.brier.low:.4f}-{found.brier.high:.4f}], "
            f"{found.brier_of_base:.4f} for saying the same of every lead."
        )
    lines += _funnel(found, style) + _bands(found, style) + _lifts(found, style)
    lines += _thresholds(found, style) + _speed(found, style) + _months(found, style) + _groups(found, style)
    return lines


def headline(found: Measures) -> str:
    """The finding in one sentence; a claim only where the interval carries it."""
    top = found.stages[-1] if len(found.stages) > 1 else None
    name = found.outcomes.won.name
    if top is None or top[1].value is None or found.base.count < 30:
        return f"{found.base.count:,} of {found.base.of:,} leads reached {name}: {rate_text(found.base)}."
    low, high, base = top[1].low, top[1].high, found.base.value
    assert low is not None
    assert high is not None
    assert base is not None
    if low > base:
        times = top[1].value / base if base else 0.0
        return f"Leads in {top[0]} reach {name} {times:.1f} times as often as all leads: {rate_text(top[1])}."
    if high < base:
        return f"Leads in {top[0]} reach {name} less often than all leads: {rate_text(top[1])}."
    return f"Too early to say whether leads in {top[0]} reach {name} more often than others."


def rows_text(rows: Rows, outcome: str, style: TextStyle) -> list[str]:
    """Which leads were judged, and which were not and why."""
    days = rows.asked.within / DAY
    if not rows.dated:
        lines = [
            f"{counted(len(rows), 'lead')} as they are now. It is not known when {outcome} was reached, so",
            "nothing is said of how long it takes, of months, or of what was known at the time.",
        ]
    else:
        lines = [
            f"{counted(len(rows), 'lead')}, each as it was {rows.age / DAY:g} days after it came, as of "
            f"{instant_text(rows.asked.at)[:10]};",
            f"{rows.won.sum():,} reached {outcome} within the {days:g} days after that.",
        ]
    left = rows.left
    reasons = [
        (
            left.too_young,
            f"too young to be judged: less than {(rows.asked.within + rows.age) / DAY:g} days old",
        ),
        (left.won_before, "had won by then"),
        (left.lost_before, "were lost by then"),
        (left.never_born, "have no day on which they came"),
        (left.won_before_birth, "won before they came, which cannot be"),
        (left.won_in_future, "win only after this day"),
        (left.outside, "came at another time"),
    ]
    lines += [f"  {number:,} {why}." for number, why in reasons if number]
    if left.won_twice:
        lines.append(f"  {left.won_twice:,} won more than once: the first time counts.")
    return [style.dim(line) for line in lines]


def _funnel(found: Measures, style: TextStyle) -> list[str]:
    funnel = found.funnel
    if funnel is None:
        return []
    name = found.outcomes.won.name
    rows = [
        [
            shown(step.stage),
            f"{step.of_leads.count:,}",
            rate_text(step.of_before),
            rate_text(step.won),
            f"{step.won.count:,} of {step.won.of:,}",
        ]
        for step in funnel.steps
    ]
    days = found.asked.within / DAY
    lines = ["", style.bold(f"From lead to {name}, by replaying the rules over {days:g} days")]
    lines += table(rows, style, head=["", "leads", "of the step before", f"then {name}", ""], right=[1])
    lines.append(
        f"  {funnel.leads:,} leads; {funnel.won.count:,} won, {funnel.won_without:,} of them without having "
        f"reached {funnel.steps[-1].stage}."
    )
    if funnel.sampled is not None:
        lines.append(f"  An even sample of {funnel.sampled:,} leads.")
    return lines


def _bands(found: Measures, style: TextStyle) -> list[str]:
    rows = [
        [
            f"{band.low} to {band.high}" + (" (joined)" if band.joined else ""),
            f"{band.won.count:,} of {band.won.of:,}",
            rate_text(band.won),
            share_text(band.said),
        ]
        for band in found.bands
    ]
    return ["", style.bold("By score"), *table(rows, style, head=["score", "won", "rate", "the score says"])]


def _lifts(found: Measures, style: TextStyle) -> list[str]:
    if not found.lifts:
        return []
    rows = [
        [
            shown(one.rule),
            f"{one.fired.of:,}",
            style.warn(one.idle) if one.idle else ratio_text(one.ratio),
            "-" if one.gives is None else signed(one.gives),
            "-" if one.worth is None else signed(round(one.worth)),
        ]
        for one in found.lifts
    ]
    head = ["rule", "leads", "as often as without", "gives", "worth"]
    return ["", style.bold("By rule"), *_cut_first(rows, style, head)]


def _cut_first(rows: list[list[str]], style: TextStyle, head: list[str]) -> list[str]:
    from .text_style import cut

    for row in rows:
        row[0] = cut(row[0], max(20, style.width - 62))
    return table(rows, style, head=head, right=[1, 3, 4])


def _thresholds(found: Measures, style: TextStyle) -> list[str]:
    rows = [
        [str(one.score), f"{one.a_week:.1f}", rate_text(one.precision), share_text(one.recall.value)]
        for one in found.thresholds
    ]
    head = ["from score", "leads a week", "precision", "of all winners"]
    return ["", style.bold("Thresholds"), *table(rows, style, head=head, right=[0, 1])]


def _speed(found: Measures, style: TextStyle) -> list[str]:
    speed = found.speed
    if speed is None:
        return []
    lines = []
    for words, curve, half in (
        ("in the top stage", speed.qualified, speed.half_qualified),
        ("others", speed.others, speed.half_others),
    ):
        if curve is not None and half is not None:
            share, low, high = curve.at(speed.days)
            lines.append(
                f"  {words}: half of those who win do so by day {half:.1f}; "
                f"{share_text(share)} [{range_text(low, high)}] in all"
            )
    return ["", style.bold("How soon"), *lines] if lines else []


def _months(found: Measures, style: TextStyle) -> list[str]:
    rows = [
        [
            instant_text(month.start)[:7],
            f"{month.born:,}",
            rate_text(month.won_of_born) if month.won_of_born.of else "not old enough",
            f"{month.wins_in_month:,}",
        ]
        for month in found.months[-12:]
    ]
    head = ["month", "came", "of these won", "wins in the month"]
    return ["", style.bold("By month"), *table(rows, style, head=head, right=[1])] if rows else []


def _groups(found: Measures, style: TextStyle) -> list[str]:
    if not found.groups:
        return []
    rows = [
        [
            shown(group.value) or "(unknown)",
            f"{group.leads.of:,}",
            rate_text(group.leads),
            *([_cost_text(group.cost, found.currency)] if found.currency or found.unassigned else []),
        ]
        for group in found.groups
    ]
    head = ["", "leads", "won", *(["cost per qualified lead"] if len(rows[0]) > 3 else [])]
    lines = ["", style.bold(f"By {found.by}"), *table(rows, style, head=head, right=[1])]
    lines += [
        f"  {amount:,.2f} {found.currency} for {shown(source)} belongs to no lead."
        for source, amount in found.unassigned[:_MOST_NAMED]
    ]
    if len(found.unassigned) > _MOST_NAMED:
        lines.append(f"  … and {len(found.unassigned) - _MOST_NAMED:,} more sources (--json names them).")
    return lines


def _cost_text(cost: Cost | None, currency: str) -> str:
    if cost is None or cost.each is None or cost.low is None or cost.high is None:
        return "-"
    return f"{cost.each:,.0f} [{cost.low:,.0f}-{cost.high:,.0f}] {currency}".strip()


# --- two rulesets -----------------------------------------------------------------------------------


def before_after_rows(found: BeforeAfter) -> list[tuple[str, str, str]]:
    """Precision, recall, leads a week and order, before and after."""
    before, after = found.before, found.after
    rows = [("order right", pairs_text(before.order), pairs_text(after.order))]
    stage = after.stage or before.stage
    if not stage:
        return rows

    def both(what: Callable[[Side], str]) -> tuple[str, str]:
        old, new = (what(side) if side.stage else "no stage" for side in (before, after))
        return old, new

    return [
        (f"precision: leads in {stage} that reach {found.outcome}", *both(lambda s: rate_text(s.precision))),
        (f"recall: of all who do, those in {stage}", *both(lambda s: rate_text(s.recall))),
        ("leads a week", *both(lambda s: f"{s.a_week:.1f}")),
        *rows,
    ]


def before_after_text(found: BeforeAfter, style: TextStyle = PLAIN) -> list[str]:
    """Two rulesets compared with outcomes."""
    lines = [style.bold(f"Compared with {found.outcome}"), *rows_text(found.rows, found.outcome, style)]
    return [*lines, *table(before_after_rows(found), style, head=["", "before", "after"])]


def before_after_data(found: BeforeAfter) -> dict[str, Any]:
    """The same as data."""
    return {
        "outcome": found.outcome,
        "leads": len(found.rows),
        "won": int(found.rows.won.sum()),
        "before": _side_data(found.before),
        "after": _side_data(found.after),
    }


def _side_data(side: Side) -> dict[str, Any]:
    return {
        "stage": side.stage or None,
        "precision": rate_data(side.precision),
        "recall": rate_data(side.recall),
        "leads_a_week": side.a_week,
        "auc": figure_data(side.order),
    }


# --- data -----------------------------------------------------------------------------------------


def measures_data(found: Measures) -> dict[str, Any]:
    """The same as data: shares from 0 to 1, null where there are fewer than five leads."""
    return {
        "outcome": found.outcomes.won.name,
        "at": instant_text(found.asked.at),
        "within_days": found.asked.within / DAY,
        "age_days": found.rows.age / DAY,
        "dated": found.rows.dated,
        "won": rate_data(found.base),
        "left_out": dataclasses.asdict(found.rows.left),
        "auc": figure_data(found.order),
        "auc_with_todays_data": figure_data(found.today),
        "brier": figure_data(found.brier),
        "brier_of_base_rate": found.brier_of_base,
        "funnel": _funnel_data(found),
        "stages": [{"stage": name or None, **rate_data(rate)} for name, rate in found.stages],
        "bands": [
            {
                "from": band.low,
                "to": band.high,
                "joined": band.joined,
                "said": band.said,
                **rate_data(band.won),
            }
            for band in found.bands
        ],
        "rules": [lift_data(one) for one in found.lifts],
        "thresholds": [
            {
                "score": one.score,
                "leads_a_week": one.a_week,
                "precision": rate_data(one.precision),
                "recall": rate_data(one.recall),
            }
            for one in found.thresholds
        ],
        "speed": None
        if found.speed is None
        else {"half_qualified_days": found.speed.half_qualified, "half_others_days": found.speed.half_others},
        "months": [
            {
                "month": instant_text(month.start)[:7],
                "born": month.born,
                "won_of_born": rate_data(month.won_of_born),
                "wins_in_month": month.wins_in_month,
            }
            for month in found.months
        ],
        "by": found.by,
        "groups": [
            {
                "value": group.value or None,
                "won": rate_data(group.leads),
                "qualified": rate_data(group.qualified),
                "cost": None if group.cost is None else cost_data(group.cost),
            }
            for group in found.groups
        ],
        "currency": found.currency or None,
        "unassigned_cost": dict(found.unassigned),
    }


def cost_data(cost: Cost) -> dict[str, Any]:
    """What a source cost."""
    return {"spent": cost.spent, "per_qualified": cost.each, "low": cost.low, "high": cost.high}


def _funnel_data(found: Measures) -> dict[str, Any] | None:
    funnel = found.funnel
    if funnel is None:
        return None
    return {
        "leads": funnel.leads,
        "sample_of": funnel.sampled,
        "won": rate_data(funnel.won),
        "won_without_top_stage": funnel.won_without,
        "steps": [
            {
                "stage": step.stage,
                "of_leads": rate_data(step.of_leads),
                "of_step_before": rate_data(step.of_before),
                "won": rate_data(step.won),
                "too_young": step.young,
            }
            for step in funnel.steps
        ],
    }


def rate_data(rate: Rate) -> dict[str, Any]:
    """A rate as data."""
    return {"count": rate.count, "of": rate.of, "rate": rate.value, "low": rate.low, "high": rate.high}


def figure_data(figure: Figure | None) -> dict[str, float] | None:
    """A figure as data."""
    return None if figure is None else {"value": figure.value, "low": figure.low, "high": figure.high}


def lift_data(one: Lift) -> dict[str, Any]:
    """A rule's lift as data."""
    ratio = one.ratio
    return {
        "rule": one.rule,
        "line": one.line,
        "leads": one.fired.of,
        "won": one.fired.count,
        "lift": None if ratio is None else {"value": ratio.value, "low": ratio.low, "high": ratio.high},
        "gives": one.gives,
        "worth": one.worth,
        "idle": one.idle or None,
    }


__all__: Sequence[str] = ["measures_data", "measures_text"]
