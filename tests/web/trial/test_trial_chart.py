"""The drawing of scores: few round bars that hold every lead, in proportion."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from leadwright.engine.impact.effect import Effect
from leadwright.web.tryout.chart import HEIGHT, WIDTH, chart

SCORES = st.dictionaries(st.integers(-1_000_000, 1_000_000) | st.integers(-20, 120), st.integers(1, 500))


@given(SCORES, SCORES, st.booleans())
def test_every_lead_is_in_a_bar(before: dict[int, int], after: dict[int, int], live: bool) -> None:
    effect = Effect(totals_before=Counter(before), totals_after=Counter(after))
    found = chart(effect, live)
    if found is None:
        assert not after
        return
    assert sum(bar.draft for bar in found.bars) == sum(after.values())
    assert len(found.bars) <= 24
    assert found.bars[-1].x + found.bars[-1].width <= WIDTH + 0.5
    for bar in found.bars:
        assert bar.draft == sum(leads for score, leads in after.items() if bar.low <= score <= bar.high)
        assert 0 <= bar.draft_height <= HEIGHT
        assert bool(bar.draft) is (bar.draft_height > 0)
        assert bar.live == (
            sum(leads for score, leads in before.items() if bar.low <= score <= bar.high) if live else None
        )


def test_the_median_is_the_score_of_the_lead_in_the_middle() -> None:
    found = chart(Effect(totals_after=Counter({0: 2, 10: 1, 90: 2})), False)
    assert found is not None
    assert found.median == 10
