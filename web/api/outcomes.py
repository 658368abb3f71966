"""Scores compared with outcomes: measured, tried on the past, and what outcomes speak for."""

from __future__ import annotations

from typing import Any

from ...engine.outcomes.costs import Costs, costs_of_rows
from ...engine.outcomes.definitions import NotMeasurable
from ...engine.outcomes.learn.learner import LearnOptions
from ...engine.report.backtests import backtest_data
from ...engine.report.outcomes import measures_data
from ...engine.report.proposals import proposal_data
from ..access import settings
from ..accounts.users import Role
from ..database import reading
from ..problems import invalid
from ..results.asking import MeasureForm, Replay, Rules, measured, not_comparable, proposed, replayed
from ..ruleset_cache import ready
from .operations import Operation
from .outcome_schemas import BACKTEST, MEASURES, PROPOSAL
from .rules import run_text
from .schemas import AT, RULESET, TEXT, VERSION, YES, many, obj

_ASKED = ("at", "within", "since", "until", "age", "born", "outcome")


def measure(body: dict[str, Any]) -> dict[str, Any]:
    """How scores compare with what became of leads."""
    found = measured(
        reading(settings()), _rules(body), _asked(body), by=body.get("by"), costs=_costs(body.get("costs"))
    )
    return measures_data(found)


def backtest(body: dict[str, Any]) -> dict[str, Any]:
    """Rules tried on the past."""
    against = body.get("against")
    replay = Replay(body["from"], body["to"], body.get("every", "month"), body.get("capacity"))
    other = None if against is None else _rules(against)
    return backtest_data(replayed(reading(settings()), _rules(body), _asked(body), replay, against=other))


def learn(body: dict[str, Any]) -> dict[str, Any]:
    """What outcomes speak for, as edits with their evidence; none is made."""
    options = LearnOptions(
        body.get("most_changes"),
        tuple(body.get("keep", ())),
        tuple(body.get("exclude", ())),
        tuple(body.get("use", ())),
        body.get("new_rules", True),
        body.get("precision"),
    )
    return proposal_data(proposed(reading(settings()), _rules(body), _asked(body), options))


def _rules(body: dict[str, Any]) -> Rules:
    """The rules that a request gives as a text, or names; named alone, they are those that are live."""
    if body.get("text") is not None:
        plan, files = run_text(body)
        return Rules(plan, files)
    if body.get("ruleset") is None:
        raise invalid('give either "text" or "ruleset"')
    number = body.get("version")
    found = ready(reading(settings()), body["ruleset"], None if number is None else int(number))
    if number is not None:
        return Rules(found.plan, found.version.files)
    return Rules.live(found)


def _asked(body: dict[str, Any]) -> MeasureForm:
    only = body.get("only")
    chosen = None if only is None else (only["field"], only["value"])
    return MeasureForm(**{name: body[name] for name in _ASKED if name in body}, only=chosen)


def _costs(rows: list[dict[str, Any]] | None) -> Costs | None:
    if rows is None:
        return None
    texts = [{name: str(value) for name, value in row.items()} for row in rows]
    try:
        return costs_of_rows(texts, "costs", first=1)
    except NotMeasurable as error:
        raise not_comparable(error) from None


_LENGTH = {
    "type": "string",
    "maxLength": 40,
    "description": "A length of time, like 90d, 12h or 4w.",
}
_NAME = {"type": "string", "minLength": 1, "maxLength": 1_000}
_NAMES = many(_NAME, maxItems=1_000)
_RULES = {"text": TEXT, "ruleset": RULESET, "version": VERSION}
_COMMON = {
    **_RULES,
    "at": AT,
    "within": _LENGTH | {"description": "How long a lead may take; as the rules say, else 90d."},
    "since": AT | {"description": "Only leads that came on this day or later."},
    "until": AT | {"description": "Only leads that came before this day."},
    "age": _LENGTH | {"description": "How long after it came a lead is looked at; as suits the data."},
    "born": _NAME | {"description": "The field or event that says when a lead came."},
    "outcome": _NAME | {"description": "Which outcome of the rules."},
}
_REPLAYED = {name: schema for name, schema in _COMMON.items() if name not in ("since", "until")}
_COST = obj(
    {
        "source": {"type": "string", "maxLength": 1_000},
        "month": {"type": "string", "maxLength": 10, "description": "Like 2026-03."},
        "cost": {"type": "number", "minimum": 0, "maximum": 1e15},
        "currency": {"type": "string", "maxLength": 10},
    },
    optional=("currency",),
)
_AGAINST = obj(_RULES, optional=tuple(_RULES))

OPERATIONS = (
    Operation(
        "POST",
        "/measure",
        "measure",
        "Compare scores with what became of leads",
        Role.VIEWER,
        measure,
        MEASURES,
        body=obj(
            {
                **_COMMON,
                "by": _NAME | {"description": "Also by the values of a field, such as the source."},
                "only": obj({"field": _NAME, "value": {"type": "string", "maxLength": 1_000}}),
                "costs": many(_COST, maxItems=10_000, description="What each value of `by` cost a month."),
            },
            optional=(*_COMMON, "by", "only", "costs"),
        ),
    ),
    Operation(
        "POST",
        "/backtest",
        "backtest",
        "Try rules on the past, knowing only what was known then",
        Role.VIEWER,
        backtest,
        BACKTEST,
        body=obj(
            {
                **_REPLAYED,
                "from": AT | {"description": "The first day to be replayed."},
                "to": AT | {"description": "The day after the last one."},
                "every": {"enum": ["day", "week", "month"]},
                "capacity": {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "maximum": 1e9,
                    "description": "How many leads a week the team can take; as many as reach the top stage.",
                },
                "against": _AGAINST,
            },
            optional=(*_REPLAYED, "every", "capacity", "against"),
        ),
    ),
    Operation(
        "POST",
        "/learn",
        "learn",
        "Propose points, rules and thresholds from outcomes; nothing is changed",
        Role.VIEWER,
        learn,
        PROPOSAL,
        body=obj(
            {
                **_COMMON,
                "most_changes": {"type": "integer", "minimum": 1, "maximum": 10_000},
                "keep": _NAMES | {"description": "Rules whose points stay."},
                "exclude": _NAMES | {"description": "Fields and events that are not used."},
                "use": _NAMES | {"description": "Fields and events that are used though they may leak."},
                "new_rules": YES,
                "precision": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            },
            optional=(
                *_COMMON,
                "most_changes",
                "keep",
                "exclude",
                "use",
                "new_rules",
                "precision",
            ),
        ),
    ),
)
