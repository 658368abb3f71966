"""My leads: what was handed to a salesperson, why, and what they answer."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.handoffs.people import folded
from ...engine.live.answers import answer
from ...engine.report.text_style import listed
from ...engine.store.database import Store
from ...engine.store.handoffs.assigning import note_answers
from ...engine.store.handoffs.people import people
from ...engine.store.handoffs.reading import ANSWERS, HandedLead, Standing, handed_lead, handed_to
from ...engine.store.records.events import events_of
from ...engine.store.records.leads import find_lead
from ...engine.store.scoring.scores import stored_score
from ...engine.values import instant_of
from ..access import account, needs, person, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..problems import Problem, invalid, not_found
from ..queries import told
from ..ruleset_cache import kept, version_of
from .context import text_asked

pages = Blueprint("my_leads", __name__)

REASONS = (
    "no budget",
    "wrong time",
    "not the right person",
    "no interest",
    "uses a competitor",
    "cannot be reached",
)
"""Why sales rejects a lead, as events say it."""

_MOST_EVENTS = 15
_LONGEST_NOTE = 500


@pages.get("/my-leads")
@needs(Role.SALES)
def index() -> str:
    """The leads of whoever asks, what is due first on top; others may look at anybody's."""
    store = reading(settings())
    show = request.args.get("show", Standing.WAITING.value)
    if show not in (Standing.WAITING.value, Standing.TALKS.value, Standing.REJECTED.value):
        raise invalid("Ask for leads that are waiting, in talks or rejected.")
    whose = _whose()
    mine = [one for one in handed_to(store, whose) if one.standing.value == show]
    return render_template(
        "my_leads.html",
        leads=[(one, _told(store, one)) for one in mine],
        show=show,
        whose=whose,
        people=[] if _only_own() else people(store),
        now=_now(),
    )


@pages.get("/my-leads/<number>")
@needs(Role.SALES)
def show(number: str) -> str:
    """One of the leads: why it is theirs now, the score line by line, what happened."""
    store = reading(settings())
    found = _found(store, number)
    lead = find_lead(store, found.lead)
    if lead is None:
        raise not_found("This lead is not there any more.")
    version = version_of(store, found.ruleset)
    score = stored_score(store, version.ruleset, lead.id)
    return render_template(
        "my_lead.html",
        handed=found,
        told=told(lead),
        fields=[(name, _written(value)) for name, value in lead.fields.items() if value is not None],
        score=score,
        events=list(reversed(events_of(store, lead.id)))[:_MOST_EVENTS],
        reasons=REASONS,
        now=_now(),
        longest=_LONGEST_NOTE,
    )


@pages.post("/my-leads/<number>")
@needs(Role.SALES)
def respond(number: str) -> Response:
    """Answers: accepted, contacted, or rejected with a reason. That is an event of the lead."""
    what, reason = request.form.get("what", ""), request.form.get("reason", "").strip()
    note = request.form.get("note", "").strip()[:_LONGEST_NOTE]
    if what not in ANSWERS:
        raise invalid("Say whether the lead is accepted, contacted or rejected.")
    if what != "rejected":
        reason = ""
    elif not reason:
        raise invalid("Say why the lead is rejected, so that it comes back at the right time or not at all.")
    found = _found(reading(settings()), number)
    now = instant_of(_now())
    with writing(settings()) as store:
        answer(
            store, found.lead, what, now, by=account(), reason=reason if what == "rejected" else "", note=note
        )
        version = version_of(store, found.ruleset)
        note_answers(store, kept().ready(version).plan, version, now)
    return redirect(url_for("my_leads.show", number=number), 303)


def _found(store: Store, number: str) -> HandedLead:
    """A handed lead that whoever asks may see."""
    plain = number.isascii() and number.isdecimal() and len(number) <= 9
    found = handed_lead(store, int(number)) if plain else None
    if found is None or (_only_own() and folded(found.address) != folded(account())):
        raise not_found("There is no such lead among yours.")
    return found


def _only_own() -> bool:
    who = person()
    return who is None or not who.role.may(Role.VIEWER)


def _whose() -> str:
    """Whose leads are shown: one's own, or, for those who may see all, whomever they ask for."""
    asked = text_asked("person")
    if asked is None or folded(asked) == folded(account()):
        return account()
    if _only_own():
        raise Problem(403, "Not allowed", "You see your own leads here, and nobody else's.")
    return asked


def _told(store: Store, handed: HandedLead) -> tuple[str, str]:
    lead = find_lead(store, handed.lead)
    return (handed.lead, "") if lead is None else told(lead)


def _written(value: object) -> str:
    """A field's value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return f"{value:,.0f}"
    return listed(value) if isinstance(value, list) else str(value)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
