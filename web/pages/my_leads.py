"""My leads: what was handed to a salesperson, why, and what they answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.handoffs.people import folded
from ...engine.live.answers import IN_TIME, answer, take_back
from ...engine.report.text_style import listed
from ...engine.score_one.facts import Event
from ...engine.store.database import Store, StoreError
from ...engine.store.handoffs.answers import note_answers
from ...engine.store.handoffs.people import changed, find_person, new_person, people, save_people
from ...engine.store.handoffs.reading import (
    ANSWERS,
    HandedLead,
    LeadUp,
    Standing,
    handed_lead,
    handed_to,
    lead_up,
    newest_handoff,
    standings,
)
from ...engine.store.records.events import StoredEvent, events_of
from ...engine.store.records.leads import find_lead
from ...engine.store.scoring.scores import stored_score
from ...engine.values import instant_of, moment_of
from ...engine.zone import UTC
from ..access import account, needs, person, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..problems import Problem, invalid, not_found
from ..queries import as_events, lead_title
from ..ruleset_cache import Ready, kept, version_of
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

_SHOWN = (Standing.WAITING.value, Standing.TALKS.value, Standing.REJECTED.value)
_MOST_EVENTS = 15
_LONGEST_NOTE = 500
_LONGEST_KEY = 20
_CALLED = ("phone", "telephone", "mobile", "phone number", "mobile phone")
_WRITTEN = ("email", "e-mail", "mail", "email address", "work email")
"""Fields, as most data calls them, by which a lead is reached."""


@pages.get("/my-leads")
@needs(Role.SALES)
def index() -> str:
    """The leads of whoever asks, what is due first on top; others may look at anybody's."""
    show = request.args.get("show", Standing.WAITING.value)
    if show not in _SHOWN:
        raise invalid("Ask for leads that are waiting, in talks or rejected.")
    return _page(reading(settings()), Standing(show), _whose())


@pages.get("/my-leads/newest")
@needs(Role.SALES)
def newest() -> Response:
    """The number of the newest lead of whoever asks, so that the page can say that there is another."""
    return jsonify(newest=newest_handoff(reading(settings()), _whose()))


@pages.post("/my-leads/away")
@needs(Role.SALES)
def away() -> Response:
    """Says from when to when whoever asks is away, or that they are back."""
    back = request.form.get("what") == "back"
    given = {name: "" if back else request.form.get(name, "") for name in ("away_from", "away_to")}
    with writing(settings()) as store:
        try:
            made = changed(find_person(store, account()) or new_person(account(), {}), given)
        except StoreError as error:
            said = f"{error.message}: {error.hint}."
            return make_response(_page(store, Standing.WAITING, account(), said=said), 422)
        with store.transaction() as connection:
            save_people(connection, [made])
    return redirect(url_for("my_leads.index"), 303)


@pages.get("/my-leads/<number>")
@needs(Role.SALES)
def show(number: str) -> str:
    """One of the leads: why it is theirs now, the score line by line, what happened."""
    store = reading(settings())
    found = _found(store, number)
    return _page(store, found.standing, found.address, found)


@pages.post("/my-leads/<number>")
@needs(Role.SALES)
def respond(number: str) -> Response:
    """Answers: accepted, contacted, or rejected with a reason. That is an event of the lead, and can be taken
    back for some minutes."""
    what, reason = request.form.get("what", ""), request.form.get("reason", "").strip()[:_LONGEST_NOTE]
    note = request.form.get("note", "").strip()[:_LONGEST_NOTE]
    found = _found(reading(settings()), number)
    now = instant_of(_now())
    if what == "undo":
        return _take_back(found, now)
    if what not in ANSWERS:
        raise invalid("Say whether the lead is accepted, contacted or rejected.")
    if what != "rejected":
        reason = ""
    elif not reason:
        raise invalid("Say why the lead is rejected, so that it comes back at the right time or not at all.")
    with writing(settings()) as store:
        key = answer(store, found.lead, what, now, by=account(), reason=reason, note=note)
        version = version_of(store, found.ruleset)
        note_answers(store, kept().ready(version).plan, version, now, [found.number])
    return redirect(url_for("my_leads.show", number=number, done=key), 303)


def _take_back(found: HandedLead, now: int) -> Response:
    """Takes the answer back that was just given."""
    key = request.form.get("key", "")
    number = (
        int(key) if key.removeprefix("-").isdecimal() and key.isascii() and len(key) <= _LONGEST_KEY else 0
    )
    with writing(settings()) as store:
        if not take_back(store, found.number, number, now, by=account()):
            raise Problem(
                409, "Too late", "This answer cannot be taken back any more. Give another one instead."
            )
    return redirect(url_for("my_leads.show", number=found.id), 303)


