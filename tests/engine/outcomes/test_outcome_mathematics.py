"""The mathematics of outcomes against lifelines, scikit-learn and plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest
from leadwright.engine.outcomes.calibration import bands, brier, platt
from leadwright.engine.outcomes.intervals import Rate, katz, wilson
from leadwright.engine.outcomes.learn.candidates import search
from leadwright.engine.outcomes.learn.fit import MEAN_SLOPE, fitted
from leadwright.engine.outcomes.learn.learner import same_share
from leadwright.engine.outcomes.learn.round import bounds, grid_of, rounded
from leadwright.engine.outcomes.ranking import auc, auc_interval, precision_at_recall, redraws
from leadwright.engine.outcomes.survival import aalen_johansen, kaplan_meier
from leadwright.engine.outcomes.thresholds import cautious_threshold, thresholds

SEEDS = range(4)


def lives(seed: int, size: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ages, who won, who was lost, with tied ages among them."""
    chance = np.random.default_rng(seed)
    won_at, lost_at = chance.exponential(30, size), chance.exponential(50, size)
    seen = chance.uniform(1, 90, size)
    age = np.round(np.minimum(np.minimum(won_at, lost_at), seen), 1) + 0.1
    return age, (won_at <= lost_at) & (won_at <= seen), (lost_at < won_at) & (lost_at <= seen)


@pytest.mark.parametrize("seed", SEEDS)
def test_kaplan_meier_is_that_of_lifelines(seed: int) -> None:
    from lifelines import KaplanMeierFitter

    age, won, _ = lives(seed)
    theirs = KaplanMeierFitter().fit(age, won)
    interval = theirs.confidence_interval_survival_function_
    ours = kaplan_meier(age, won)
    for at in (0.05, 3, 20, 45, 80):
        share, low, high = ours.at(at)
        ends = 1 - interval.loc[:at].iloc[-1].to_numpy()
        assert share == pytest.approx(1 - float(theirs.predict(at)), abs=1e-9)
        assert (low, high) == pytest.approx((ends.min(), ends.max()), abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_aalen_johansen_is_that_of_lifelines_where_no_ages_are_tied(seed: int) -> None:
    from lifelines import AalenJohansenFitter

    age, won, lost = lives(seed)
    age = age + np.random.default_rng(seed).permutation(len(age)) * 1e-7
    theirs = AalenJohansenFitter(calculate_variance=True).fit(
        age, np.where(won, 1, np.where(lost, 2, 0)), event_of_interest=1
    )
    ours = aalen_johansen(age, won, lost)
    for at in (3, 20, 45, 80):
        share, low, high = ours.at(at)
        ends = theirs.confidence_interval_.loc[:at].iloc[-1].to_numpy()
        assert share == pytest.approx(theirs.cumulative_density_.loc[:at].iloc[-1].item(), abs=1e-9)
        if not np.isnan(ends).any():  # lifelines gives no interval after the last lead at risk
            assert (low, high) == pytest.approx((ends.min(), ends.max()), abs=1e-6)


def test_a_lost_lead_is_not_one_of_which_nothing_is_known() -> None:
    age, won, lost = lives(1)
    assert kaplan_meier(age, won).at(80)[0] > aalen_johansen(age, won, lost).at(80)[0] + 0.1


def test_half_of_those_who_win_by_a_day() -> None:
    age = np.array([1.0, 2.0, 3.0, 4.0, 9.0, 9.0])
    won = np.array([True, True, True, True, False, False])
    curve = kaplan_meier(age, won)
    assert curve.half_by(9) == 2.0
    assert kaplan_meier(age, np.zeros(6, bool)).half_by(9) is None


def test_wilson_solves_its_equation() -> None:
    for count, of in ((0, 7), (3, 20), (45, 60), (60, 60)):
        for end in wilson(count, of):
            rate, z = count / of, 1.959963984540054
            if 0 < end < 1:
                assert (rate - end) ** 2 == pytest.approx(z * z * end * (1 - end) / of)


def test_katz_is_the_delta_method_on_the_log_scale() -> None:
    found = katz(30, 100, 20, 200)
    assert found is not None
    error = math.sqrt(1 / 30 - 1 / 100 + 1 / 20 - 1 / 200)
    assert found.value == pytest.approx(3.0)
    assert (found.low, found.high) == pytest.approx(
        (3 * math.exp(-1.959963984540054 * error), 3 * math.exp(1.959963984540054 * error))
    )
    assert found.sure
    assert katz(0, 40, 5, 40) is not None
    assert katz(1, 4, 5, 40) is None


def test_below_five_there_is_no_rate() -> None:
    assert Rate(1, 4).value is None
    assert Rate(1, 4).low is None
    assert Rate(1, 5).value == 0.2


@pytest.mark.parametrize("seed", SEEDS)
def test_the_area_is_that_of_scikit_learn_and_the_interval_covers_it(seed: int) -> None:
    from sklearn.metrics import roc_auc_score

    chance = np.random.default_rng(seed)
    won = chance.random(500) < 0.2
    score = chance.integers(0, 12, 500) + 2 * won
    assert auc(score, won) == pytest.approx(roc_auc_score(won, score))
    found = auc_interval(score, won)
    assert found is not None
    draws = [auc(score[some], won[some]) for some in (chance.integers(0, 500, 500) for _ in range(300))]
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * np.std(draws), rel=0.2)
    assert redraws(score, np.zeros(500), won) > 0.9


