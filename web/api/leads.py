"""Leads in the database: searched, and explained."""

from __future__ import annotations

from typing import Any

from ...engine.report.decision_data import decision_data
from ...engine.report.score_changes import turn_data
from ...engine.store.export.score_files import as_data
from ...engine.store.export.scores import LeadScore
from ...engine.store.records.leads import StoredLead
from ...engine.store.records.rulesets import ruleset_names
from ...engine.store.scoring.lead_pages import BadCursor, lead_page
from ...engine.store.scoring.score_history import explained_history
from ..access import settings
from ..accounts.users import Role
from ..database import reading
from ..problems import invalid, not_found
from ..queries import events_of_lead, instant_asked, lead_with, stored_scores
from ..ruleset_cache import ready, runnable, version_of
from .operations import Operation
from .schemas import (
    AT,
    GIVEN,
    INSTANT,
    INTEGER,
    MAYBE,
    MAYBE_NUMBER,
    RULESET,
    STAGES,
    STRING,
    VERSION,
    YES,
    many,
    obj,
    refer,
)

_KEY = {"type": "string", "minLength": 1, "maxLength": 1_000}
_LIMIT = {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}


def search(
    q: str | None, ruleset: str | None, stage: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Leads that a text is found in, else those with the highest scores, a page at a time."""
    store = reading(settings())
    if ruleset is not None:
        version_of(store, ruleset)
    chosen = ruleset or next(iter(ruleset_names(store)), None)
    try:
        page = lead_page(store, chosen, text=q, stage=stage, after=cursor, limit=limit)
    except BadCursor:
        raise invalid(
            'The cursor is not one that a page of these leads gave. Send the "next" of the page before, with '
            "the same q, ruleset and stage; leave it out for the first page."
        ) from None
    scores = stored_scores(store, chosen, page.leads) if chosen is not None else {}
    leads = [_lead(lead, scores.get(lead.key)) for lead in page.leads]
    return {"ruleset": chosen, "leads": leads, "next": page.next}


_UNSCORED: dict[str, Any] = {
    "score": None,
    "stage": None,
    "disqualified": None,
    "scores": {},
    "stages": {},
    "grades": {},
    "tags": [],
    "version": None,
    "as_of": None,
    "owner": None,
}


def _lead(lead: StoredLead, score: LeadScore | None) -> dict[str, Any]:
    about = {"lead": lead.key, "fields": dict(lead.fields)}
    if score is None:
        return about | _UNSCORED
    scored = as_data(score, lines=False)
    return about | {"owner": None} | scored | {"stage": score.stage, "disqualified": bool(score.reasons)}


def explain(lead: str, ruleset: str | None, version: int | None, at: str | None) -> dict[str, Any]:
    """The decision about a stored lead, with everything that explains it."""
    store = reading(settings())
    found = lead_with(store, lead)
    names = ruleset_names(store)
    if ruleset is None and not names:
        raise not_found("No ruleset has been published yet, so there is nothing to explain by.")
    rules = ready(store, ruleset or names[0], version)
    now = instant_asked(at, store, rules.version.ruleset)
    evaluator = rules.evaluator
    decision = evaluator.decide(evaluator.facts(found.fields, events_of_lead(store, found.id)), now)
    return {
        "lead": found.key,
        "ruleset": rules.version.ruleset,
        "version": rules.version.number,
        "decision": decision_data(decision),
    }


def history(lead: str, ruleset: str | None) -> dict[str, Any]:
    """Every score that was stored for a lead, each change with its causes; the newest first."""
    store = reading(settings())
    found = lead_with(store, lead)
    names = ruleset_names(store)
    if ruleset is None and not names:
        raise not_found("No ruleset has been published yet, so no lead has a score.")
    chosen = version_of(store, ruleset or names[0]).ruleset
    turns = explained_history(store, chosen, found, runnable, most=100)
    return {
        "lead": found.key,
        "ruleset": chosen,
        "history": [turn_data(turn) for turn in reversed(turns)],
    }


_EVENTS = many(obj({"type": STRING, "object": MAYBE, "at": INSTANT}))
_CAUSE = {"enum": ["time", "events", "fields", "rules"]}
_CHANGE = obj(
    {
        "points": INTEGER,
        "since": INSTANT,
        "events": _EVENTS,
        "events_gone": _EVENTS,
        "fields": many(obj({"name": STRING, "before": GIVEN, "after": GIVEN})),
        "steps": many(
            obj(
                {
                    "cause": _CAUSE,
                    "points": INTEGER,
                    "stages_before": STAGES,
                    "stages_after": STAGES,
                    "lines": many(
                        obj(
                            {
                                "name": STRING,
                                "score": MAYBE,
                                "before": INTEGER,
                                "after": INTEGER,
                                "points": INTEGER,
                                "evidence": many(obj({"asked": STRING, "before": MAYBE, "after": MAYBE})),
                                "along": many(_CAUSE),
                            }
                        )
                    ),
                }
            )
        ),
    }
)

OPERATIONS = (
    Operation(
        "GET",
        "/leads",
        "leads",
        "List leads and their scores, the highest first; with q, those with a text in their id or any text",
        Role.VIEWER,
        search,
        obj({"ruleset": MAYBE, "leads": many(refer("Lead")), "next": MAYBE}),
        queries={
            "q": {"type": "string", "maxLength": 200},
            "ruleset": RULESET,
            "stage": {"type": "string", "minLength": 1, "maxLength": 200},
            "limit": _LIMIT,
            "cursor": {"type": "string", "minLength": 1, "maxLength": 4_000},
        },
    ),
    Operation(
        "GET",
        "/explanation",
        "explanation",
        "Explain a lead by a ruleset, as of an instant (without one, that of the last scoring)",
        Role.VIEWER,
        explain,
        obj({"lead": STRING, "ruleset": STRING, "version": INTEGER, "decision": refer("Decision")}),
        queries={
            "lead": _KEY | {"x-required": True},
            "ruleset": RULESET,
            "version": VERSION,
            "at": AT,
        },
    ),
    Operation(
        "GET",
        "/score-history",
        "score_history",
        "Say why a lead's score changed: each change split into time, events, fields and rules",
        Role.VIEWER,
        history,
        obj(
            {
                "lead": STRING,
                "ruleset": STRING,
                "history": many(
                    obj(
                        {
                            "now": INSTANT,
                            "version": INTEGER,
                            "stored": YES,
                            "run": MAYBE_NUMBER,
                            "score": INTEGER,
                            "stages": STAGES,
                            "disqualified": many(STRING),
                            "unexplained": INTEGER,
                            "change": {"anyOf": [_CHANGE, {"type": "null"}]},
                        }
                    )
                ),
            }
        ),
        queries={"lead": _KEY | {"x-required": True}, "ruleset": RULESET},
    ),
)
