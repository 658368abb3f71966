"""Handoffs: what is overdue, what nobody has, who has how much, what is given by hand; and people."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.handoffs.people import folded
from ...engine.report.text_style import counted, listed
from ...engine.store.database import StoreError
from ...engine.store.handoffs.by_hand import ByHand, Given
from ...engine.store.handoffs.people import (
    FIELDS,
    changed,
    find_person,
    import_people,
    new_person,
    people,
    remove_person,
    save_people,
    written,
)
from ...engine.store.handoffs.reading import answers, counts, latest, loads, stages_handed, waiting
from ...engine.store.records.leads import find_lead
from ...engine.store.records.rulesets import ruleset_names
from ...engine.values import instant_of, moment_of
from ...engine.zone import UTC
from ..access import account, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..problems import invalid
from ..queries import lead_title
from ..ruleset_cache import kept, version_of
from .context import text_asked

pages = Blueprint("handoffs", __name__)

_LARGEST = 1_000_000


_MOST_PICKED = 50
"""Leads that were picked in the table, whose handoffs are listed."""

_MOST_NAMED = 5
"""Leads that are named where they could not be given."""

SHOWN = ("all", "overdue", "nobody")
"""Which leads are listed: all, those that were not answered in time, those that nobody has."""


@pages.get("/handoffs")
def index() -> str:
    """Where all handoffs stand, or those of a person, in a stage, overdue or with nobody."""
    return _page()


@pages.post("/handoffs")
@needs(Role.EDITOR)
def give() -> Response:
    """Gives a lead that nobody has to somebody, passes one on, or gives all that were picked."""
    number = int(request.form["number"]) if _is_number(request.form.get("number", "")) else 0
    address, now = request.form.get("to", ""), instant_of(dt.datetime.now(dt.UTC))
    what, ruleset = request.form.get("what"), request.form.get("ruleset", "")
    picked = request.args.getlist("lead")[:_MOST_PICKED]
    if what not in ("assign", "pass on", "give"):
        raise invalid("Say what to do with the lead.")
    done = None
    with writing(settings()) as store:
        version = version_of(store, ruleset)
        by_hand = ByHand(store, kept().ready(version).plan, version, now, account())
        try:
            if what == "give":
                person = find_person(store, address)
                done = _given(by_hand.give(picked, address), person.name if person else address)
            else:
                (by_hand.assign if what == "assign" else by_hand.pass_on)(number, address)
        except StoreError as error:
            return make_response(_page(f"{error.message}: {error.hint}."), 422)
    asked = {name: text_asked(name) for name in ("show", "person", "stage", "ruleset")}
    return redirect(url_for("handoffs.index", _external=False, **asked, lead=picked, done=done), 303)


def _given(found: Given, name: str) -> str:
    """What came of the leads that were picked, in words."""
    said = f"{counted(len(found.got), 'lead', 'leads')} handed off to {name}."
    if found.had:
        said += f" {len(found.had):,} {'was' if len(found.had) == 1 else 'were'} theirs already."
    if found.in_no_stage:
        named, are = listed(found.in_no_stage[:_MOST_NAMED]), "is" if len(found.in_no_stage) == 1 else "are"
        more = " and others" if len(found.in_no_stage) > _MOST_NAMED else ""
        said += f" {named}{more} {are} in no stage, so there is nothing to hand off."
    return said


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15


def _page(said: str | None = None) -> str:
    store = reading(settings())
    known = {folded(one.address): one for one in people(store)}
    now = instant_of(dt.datetime.now(dt.UTC))
    show, who, stage = text_asked("show") or "all", text_asked("person"), text_asked("stage")
    if show not in SHOWN:
        raise invalid("Ask for all leads, for overdue ones, or for those that nobody has.")
    picked = request.args.getlist("lead")[:_MOST_PICKED] or None
    late = show == "overdue"
    got = [] if show == "nobody" else latest(store, person=who, stage=stage, only_overdue=late, leads=picked)
    nobody = [] if late or who is not None else waiting(store, stage=stage, leads=picked)
    leads = {
        key: find_lead(store, key) for key in {*(one.lead for one in got), *(one.lead for one in nobody)}
    }

    def named(key: str) -> tuple[str, str]:
        return lead_title(lead) if (lead := leads[key]) else (key, "")

    found = loads(store, now)
    return render_template(
        "handoffs.html",
        said=said,
        show=show,
        asked_person=who,
        asked_stage=stage,
        picked=picked or (),
        picked_by=text_asked("ruleset"),
        done=text_asked("done"),
        filtered=show != "all" or who is not None or stage is not None or picked is not None,
        stages=stages_handed(store),
        people=sorted(known.values(), key=lambda one: one.name),
        away={one.address for one in known.values() if one.is_away(now, UTC)},
        counts=counts(store),
        loads=found,
        most=max((one.all for one in found), default=1),
        answers=answers(store, now),
        rulesets=ruleset_names(store),
        waiting=[(one, named(one.lead)) for one in nobody],
        latest=[(one, named(one.lead)) for one in got],
        now=moment_of(now),
        today=moment_of(now).date(),
        name_by=lambda address: known[folded(address)].name if folded(address) in known else address,
        known=lambda address: known.get(folded(address)),
    )


@pages.get("/handoffs/people")
def show_people() -> str:
    """Everybody who gets leads."""
    return _people()


@pages.post("/handoffs/people")
@needs(Role.EDITOR)
def change_people() -> Response:
    """Adds somebody, changes them, takes them out, or reads them from a file."""
    what, address = request.form.get("what", ""), request.form.get("address", "")
    given = {name: request.form[name] for name in FIELDS if name in request.form and name != "address"}
    try:
        match what:
            case "add":
                _add(address, given)
            case "change":
                _change(address, given)
            case "remove":
                with writing(settings()) as store, store.transaction() as connection:
                    remove_person(connection, address)
            case "import":
                _import()
            case _:
                raise invalid("Say what to do.")
    except StoreError as error:
        said = f"{error.message}: {error.hint}."
        return make_response(_people(said, given | {"address": address}), 422)
    return redirect(url_for("handoffs.show_people"), 303)


def _add(address: str, given: dict[str, str]) -> None:
    made = new_person(address, given)
    with writing(settings()) as store:
        if find_person(store, address) is not None:
            raise StoreError(f"{address} is there already", "change what is kept of them below")
        with store.transaction() as connection:
            save_people(connection, [made])


def _change(address: str, given: dict[str, str]) -> None:
    with writing(settings()) as store:
        person = find_person(store, address)
        if person is None:
            raise StoreError(f"nobody has the address {address} any more", "add them again")
        made = changed(person, given)
        with store.transaction() as connection:
            save_people(connection, [made])


def _import() -> None:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise invalid("Choose a CSV file.")
    content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise invalid("A file of people is at most 1 MB.")
    with tempfile.TemporaryDirectory() as folder, writing(settings()) as store:
        path = Path(folder) / "people.csv"
        path.write_bytes(content)
        try:
            import_people(store, path)
        except StoreError as error:
            raise StoreError(error.message.replace(f"{folder}/", ""), error.hint) from None


def _people(said: str | None = None, typed: dict[str, str] | None = None) -> str:
    store = reading(settings())
    return render_template(
        "people.html", people=[written(one) for one in people(store)], said=said, typed=typed or {}
    )