# --- what is shown ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ListedLead:
    """A lead in the list: who it is, what it did before it came, its stage's place on the ladder."""

    handed: HandedLead
    who: tuple[str, str]
    led: LeadUp | None
    place: int


def _page(
    store: Store, show: Standing, whose: str, opened: HandedLead | None = None, said: str | None = None
) -> str:
    """The list, and beside it, where there is room, one of its leads: the first where none is opened."""
    mine = handed_to(store, whose, show)
    counts = standings(store, whose)
    of = opened or next(iter(mine), None)
    owner = find_person(store, whose)
    return render_template(
        "my_leads.html",
        rows=[_row(store, one) for one in mine],
        many=counts[show],
        counts={one.value: counts[one] for one in Standing},
        show=show.value,
        whose=whose,
        person_known=owner,
        people=[] if _only_own() else people(store),
        zone=owner.zone if owner is not None else None,
        name_by=_names(store),
        newest=newest_handoff(store, whose),
        opened=opened,
        own=folded(whose) == folded(account()),
        away_now=owner is not None and owner.is_away(instant_of(_now()), UTC),
        said=said,
        now=_now(),
        **({"one": None} if of is None else _about(store, of)),
    )


def _names(store: Store) -> Callable[[str], str]:
    """What people are called, by their addresses."""
    names = {folded(one.address): one.name for one in people(store)}
    return lambda address: names.get(folded(address), address)


def _row(store: Store, handed: HandedLead) -> _ListedLead:
    lead = find_lead(store, handed.lead)
    who = (handed.lead, "") if lead is None else lead_title(lead)
    return _ListedLead(handed, who, lead_up(store, handed), _place(store, handed))


def _place(store: Store, handed: HandedLead) -> int:
    """The place of a stage on the ladder, whose colour it has."""
    stages = kept().ready(version_of(store, handed.ruleset)).plan.stages
    names = [stage.name for stage in stages if stage.track == handed.track]
    return min(names.index(handed.stage) + 1, 3) if handed.stage in names else 0


def _about(store: Store, handed: HandedLead) -> dict[str, object]:
    lead = find_lead(store, handed.lead)
    if lead is None:
        raise not_found("This lead is not there any more.")
    version = version_of(store, handed.ruleset)
    ready = kept().ready(version)
    events = events_of(store, lead.id)
    known = {name: value for name, value in lead.fields.items() if value is not None}
    score = stored_score(store, version.ruleset, lead.id)
    clock = next((one.answer for one in ready.plan.handoffs if one.name == handed.handoff), None)
    return {
        "one": _row(store, handed),
        "calls": [(name, str(value)) for name, value in known.items() if _folded(name) in _CALLED],
        "mails": [(name, str(value)) for name, value in known.items() if _folded(name) in _WRITTEN],
        "fields": [(name, _written(value)) for name, value in known.items()],
        "unknown": [field.name for field in ready.plan.fields if known.get(field.column) is None],
        "score": score,
        "stage_now": None if score is None else score.stages.get(handed.track),
        "if_rejected": _if_rejected(ready, lead.fields, events, handed.track),
        "otherwise": None if clock is None or clock.otherwise is None else clock.otherwise,
        "events": list(reversed(events))[:_MOST_EVENTS],
        "reasons": REASONS,
        "longest": _LONGEST_NOTE,
        "done": _done(handed),
    }


def _if_rejected(
    ready: Ready, fields: Mapping[str, object], events: Sequence[StoredEvent], track: str
) -> tuple[str | None, str | None]:
    """The stage of a lead now, and the one that it would be in once it is rejected."""
    evaluator, now = ready.evaluator, instant_of(_now())
    rejected = Event("rejected", moment_of(now), None, {})
    at = ready.plan.tracks.index(track) if track in ready.plan.tracks else 0
    stages = []
    for more in ([], [rejected]):
        result = evaluator.score(evaluator.facts(fields, [*as_events(events), *more]), now)
        stages.append(result.stages[at] if result.stages else None)
    return stages[0], stages[1]


def _done(handed: HandedLead) -> tuple[str, str] | None:
    """What was answered just now, with the key by which it is taken back."""
    key = request.args.get("done", "")
    last = next(iter(handed.answers[-1:]), None)
    if not key or last is None or (_now() - last.at).total_seconds() * 1e6 > IN_TIME:
        return None
    return last.what, key


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


def _folded(name: str) -> str:
    return name.casefold().replace("_", " ")


def _written(value: object) -> str:
    """A field's value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return f"{value:,.0f}"
    return listed(value) if isinstance(value, list) else str(value)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
