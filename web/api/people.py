"""What the person is told whom a decision is about, and reviews by people."""

from __future__ import annotations

from typing import Any

from ...engine.report.person import PersonExplanation, person_data
from ...engine.store.database import Store
from ...engine.store.person import person_explanation
from ...engine.store.records.leads import StoredLead
from ...engine.store.records.reviews import (
    MOST_LETTERS,
    HumanReview,
    present_instant,
    record_review,
    reviews_of,
)
from ...engine.store.records.rulesets import ruleset_names
from ..access import doer, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..problems import not_found
from ..queries import instant_asked, lead_with
from ..ruleset_cache import runnable, version_of
from .operations import Operation
from .schemas import AT, INSTANT, INTEGER, MAYBE_NUMBER, RULESET, STRING, YES, many, obj

_KEY = {"type": "string", "minLength": 1, "maxLength": 1_000}


def person_explained(
    store: Store, lead: StoredLead, ruleset: str | None, at: str | None
) -> tuple[str, PersonExplanation]:
    """The ruleset, and what to tell of its last decision by an instant. Problem 404 where there is none."""
    names = ruleset_names(store)
    if ruleset is None and not names:
        raise not_found("No ruleset has been published yet, so nothing was decided.")
    name = version_of(store, ruleset or names[0]).ruleset
    by = None if at is None else instant_asked(at)
    found = person_explanation(store, name, lead, runnable, by)
    if found is None:
        raise not_found(f"Nothing was decided about {lead.key} by {name}{' up to then' if at else ''}.")
    return name, found


def for_person(lead: str, ruleset: str | None, at: str | None) -> dict[str, Any]:
    """What to tell the person."""
    store = reading(settings())
    found = lead_with(store, lead)
    name, explanation = person_explained(store, found, ruleset, at)
    return {"lead": found.key, "ruleset": name, **person_data(explanation)}


def review(lead: str, body: dict[str, Any]) -> dict[str, Any]:
    """Records that the caller looked again at the last decision."""
    with writing(settings()) as store:
        found = lead_with(store, lead)
        name, explanation = person_explained(store, found, body.get("ruleset"), body.get("at"))
        keep_review(store, found, name, explanation, upheld=body["upheld"], reason=body["reason"])
        return {"reviews": [_data(one) for one in reviews_of(store, found.id)]}


def keep_review(
    store: Store, lead: StoredLead, ruleset: str, about: PersonExplanation, *, upheld: bool, reason: str
) -> None:
    """Records a review of a decision by whoever asks. Problem 422 without a reason."""
    assert about.version is not None
    given = HumanReview(ruleset, about.version, about.decided, present_instant(), doer().who, upheld, reason)
    record_review(store, lead.id, given)


def _data(one: HumanReview) -> dict[str, Any]:
    return {
        "ruleset": one.ruleset,
        "version": one.version,
        "decided": one.decided.isoformat().replace("+00:00", "Z"),
        "at": one.at.isoformat().replace("+00:00", "Z"),
        "who": one.who,
        "upheld": one.upheld,
        "reason": one.reason,
    }


_PAIRS = many(obj({"data": STRING, "result": STRING}))

OPERATIONS = (
    Operation(
        "GET",
        "/person-explanation",
        "person_explanation",
        "Explain the last decision (up to an instant) to the person it is about, in plain words",
        Role.VIEWER,
        for_person,
        obj(
            {
                "lead": STRING,
                "ruleset": STRING,
                "rules": STRING,
                "version": MAYBE_NUMBER,
                "decided": INSTANT,
                "result": STRING,
                "known": many(obj({"name": STRING, "value": STRING})),
                "unknown": many(STRING),
                "sources": many(STRING),
                "applied": many(obj({"sentence": STRING, "gave": STRING})),
                "limits": many(STRING),
                "meanings": many(STRING),
                "otherwise": _PAIRS,
                "missing": _PAIRS,
                "unsure": STRING,
                "reviews": many(STRING),
            }
        ),
        queries={"lead": _KEY | {"x-required": True}, "ruleset": RULESET, "at": AT},
    ),
    Operation(
        "POST",
        "/leads/{lead}/reviews",
        "review_decision",
        "Record that a person looked again at the last decision about a lead, whether it stands, and why",
        Role.EDITOR,
        review,
        obj(
            {
                "reviews": many(
                    obj(
                        {
                            "ruleset": STRING,
                            "version": INTEGER,
                            "decided": INSTANT,
                            "at": INSTANT,
                            "who": STRING,
                            "upheld": YES,
                            "reason": STRING,
                        }
                    )
                )
            }
        ),
        parts={"lead": _KEY},
        body=obj(
            {
                "upheld": YES,
                "reason": {"type": "string", "minLength": 1, "maxLength": MOST_LETTERS, "pattern": r"\S"},
                "ruleset": RULESET,
                "at": AT,
            },
            optional=("ruleset", "at"),
        ),
    ),
)
