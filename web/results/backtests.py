"""Rules tried on the past, as a page shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import request
from markupsafe import Markup

from ...engine.outcomes.backtest import Backtest, Period, Side
from ...engine.outcomes.intervals import Rate
from ...engine.outcomes.ranking import Figure
from ...engine.report.backtests import headline
from ...engine.report.outcomes import rows_text, share_text
from ...engine.report.text_style import PLAIN
from ...engine.store.database import Store
from ...engine.values import instant_text, moment_of
from ..problems import Problem, invalid
from .asking import MeasureForm, Replay, Rules, measured, replayed
from .charts import Series, periods_chart
from .findings import with_dashes

_Of = Callable[[Side], tuple[float, float, float] | None]
_RateOf = Callable[[Side], Rate]

_MOST_MONTHS = 12
_EVERY = ("month", "week", "day")
_MOST_PERIODS = 60
"""More than these do not fit beside one another."""


@dataclass(frozen=True)
class BacktestView:
    """The cards of the page."""

    found: Backtest
    headline: str
    order: Markup
    precision_title: str
    precision: Markup
    recall_title: str
    recall: Markup
    judged: Sequence[str]
    not_real: str

    every: str

    @staticmethod
    def day(period: Period) -> str:
        """The first day of a period."""
        return instant_text(period.start)[:10]

    def label(self, period: Period) -> str:
        """The same, short: `Mar` for months, else `9 Mar`."""
        day = moment_of(period.start)
        return f"{day:%b}" if self.every == "month" else f"{day.day} {day:%b}"


def replay_asked(store: Store, rules: Rules, asked: MeasureForm) -> Replay:
    """The time that the address asks for; without it the latest months whose leads can be judged."""
    every = request.args.get("every", "month")
    if every not in _EVERY:
        raise invalid("Say day, week or month.")
    start, end = (request.args.get(name, "").strip()[:40] for name in ("from", "to"))
    if start and end:
        return Replay(start, end, every)
    months = [month for month in measured(store, rules, asked).months if month.won_of_born.of]
    if not months:
        raise Problem(422, "Nothing to compare", "No month has leads that are old enough to be judged.")
    first = months[-_MOST_MONTHS:][0].start
    last = instant_text(months[-1].start)[:10]
    year, month = int(last[:4]), int(last[5:7])
    following = f"{year + month // 12:04}-{month % 12 + 1:02}-01"
    return Replay(start or instant_text(first)[:10], end or following, every)


def backtest_view(
    store: Store, rules: Rules, asked: MeasureForm, replay: Replay, against: Rules | None
) -> BacktestView:
    """The backtest, drawn."""
    found = replayed(store, rules, asked, replay, against=against)
    if len(found.periods) > _MOST_PERIODS:
        raise invalid(f"These are more than {_MOST_PERIODS} periods. Choose longer ones, or fewer.")
    said = with_dashes(headline(found))
    whole, periods = found.whole, found.periods
    today = [None if one.today is None else one.today.value for one in periods]
    gap = whole.gap
    return BacktestView(
        found,
        said,
        periods_chart(
            _series(periods, lambda side: _ends(side.order)),
            (0.4, 1.0),
            said,
            today,
            [one.version for one in periods],
        ),
        _title("Precision", whole, lambda side: side.precision),
        periods_chart(
            _series(periods, lambda side: _rate_ends(side.precision)),
            (0.0, _most(periods, lambda side: side.precision)),
            "Precision by period",
        ),
        _title("Recall", whole, lambda side: side.recall),
        periods_chart(
            _series(periods, lambda side: _rate_ends(side.recall)),
            (0.0, _most(periods, lambda side: side.recall)),
            "Recall by period",
        ),
        rows_text(found.rows, found.outcomes.won.name, PLAIN),
        ""
        if gap is None or gap < 0.01 or whole.today is None or whole.live.order is None
        else f"Not real: {whole.today.value * 100:.0f} instead of {whole.live.order.value * 100:.0f}",
        replay.every,
    )


def _series(periods: Sequence[Period], of: _Of) -> list[Series]:
    live = Series("live", [of(one.live) for one in periods])
    if not any(one.against is not None for one in periods):
        return [live]
    return [live, Series("draft", [None if one.against is None else of(one.against) for one in periods])]


def _ends(figure: Figure | None) -> tuple[float, float, float] | None:
    return None if figure is None else (figure.value, figure.low, figure.high)


def _rate_ends(rate: Rate) -> tuple[float, float, float] | None:
    if rate.value is None or rate.low is None or rate.high is None:
        return None
    return rate.value, rate.low, rate.high


def _most(periods: Sequence[Period], of: _RateOf) -> float:
    sides = [side for one in periods for side in (one.live, one.against) if side is not None]
    return max([of(side).high or 0.0 for side in sides] + [0.05])


def _title(word: str, whole: Period, of: _RateOf) -> str:
    live = share_text(of(whole.live).value)
    if whole.against is None:
        return f"{word}: {live}"
    return f"{word}: {live} → {share_text(of(whole.against).value)}"