def test_precision_at_half_of_the_winners_shares_ties() -> None:
    score = np.array([9, 8, 8, 1])
    won = np.array([True, True, False, False])
    assert precision_at_recall(score, won) == 1.0
    assert precision_at_recall(np.zeros(4), won) == 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_platt_is_a_logistic_regression_on_smoothed_targets(seed: int) -> None:
    from sklearn.linear_model import LogisticRegression

    chance = np.random.default_rng(seed)
    score = chance.integers(-20, 80, 300)
    won = chance.random(300) < 1 / (1 + np.exp(3 - score / 25))
    found = platt(score, won)
    n, m = won.sum(), (~won).sum()
    target = np.where(won, (n + 1) / (n + 2), 1 / (m + 2))
    both = np.concatenate([score, score])[:, None]
    theirs = LogisticRegression(C=1e8, tol=1e-10, max_iter=10_000).fit(
        both / 50, np.repeat([1, 0], 300), np.concatenate([target, 1 - target])
    )
    assert found.slope == pytest.approx(theirs.coef_.item() / 50, abs=1e-4)
    assert found.intercept == pytest.approx(theirs.intercept_.item(), abs=1e-3)
    said = found.of(score)
    assert 0 < said.min() < said.max() < 1
    assert brier(said, won).value == pytest.approx(float(((said - won) ** 2).mean()))


def test_bands_with_few_leads_join_a_neighbour() -> None:
    score = np.repeat([5, 15, 25, 35], [100, 100, 40, 10])
    won = np.arange(250) % 5 == 0
    found = bands(score, won, np.full(250, 0.2), width=10)
    assert [(band.low, band.high, band.won.of, band.joined) for band in found] == [
        (0, 9, 100, False), (10, 19, 100, False), (20, 39, 50, True),
    ]  # fmt: skip


def test_a_threshold_is_chosen_by_the_low_end() -> None:
    score = np.repeat([90, 60, 30], [20, 60, 200])
    won = np.concatenate([np.arange(20) < 13, np.arange(60) < 30, np.arange(200) < 10])
    plain = {one.score: one.precision.value for one in thresholds(score, won, np.arange(280), [90, 60, 30])}
    assert plain[60] == pytest.approx(43 / 80)
    assert cautious_threshold(score, won, 0.53) is None or cautious_threshold(score, won, 0.53) > 60
    assert cautious_threshold(score, won, 0.45) == 60


# --- the fit --------------------------------------------------------------------------------------


