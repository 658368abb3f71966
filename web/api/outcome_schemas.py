"""The shapes of answers about outcomes. Shares are from 0 to 1; rates are null below five leads."""

from __future__ import annotations

from .schemas import INSTANT, INTEGER, MAYBE, MAYBE_NUMBER, STRING, YES, Made, many, mapping, obj

NUMBER: Made = {"type": "number"}
MAYBE_SHARE: Made = {"type": ["number", "null"]}

_RATE_PARTS: Made = {
    "count": INTEGER,
    "of": INTEGER,
    "rate": MAYBE_SHARE,
    "low": MAYBE_SHARE,
    "high": MAYBE_SHARE,
}
RATE = obj(_RATE_PARTS)


def maybe(shape: Made) -> Made:
    """The shape, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


MAYBE_RATE = maybe(RATE)
MAYBE_FIGURE = maybe(obj({"value": NUMBER, "low": NUMBER, "high": NUMBER}))

_SCORE_RULE = obj(
    {
        "rule": STRING,
        "line": INTEGER,
        "leads": INTEGER,
        "won": INTEGER,
        "lift": MAYBE_FIGURE,
        "gives": MAYBE_NUMBER,
        "worth": MAYBE_SHARE,
        "idle": MAYBE,
    }
)
_STEP = obj({"stage": STRING, "of_leads": RATE, "of_step_before": RATE, "won": RATE, "too_young": INTEGER})
_FUNNEL = obj(
    {
        "leads": INTEGER,
        "sample_of": MAYBE_NUMBER,
        "won": RATE,
        "won_without_top_stage": INTEGER,
        "steps": many(_STEP),
    }
)
_COST = obj({"spent": NUMBER, "per_qualified": MAYBE_SHARE, "low": MAYBE_SHARE, "high": MAYBE_SHARE})

MEASURES = obj(
    {
        "outcome": STRING,
        "at": INSTANT,
        "within_days": NUMBER,
        "age_days": NUMBER,
        "dated": YES,
        "won": RATE,
        "left_out": mapping(INTEGER),
        "auc": MAYBE_FIGURE,
        "auc_with_todays_data": MAYBE_FIGURE,
        "brier": MAYBE_FIGURE,
        "brier_of_base_rate": NUMBER,
        "funnel": maybe(_FUNNEL),
        "stages": many(obj({"stage": MAYBE, **_RATE_PARTS})),
        "bands": many(obj({"from": INTEGER, "to": INTEGER, "joined": YES, "said": NUMBER, **_RATE_PARTS})),
        "rules": many(_SCORE_RULE),
        "thresholds": many(
            obj({"score": INTEGER, "leads_a_week": NUMBER, "precision": RATE, "recall": RATE})
        ),
        "speed": maybe(obj({"half_qualified_days": MAYBE_SHARE, "half_others_days": MAYBE_SHARE})),
        "months": many(
            obj({"month": STRING, "born": INTEGER, "won_of_born": RATE, "wins_in_month": INTEGER})
        ),
        "by": MAYBE,
        "groups": many(obj({"value": MAYBE, "won": RATE, "qualified": RATE, "cost": maybe(_COST)})),
        "currency": MAYBE,
        "unassigned_cost": mapping(NUMBER),
    }
)

_SIDE = obj({"auc": MAYBE_FIGURE, "precision": RATE, "recall": RATE, "brier": MAYBE_FIGURE})
_PERIOD = obj(
    {
        "from": STRING,
        "version": MAYBE,
        "leads": INTEGER,
        "won": INTEGER,
        "live": _SIDE,
        "against": maybe(_SIDE),
        "auc_with_todays_data": MAYBE_FIGURE,
        "gap": MAYBE_SHARE,
    }
)
BACKTEST = obj(
    {
        "outcome": STRING,
        "at": INSTANT,
        "within_days": NUMBER,
        "age_days": NUMBER,
        "leads": INTEGER,
        "won": INTEGER,
        "capacity_a_week": NUMBER,
        "better_in_redraws": MAYBE_SHARE,
        "better_in_periods": INTEGER,
        "periods": many(_PERIOD),
        "whole": _PERIOD,
    }
)

_ONE_SIDE = obj(
    {"stage": MAYBE, "precision": RATE, "recall": RATE, "leads_a_week": NUMBER, "auc": MAYBE_FIGURE}
)
BEFORE_AFTER = obj(
    {"outcome": STRING, "leads": INTEGER, "won": INTEGER, "before": _ONE_SIDE, "after": _ONE_SIDE}
)

_CHANGE = obj(
    {
        "sort": {"enum": ["points", "off", "rule", "threshold"]},
        "name": STRING,
        "old": MAYBE_NUMBER,
        "new": INTEGER,
        "condition": MAYBE,
        "why": STRING,
        "won": MAYBE_RATE,
        "others": MAYBE_RATE,
        "later": MAYBE_RATE,
        "lift": MAYBE_FIGURE,
        "failing_test": MAYBE,
        "edit": {"type": "object"},
    }
)
_EVALUATION = obj(
    {
        "leads": INTEGER,
        "won": INTEGER,
        "within_days": NUMBER,
        "later_part": YES,
        "auc_now": MAYBE_FIGURE,
        "auc_proposed": MAYBE_FIGURE,
        "better_in": NUMBER,
        "precision_at_half_recall_now": NUMBER,
        "precision_at_half_recall_proposed": NUMBER,
        "capacity": INTEGER,
        "precision_now": RATE,
        "precision_proposed": RATE,
        "recall_now": RATE,
        "recall_proposed": RATE,
        "brier_now": NUMBER,
        "brier_proposed": NUMBER,
        "brier_of_base_rate": NUMBER,
    }
)
PROPOSAL = obj(
    {
        "leads": INTEGER,
        "won": INTEGER,
        "nothing": MAYBE,
        "changes": many(_CHANGE),
        "new_rules": many(_CHANGE),
        "thresholds": many(_CHANGE),
        "close": many(obj({"condition": STRING, "earlier": RATE, "later": RATE, "why": STRING})),
        "left_out": many(obj({"name": STRING, "sort": STRING, "found": STRING, "event": YES})),
        "unproven": many(STRING),
        "evaluation": maybe(_EVALUATION),
        "text": STRING,
    }
)
