"""The outbox: where messages go, what waits, and what was refused, beside the answer that came."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.outbox.deliveries import (
    DROPPED,
    PARKED,
    WAITING,
    Tried,
    move,
    move_all,
    tallies,
    undelivered,
)
from ...engine.outbox.destinations import (
    MESSAGE_KINDS,
    TEMPLATES,
    Destination,
    DestinationError,
    Kind,
    State,
    add_destination,
    note_change,
    remove_destination,
    rotate_secret,
    set_state,
    shipped_template,
)
from ...engine.outbox.message import MessageRefused
from ...engine.outbox.sender import body_for, present
from ...engine.store.database import Store
from ...engine.store.records.audit import Action
from ...engine.store.records.leads import stored_fields
from ...engine.values import moment_of
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..problems import invalid

pages = Blueprint("outbox", __name__)

_MOST = 50
_MOVES = {"again": WAITING, "drop": DROPPED, "undo": PARKED}


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret, shown once: whose it is, and the secret."""

    name: str
    text: str


@pages.get("/outbox")
@needs(Role.EDITOR)
def index() -> str:
    """Destinations, and the messages that are parked."""
    return _page()


@pages.post("/outbox/messages")
@needs(Role.PUBLISHER)
def change_messages() -> Response:
    """Sends a parked message again, drops it, or takes that back; or all that a destination has parked."""
    to = _MOVES.get(request.form.get("what", ""))
    message, name = request.form.get("message", ""), request.form.get("destination", "")
    if to is None or not name:
        raise invalid("Say what to do with which message.")
    with writing(settings()) as store:
        if message:
            move(store, message, to, present(), at=name)
        else:
            move_all(store, name, to, present())
    dropped = message if to == DROPPED else ""
    here = url_for("outbox.index", dropped=dropped, at=name) if dropped else url_for("outbox.index")
    return redirect(here, 303)


@pages.post("/outbox/destinations")
@needs(Role.ADMIN)
def add() -> Response:
    """Adds a destination over HTTP; its secret is shown in the answer, this once."""
    form = request.form
    template = form.get("template", "")
    try:
        with writing(settings()) as store:
            known = stored_fields(store)
            made = add_destination(
                store,
                form.get("name", ""),
                Kind.HTTP,
                form.get("address", ""),
                present(),
                kinds=[kind for kind in form.getlist("kind") if kind in MESSAGE_KINDS],
                fields=[field for field in form.getlist("field") if field in known],
                template=shipped_template(template) if template in TEMPLATES else None,
            )
            note_change(store, Action.DESTINATION_ADDED, made, doer().who, doer().address)
    except DestinationError as error:
        return _refused(error)
    return _with_secret(made)


@pages.post("/outbox/destinations/change")
@needs(Role.ADMIN)
def change() -> Response:
    """Pauses a destination, resumes it, gives it a new secret or removes it."""
    name, what = request.form.get("name", ""), request.form.get("what", "")
    try:
        with writing(settings()) as store:
            made = _change(store, name, what)
    except DestinationError as error:
        return _refused(error)
    return _with_secret(made) if made is not None else redirect(url_for("outbox.index"), 303)


def _change(store: Store, name: str, what: str) -> Destination | None:
    match what:
        case "pause":
            set_state(store, name, State.PAUSED)
        case "resume":
            set_state(store, name, State.ON)
        case "remove":
            gone = remove_destination(store, name)
            note_change(store, Action.DESTINATION_REMOVED, gone, doer().who, doer().address)
        case "rotate":
            made = rotate_secret(store, name, present())
            note_change(store, Action.SECRET_ROTATED, made, doer().who, doer().address)
            return made
        case _:
            raise invalid("Say what to change.")
    return None


def _with_secret(made: Destination) -> Response:
    return make_response(_page(secret=Secret(made.name, made.secret or "")), 200)


def _refused(error: DestinationError) -> Response:
    said = f"{error.message[:1].upper()}{error.message[1:]}. To do: {error.hint}."
    return make_response(_page(said=said), 422)


def _page(said: str | None = None, secret: Secret | None = None) -> str:
    store = reading(settings())
    return render_template(
        "outbox.html",
        tallies=tallies(store.connection),
        parked=[(one, _sent(store, one)) for one in undelivered(store.connection, most=_MOST)],
        waiting=undelivered(store.connection, most=_MOST, state=WAITING),
        moment=moment_of,
        fields=list(stored_fields(store)),
        kinds=MESSAGE_KINDS,
        templates=TEMPLATES,
        form=request.form,
        dropped=request.args.get("dropped", ""),
        dropped_from=request.args.get("at", ""),
        said=said,
        secret=secret,
    )


def _sent(store: Store, tried: Tried) -> str:
    """What a parked message said, as its receiver would get it now."""
    try:
        body, _ = body_for(store, tried.destination, tried.message)
    except MessageRefused as error:
        return str(error)
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