def drawn(seed: int, size: int, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leads and outcomes for which these points are true."""
    chance = np.random.default_rng(seed)
    given = (chance.random((size, len(points))) < chance.uniform(0.1, 0.5, len(points))).astype(float)
    odds = given @ points * MEAN_SLOPE
    won = chance.random(size) < 1 / (1 + np.exp(2.5 + odds.mean() - odds))
    return given, won


def learned(given: np.ndarray, won: np.ndarray, present: np.ndarray) -> np.ndarray:
    fit = fitted(given, won, present.astype(float))
    ratios = [
        katz(
            int(won[column > 0].sum()),
            int((column > 0).sum()),
            int(won[column == 0].sum()),
            int((column == 0).sum()),
        )
        for column in given.T
    ]
    lift = np.array([0.0 if one is None else math.log(one.value) for one in ratios])
    sure = np.array([one is not None and one.sure for one in ratios])
    return rounded(fit, present, bounds(fit, present, lift, sure), grid_of(present))


TRUE = np.array([40, 30, 25, 20, 15, 10, 5, 0, -10, -20, 20, -30])
POOR = np.array([-5, 10, -10, 10, 5, 30, 25, 20, -5, 10, 5, 5])


def test_true_points_are_left_alone() -> None:
    changed, worse = [], 0
    for seed in range(12):
        given, won = drawn(seed, 300, TRUE)
        later, later_won = drawn(seed + 100, 4_000, TRUE)
        found = learned(given, won, TRUE)
        changed.append(int((found != TRUE).sum()))
        worse += auc(later @ found, later_won) < auc(later @ TRUE, later_won) - 0.005
    assert worse <= 1
    assert np.mean(changed) <= 1


def test_poor_points_are_mended() -> None:
    gains: dict[int, list[float]] = {300: [], 600: []}
    for size, found in gains.items():
        for seed in range(8):
            given, won = drawn(seed, size, TRUE)
            later, later_won = drawn(seed + 100, 4_000, TRUE)
            points = learned(given, won, POOR)
            found.append(auc(later @ points, later_won) - auc(later @ POOR, later_won))
    assert np.mean(gains[300]) >= 0.08
    assert np.mean(gains[600]) >= 0.12


def test_where_outcomes_are_shuffled_nothing_is_changed() -> None:
    given, won = drawn(1, 1_000, TRUE)
    chance = np.random.default_rng(2)
    assert sum((learned(given, chance.permutation(won), POOR) != POOR).any() for _ in range(40)) <= 2


def test_a_sign_turns_only_with_evidence_and_never_against_the_plain_rate() -> None:
    for seed in range(6):
        given, won = drawn(seed, 400, TRUE)
        found = learned(given, won, POOR)
        for column, points, present in zip(given.T, found, POOR, strict=True):
            plain = won[column > 0].mean() - won[column == 0].mean()
            assert points in (present, 0) or (points > 0) == (plain > 0)


def test_a_threshold_follows_the_points_and_says_so_where_no_score_lies_close() -> None:
    before = np.repeat([0, 20, 40], [60, 24, 16])
    assert same_share(before, before // 2, 40, 5) == (20, "About as many leads reach it as before.")
    assert same_share(before, np.repeat([0, 10, 20], [10, 59, 31]), 40, 5) == (
        20,
        "31 leads reach it, 16 did before: no score lies closer.",
    )
    assert same_share(before, np.repeat([0, 40], [83, 17]), 40, 5) == (
        40,
        "About as many leads reach it as before.",
    )
    assert same_share(before, before, 60, 5) is None


def test_a_rule_that_says_nothing_of_the_later_leads_does_not_stop_the_search() -> None:
    chance = np.random.default_rng(4)
    known = (chance.random((400, 3)) < 0.3).astype(float)
    earlier = np.arange(400) < 280
    known[~earlier, 0], known[~earlier, 1] = 0.0, 1.0
    columns = (chance.random((400, 5)) < 0.3).astype(np.uint8)
    won = chance.random(400) < 0.1 + 0.5 * columns[:, 2]
    assert [one.number for one in search(columns, known, won, earlier).chosen] == [2]
