"""What waits for a second person: asked for, approved, declined."""

from __future__ import annotations

from typing import Any

from ..access import account, doer, person, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..drafts import current
from ..problems import Problem, invalid, not_found
from ..publishing import approve as publish_approved
from ..publishing import publishable
from ..review.approvals import Approval, PublishRequest, approvals, ask, decline, open_approval
from ..ruleset_cache import live_of, read_text, version_of
from .operations import Operation
from .rulesets import version_data
from .schemas import (
    ENTRIES,
    HAND_OFF,
    INSTANT,
    INTEGER,
    MAYBE,
    MAYBE_INSTANT,
    MAYBE_NUMBER,
    NOTE,
    RULESET,
    STRING,
    VERSION,
    many,
    obj,
    refer,
)


def approval_data(approval: Approval) -> dict[str, Any]:
    """A wish as data."""
    return {
        "id": approval.id,
        "ruleset": approval.ruleset,
        "base": approval.base,
        "back_to": approval.back_to,
        "text": approval.text,
        "note": approval.note,
        "asked_by": approval.asked_by,
        "asked_at": _iso(approval.asked_at),
        "outcome": approval.outcome,
        "decided_by": approval.decided_by,
        "decided_at": _iso(approval.decided_at),
        "reason": approval.reason,
        "version": approval.version,
    }


def _iso(at: Any) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def list_all(name: str) -> dict[str, Any]:
    """All wishes of a ruleset, the newest first."""
    store = reading(settings())
    if current(store, name) is None:
        raise not_found(f"There is no ruleset {name}.")
    return {"approvals": [approval_data(one) for one in approvals(store, name)]}


def ask_for(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Asks somebody else to publish the draft, or an old version again."""
    with writing(settings()) as store:
        draft = current(store, name)
        if draft is None:
            raise not_found(f"There is no ruleset {name}.")
        note, version = body["note"].strip(), body.get("version")
        if version is not None:
            old = version_of(store, name, int(version))
            approval = PublishRequest(name, version_of(store, name).number, old.text, note, old.number)
        else:
            live = live_of(store, name)
            if draft.base != (live.number if live is not None else None):
                raise Problem(
                    409, "Changed in the meantime", "Another version is live by now. Catch up first."
                )
            publishable(read_text(store, settings(), draft.text, name).reading)
            approval = PublishRequest(name, draft.base, draft.text, note)
        made = ask(store, approval, account(), doer())
    if made is None:
        raise Problem(409, "Asked already", "Something of this ruleset waits for approval already.")
    return approval_data(made)


def _open(name: str, number: int) -> Approval:
    found = open_approval(reading(settings()), name)
    if found is None or found.id != number:
        raise Problem(409, "Decided already", "Nothing of this number waits for approval here.")
    return found


def approve(name: str, number: int, entries: str) -> dict[str, Any]:
    """Publishes what somebody else asked for."""
    found = _open(name, number)
    with writing(settings()) as store:
        made = publish_approved(
            store, settings(), found, account(), doer=doer(), hand_off=entries == HAND_OFF
        )
    return version_data(made, whole=True)


def refuse(name: str, number: int, body: dict[str, Any]) -> dict[str, Any]:
    """Declines what somebody asked for, or takes back what one asked for oneself."""
    found, who, asking = _open(name, number), account(), person()
    if who != found.asked_by and (asking is None or not asking.role.may(Role.PUBLISHER)):
        raise Problem(403, "Not allowed", "Only a publisher declines what others asked for.")
    reason = body.get("reason", "").strip()
    if who != found.asked_by and not reason:
        raise invalid('"reason" must say why, so that whoever asked can fix it')
    with writing(settings()) as store:
        if not decline(store, found, reason, who, doer()):
            raise Problem(409, "Decided already", "This was decided in the meantime.")
        return approval_data(next(one for one in approvals(store, name) if one.id == found.id))


_NAME = {"name": RULESET}
_ONE = {"name": RULESET, "number": VERSION}
_APPROVAL = obj(
    {
        "id": INTEGER,
        "ruleset": STRING,
        "base": MAYBE_NUMBER,
        "back_to": MAYBE_NUMBER,
        "text": STRING,
        "note": STRING,
        "asked_by": STRING,
        "asked_at": INSTANT,
        "outcome": {"enum": ["approved", "declined", "withdrawn", None]},
        "decided_by": MAYBE,
        "decided_at": MAYBE_INSTANT,
        "reason": MAYBE,
        "version": MAYBE_NUMBER,
    }
)

OPERATIONS = (
    Operation(
        "GET",
        "/rulesets/{name}/approvals",
        "approvals",
        "List what was asked to be published, the newest first",
        Role.VIEWER,
        list_all,
        obj({"approvals": many(_APPROVAL)}),
        parts=_NAME,
    ),
    Operation(
        "POST",
        "/rulesets/{name}/approvals",
        "ask_approval",
        "Ask somebody else to publish the draft, or an old version again",
        Role.EDITOR,
        ask_for,
        _APPROVAL,
        parts=_NAME,
        body=obj({"note": NOTE, "version": VERSION}, optional=("version",)),
        status=201,
    ),
    Operation(
        "POST",
        "/rulesets/{name}/approvals/{number}/approve",
        "approve",
        "Publish what somebody else asked for",
        Role.PUBLISHER,
        approve,
        refer("Version"),
        parts=_ONE,
        queries={"entries": ENTRIES},
        status=201,
    ),
    Operation(
        "POST",
        "/rulesets/{name}/approvals/{number}/decline",
        "decline",
        "Decline what somebody asked for, or take back what one asked for oneself",
        Role.EDITOR,
        refuse,
        _APPROVAL,
        parts=_ONE,
        body=obj({"reason": {"type": "string", "maxLength": 2_000}}, optional=("reason",)),
    ),
)
