"""What the page Results shows of what was measured: each card's title is its finding, where the interval
carries one, else its plain name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ...engine.outcomes.intervals import Rate
from ...engine.outcomes.learn.learner import FEWEST_WON
from ...engine.outcomes.lift import Lift
from ...engine.outcomes.measure import Group, Measures
from ...engine.outcomes.rows import Rows
from ...engine.outcomes.scored_leads import stage_names
from ...engine.outcomes.survival import Curve
from ...engine.report.outcomes import share_text
from ...engine.report.text_style import counted
from ...engine.values import DAY
from .charts import (
    calibration_chart,
    curves_chart,
    lift_axis,
    lift_strip,
    rate_strip,
    rates_chart,
    share_strip,
    toward_strip,
)
from .thresholds import stage_lines


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """A row of the funnel: how many leads, and of the row above or of those old enough which share."""

    name: str
    leads: int
    bar: Markup
    of: str
    rate: Rate | None = None
    dot: Markup | None = None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with its lift."""

    lift: Lift
    strip: Markup
    differs: bool


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The leads with one value of a field."""

    group: Group
    strip: Markup


@dataclass(frozen=True, slots=True)
class Days:
    """By a day, who had won: of those in the top stage, and of the others; with the ends of the interval."""

    day: float
    qualified: str
    others: str


@dataclass(frozen=True)
class ResultsView:
    """The cards of the page."""

    verdict: Sequence[tuple[str, str, str]]
    funnel_title: str
    funnel: Sequence[FunnelRow]
    bands_title: str
    bands: Markup
    band_strips: Sequence[Markup]
    joined: bool
    lifts_title: str
    idle: Sequence[Lift]
    rules: Sequence[RuleRow]
    axis: Markup
    calibration_title: str
    calibration: Markup | None
    speed_title: str
    curves: Markup | None
    speed: Sequence[Days]
    groups: Sequence[GroupRow]


@dataclass(frozen=True, slots=True)
class TooFew:
    """How many of the leads that can be judged won, where that is too few to propose points: how many more it
    takes, drawn beside what is enough, and in about how many weeks that is at the pace so far."""

    won: int
    more: int
    bar: Markup
    weeks: int | None


_USUALLY = 60
"""With so many winners a proposal usually pays."""

_FAR = 104
"""So many weeks ahead nobody can tell."""


def too_few(rows: Rows) -> TooFew | None:
    """How far it is to a proposal; None where there are winners enough."""
    won = int(rows.won.sum())
    if won >= FEWEST_WON:
        return None
    more = FEWEST_WON - won
    span = (int(rows.at.max()) - int(rows.at.min())) / (7 * DAY) if rows.dated and len(rows) else 0.0
    weeks = round(more * span / won) if won and span >= 1 else None
    bar = toward_strip(won, FEWEST_WON, _USUALLY)
    return TooFew(won, more, bar, weeks if weeks is not None and 1 <= weeks <= _FAR else None)


def results_view(found: Measures) -> ResultsView:
    """Everything, drawn."""
    base = found.base.value
    most = max([band.won.high or 0.0 for band in found.bands] + [0.01])
    lines = [(one.name, one.place, one.live) for one in stage_lines(found.plan, found.track, None)]
    bands_title, lifts_title = _bands_title(found), _lifts_title(found.lifts)
    on_the_line = _on_the_line(found)
    speed_title, curves = _speed(found)
    most_of_groups = max([one.leads.high or 0.0 for one in found.groups] + [0.01])
    return ResultsView(
        _verdict(found),
        _funnel_title(found),
        _funnel(found),
        bands_title,
        rates_chart(found.bands, base, lines, bands_title),
        [rate_strip(band.won, most, base) for band in found.bands],
        any(band.joined for band in found.bands),
        lifts_title,
        [one for one in found.lifts if one.idle],
        [_rule_row(one) for one in found.lifts if not one.idle],
        lift_axis(),
        on_the_line,
        calibration_chart(found.bands, on_the_line) if found.curve is not None else None,
        speed_title,
        curves,
        _days(found),
        [GroupRow(one, rate_strip(one.leads, most_of_groups, base)) for one in found.groups],
    )


def _verdict(found: Measures) -> list[tuple[str, str, str]]:
    """Five figures, each with its name and its range or counts."""
    figures = []
    name, funnel, left = found.outcomes.won.name, found.funnel, found.rows.left
    if funnel is not None and funnel.steps:
        top = funnel.steps[-1]
        figures.append((f"{top.stage}: then {name}", share_text(top.won.value), _range_and_counts(top.won)))
        figures.append(
            (f"Leads that reach {top.stage}", share_text(top.of_leads.value), _range_and_counts(top.of_leads))
        )
        figures.append(
            (
                f"{name} without {top.stage}",
                f"{funnel.won_without:,}",
                f"of {funnel.won.count:,} who reach {name}",
            )
        )
    else:
        figures.append(
            (f"Leads that reach {name}", share_text(found.base.value), _range_and_counts(found.base))
        )
    if found.order is not None:
        low, high = found.order.low * 100, found.order.high * 100
        figures.append(
            (
                "Order right",
                f"{found.order.value * 100:.0f} of 100",
                f"pairs: the winner scored higher ({low:.0f}–{high:.0f})",
            )
        )
    days = (found.rows.asked.within + found.rows.age) / DAY
    figures.append(("Not old enough yet", f"{left.too_young:,}", f"in no figure until {days:g} days old"))
    return figures


def _range_and_counts(rate: Rate) -> str:
    counts = f"{rate.count:,} of {rate.of:,}"
    if rate.low is None or rate.high is None:
        return counts
    return f"{dashed(rate.low, rate.high)} · {counts}"


def dashed(low: float, high: float) -> str:
    """The ends of an interval: 21–29%."""
    return "–".join(f"{end * 100:.0f}" if end >= 0.0995 else f"{end * 100:.1f}" for end in (low, high)) + "%"


def with_dashes(text: str) -> str:
    """Intervals in a sentence as the page writes them: `25% [21-29]` is `25% (21–29)`, `2.1x` is `2.1×`."""
    return re.sub(r"(\d)x\b", r"\1×", re.sub(r"\[([\d.]+)-([\d.]+)\]", r"(\1–\2)", text))


def _funnel_title(found: Measures) -> str:
    funnel, name = found.funnel, found.outcomes.won.name
    if funnel is None or not funnel.steps or funnel.steps[-1].won.value is None:
        return f"From lead to {name}"
    top = funnel.steps[-1]
    return f"{share_text(top.won.value)} of leads in {top.stage} go on to {name}"


def _funnel(found: Measures) -> list[FunnelRow]:
    funnel, name = found.funnel, found.outcomes.won.name
    if funnel is None:
        return []
    rates = [step.of_before for step in funnel.steps] + [funnel.steps[-1].won] if funnel.steps else []
    most = max([rate.high or 0.0 for rate in rates] + [0.01])
    rows = [FunnelRow("Leads", funnel.leads, share_strip(1, 1, "stage-0"), "")]
    above = "leads"
    for place, step in enumerate(funnel.steps, 1):
        css = f"stage-{min(place, 3)}"
        rows.append(
            FunnelRow(
                step.stage,
                step.of_leads.count,
                share_strip(step.of_leads.count, funnel.leads, css),
                f"of {above}",
                step.of_before,
                rate_strip(step.of_before, most, None, css),
            )
        )
        above = step.stage
    if funnel.steps:
        top = funnel.steps[-1]
        rows.append(
            FunnelRow(
                f"then {name}",
                top.won.count,
                share_strip(top.won.count, funnel.leads, "bar"),
                f"of {top.won.of:,} in {top.stage}",
                top.won,
                rate_strip(top.won, most, None),
            )
        )
        rows.append(
            FunnelRow(
                f"{name} without {top.stage}",
                funnel.won_without,
                share_strip(funnel.won_without, funnel.leads, "bar few"),
                "in no rate",
                aside=True,
            )
        )
    return rows


def _bands_title(found: Measures) -> str:
    base = found.base.value
    best = next((b for b in reversed(found.bands) if b.won.low is not None), None)
    if best is None or base is None or best.won.low is None or best.won.low <= base:
        return "Wins by score"
    return f"From {best.low} points on, {share_text(best.won.value)} win"


def _lifts_title(lifts: Sequence[Lift]) -> str:
    idle = sum(bool(one.idle) for one in lifts)
    wrong = sum(_wrong(one) for one in lifts)
    said = []
    if idle:
        said.append(f"{counted(idle, 'rule')} {'does' if idle == 1 else 'do'} nothing")
    if wrong:
        said.append(
            f"{wrong if idle else counted(wrong, 'rule')} {'points' if wrong == 1 else 'point'} the wrong way"
        )
    return "; ".join(said) or "What each rule is worth"


def _wrong(one: Lift) -> bool:
    """Whether a rule's leads surely do the opposite of what its points say."""
    return bool(
        one.ratio is not None and one.ratio.sure and one.gives and (one.ratio.value > 1) != (one.gives > 0)
    )


def _rule_row(one: Lift) -> RuleRow:
    differs = one.worth is not None and one.gives is not None and abs(one.worth - one.gives) >= 5
    return RuleRow(one, lift_strip(one.ratio), differs)


def _on_the_line(found: Measures) -> str:
    known = [b for b in found.bands if b.won.low is not None and b.won.high is not None]
    on_it = sum(b.won.low <= b.said <= b.won.high for b in known)  # type: ignore[operator]
    if not known:
        return "What the score says"
    if on_it == len(known):
        return "The score means what it says"
    return f"{on_it} of {counted(len(known), 'band')} lie on the line within their whiskers"


def _speed(found: Measures) -> tuple[str, Markup | None]:
    speed = found.speed
    if speed is None:
        return "", None
    pairs = (("curve-1", speed.qualified, speed.half_qualified), ("curve-2", speed.others, speed.half_others))
    curves = [(css, curve, half) for css, curve, half in pairs if curve is not None]
    if not curves:
        return "", None
    name = found.outcomes.won.name
    title = f"How soon leads reach {name}"
    if speed.half_qualified is not None:
        stage = top_stage(found)
        title = f"Half of those in {stage} who reach {name} do so by day {speed.half_qualified:.0f}"
    return title, curves_chart(curves, speed.days, title)


def top_stage(found: Measures) -> str:
    """The name of the highest stage."""
    names = stage_names(found.plan, found.track)
    return names[-1] if names else ""


def _days(found: Measures) -> list[Days]:
    """The curves as figures, at every sixth of the time."""
    speed = found.speed
    if speed is None:
        return []
    days = [round(speed.days * sixth / 6, 1) for sixth in range(1, 7)]
    return [Days(day, _by_day(speed.qualified, day), _by_day(speed.others, day)) for day in days]


def _by_day(curve: Curve | None, day: float) -> str:
    if curve is None:
        return "too few"
    share, low, high = curve.at(day)
    return f"{share_text(share)} ({dashed(low, high)})"
